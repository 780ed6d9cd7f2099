"""The article's generator and discriminator, as Jittor modules.

Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014 (arXiv:1411.1784): the label
enters both networks, here as a learned embedding beside the other input. Importing this module
imports Jittor.
"""

from typing import Any

import numpy as np

from cgan.backend.batch_norm import BatchNorm
from cgan.backend.linear import Linear
from cgan.backend.setup import load_jittor
from cgan.model.architectures.mlp import BATCH_NORM_EPS, BATCH_NORM_LAYERS, HIDDEN, MlpConfig
from cgan.model.layers import LEAKY_SLOPE
from cgan.training.options import TrainingOptions

jt = load_jittor()
nn = jt.nn

DROPOUT = 0.4
DISCRIMINATOR_WIDTH = 512


def make(config: MlpConfig, options: TrainingOptions) -> tuple["Generator", "Discriminator"]:
    """Return a new generator and a new discriminator; no option changes them."""
    return Generator(config), Discriminator(config)


class Generator(nn.Module):  # type: ignore[misc, name-defined]
    """G(z, y), or G(z) for an unconditional config.

    Embedding(n_classes, n_classes) beside z; Linear 128; Linear 256, 512, 1024, each with
    BatchNorm (eps 0.8); LeakyReLU 0.2 between; Linear to the pixels; tanh.
    """

    def __init__(self, config: MlpConfig) -> None:
        """Build the layers with Jittor's default initialisation."""
        super().__init__()
        self.config = config
        if config.conditional:
            self.label_emb = nn.Embedding(config.n_classes, config.n_classes)
        inputs = config.label_size + config.latent_dim
        layers: list[Any] = []
        for width in HIDDEN:
            layers.append(Linear(inputs, width))
            if len(layers) in BATCH_NORM_LAYERS:
                layers.append(BatchNorm(width, BATCH_NORM_EPS))
            layers.append(nn.LeakyReLU(LEAKY_SLOPE))
            inputs = width
        layers += [Linear(inputs, int(np.prod(config.image_shape))), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def execute(self, z: Any, labels: Any = None) -> Any:
        """Generate images.

        Args:
            z: (N, latent_dim) float32, standard normal.
            labels: (N,) int32 in 0 .. n_classes - 1; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        x = jt.concat((self.label_emb(labels), z), dim=1) if self.config.conditional else z
        return self.model(x).view((z.shape[0], *self.config.image_shape))


class Discriminator(nn.Module):  # type: ignore[misc, name-defined]
    """D(x, y), or D(x) for an unconditional config: a score without a sigmoid.

    The flat image beside Embedding(n_classes, n_classes); Linear 512; twice Linear 512 and
    Dropout 0.4; LeakyReLU 0.2 between; Linear 1.
    """

    def __init__(self, config: MlpConfig) -> None:
        """Build the layers with Jittor's default initialisation.

        Jittor's Dropout does nothing until `train()` is called on the network.
        """
        super().__init__()
        self.config = config
        if config.conditional:
            self.label_embedding = nn.Embedding(config.n_classes, config.n_classes)
        inputs = int(np.prod(config.image_shape)) + config.label_size
        width = DISCRIMINATOR_WIDTH
        layers = [Linear(inputs, width), nn.LeakyReLU(LEAKY_SLOPE)]
        for _ in range(2):
            layers += [Linear(width, width), nn.Dropout(DROPOUT), nn.LeakyReLU(LEAKY_SLOPE)]
        self.model = nn.Sequential(*layers, Linear(width, 1))

    def begin_step(self) -> None:
        """Do nothing: there are no spectral norms to update here."""

    def execute(self, images: Any, labels: Any = None) -> Any:
        """Score images.

        Args:
            images: (N, C, H, W) float32 in [-1, 1].
            labels: (N,) int32 in 0 .. n_classes - 1; None if unconditional.

        Returns:
            (N, 1) float32: the higher, the more real. Least squares aims at 1 for real and 0 for
            generated images; for cross-entropy it is the logit of "real".
        """
        x = images.view((images.shape[0], -1))
        if self.config.conditional:
            x = jt.concat((x, self.label_embedding(labels)), dim=1)
        return self.model(x)
