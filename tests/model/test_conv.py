"""The convolutional generator: its tensors, and its NumPy forward against a plain transcription."""

from dataclasses import replace

import numpy as np
import pytest

from cgan.model.conv import ConvConfig, ConvGenerator, generator_shapes
from tests.conftest import TINY_CONV, random_tensors

CONFIGS = {
    "tiny": TINY_CONV,
    "four widths": replace(TINY_CONV, widths=(5, 4, 3, 2), img_size=16),
    "colour": replace(TINY_CONV, channels=3, n_classes=4),
    "classes' own norms": replace(TINY_CONV, class_norm=True, widths=(5, 4, 3, 2)),
    "latent's own norms": replace(TINY_CONV, class_norm=True, latent_norm=True),
    "unconditional": replace(TINY_CONV, conditional=False, img_size=16),
}
DEFAULT = ConvConfig()


def norm(index, width):
    names = ("weight", "bias", "running_mean", "running_var")
    return {f"norm{index}.{name}": (width,) for name in names}


def test_three_doublings_lead_to_the_image():
    assert generator_shapes(DEFAULT) == {
        "label_emb.weight": (10, 10),
        "linear.weight": (128 * 4 * 4, 110),
        "linear.bias": (128 * 4 * 4,),
        **norm(0, 128),
        "up1.weight": (128, 64, 4, 4),
        **norm(1, 64),
        "up2.weight": (64, 32, 4, 4),
        **norm(2, 32),
        "up3.weight": (32, 1, 4, 4),
        "up3.bias": (1,),
    }


def test_a_fourth_width_adds_a_layer_at_the_whole_size():
    three = generator_shapes(DEFAULT)
    four = generator_shapes(replace(DEFAULT, widths=(128, 64, 32, 16), channels=3))
    assert {name: shape for name, shape in four.items() if three.get(name) != shape} == {
        "up3.weight": (32, 16, 4, 4),
        **norm(3, 16),
        "output.weight": (3, 16, 3, 3),
        "output.bias": (3,),
    }
    assert three.keys() - four.keys() == {"up3.bias"}


def test_each_class_may_have_gains_and_biases():
    plain = generator_shapes(DEFAULT)
    own = generator_shapes(replace(DEFAULT, class_norm=True, n_classes=7))
    assert own["norm1.gains"] == own["norm1.biases"] == (7, 64)
    assert own["norm1.running_mean"] == (64,)
    assert plain.keys() - own.keys() == {
        f"norm{index}.{name}" for index in range(3) for name in ("weight", "bias")
    }


def test_the_latent_may_have_gains_and_biases_besides():
    own = generator_shapes(replace(DEFAULT, class_norm=True))
    more = generator_shapes(replace(DEFAULT, class_norm=True, latent_norm=True))
    assert {name: more[name] for name in more.keys() - own.keys()} == {
        f"norm{index}.latent_{name}": (100, width)
        for index, width in enumerate((128, 64, 32))
        for name in ("gains", "biases")
    }
    assert own.keys() <= more.keys()


def test_the_sizes_come_from_the_config():
    shapes = generator_shapes(replace(DEFAULT, latent_dim=3, img_size=64, conditional=False))
    assert shapes["linear.weight"] == (128 * 8 * 8, 3)
    assert "label_emb.weight" not in shapes


def transposed_convolution(x, weight):
    """Every input pixel adds its 4x4 patch to the output, which begins a pixel further in."""
    count, _, height, width = x.shape
    y = np.zeros((count, weight.shape[1], 2 * height + 2, 2 * width + 2))
    for i in range(height):
        for j in range(width):
            patch = np.einsum("nc,cdkl->ndkl", x[:, :, i, j], weight)
            y[:, :, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4] += patch
    return y[:, :, 1:-1, 1:-1]


def convolution(x, weight):
    """Every output pixel is the sum over the 3x3 pixels around it."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return np.einsum("ncijkl,dckl->ndij", windows, weight)


def layer_by_layer(config, tensors, z, labels):
    """The convolutional generator in evaluation mode, in float64 and PyTorch's layout."""
    t = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}

    def channels(values):
        return values[..., None, None]

    def norm_relu(x, index):
        name = f"norm{index}"
        x = x - channels(t[f"{name}.running_mean"])
        x = x / np.sqrt(channels(t[f"{name}.running_var"]) + 1e-5)
        if config.class_norm:
            gain, bias = t[f"{name}.gains"][labels], t[f"{name}.biases"][labels]
            if config.latent_norm:
                gain = gain + z @ t[f"{name}.latent_gains"]
                bias = bias + z @ t[f"{name}.latent_biases"]
        else:
            gain, bias = t[f"{name}.weight"], t[f"{name}.bias"]
        return np.maximum(x * channels(gain) + channels(bias), 0)

    x = z.astype(np.float64)
    if config.conditional:
        x = np.concatenate([t["label_emb.weight"][labels], x], axis=1)
    x = x @ t["linear.weight"].T + t["linear.bias"]
    size = config.img_size // 8
    x = x.reshape(len(z), size, size, config.widths[0]).transpose(0, 3, 1, 2)
    for index in range(3):
        x = transposed_convolution(norm_relu(x, index), t[f"up{index + 1}.weight"])
    if len(config.widths) == 3:
        x = x + channels(t["up3.bias"])
    else:
        x = convolution(norm_relu(x, 3), t["output.weight"]) + channels(t["output.bias"])
    return np.tanh(x)


def inputs(config, count):
    rng = np.random.default_rng(1)
    z = rng.standard_normal((count, config.latent_dim)).astype(np.float32)
    return z, rng.integers(0, config.n_classes, count)


def make(config):
    return ConvGenerator(config, random_tensors(config))


@pytest.mark.parametrize("config", [*CONFIGS.values(), DEFAULT], ids=[*CONFIGS, "default"])
def test_it_computes_the_layers(config):
    tensors = random_tensors(config)
    z, labels = inputs(config, 5)
    generator = make(config)
    images = generator(z, generator.classes[labels] if config.conditional else None)
    assert (images.shape, images.dtype) == ((5, *config.image_shape), np.float32)
    expected = layer_by_layer(config, tensors, z, labels)
    assert expected.std() > 0.1
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["tiny", "classes' own norms"])
def test_a_mixture_of_classes_mixes_all_that_is_theirs(name):
    """Embedding, gains and biases: the same as a generator whose class 0 is the mixture."""
    config = CONFIGS[name]
    z, _ = inputs(config, 4)
    generator, tensors = make(config), random_tensors(config)
    mixed = 0.25 * generator.classes[[3]] + 0.75 * generator.classes[[8]]
    for tensor in tensors.values():
        if tensor.shape[0] == config.n_classes:
            tensor[0] = 0.25 * tensor[3] + 0.75 * tensor[8]
    expected = layer_by_layer(config, tensors, z, np.zeros(4, int))
    images = generator(z, np.repeat(mixed, 4, axis=0))
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)


def test_no_latents_give_no_images():
    generator = make(CONFIGS["colour"])
    images = generator(np.empty((0, 3), np.float32), generator.classes[:0])
    assert images.shape == (0, 3, 8, 8)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_weights_are_not_changed(config):
    """Folding scales copies."""
    tensors = random_tensors(config)
    generator = ConvGenerator(config, tensors)
    z, labels = inputs(config, 3)
    generator(z, generator.classes[labels] if config.conditional else None)
    for name, tensor in random_tensors(config).items():
        np.testing.assert_array_equal(tensors[name], tensor, err_msg=name)
