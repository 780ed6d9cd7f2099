"""Which real images are unusual, so that D sees these more often.

G draws usual handwriting more often than people write it: what is rare hardly shows in D's loss. So
some of D's real images are drawn again, each from those of its class, by how far they are from
others in the features of a classifier.
"""

import numpy as np
from numpy.typing import NDArray

from cgan.evaluation.neighbours import squared_radii

# An image is as unusual as the distance to its k-th nearest one is long.
_NEIGHBOUR = 5
# Bounds of the squared distances, as multiples of the median's square: the farthest images are no
# digits, or wrongly labelled.
_LEAST, _MOST = 0.1, 8.0


class Rare:
    """Draws images of a class, the unusual ones more often."""

    def __init__(self, features: NDArray[np.float32], classes: NDArray[np.int32]) -> None:
        """Measure how unusual each image is.

        Args:
            features: (N, D), of all images.
            classes: (N,), theirs.
        """
        self._classes = classes
        self._drawn = {}
        for label in np.unique(classes):
            own = np.flatnonzero(classes == label)
            weights = _weights(features[own].astype(np.float64))
            self._drawn[int(label)] = own, np.cumsum(weights) / weights.sum()

    def replaced(
        self, indices: NDArray[np.int64], share: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return the indices of images, of which some are drawn again from those of their class.

        Args:
            indices: (M,).
            share: how many are drawn again, on average.
            rng: what decides.
        """
        chosen, places = rng.random((2, len(indices)))
        replaced = indices.copy()
        for position in np.flatnonzero(chosen < share):
            own, until = self._drawn[int(self._classes[indices[position]])]
            # The last one may be less than 1 by rounding.
            place = np.searchsorted(until[:-1], places[position], side="right")
            replaced[position] = own[place]
        return replaced


def _weights(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often each image of a class is drawn, up to a factor, (N,)."""
    if len(features) < 2:
        return np.ones(len(features))
    squares = squared_radii(features, min(_NEIGHBOUR, len(features) - 1))
    median = np.median(squares)
    if not median:  # most are alike
        return np.ones(len(features))
    weights: NDArray[np.float64] = np.clip(squares / median, _LEAST, _MOST)
    return weights
