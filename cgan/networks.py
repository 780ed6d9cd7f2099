"""The generator and the discriminator of an architecture. Importing it imports Jittor."""

from typing import Any

from cgan import conv_networks, mlp_networks
from cgan.config import GeneratorConfig


def make(config: GeneratorConfig, critic_widths: tuple[int, ...]) -> tuple[Any, Any]:
    """Return a new (generator, discriminator) in Jittor's initialisation.

    Args:
        config: of the generator.
        critic_widths: channels of a convolutional discriminator; the article's takes none.
    """
    if config.architecture == "conv":
        return conv_networks.Generator(config), conv_networks.Discriminator(config, critic_widths)
    return mlp_networks.Generator(config), mlp_networks.Discriminator(config)
