"""The generator and the discriminator of an architecture. Importing it imports Jittor."""

from typing import Any

from cgan.model.config import GeneratorConfig
from cgan.training import conv_networks, mlp_networks


def make(
    config: GeneratorConfig, d_widths: tuple[int, ...] | None = None, pack: int = 1
) -> tuple[Any, Any]:
    """Return a new generator and a new discriminator, with random weights.

    Args:
        config: of the generator.
        d_widths: channels of a convolutional discriminator; None for the generator's.
        pack: images that a convolutional discriminator judges together.
    """
    if config.architecture == "conv":
        discriminator = conv_networks.Discriminator(config, d_widths, pack)
        return conv_networks.Generator(config), discriminator
    return mlp_networks.Generator(config), mlp_networks.Discriminator(config)
