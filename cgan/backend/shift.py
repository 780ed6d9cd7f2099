"""Shifting images, with a gradient. Importing this module imports Jittor."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend.setup import load_jittor

jt = load_jittor()

_BLACK = -1.0


def shift(images: Any, shifts: NDArray[np.int32]) -> Any:
    """Shift each image by its own number of pixels; the pixels that come in are black.

    Args:
        images: (N, C, H, W) float32.
        shifts: (N, 2) int32, in pixels: down and right.

    Returns:
        (N, C, H, W) float32; `images` themselves if all shifts are 0.
    """
    if not shifts.any():
        return images
    down, right = (jt.array(np.ascontiguousarray(column)) for column in shifts.T)
    return images.reindex(
        images.shape,
        ["i0", "i1", "i2-@e0(i0)", "i3-@e1(i0)"],
        overflow_value=_BLACK,
        extras=[down, right],
    )
