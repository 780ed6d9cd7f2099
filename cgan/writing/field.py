"""The smooth field of digits' ink: cubic B-splines, with values between pixels.

Floats are only added, multiplied, divided and rooted, which IEEE 754 rounds exactly, each on its
own: so what is computed for a point doesn't depend on the others, to the last bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Pixels without ink on each side.
_MARGIN = 3

Floats = NDArray[np.float64]


class Values(NamedTuple):
    """The field at some points.

    Attributes:
        ink: (M,) the field, from 0 to 1.
        x: (M,) its derivative to the right, per pixel.
        y: (M,) its derivative downwards, per pixel.
    """

    ink: Floats
    x: Floats
    y: Floats


class Field:
    """The field of some digits; coordinates are pixels of a digit, (0, 0) its upper left corner."""

    def __init__(self, ink: Floats) -> None:
        """Take the B-splines' coefficients: (N, H, W) float64 from 0 to 1."""
        margin = (_MARGIN, _MARGIN)
        self._ink = np.pad(ink, ((0, 0), margin, margin))

    def grid(self) -> Floats:
        """Return the field at steps of half a pixel.

        Returns:
            (N, 2 H + 7, 2 W + 7) float64. The first row and column are at `GRID_START`; the first
            and the last are 0.
        """
        return _halved(_halved(self._ink, 1), 2)

    def at(self, digits: NDArray[np.intp], points: Floats) -> Values:
        """Return the field at points.

        Args:
            digits: (M,) integers, which digit each point is of.
            points: (2, M) float64, x and y.
        """
        _, height, width = self._ink.shape
        # From coordinates to indices of the array's pixels, whose centres have the whole ones.
        at: Floats = np.clip(points + (_MARGIN - 0.5), 1, np.array([[width - 3], [height - 3]]))
        whole = at.astype(np.intp)
        first = (digits * height + whole[1]) * width + whole[0]
        # (4, 4, M): from left to right, and from top to bottom.
        taps = self._ink.ravel().take(_NEAR * width + _NEAR.transpose(1, 0, 2) + first)
        weights, slopes = _weights(np.subtract(at, whole))
        # (2, 4, M): in each row, the field and how it rises.
        rows = (taps * np.stack([weights[:, 0], slopes[:, 0]])[:, :, None]).sum(axis=1)
        ink, x = (rows * weights[:, 1]).sum(axis=1)
        return Values(ink, x, (rows[0] * slopes[:, 1]).sum(axis=0))


# Where the grid's first row and column are.
GRID_START = 1 - _MARGIN + 0.5


# The four pixels that a point's value depends on, from the one to the left of it or above it.
_NEAR = np.arange(-1, 3)[None, :, None]


def _weights(t: Floats) -> tuple[Floats, Floats]:
    """Return a cubic B-spline's weights of four pixels and their derivatives, (4, *t.shape)."""
    u = 1 - t
    tt, uu = t * t, u * u
    weights = np.stack([uu * u, (3 * t - 6) * tt + 4, (3 * u - 6) * uu + 4, tt * t]) / 6
    slopes = np.stack([-uu, (3 * t - 4) * t, (4 - 3 * u) * u, tt]) / 2
    return weights, slopes


def _halved(values: Floats, axis: int) -> Floats:
    """Return a B-spline at the pixels and halfway between them, from the second pixel on."""
    v = np.moveaxis(values, axis, 0)
    halved = np.empty((2 * len(v) - 5, *v.shape[1:]))
    halved[::2] = (v[:-2] + 4 * v[1:-1] + v[2:]) / 6
    halved[1::2] = ((v[:-3] + v[3:]) + 23 * (v[1:-2] + v[2:-1])) / 48
    return np.moveaxis(halved, 0, axis)
