"""The generator and the discriminator of an architecture. Making them imports Jittor.

An architecture names a module with its Jittor networks. It has one function,

    make(config: GeneratorConfig, options: TrainingOptions) -> tuple[generator, discriminator]

which returns modules with random weights:

    generator(z, labels) -> images, with the parameters that the architecture's `shapes` lists
    discriminator(images, labels) -> scores (N / options.pack, 1)
    discriminator.begin_step() is called once before each training step

Latents are (N, latent_dim) float32, labels (N,) int32, or None if unconditional, and images
(N, C, H, W) float32 in [-1, 1]. `cgan.training.mlp_networks` is the simplest example.
"""

import importlib
from typing import Any

from cgan.model import registry
from cgan.model.config import GeneratorConfig
from cgan.training.options import TrainingOptions


def make(config: GeneratorConfig, options: TrainingOptions) -> tuple[Any, Any]:
    """Return a new generator and a new discriminator, with random weights.

    Args:
        config: of the generator.
        options: of the run; each architecture uses those that it knows.
    """
    networks = importlib.import_module(registry.of(config).networks)
    generator, discriminator = networks.make(config, options)
    return generator, discriminator
