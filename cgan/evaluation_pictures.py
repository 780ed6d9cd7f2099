"""Pictures of an evaluation: samples by their score, and beside their nearest real images."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cgan import picture
from cgan.neighbours import nearest

_SCORED = 10  # worst, and as many best, of each class
_NEIGHBOURS = 5
_NEIGHBOUR_ROWS = 2  # samples of each class


def save_scores(
    path: Path,
    images: NDArray[np.float32],
    labels: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Draw the worst (left, worst first) and the best samples (right, best last) of each class.

    Args:
        path: PNG to write; a row for each class.
        images: (N, C, H, W) float32 in [-1, 1], with at least one of each class below the highest.
        labels: (N,).
        scores: (N,), the higher the better.
    """
    rows = []
    for label in range(int(labels.max()) + 1):
        of_class = np.flatnonzero(labels == label)
        ranked = of_class[np.argsort(scores[of_class], kind="stable")]
        worst, best = ranked[:_SCORED], ranked[-_SCORED:]
        pixels = picture.to_pixels(images[np.concatenate((worst, best))])
        # `line` leaves a gap for None, and an image for anything else.
        rows.append(picture.line(pixels, [*worst, None, *best]))
    picture.save_png(path, np.concatenate(rows, axis=0))


def save_neighbours(
    path: Path,
    images: NDArray[np.float32],
    labels: NDArray[np.int32],
    real: NDArray[np.float32],
) -> None:
    """Draw the first samples of each class (left), each with its nearest real images (right).

    The distance is that of pixels: it would find a copy. There is nothing to see but that a
    sample is, or is not, the same as its neighbour.

    Args:
        path: PNG to write; two rows for each class.
        images: (N, C, H, W) float32 in [-1, 1].
        labels: (N,).
        real: (M, C, H, W) float32 in [-1, 1], M at least 5: what the generator was trained on.
    """
    classes = range(int(labels.max()) + 1)
    chosen = np.concatenate([np.flatnonzero(labels == c)[:_NEIGHBOUR_ROWS] for c in classes])
    flat, flat_real = (array.reshape(len(array), -1) for array in (images[chosen], real))
    rows = []
    for sample, neighbours in zip(chosen, nearest(flat, flat_real, _NEIGHBOURS), strict=True):
        pixels = picture.to_pixels(np.concatenate((images[[sample]], real[neighbours])))
        rows.append(picture.line(pixels, [sample, None, *neighbours]))
    picture.save_png(path, np.concatenate(rows, axis=0))
