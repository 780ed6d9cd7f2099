"""Which pixels differ from those of real images, and a picture of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.writing import picture
from cgan.writing.measures import ink_of

_FULL = 0.2  # a difference of so much ink has the full colour
_SCALE = 3
_GAP = 4

Floats = NDArray[np.float64]


def differences(
    images: NDArray[np.float32], labels: NDArray[Any], real: NDArray[np.float32],
    real_labels: NDArray[Any], n_classes: int,
) -> Floats:  # fmt: skip
    """Return how each class's pixels differ from those of real images.

    Args:
        images: (N, C, H, W) in [-1, 1].
        labels: (N,).
        real: (M, C, H, W).
        real_labels: (M,).
        n_classes: number of classes; where one has no images, nothing differs.

    Returns:
        (2, n_classes, H, W): of the ink's mean and of its standard deviation, ink being from 0
        to 1; positive where these images have more.
    """
    found = np.zeros((2, n_classes, *images.shape[2:]))
    for label in np.intersect1d(labels, real_labels):
        ours = np.stack([ink_of(image) for image in images[labels == label]])
        theirs = np.stack([ink_of(image) for image in real[real_labels == label]])
        found[0, label] = ours.mean(axis=0) - theirs.mean(axis=0)
        found[1, label] = ours.std(axis=0) - theirs.std(axis=0)
    return found


def standing_out(maps: Floats) -> Floats:
    """Return the largest value of each map that the pixels around it don't share.

    What is bolder or leans more differs along all of a stroke; a dot is a pixel that differs from
    its neighbours' median.

    Args:
        maps: (..., H, W).

    Returns:
        (...): absolute values.
    """
    height, width = maps.shape[-2:]
    edges = [(0, 0)] * (maps.ndim - 2) + [(1, 1), (1, 1)]
    padded = np.pad(maps, edges, constant_values=np.nan)
    around = [
        padded[..., 1 + y : 1 + y + height, 1 + x : 1 + x + width]
        for y in (-1, 0, 1)
        for x in (-1, 0, 1)
        if x or y
    ]
    found: Floats = np.abs(maps - np.nanmedian(around, axis=0)).max(axis=(-2, -1))
    return found


def save_differences(path: Path, maps: Sequence[Floats]) -> None:
    """Draw differences: a column for each class, and a row for each mean and each deviation.

    Red pixels have more ink than real images, blue ones less; the full colour is a fifth of all
    ink.

    Args:
        path: PNG to write.
        maps: (2, n_classes, H, W) each, as `differences` returns them; the first on top.
    """
    rows = []
    for both in maps:
        for row in both:
            rows.append(np.concatenate([np.pad(cell, _GAP // 2) for cell in row], axis=1))
    share = np.clip(np.concatenate(rows) / _FULL, -1, 1)
    less, more = np.maximum(-share, 0), np.maximum(share, 0)
    colours = np.stack([1 - less, 1 - less - more, 1 - more], axis=-1)
    pixels: NDArray[np.uint8] = np.rint(colours.clip(0, 1) * 255).astype(np.uint8)
    picture.save_png(path, picture.enlarge(pixels, _SCALE))
