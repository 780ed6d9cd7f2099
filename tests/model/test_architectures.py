"""A config's architecture decides which tensors its generator has."""

from dataclasses import replace

import pytest

from cgan.model import conv, mlp, reader
from cgan.model.architectures import generator_shapes
from tests.conftest import TINY, TINY_CONV


@pytest.mark.parametrize(("config", "module"), [(TINY, mlp), (TINY_CONV, conv)])
def test_the_shapes_are_those_of_the_architecture(config, module):
    assert generator_shapes(config) == module.generator_shapes(config)
    with_reader = generator_shapes(replace(config, reader=True))
    assert with_reader == module.generator_shapes(config) | reader.shapes(config)
    assert mlp.generator_shapes(TINY) != conv.generator_shapes(TINY_CONV)
