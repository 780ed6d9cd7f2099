"""The encoder in a generator's weights: its tensors, and what it finds."""

from dataclasses import replace

import numpy as np
import pytest

from cgan.common.errors import BadValue, UserError
from cgan.model import encoder, weights
from cgan.model.config import GeneratorConfig
from cgan.model.encoder import Encoder, is_encoder, without_encoder
from cgan.model.registry import config_from_dict
from tests.conftest import TINY, TINY_CONV, message, random_tensors

CONFIGS = [
    replace(config, encoder=True)
    for config in (TINY, TINY_CONV, replace(TINY, channels=3, n_classes=3, reader=True))
]


def test_it_takes_at_most_a_megabyte():
    shapes = encoder.shapes(GeneratorConfig())
    assert 4 * sum(np.prod(shape) for shape in shapes.values()) < 1_000_000


@pytest.mark.parametrize("config", CONFIGS)
def test_each_latent_depends_on_its_image_and_label_alone(config):
    tensors = random_tensors(config)
    encode = Encoder({name: t for name, t in tensors.items() if is_encoder(name)})
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (3, *config.image_shape)).astype(np.float32)
    z = encode(images, np.array([0, 1, 2]))
    assert (z.shape, z.dtype) == ((3, config.latent_dim), np.float32)
    np.testing.assert_array_equal(encode(images[1:2], np.array([1])), z[1:2])
    assert np.any(encode(images[1:2], np.array([0])) != z[1:2])


def test_a_config_names_it_after_the_reader_and_only_where_there_is_one():
    both = replace(TINY_CONV, reader=True, encoder=True).to_dict()
    assert list(both)[-2:] == ["reader", "encoder"]
    assert config_from_dict(both).encoder
    assert "encoder" not in TINY_CONV.to_dict()
    with pytest.raises(UserError, match="encoder must be False for an unconditional generator"):
        replace(TINY, conditional=False, encoder=True)


def test_it_is_checked_with_the_weights_and_does_not_change_what_they_are(tmp_path):
    config = replace(TINY, encoder=True)
    tensors = random_tensors(config)
    weights.save_config(tmp_path, config)
    weights.save_tensors(tmp_path, config, tensors)
    loaded = weights.load(tmp_path)
    assert loaded.tensors.keys() == tensors.keys()
    assert weights.fingerprint(loaded.tensors) == weights.fingerprint(without_encoder(tensors))
    missing = dict(tensors)
    del missing["encoder.output.bias"]
    with pytest.raises(BadValue, match=r"output\.bias") as caught:
        weights.save_tensors(tmp_path, config, missing)
    assert "is missing" in message(caught)
    with pytest.raises(BadValue, match="unknown tensor 'encoder"):
        weights.save_tensors(tmp_path, TINY, tensors)
