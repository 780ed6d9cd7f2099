"""Measures of a digit's style: how its strokes lean, and how wide they are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ink_of(image: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return an image's ink, (H, W) from 0 to 1: the mean of its colours, (C, H, W) in [-1, 1]."""
    ink: NDArray[np.float64] = (image.mean(axis=0, dtype=np.float64) + 1) / 2
    return ink


def slant(ink: NDArray[Any]) -> float:
    """Return how far a digit leans to the right: dx/dy of its axis, by its second moments.

    Args:
        ink: (H, W), from 0 (paper) to 1.

    Returns:
        0 for an upright digit, 1 for one that leans by 45 degrees; 0 without ink.
    """
    total = float(ink.sum())
    if total <= 0:
        return 0.0
    rows, columns = (np.arange(length, dtype=np.float64) for length in ink.shape)
    rows = rows - float(ink.sum(axis=1) @ rows) / total
    columns = columns - float(ink.sum(axis=0) @ columns) / total
    height = float(ink.sum(axis=1) @ rows**2)
    # Rows count downwards.
    return 0.0 if height <= 0 else -float(rows @ ink @ columns) / height


def stroke_width(ink: NDArray[Any]) -> float:
    """Return the mean width of the strokes, in pixels: twice the area by the outline's length.

    The length is the sum of the gradient, which grey edges don't change.

    Args:
        ink: (H, W), from 0 (paper) to 1; (float64).

    Returns:
        0 without ink.
    """
    padded = np.pad(ink, 1)
    down = np.diff(padded, axis=0)[:, :-1]
    right = np.diff(padded, axis=1)[:-1]
    outline = float(np.hypot(down, right).sum())
    return 0.0 if outline <= 0 else 2 * float(ink.sum()) / outline
