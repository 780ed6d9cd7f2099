"""A generator's forward pass in NumPy: no training framework, any thread, any machine."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.model import registry
from cgan.model.architecture import Network
from cgan.model.weights import Weights


class NumpyGenerator:
    """A generator of any architecture in evaluation mode.

    Nothing changes after construction, so any number of threads may share it.
    """

    def __init__(self, weights: Weights) -> None:
        """Build the network from checked weights."""
        architecture = registry.of(weights.config)
        self._network: Network = architecture.generator(weights.config, weights.tensors)

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
        """Generate images between two classes.

        Everything that depends on the class is interpolated linearly from `labels` to `others`.

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
