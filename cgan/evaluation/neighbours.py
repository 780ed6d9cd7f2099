"""What nearest neighbours say about generated images: precision, recall, coverage, and copies.

Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models", 2019
(arXiv:1904.06991). Naeem et al., "Reliable fidelity and diversity metrics for generative models",
2020 (arXiv:2002.09797).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Distances are computed for this many rows at a time: 80 MB for 10,000 columns.
_BLOCK = 1000


def precision_recall(
    real: NDArray[Any], generated: NDArray[Any], k: int = 3
) -> tuple[float, float]:
    """Return how much of `generated` is like `real`, and the other way round.

    A set's manifold is the union of balls around its points. The radius of a ball is the distance
    from its point to the k-th nearest other point of the set, or to the farthest one if there are
    fewer.

    Args:
        real: (N, D) features, N more than 1.
        generated: (M, D) features, M more than 1.
        k: which neighbour.

    Returns:
        Precision: the share of `generated` in the manifold of `real`. Are the images realistic?
        Recall: the share of `real` in the manifold of `generated`. Is anything missing?
    """
    points, others = real.astype(np.float64), generated.astype(np.float64)
    around, around_others = (squared_radii(p, min(k, len(p) - 1)) for p in (points, others))
    return _share_within(others, points, around), _share_within(points, others, around_others)


def density_coverage(
    real: NDArray[Any], generated: NDArray[Any], k: int = 5
) -> tuple[float, NDArray[np.bool_]]:
    """Return how densely `generated` lies among `real`, and what of `real` it covers.

    Balls are around the real points alone, so that a few odd images can't cover everything.

    Args:
        real: (N, D) features, N more than 1.
        generated: (M, D) features.
        k: the radius of a ball is the distance to the k-th nearest other real point; to the
            farthest one if there are fewer.

    Returns:
        Density: the mean number of balls that a generated point is in, divided by k. It may exceed
        1. And (N,) bool: which balls have a generated point in them; coverage is their share.
    """
    points, others = real.astype(np.float64), generated.astype(np.float64)
    k = min(k, len(points) - 1)
    radii = squared_radii(points, k)
    inside, covered = 0, np.empty(len(points), bool)
    for start, block in _squared_distances(points, others):
        within = block <= radii[start : start + len(block), None]
        inside += int(within.sum())
        covered[start : start + len(block)] = within.any(axis=1)
    return inside / (k * len(others)), covered


def nearest(queries: NDArray[Any], references: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Return the k nearest references of each query.

    Args:
        queries: (N, D).
        references: (M, D), M at least k.
        k: how many.

    Returns:
        (N, k) indices into `references`, nearest first.
    """
    rows = [
        np.argsort(block, axis=1, kind="stable")[:, :k]
        for _, block in _squared_distances(queries, references)
    ]
    indices: NDArray[np.int64] = np.concatenate(rows)
    return indices


def squared_radii(points: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Return the squared distance of each point to the k-th nearest other one.

    Args:
        points: (N, D), N more than k.
        k: which neighbour.

    Returns:
        (N,) float64.
    """
    # The nearest point is the point itself.
    return squared_distances(points, points, k + 1)


def squared_distances(
    points: NDArray[np.float64], others: NDArray[np.float64], k: int
) -> NDArray[np.float64]:
    """Return the squared distance of each point to the k-th nearest of `others`.

    Args:
        points: (N, D).
        others: (M, D), M at least k.
        k: which neighbour, from 1.

    Returns:
        (N,) float64.
    """
    distances = np.empty(len(points))
    for start, block in _squared_distances(points, others):
        nearest_first = np.partition(block, k - 1, axis=1)
        distances[start : start + len(block)] = nearest_first[:, k - 1]
    return distances


def _share_within(
    points: NDArray[np.float64], centres: NDArray[np.float64], squared_radii: NDArray[np.float64]
) -> float:
    """Return the share of `points` in the ball of at least one of `centres`."""
    within = 0
    for _, block in _squared_distances(points, centres):
        within += int((block <= squared_radii).any(axis=1).sum())
    return within / len(points)


def _squared_distances(
    points: NDArray[Any], others: NDArray[Any]
) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield (first row, squared distances) of a block of `points` (rows) to all of `others`."""
    squares = np.square(others).sum(axis=1)
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        distances = block @ others.T
        distances *= -2
        distances += np.square(block).sum(axis=1)[:, None]
        distances += squares
        yield start, np.maximum(distances, 0, out=distances)
