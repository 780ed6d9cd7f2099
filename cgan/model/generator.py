"""A generator's forward pass in NumPy: no training framework, any thread, any machine."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cgan.model.conv_generator import ConvGenerator
from cgan.model.mlp_generator import MlpGenerator
from cgan.model.weights import Weights


class _Network(Protocol):
    """What both architectures offer."""

    @property
    def classes(self) -> NDArray[Any] | None:
        """All that depends on the class, (n_classes, K); None if unconditional."""

    def __call__(self, z: NDArray[np.float32], classes: NDArray[Any] | None) -> NDArray[np.float32]:
        """(N, latent_dim) float32 and rows of `classes` or mixtures -> (N, C, H, W) float32."""


_NETWORKS: dict[str, Callable[[Weights], _Network]] = {"mlp": MlpGenerator, "conv": ConvGenerator}


class NumpyGenerator:
    """A generator of either architecture in evaluation mode, BatchNorm folded into other layers.

    It computes in float64: what is left of rounding differences between machines vanishes when
    the result becomes float32. Nothing is changed after construction, so any number of threads
    may share it.
    """

    def __init__(self, weights: Weights) -> None:
        """Fold the layers."""
        self._network = _NETWORKS[weights.config.architecture](weights)

    def __call__(
        self, z: NDArray[np.float32], labels: NDArray[np.integer[Any]] | None
    ) -> NDArray[np.float32]:
        """Generate images; the arguments are not checked.

        Args:
            z: (N, latent_dim) float32.
            labels: (N,) integers below n_classes; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        classes = self._network.classes
        return self._network(z, None if classes is None else classes[labels])

    def between(
        self,
        z: NDArray[np.float32],
        labels: NDArray[np.integer[Any]],
        others: NDArray[np.integer[Any]],
        share: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Generate with all that depends on the class on the line from `labels` to `others`.

        Args:
            z: (N, latent_dim) float32.
            labels: (N,) integers below n_classes.
            others: (N,) integers below n_classes.
            share: (N,) float32 from 0 (all of `labels`) to 1 (all of `others`).

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        classes = self._network.classes
        assert classes is not None
        part = share[:, None]
        return self._network(z, (1 - part) * classes[labels] + part * classes[others])
