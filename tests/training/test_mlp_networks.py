"""The networks against a plain transcription of the article's, layer by layer."""

import numpy as np
import pytest

from cgan.backend.adam import Adam
from cgan.backend.setup import load_jittor
from cgan.model.architectures.mlp import MlpConfig, generator_shapes
from cgan.model.weights import Weights
from cgan.sampler import Sampler
from cgan.training.losses import lsgan
from cgan.training.mlp_networks import Discriminator, Generator
from tests import article
from tests.conftest import random_tensors

jt = load_jittor()
rng = np.random.default_rng(0)
Z = rng.standard_normal((16, 100)).astype(np.float32)
LABELS = rng.integers(0, 10, 16).astype(np.int32)
IMAGES = rng.uniform(-1, 1, (16, 1, 32, 32)).astype(np.float32)


def copy_parameters(source, target):
    """Copy by value: `load_parameters(source.state_dict())` alone would share the memory."""
    target.load_parameters({name: value.numpy() for name, value in source.state_dict().items()})


def shapes(network):
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def test_names_and_shapes_are_the_articles():
    generator, discriminator = Generator(MlpConfig()), Discriminator(MlpConfig())
    assert shapes(generator) == shapes(article.Generator())
    assert shapes(discriminator) == shapes(article.Discriminator())
    assert shapes(generator) == generator_shapes(MlpConfig())


def test_unconditional_networks_have_no_embedding():
    config = MlpConfig(conditional=False)
    generator, discriminator = Generator(config), Discriminator(config)
    assert shapes(generator) == generator_shapes(config)
    assert shapes(generator)["model.0.weight"] == (128, 100)
    assert shapes(discriminator)["model.0.weight"] == (512, 1024)
    assert discriminator(generator(jt.array(Z))).shape == [16, 1]


@pytest.mark.parametrize("training", [True, False])
def test_outputs_are_the_articles(training):
    ours, theirs = Generator(MlpConfig()), article.Generator()
    copy_parameters(ours, theirs)
    our_critic, their_critic = Discriminator(MlpConfig()), article.Discriminator()
    copy_parameters(our_critic, their_critic)
    for network in (ours, theirs, our_critic, their_critic):
        network.train() if training else network.eval()
    z, labels = jt.array(Z), jt.array(LABELS)
    images = ours(z, labels)
    np.testing.assert_allclose(images.numpy(), theirs(z, labels).numpy(), atol=1e-5)
    assert images.shape == [16, 1, 32, 32]
    jt.set_seed(1)
    our_scores = our_critic(jt.array(IMAGES), labels).numpy()
    jt.set_seed(1)
    np.testing.assert_allclose(
        our_scores, their_critic(jt.array(IMAGES), labels).numpy(), atol=1e-4
    )


def test_the_sampler_gives_what_jittor_gives():
    weights = Weights(MlpConfig(), random_tensors(MlpConfig()))
    generator = Generator(weights.config)
    generator.load_parameters(dict(weights.tensors))
    generator.eval()
    expected = generator(jt.array(Z), jt.array(LABELS)).numpy()
    images = Sampler(weights).generate(Z, LABELS)
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-5)


def test_dropout_acts_in_training_only():
    critic = Discriminator(MlpConfig())
    x, y = jt.array(IMAGES), jt.array(LABELS)
    critic.train()
    assert not np.array_equal(critic(x, y).numpy(), critic(x, y).numpy())
    critic.eval()
    assert np.array_equal(critic(x, y).numpy(), critic(x, y).numpy())


def test_steps_are_those_of_jittors_own_linear_and_adam():
    """Our faster Linear and Adam train the same weights, up to rounding."""
    jt.set_global_seed(3)
    ours, theirs = Generator(MlpConfig()), article.Generator()
    copy_parameters(ours, theirs)
    critic = Discriminator(MlpConfig())
    critic.eval()
    our_adam = Adam(ours.parameters(), 2e-4, (0.5, 0.999))
    their_adam = jt.nn.Adam(theirs.parameters(), lr=2e-4, betas=(0.5, 0.999))
    start = {name: value.numpy().copy() for name, value in ours.state_dict().items()}
    for _ in range(5):
        for network, adam in ((ours, our_adam), (theirs, their_adam)):
            adam.step(lsgan(critic(network(jt.array(Z), jt.array(LABELS)), jt.array(LABELS)), True))
    jt.sync_all(True)
    expected = theirs.state_dict()
    for name, value in ours.state_dict().items():
        assert not np.array_equal(value.numpy(), start[name]), f"{name} did not move"
        # An Adam step moves a parameter by up to 2e-4: 1 % of five steps is 1e-5.
        np.testing.assert_allclose(value.numpy(), expected[name].numpy(), atol=1e-5, err_msg=name)
