"""Pictures of an evaluation: samples by score, and samples beside their nearest real images."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cgan.evaluation.neighbours import nearest
from cgan.writing import picture

_SCORED = 10  # worst and best samples of each class: this many of each
_NEIGHBOURS = 5
_COMPARED = 2  # samples of each class


def save_scores(
    path: Path,
    images: NDArray[np.float32],
    labels: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Draw the worst (left, worst first) and the best samples (right, best last) of each class.

    Args:
        path: PNG to write; a row for each class.
        images: (N, C, H, W) float32 in [-1, 1], with at least one of the first class.
        labels: (N,).
        scores: (N,), the higher the better.
    """
    rows: list[NDArray[np.uint8]] = []
    for label in range(int(labels.max()) + 1):
        of_class = np.flatnonzero(labels == label)
        ranked = of_class[np.argsort(scores[of_class], kind="stable")]
        if not len(ranked):
            rows.append(np.zeros_like(rows[0]))
            continue
        worst, best = ranked[:_SCORED], ranked[-_SCORED:]
        pixels = picture.to_pixels(images[np.concatenate((worst, best))])
        # `line` leaves a gap for None, and an image for anything else.
        rows.append(picture.line(pixels, [*worst, None, *best]))
    _save_rows(path, rows)


def save_neighbours(
    path: Path,
    images: NDArray[np.float32],
    labels: NDArray[np.int32],
    real: NDArray[np.float32],
) -> None:
    """Draw the first two samples of each class, each with its nearest real images to its right.

    The distance is between pixels, which gives away a generator that copies: its samples look
    exactly like their first neighbours.

    Args:
        path: PNG to write; a row for each class.
        images: (N, C, H, W) float32 in [-1, 1], with at least one of the first class.
        labels: (N,).
        real: (M, C, H, W) float32 in [-1, 1], M at least 5: what the generator was trained on.
    """
    rows: list[NDArray[np.uint8]] = []
    flat_real = real.reshape(len(real), -1)
    for label in range(int(labels.max()) + 1):
        samples = images[np.flatnonzero(labels == label)[:_COMPARED]]
        if not len(samples):
            rows.append(np.zeros_like(rows[0]))
            continue
        found = nearest(samples.reshape(len(samples), -1), flat_real, _NEIGHBOURS)
        parts: list[NDArray[np.float32] | None] = []
        for sample, neighbours in zip(samples, found, strict=True):
            parts += [sample, None, *real[neighbours], None, None]
        shown = parts[:-2]  # no gap at the end
        pixels = picture.to_pixels(np.stack([part for part in shown if part is not None]))
        rows.append(picture.line(pixels, shown))
    _save_rows(path, rows)


def _save_rows(path: Path, rows: list[NDArray[np.uint8]]) -> None:
    """Write rows; those of classes with fewer samples are shorter."""
    width = max(row.shape[1] for row in rows)
    padded = []
    for row in rows:
        full = np.zeros((row.shape[0], width, *row.shape[2:]), row.dtype)
        full[:, : row.shape[1]] = row
        padded.append(full)
    picture.save_png(path, np.concatenate(padded))
