"""What a generator must be able to do for this package."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cgan.model.config import GeneratorConfig


class DrawsImages(Protocol):
    """A trained generator. `cgan.Sampler` is one, and describes these methods."""

    config: GeneratorConfig

    @property
    def fields(self) -> dict[str, str]:
        """Metadata about the weights for a picture's file."""

    def generate(
        self, z: NDArray[np.float32], labels: NDArray[np.integer[Any]]
    ) -> NDArray[np.float32]:
        """Return an image per latent: (N, C, H, W) float32 in [-1, 1]."""

    def between(
        self,
        z: NDArray[np.float32],
        labels: NDArray[np.integer[Any]],
        others: NDArray[np.integer[Any]],
        share: float,
    ) -> NDArray[np.float32]:
        """Return images, each between two classes: (N, C, H, W) float32 in [-1, 1]."""

    def best(self, z: NDArray[np.float32], labels: tuple[int, ...]) -> int:
        """Return the index of the most legible latent."""


class ReadsImages(Protocol):
    """A generator that may have a reader. `cgan.Sampler` is one, and describes these methods."""

    config: GeneratorConfig

    def read(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of each class: (N, n_classes) float64."""
