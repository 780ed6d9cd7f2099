"""The article's generator: its tensors, and its NumPy forward against a plain transcription."""

import numpy as np
import pytest

from cgan.model.architectures.mlp import MlpConfig, generator_shapes
from cgan.model.generator import NumpyGenerator
from cgan.model.weights import Weights
from tests.conftest import random_tensors

CONFIGS = {
    "article": MlpConfig(),
    "unconditional": MlpConfig(latent_dim=5, img_size=8, conditional=False),
    "colour": MlpConfig(latent_dim=3, n_classes=4, img_size=6, channels=3),
}


def test_the_defaults_are_the_articles():
    expected = {
        "label_emb.weight": (10, 10),
        "model.0.weight": (128, 110),
        "model.0.bias": (128,),
        "model.2.weight": (256, 128),
        "model.2.bias": (256,),
        "model.5.weight": (512, 256),
        "model.5.bias": (512,),
        "model.8.weight": (1024, 512),
        "model.8.bias": (1024,),
        "model.11.weight": (1024, 1024),
        "model.11.bias": (1024,),
    }
    for layer, width in ((3, 256), (6, 512), (9, 1024)):
        for name in ("weight", "bias", "running_mean", "running_var"):
            expected[f"model.{layer}.{name}"] = (width,)
    assert generator_shapes(MlpConfig()) == expected


def test_the_sizes_come_from_the_config():
    config = MlpConfig(latent_dim=3, n_classes=5, img_size=8, channels=3)
    shapes = generator_shapes(config)
    assert shapes["label_emb.weight"] == (5, 5)
    assert shapes["model.0.weight"] == (128, 8)
    assert shapes["model.11.weight"] == (192, 1024)
    assert shapes["model.11.bias"] == (192,)


def test_an_unconditional_generator_takes_z_alone():
    conditional = generator_shapes(MlpConfig())
    unconditional = generator_shapes(MlpConfig(conditional=False))
    assert unconditional["model.0.weight"] == (128, 100)
    assert conditional.keys() - unconditional.keys() == {"label_emb.weight"}
    assert unconditional.keys() <= conditional.keys()


def article(tensors, z, labels):
    """The article's generator in evaluation mode, layer by layer, in float64."""
    t = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}

    def linear(x, i):
        return x @ t[f"model.{i}.weight"].T + t[f"model.{i}.bias"]

    def batch_norm(x, i):
        x = (x - t[f"model.{i}.running_mean"]) / np.sqrt(t[f"model.{i}.running_var"] + 0.8)
        return x * t[f"model.{i}.weight"] + t[f"model.{i}.bias"]

    def leaky_relu(x):
        return np.where(x > 0, x, 0.2 * x)

    x = z.astype(np.float64)
    if labels is not None:
        x = np.concatenate([t["label_emb.weight"][labels], x], axis=1)
    x = leaky_relu(linear(x, 0))
    x = leaky_relu(batch_norm(linear(x, 2), 3))
    x = leaky_relu(batch_norm(linear(x, 5), 6))
    x = leaky_relu(batch_norm(linear(x, 8), 9))
    return np.tanh(linear(x, 11))


def inputs(config, count):
    rng = np.random.default_rng(1)
    z = rng.standard_normal((count, config.latent_dim)).astype(np.float32)
    return z, rng.integers(0, config.n_classes, count) if config.conditional else None


@pytest.mark.parametrize("count", [1, 15, 16, 17, 40])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_it_computes_the_articles_layers(config, count):
    tensors = random_tensors(config)
    z, labels = inputs(config, count)
    images = NumpyGenerator(Weights(config, tensors))(z, labels)
    assert (images.shape, images.dtype) == ((count, *config.image_shape), np.float32)
    expected = article(tensors, z, labels).reshape(images.shape)
    assert expected.std() > 0.1
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)


def test_no_latents_give_no_images():
    config = CONFIGS["colour"]
    generator = NumpyGenerator(Weights(config, random_tensors(config)))
    assert generator(*inputs(config, 0)).shape == (0, 3, 6, 6)


def test_the_weights_are_not_changed():
    """Folding scales copies."""
    config = CONFIGS["colour"]
    tensors = random_tensors(config)
    NumpyGenerator(Weights(config, tensors))(*inputs(config, 3))
    for name, tensor in random_tensors(config).items():
        np.testing.assert_array_equal(tensors[name], tensor, err_msg=name)
