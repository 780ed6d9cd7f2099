"""The smooth field of digits' ink: cubic B-splines, with values between pixels.

Floats are only added, multiplied, divided and rooted, which IEEE 754 rounds exactly, each on its
own: so what is computed for a point doesn't depend on the others, to the last bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Pixels without ink on each side.
_MARGIN = 3
# With less ink, there is no trace of a stroke.
TRACE = 0.05

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


class Grid(NamedTuple):
    """The field at steps of half a pixel, around all that has a trace of ink.

    Attributes:
        values: (N, rows, columns) float64. In the first and last rows and columns there is no trace
            of ink. Even rows and columns are the middles of pixels.
        left: x of the first column, a pixel's middle.
        top: y of the first row.
    """

    values: Floats
    left: float
    top: float


class Field:
    """The field of some digits; coordinates are pixels of a digit, (0, 0) its upper left corner."""

    def __init__(self, ink: Floats) -> None:
        """Take the B-splines' coefficients: (N, H, W) float64 from 0 to 1."""
        count, height, width = ink.shape
        self._ink = np.zeros((count, height + 2 * _MARGIN, width + 2 * _MARGIN))
        self._ink[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = ink
        # The 16 pixels that a point's value depends on: the first is left of it and above it.
        near = np.arange(-1, 3)
        self._near = (near[:, None] + near * self._ink.shape[2])[:, :, None]

    def grid(self) -> Grid:
        """Return the field at steps of half a pixel."""
        traces = (self._ink >= TRACE).any(axis=0)
        left, right = _extent(traces.any(axis=0))
        top, bottom = _extent(traces.any(axis=1))
        ink = self._ink[:, top:bottom, left:right]
        count, rows, columns = ink.shape
        down = np.empty((count, 2 * rows - 5, columns))
        _halve(ink.transpose(1, 0, 2), down.transpose(1, 0, 2))
        values = np.empty((count, 2 * rows - 5, 2 * columns - 5))
        _halve(down.transpose(2, 0, 1), values.transpose(2, 0, 1))
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
        at.clip(1, [[width - 3], [height - 3]], out=at)
        whole = at.astype(np.intp)
        at -= whole
        # (4, 4, M): from left to right, and from top to bottom.
        first = (digits * height + whole[1]) * width + whole[0]
        taps = self._ink.ravel().take(self._near + first)
        weights, slopes = _weights(at)
        # (4, M): in each row, the field and how it rises.
        rows = _sum_of_products(taps, weights[:, 0])
        rising = _sum_of_products(taps, slopes[:, 0])
        return Values(
            _sum_of_products(rows, weights[:, 1]),
            _sum_of_products(rising, weights[:, 1]),
            _sum_of_products(rows, slopes[:, 1]),
        )


def _extent(has_ink: NDArray[np.bool_]) -> tuple[int, int]:
    """Return a slice with all that has ink, and with the three on each side that it reaches."""
    places = np.flatnonzero(has_ink)
    if not len(places):
        return 0, 2 * _MARGIN
    return int(places[0]) - _MARGIN, int(places[-1]) + 1 + _MARGIN


def _sum_of_products(values: Floats, factors: Floats) -> Floats:
    """Return the sum of four products, (4, ..., M) and (4, M) to (..., M)."""
    total: Floats = values[0] * factors[0]
    for value, factor in zip(values[1:], factors[1:], strict=True):
        total += value * factor
    return total


def _weights(t: Floats) -> tuple[Floats, Floats]:
    """Return a cubic B-spline's weights of four pixels and their derivatives, (4, *t.shape)."""
    u = 1 - t
    tt, uu = t * t, u * u
    weights, slopes = np.empty((2, 4, *t.shape))
    np.multiply(uu, u, out=weights[0])
    np.multiply((3 * t - 6), tt, out=weights[1])
    np.multiply((3 * u - 6), uu, out=weights[2])
    np.multiply(tt, t, out=weights[3])
    weights[1:3] += 4
    weights /= 6
    np.negative(uu, out=slopes[0])
    np.multiply((3 * t - 4), t, out=slopes[1])
    np.multiply((4 - 3 * u), u, out=slopes[2])
    slopes[3] = tt
    slopes /= 2
    return weights, slopes


def _halve(values: Floats, halved: Floats) -> None:
    """Set a B-spline's values at the pixels and halfway between them, from the second pixel on.

    Args:
        values: (M, ...) the coefficients.
        halved: (2 M - 5, ...) to be set.
    """
    at, between = halved[::2], halved[1::2]
    np.multiply(values[1:-1], 4, out=at)
    at += values[:-2]
    at += values[2:]
    at /= 6
    np.add(values[1:-2], values[2:-1], out=between)
    between *= 23
    between += values[:-3]
    between += values[3:]
    between /= 48
