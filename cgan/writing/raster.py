"""From curves to pixels: how much of each pixel is inside, by the even-odd rule.

Lines of points cross each pixel. Along such a line, what is inside is measured exactly; so an edge
has all shades, not only as many as there are lines.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# How far an edge may be from its curve, in pixels.
_FLAT = 0.01
# Lines that cross a picture from top to bottom, if a pixel has neither fewer nor more than this.
_LINES = 4096
_FEWEST, _MOST = 4, 16


def fill(loops: Sequence[Floats], width: int, height: int) -> NDArray[np.uint8]:
    """Return how much of each pixel is inside of closed curves, by the even-odd rule.

    Args:
        loops: closed loops of cubic Bezier curves, each (N, 4, 2) float64: four points of N curves,
            x and y in pixels; (0, 0) is the picture's upper left corner. They may leave it.
        width: of the picture, in pixels.
        height: of the picture.

    Returns:
        (height, width) uint8: 0 is outside and 255 inside.
    """
    start, end = _edges(np.concatenate([np.empty((0, 4, 2)), *loops]))
    lines = int(np.clip(_LINES // max(height, 1), _FEWEST, _MOST))
    line, x = _crossings(start, end, lines, height)
    x = x.clip(0, width)
    order = np.argsort(line * (width + 1.0) + x, kind="stable")
    line, x = line[order], x[order]
    # What is right of a line's first crossing is inside, right of its second outside, and so on.
    sign = np.where(np.arange(len(x)) % 2, -1.0, 1.0) / lines
    column = x.astype(np.intp)
    part = sign * (x - column)
    # A crossing changes its pixel by what is right of it there, and those after it by all.
    place = line // lines * (width + 2) + column
    size = height * (width + 2)
    change = np.bincount(place, sign - part, size) + np.bincount(place + 1, part, size)
    inside = change.reshape(height, width + 2)[:, :width].cumsum(axis=1)
    shades: NDArray[np.uint8] = np.rint(inside.clip(0, 1) * 255).astype(np.uint8)
    return shades


def _edges(curves: Floats) -> tuple[Floats, Floats]:
    """Return both ends of straight edges along curves: (2, M) each, x and y."""
    p = curves.transpose(1, 2, 0)
    bent = max(np.abs(p[i] - 2 * p[i + 1] + p[i + 2]).max(initial=0) for i in (0, 1))
    # The distance of a chord from a curve, by the curve's greatest second derivative.
    count = max(int(np.ceil(np.sqrt(0.75 * bent * np.sqrt(2) / _FLAT))), 1)
    t = (np.arange(count + 1) / count)[:, None, None]
    u = 1 - t
    on = (u * u * u) * p[0] + (3 * u * u * t) * p[1] + (3 * u * t * t) * p[2] + (t * t * t) * p[3]
    on[-1] = p[3]
    return (
        on[:-1].transpose(1, 0, 2).reshape(2, -1),
        on[1:].transpose(1, 0, 2).reshape(2, -1),
    )


def _crossings(
    start: Floats, end: Floats, lines: int, height: int
) -> tuple[NDArray[np.intp], Floats]:
    """Return the number of the line and x, for each place where an edge crosses a line."""
    first = np.ceil(np.minimum(start[1], end[1]) * lines - 0.5).clip(0, height * lines)
    last = np.ceil(np.maximum(start[1], end[1]) * lines - 0.5).clip(0, height * lines)
    counts = (last - first).astype(np.intp)
    edge = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    line = first.astype(np.intp)[edge] + np.arange(len(edge)) - before[edge]
    rise = end[1] - start[1]
    slope = (end[0] - start[0]) / np.where(rise == 0, 1, rise)
    return line, start[0][edge] + ((line + 0.5) / lines - start[1][edge]) * slope[edge]
