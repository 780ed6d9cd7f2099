"""A second discriminator, which sees what a classifier makes of images. Imports Jittor.

D sees pixels. That a kind of handwriting is drawn too seldom hardly shows in these, but it does in
the features of a network that was trained to tell digits apart (after Sauer, Chitta, Müller and
Geiger, "Projected GANs Converge Faster", 2021, arXiv:2111.01007; here there is one such network,
and its features are used as they are).
"""

import math
from typing import Any

import numpy as np

from cgan.backend.setup import load_jittor
from cgan.backend.spectral import SpectralNorm, begin_step
from cgan.data.datasets import Dataset
from cgan.evaluation.classifier import Classifier
from cgan.model.layers import LEAKY_SLOPE
from cgan.training import randomness

jt = load_jittor()
nn = jt.nn

_WIDTH = 256
# Real images whose features say how they are scaled.
_SAMPLE = 2000
# Added to each feature's standard deviation: some hardly vary.
_STEADY = 0.1
# The length of an image's features, on average.
_LENGTH = 4.0


class SecondDiscriminator(nn.Module):  # type: ignore[misc, name-defined]
    """Two layers of 256 units, and a projection of the class, as D has it.

    All weights are spectrally normalised. It judges `pack` images of one class together.
    """

    def __init__(
        self, classifier: Classifier, data: Dataset, n_classes: int, pack: int, seed: int
    ) -> None:
        """Build the layers, and measure the classifier's features of real images.

        Args:
            classifier: whose features are seen; it stays as it is.
            data: the real images.
            n_classes: number of classes.
            pack: number of images that are judged together.
            seed: of the run. The initial weights depend on nothing else: Jittor's random numbers
                would depend on what has been computed before.
        """
        super().__init__()
        self._classifier, self._pack = classifier, pack
        with jt.no_grad():
            real = classifier.all_features(jt.array(data.images[data.some(_SAMPLE)])).numpy()
        width = real.shape[1]
        self._centre = real.mean(axis=0)
        self._scale = _LENGTH / np.sqrt(width) / (real.std(axis=0) + _STEADY)
        rng = randomness.second_initialisation(seed)
        self.first, self.first_bias = _layer(rng, _WIDTH, width * pack)
        self.second, self.second_bias = _layer(rng, _WIDTH, _WIDTH)
        self.linear, self.bias = _layer(rng, 1, _WIDTH)
        self.embedding, _ = _layer(rng, n_classes, _WIDTH)

    def begin_step(self) -> None:
        """Update the spectral norms to the current weights."""
        begin_step(self)

    def execute(self, images: Any, labels: Any) -> Any:
        """Score images.

        Args:
            images: (N, C, H, W) float32 in [-1, 1]; N is a multiple of `pack`.
            labels: (N,) int32, in runs of `pack` equal ones.

        Returns:
            (N / pack, 1) float32: the higher, the more real.
        """
        seen = self._classifier.all_features(images)
        seen = (seen - jt.array(self._centre)) * jt.array(self._scale)
        x = seen.view((images.shape[0] // self._pack, -1))
        for layer, bias in ((self.first, self.first_bias), (self.second, self.second_bias)):
            x = nn.leaky_relu(nn.matmul_transpose(x, layer()) + bias, LEAKY_SLOPE)
        direction = self.linear() + self.embedding()[labels[:: self._pack]]
        return (x * direction).sum(1, keepdims=True) + self.bias


def _layer(rng: np.random.Generator, outputs: int, inputs: int) -> tuple[SpectralNorm, Any]:
    """Return uniform weights (outputs, inputs) within 1 / sqrt(inputs), and biases of 0."""
    bound = 1 / math.sqrt(inputs)
    weight = rng.uniform(-bound, bound, (outputs, inputs)).astype(np.float32)
    start = rng.standard_normal(outputs, np.float32)
    return SpectralNorm(jt.array(weight), jt.array(start)), jt.zeros((outputs,))
