"""A checkpoint made by the article's classes and Jittor's own `save` becomes our weights."""

import numpy as np
import pytest

from cgan import Sampler
from cgan.__main__ import main
from cgan.backend.pickles import read_parameters
from cgan.backend.setup import load_jittor
from cgan.common.errors import UserError
from cgan.model.article import convert
from tests import article

jt = load_jittor()


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The article's generator, after some training-mode passes, and the file it saved."""
    jt.set_global_seed(5)
    generator = article.Generator()
    rng = np.random.default_rng(0)
    for _ in range(3):  # move BatchNorm's statistics from where they begin
        generator(
            jt.array(rng.standard_normal((32, 100)).astype(np.float32)),
            jt.array(rng.integers(0, 10, 32).astype(np.int32)),
        ).sync()
    path = tmp_path_factory.mktemp("article") / "generator_last.pkl"
    generator.save(str(path))
    return generator, path


def test_the_converted_generator_is_the_same_function(saved, tmp_path):
    generator, path = saved
    assert main(["convert", str(path), str(tmp_path / "weights")]) == 0
    sampler = Sampler.from_pretrained(tmp_path / "weights")
    assert sampler.config.latent_dim == 100
    assert sampler.config.n_classes == 10
    assert sampler.config.img_size == 32
    z = sampler.latents(50, seed=1)
    labels = np.arange(50, dtype=np.int32) % 10
    generator.eval()
    expected = generator(jt.array(z), jt.array(labels)).numpy()
    np.testing.assert_allclose(sampler.generate(z, labels), expected, atol=1e-5)


def test_a_discriminator_is_refused_by_name(tmp_path):
    path = tmp_path / "discriminator_last.pkl"
    article.Discriminator().save(str(path))
    with pytest.raises(UserError, match=r"discriminator_last\.pkl"):
        convert(read_parameters(path), path, tmp_path / "weights")
    assert not (tmp_path / "weights").exists()


def test_weights_that_are_there_are_not_overwritten(saved, tmp_path):
    (tmp_path / "config.json").write_text("mine")
    with pytest.raises(UserError, match="already holds weights"):
        convert(read_parameters(saved[1]), saved[1], tmp_path)
    assert (tmp_path / "config.json").read_text() == "mine"


def test_a_damaged_file_is_refused(saved, tmp_path):
    data = bytearray(saved[1].read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad.pkl").write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        read_parameters(tmp_path / "bad.pkl")
