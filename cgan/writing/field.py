"""The smooth field of digits' ink: cubic B-splines, with values between pixels.

On a grid of half pixels, the field is a whole number of small parts, which is exact. Elsewhere,
floats are only added, multiplied, divided and rooted, which IEEE 754 rounds exactly, each on its
own: so what is computed for a point doesn't depend on the others, to the last bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Pixels without ink on each side.
_MARGIN = 3
# With less ink, there is no trace of a stroke.
TRACE = 0.05

# Parts of full ink, and those of the field on a grid of half pixels.
PARTS = 255 * 256
GRID_PARTS = PARTS * 48 * 48

Floats = NDArray[np.float64]
Parts = NDArray[np.int32]


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


class Grid(NamedTuple):
    """The field at steps of half a pixel, around all that has a trace of ink.

    Attributes:
        values: (N, rows, columns) int32, from 0 to `GRID_PARTS`. In the first and last rows and
            columns there is no trace of ink. Even rows and columns are the middles of pixels.
        left: x of the first column, a pixel's middle.
        top: y of the first row.
    """

    values: Parts
    left: float
    top: float


class Field:
    """The field of some digits; coordinates are pixels of a digit, (0, 0) its upper left corner."""

    def __init__(self, ink: Parts) -> None:
        """Take the B-splines' coefficients: (N, H, W) int32 from 0 to `PARTS`."""
        count, height, width = ink.shape
        self._whole = np.zeros((count, height + 2 * _MARGIN, width + 2 * _MARGIN), np.int32)
        self._whole[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = ink
        self._ink = self._whole / PARTS
        # The 16 pixels that a point's value depends on: the first is left of it and above it.
        near = np.arange(-1, 3)
        self._near = (near[:, None] + near * self._ink.shape[2])[:, :, None]

    def grid(self) -> Grid:
        """Return the field at steps of half a pixel."""
        traces = self._whole.max(axis=0, initial=0) >= TRACE * PARTS
        left, right = _extent(traces.any(axis=0))
        top, bottom = _extent(traces.any(axis=1))
        ink = self._whole[:, top:bottom, left:right]
        count, rows, columns = ink.shape
        across = np.empty((count, rows, 2 * columns - 5), np.int32)
        _halve(ink.transpose(2, 0, 1), across.transpose(2, 0, 1))
        values = np.empty((count, 2 * rows - 5, 2 * columns - 5), np.int32)
        _halve(across.transpose(1, 0, 2), values.transpose(1, 0, 2))
        # The grid begins with the second pixel.
        return Grid(values, left + 1.5 - _MARGIN, top + 1.5 - _MARGIN)

    def at(self, digits: NDArray[np.intp], points: Floats) -> Values:
        """Return the field at points.

        Args:
            digits: (M,) integers, which digit each point is of.
            points: (2, M) float64, x and y.
        """
        _, height, width = self._ink.shape
        # From coordinates to indices of the array's pixels, whose centres have the whole ones.
        at = points + (_MARGIN - 0.5)
        np.maximum(at, 1, out=at)
        np.minimum(at, np.array([[width - 3.0], [height - 3.0]]), out=at)
        whole = at.astype(np.intp)
        at -= whole
        # (4, 4, M): from left to right, and from top to bottom.
        first = digits * height
        first += whole[1]
        first *= width
        first += whole[0]
        taps = self._ink.ravel().take(self._near + first, mode="clip")
        # (2, 4, 2, M): values and slopes of four pixels, across and down.
        weights = _weights(at)
        # (2, 4, M): in each row, the field and how it rises.
        rows = taps[0] * weights[:, 0, None, 0]
        for tap in range(1, 4):
            rows += taps[tap] * weights[:, tap, None, 0]
        ink, x = (rows * weights[0, :, 1]).sum(axis=1)
        return Values(ink, x, (rows[0] * weights[1, :, 1]).sum(axis=0))


def _extent(has_ink: NDArray[np.bool_]) -> tuple[int, int]:
    """Return a slice with all that has ink, and with the three on each side that it reaches."""
    places = np.flatnonzero(has_ink)
    if not len(places):
        return 0, 2 * _MARGIN
    return int(places[0]) - _MARGIN, int(places[-1]) + 1 + _MARGIN


def _weights(t: Floats) -> Floats:
    """Return a cubic B-spline's weights of four pixels, and their derivatives, (2, 4, *t.shape)."""
    both = np.stack([t, 1 - t])  # the distance from the second pixel, and from the third
    square = both * both
    found = np.empty((2, 4, *t.shape))
    weights, slopes = found
    inner, outer = slice(1, 3), slice(3, None, -3)
    np.multiply(square, both, out=weights[outer])
    weights[outer] *= 1 / 6
    np.multiply(both, 0.5, out=weights[inner])
    weights[inner] -= 1
    weights[inner] *= square
    weights[inner] += 2 / 3
    np.multiply(square, 0.5, out=slopes[outer])
    np.multiply(both, 1.5, out=slopes[inner])
    slopes[inner] -= 2
    slopes[inner] *= both
    slopes[::2] *= -1
    return found


def _halve(values: Parts, halved: Parts) -> None:
    """Set 48 times a B-spline's values at the pixels and halfway between them.

    Args:
        values: (M, ...) the coefficients.
        halved: (2 M - 5, ...) to be set, from the second pixel on.
    """
    at, between = halved[::2], halved[1::2]
    np.multiply(values[1:-1], 4, out=at)
    at += values[:-2]
    at += values[2:]
    at *= 8
    np.add(values[1:-2], values[2:-1], out=between)
    between *= 23
    between += values[:-3]
    between += values[3:]
