"""The convolutional networks: the layers that the config names, and a projection of the class."""

from dataclasses import replace

import numpy as np
import pytest

from cgan.backend.setup import load_jittor
from cgan.hub.source import BUNDLED
from cgan.model import registry
from cgan.model.architectures.conv import ConvConfig, generator_shapes
from cgan.model.layers import LEAKY_SLOPE
from cgan.model.weights import Weights, load
from cgan.sampler import Sampler
from cgan.training.conv_networks import Discriminator, Generator
from tests.conftest import TINY_CONV, random_tensors
from tests.model.architectures.test_conv import CONFIGS

jt = load_jittor()


def inputs(config, count=6):
    rng = np.random.default_rng(1)
    z = rng.standard_normal((count, config.latent_dim)).astype(np.float32)
    labels = rng.integers(0, config.n_classes, count).astype(np.int32)
    return z, labels if config.conditional else None


def as_vars(z, labels):
    return jt.array(z), None if labels is None else jt.array(labels)


def copy(network):
    return {name: value.numpy().copy() for name, value in network.state_dict().items()}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_names_and_shapes_are_those_of_the_weights(config):
    state = Generator(config).state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == generator_shapes(config)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_the_sampler_gives_what_jittor_gives_in_evaluation_mode(config):
    tensors = random_tensors(config)
    for name in tensors:
        if name.startswith(("up3", "output")):
            tensors[name] /= 2  # as trained weights do, leave tanh room
    generator = Generator(config)
    generator.load_parameters(dict(tensors))
    generator.eval()
    z, labels = inputs(config)
    expected = generator(*as_vars(z, labels)).numpy()
    assert expected.std() > 0.1
    images = Sampler(Weights(config, tensors)).generate(z, labels)
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)


def test_the_sampler_gives_what_jittor_gives_on_the_bundled_weights():
    weights = load(BUNDLED)
    generators = registry.of(weights.config).shapes(weights.config)
    own = {name: weights.tensors[name] for name in generators}
    generator = Generator(weights.config)
    generator.load_parameters(own)
    generator.eval()
    z, labels = inputs(weights.config, 50)
    expected = generator(*as_vars(z, labels)).numpy()
    np.testing.assert_allclose(Sampler(weights).generate(z, labels), expected, rtol=0, atol=1e-5)


def test_what_lies_between_classes_is_what_jittor_makes_of_a_mixed_class():
    config = CONFIGS["classes' own norms"]
    tensors, (z, _) = random_tensors(config), inputs(config)
    mixed = {
        name: np.concatenate([(tensor[[2]] + tensor[[5]]) / 2, tensor[1:]])
        if tensor.shape[0] == config.n_classes
        else tensor
        for name, tensor in tensors.items()
    }
    generator = Generator(config)
    generator.load_parameters(mixed)
    generator.eval()
    expected = generator(*as_vars(z, np.zeros(6, np.int32))).numpy()
    images = Sampler(Weights(config, tensors)).between(z, [2] * 6, [5] * 6, 0.5)
    np.testing.assert_allclose(images, expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_training_mode_normalises_the_batch_and_remembers_it(config):
    generator = Generator(config)
    generator.train()
    before = copy(generator)
    z, labels = inputs(config)
    images = generator(*as_vars(z, labels)).numpy()
    assert images.shape == (6, *config.image_shape)
    assert np.abs(images).max() <= 1
    after = copy(generator)
    moved = {name for name in after if not np.array_equal(after[name], before[name])}
    assert moved == {name for name in after if "running_" in name}


def unit(tensor):
    """Divide a weight by the largest singular value of its (outputs, inputs) matrix."""
    return tensor / np.linalg.norm(tensor.reshape(len(tensor), -1).astype(np.float64), 2)


def score(critic, config, x, labels):
    """D as its docstring describes it, in float64."""
    t = copy(critic)
    for index in (1, 2, 3):
        weight = unit(t[f"conv{index}.weight"])
        # A 4x4 convolution of stride 2: every other window of the padded image.
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), axis=(2, 3))
        x = np.einsum("ncijkl,dckl->ndij", windows[:, :, ::2, ::2], weight)
        x = x + t[f"bias{index}"][:, None, None]
        x = np.where(x > 0, x, LEAKY_SLOPE * x)
    features = x.transpose(0, 2, 3, 1).reshape(len(x), -1)
    scores = features @ unit(t["linear.weight"])[0] + t["bias"]
    if config.conditional:
        scores = scores + (features * unit(t["embedding.weight"])[labels]).sum(1)
    return scores[:, None]


@pytest.mark.parametrize("name", ["tiny", "colour", "unconditional"])
def test_scores_are_linear_in_the_features_plus_a_projection(name):
    config = CONFIGS[name]
    critic = Discriminator(config)
    for _ in range(300):
        critic.begin_step()
    _, labels = inputs(config)
    images = np.random.default_rng(2).uniform(-1, 1, (6, *config.image_shape)).astype(np.float32)
    scores = critic(*as_vars(images, labels)).numpy()
    assert scores.shape == (6, 1)
    np.testing.assert_allclose(scores, score(critic, config, images, labels), atol=1e-4)


def test_background_may_go_on_beyond_the_border():
    config = CONFIGS["tiny"]
    critic = Discriminator(config, background=True)
    for _ in range(300):
        critic.begin_step()
    _, labels = inputs(config)
    images = np.random.default_rng(2).uniform(-1, 1, (6, *config.image_shape)).astype(np.float32)
    scores = critic(*as_vars(images, labels)).numpy()
    # The reference pads with 0.
    np.testing.assert_allclose(scores, score(critic, config, images + 1, labels), atol=1e-4)


def test_packed_images_are_channels_of_one():
    config = CONFIGS["colour"]
    critic = Discriminator(config, pack=3)
    for _ in range(300):
        critic.begin_step()
    images = np.random.default_rng(2).uniform(-1, 1, (6, *config.image_shape)).astype(np.float32)
    labels = np.array([1, 1, 1, 3, 3, 3], np.int32)
    scores = critic(*as_vars(images, labels)).numpy()
    assert scores.shape == (2, 1)
    together = images.reshape(2, 9, *config.image_shape[1:])
    np.testing.assert_allclose(scores, score(critic, config, together, labels[::3]), atol=1e-4)


def test_the_layout_of_images_changes_no_result(monkeypatch):
    # Without oneDNN channels come first, as on a GPU.
    config = CONFIGS["classes' own norms"]
    generator, critic = Generator(config), Discriminator(config)
    z, labels = as_vars(*inputs(config))
    images = generator(z, labels).numpy()
    scores = critic(jt.array(images), labels).numpy()
    monkeypatch.setattr(jt.compile_extern, "mkl_ops", None)
    np.testing.assert_allclose(generator(z, labels).numpy(), images, atol=1e-5)
    np.testing.assert_allclose(critic(jt.array(images), labels).numpy(), scores, atol=1e-5)


def test_the_widths_are_the_generators_in_reverse_unless_given():
    state = Discriminator(replace(TINY_CONV, widths=(5, 4, 3, 2))).state_dict()
    assert [state[f"conv{index}.weight"].shape[0] for index in (1, 2, 3)] == [3, 4, 5]
    state = Discriminator(TINY_CONV, (7, 8, 9)).state_dict()
    assert [state[f"conv{index}.weight"].shape[0] for index in (1, 2, 3)] == [7, 8, 9]


def test_a_larger_image_is_larger_in_the_middle_only():
    config = ConvConfig(widths=(3, 2, 2), img_size=24)
    assert Discriminator(config).state_dict()["linear.weight"].shape == [1, 3 * 3 * 3]
    assert Generator(config).state_dict()["linear.weight"].shape[0] == 3 * 3 * 3
