"""The moving average of a network's weights, which draws better than the weights themselves.

Yazıcı et al., "The Unusual Effectiveness of Averaging in GAN Training", 2019 (arXiv:1806.04498).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# After n steps, the average reaches back over about n / 10 of them at most, so that the random
# initial weights are soon forgotten.
_WARM_UP = 10


class Average:
    """Exponential moving average of all tensors of a network, BatchNorm's statistics included.

    Attributes:
        tensors: the averages by the tensors' names; float32, changed in place.
    """

    tensors: dict[str, NDArray[np.float32]]

    def __init__(self, network: Any, decay: float) -> None:
        """Start from the current tensors.

        Args:
            network: a Jittor module.
            decay: share of the old average that a step keeps, below 1.
        """
        self._network = network
        self._decay = decay
        self.tensors = {name: t.copy() for name, t in network.state_dict(to="numpy").items()}

    def update(self, step: int) -> None:
        """Include the tensors after `step` steps, counted from 1."""
        decay = min(self._decay, step / (step + _WARM_UP))
        for name, value in self._network.state_dict().items():
            average = self.tensors[name]
            difference = value.numpy() - average
            difference *= 1 - decay
            average += difference
