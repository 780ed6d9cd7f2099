"""The architectures behind one interface."""

import numpy as np
import pytest

from cgan.model.conv import ConvGenerator
from cgan.model.generator import NumpyGenerator
from cgan.model.mlp import MlpGenerator
from cgan.model.weights import Weights
from tests.conftest import TINY, TINY_CONV, random_tensors


@pytest.mark.parametrize(("config", "kind"), [(TINY, MlpGenerator), (TINY_CONV, ConvGenerator)])
def test_the_architecture_is_the_configs(config, kind):
    weights = Weights(config, random_tensors(config))
    network = kind(config, weights.tensors)
    rng = np.random.default_rng(0)
    z, labels = rng.standard_normal((9, 3)).astype(np.float32), rng.integers(0, 10, 9)
    expected = network(z, network.classes[labels])
    assert expected.std() > 0.1
    generator = NumpyGenerator(weights)
    np.testing.assert_array_equal(generator(z, labels), expected)
    others, share = rng.integers(0, 10, 9), rng.random(9).astype(np.float32)
    part = share[:, None]
    mixed = (1 - part) * network.classes[labels] + part * network.classes[others]
    np.testing.assert_array_equal(generator.between(z, labels, others, share), network(z, mixed))
