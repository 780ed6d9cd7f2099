"""Shows some real images to D more often than others of their class.

G draws usual handwriting more often than people write it: what is rare hardly shows in D's loss. So
some of D's real images are drawn again, each from those of its class, in proportion to weights.
They may say how far an image is from others in the features of a classifier (`unusual`), or how far
it is from all that G draws (`Matching.often` of `cgan.training.matching`).
"""

import numpy as np
from numpy.typing import NDArray

from cgan.evaluation.neighbours import squared_radii

# An image is as unusual as the distance to its k-th nearest one is long.
_NEIGHBOUR = 5
# Bounds of the squared distances, as multiples of the median's square: the farthest images are no
# digits, or wrongly labelled.
_LEAST, _MOST = 0.1, 8.0


def unusual(features: NDArray[np.float32], classes: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return how unusual each image is among those of its class, (N,): 1 or so, and not 0.

    Args:
        features: (N, D), of all images.
        classes: (N,), theirs.
    """
    weights = np.ones(len(classes))
    for label in np.unique(classes):
        own = classes == label
        weights[own] = _weights(features[own].astype(np.float64))
    return weights


def drawn_again(
    indices: NDArray[np.int64],
    share: float,
    weights: NDArray[np.float64],
    classes: NDArray[np.int32],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the indices of images, of which some are drawn again from those of their class.

    Args:
        indices: (M,).
        share: how many are drawn again, on average.
        weights: (N,), of all images; each is drawn in proportion to its own.
        classes: (N,), of all images.
        rng: what decides.
    """
    chosen, places = rng.random((2, len(indices)))
    result = indices.copy()
    for label in np.unique(classes[indices]):
        own = np.flatnonzero(classes == label)
        until = np.cumsum(weights[own]) / weights[own].sum()
        again = np.flatnonzero((chosen < share) & (classes[indices] == label))
        # The last one may be less than 1 by rounding.
        result[again] = own[np.searchsorted(until[:-1], places[again], side="right")]
    return result


def _weights(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `unusual` of the images of one class, (N,)."""
    if len(features) < 2:
        return np.ones(len(features))
    squares = squared_radii(features, min(_NEIGHBOUR, len(features) - 1))
    median = np.median(squares)
    if not median:  # most are alike
        return np.ones(len(features))
    weights: NDArray[np.float64] = np.clip(squares / median, _LEAST, _MOST)
    return weights
