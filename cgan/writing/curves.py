"""Smooth outlines of digits: closed loops of cubic Bezier curves, a few nodes each.

The ink's pixels are the coefficients of a cubic B-spline, a field that is smooth everywhere
(`cgan.writing.field`). Strokes are made to hold (`holding`), the field's contour at `THRESHOLD` is
found on a grid of half pixels, which decides what is connected (`contours`), and curves are fitted
to it (`fitting`). Page, PNG, SVG and PDF draw these curves, so they show the same.

All digits of a number are computed at once, but a digit's outline depends on its own ink and the
pen alone, to the last bit: see `field`.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from cgan.writing import fitting, holding, weight
from cgan.writing.field import Floats
from cgan.writing.fitting import Curves
from cgan.writing.look import THRESHOLD

# Coordinates are whole numbers of this many parts of a pixel.
PARTS = 100
# Points on each curve at which its extent is measured.
_SAMPLES = 8
# How much of a curve's four points is in each of those, (4, samples, 1, 1).
_T = (np.arange(_SAMPLES) / _SAMPLES)[:, None, None]
_WEIGHTS = ((1 - _T) ** 3, 3 * (1 - _T) ** 2 * _T, 3 * (1 - _T) * _T**2, _T**3)
# Digits that are kept: while a visitor types, all digits but one stay the same.
_KEPT = 4096


@dataclass(frozen=True)
class Outline:
    """The outline of a digit.

    Coordinates are pixels of the digit: x to the right, y down, (0, 0) the upper left corner. Ink
    at the border may reach a little beyond it. Without ink, all four sides are 0.

    Attributes:
        loops: closed loops of cubic Bezier curves, each (N, 4, 2) float64: the four points of N
            curves, x and y. Ink is inside by the even-odd rule.
        left: the least x of the ink.
        top: the least y.
        right: the greatest x.
        bottom: the greatest y.
        rows: (H, 2) float64, the least and the greatest x of the ink in each row of pixels; nan
            where there is none.
        path: the data of an SVG path with the same curves, in hundredths of a pixel.
    """

    loops: tuple[Floats, ...]
    left: float
    top: float
    right: float
    bottom: float
    rows: Floats
    path: str


_Key = tuple[bytes, tuple[int, ...], float]
_kept: OrderedDict[_Key, Outline] = OrderedDict()
_lock = Lock()


def outlines(inks: Sequence[NDArray[np.uint8]], pen: float = 0.0) -> list[Outline]:
    """Return the outline of each digit; it depends on the digit's ink and the pen alone.

    Args:
        inks: (H, W) uint8 each, 255 where there is ink.
        pen: from -1, the finest, to 1, the boldest; 0 is the ink's own weight.
    """
    keys = [(ink.tobytes(), ink.shape, float(pen)) for ink in inks]
    found: dict[_Key, Outline] = {}
    with _lock:
        for key in keys:
            if key in _kept:
                _kept.move_to_end(key)
                found[key] = _kept[key]
    new = {key: ink for key, ink in zip(keys, inks, strict=True) if key not in found}
    for shape in {ink.shape for ink in new.values()}:
        same = {key: ink for key, ink in new.items() if ink.shape == shape}
        found.update(zip(same, _outlines(np.stack(list(same.values())), pen), strict=True))
    with _lock:
        _kept.update((key, found[key]) for key in new)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return [found[key] for key in keys]


def forget() -> None:
    """Forget the outlines that are kept, for measuring and tests."""
    with _lock:
        _kept.clear()


def _outlines(inks: NDArray[np.uint8], pen: float) -> list[Outline]:
    """Return the outlines of digits, (N, H, W) uint8, of one size."""
    field, lines = holding.held(inks, THRESHOLD)
    curves = fitting.fit(field, lines.halved(), THRESHOLD)
    if pen:
        curves = weight.changed(curves, pen)
    whole = np.rint(curves.points * PARTS).astype(np.intp)
    points = whole / PARTS
    count, height, _ = inks.shape
    rows, sides = _extents(curves, points, count, height)
    starts = curves.starts.tolist()
    data = _paths(whole, starts)
    loops = [points[start:end].copy() for start, end in pairwise(starts)]
    first = np.searchsorted(curves.digits, np.arange(count + 1)).tolist()
    found = []
    for (a, b), side, row in zip(pairwise(first), sides.tolist(), rows, strict=True):
        left, top, right, bottom = side
        path = _path(data[a:b])
        found.append(Outline(tuple(loops[a:b]), left, top, right, bottom, row.copy(), path))
    return found


def _extents(curves: Curves, points: Floats, count: int, height: int) -> tuple[Floats, Floats]:
    """Return `Outline.rows`, (N, H, 2), and left, top, right and bottom of each digit, (N, 4)."""
    rows = np.full((2, count * height), np.inf)
    sides = np.full((4, count), np.inf)
    if not len(points):
        rows[:], sides[:] = np.nan, 0.0
        return rows.T.reshape(count, height, 2), sides.T
    p = points.transpose(1, 0, 2)
    on = _WEIGHTS[0] * p[0] + _WEIGHTS[1] * p[1] + _WEIGHTS[2] * p[2] + _WEIGHTS[3] * p[3]
    x, y = on.transpose(2, 1, 0).reshape(2, -1)  # all points of a digit in a row
    starts = curves.starts * _SAMPLES
    sizes = np.diff(starts)
    row = np.floor(y).astype(np.intp)
    # Where a loop goes from one row to the next, it is in both.
    following = np.arange(1, len(x) + 1)
    following[starts[1:] - 1] = starts[:-1]
    leaves = row != row[following]
    over = np.flatnonzero(leaves)
    onto = following[over]
    border = np.maximum(row[over], row[onto])
    crossing = x[over] + (x[onto] - x[over]) * (border - y[over]) / (y[onto] - y[over])
    # Where each run of points in a row begins.
    begins = np.zeros(len(x), bool)
    begins[1:] = leaves[:-1]
    begins[starts[:-1]] = True
    runs = np.flatnonzero(begins)
    digits = np.repeat(curves.digits, sizes)
    at = np.concatenate([row[runs], row[over], row[onto]])
    place = np.concatenate([digits[runs], digits[over], digits[over]]) * height + at
    inside = (at >= 0) & (at < height)
    place = place[inside]
    lower, upper = np.minimum.reduceat(x, runs), np.maximum.reduceat(x, runs)
    np.minimum.at(rows[0], place, np.concatenate([lower, crossing, crossing])[inside])
    np.minimum.at(rows[1], place, -np.concatenate([upper, crossing, crossing])[inside])
    rows[1] *= -1
    drawn, loops = np.unique(curves.digits, return_index=True)
    for side, value in enumerate((x, y, -x, -y)):
        sides[side, drawn] = np.minimum.reduceat(value, starts[loops])
    sides[2:] *= -1
    rows[np.isinf(rows)] = np.nan
    sides[np.isinf(sides)] = 0.0
    return rows.T.reshape(count, height, 2), sides.T


def _paths(curves: NDArray[np.intp], starts: Sequence[int]) -> list[tuple[int, int, str]]:
    """Return where each loop starts, x and y, and its curves in an SVG path, relative to that.

    Args:
        curves: (V, 4, 2) whole numbers.
        starts: (L + 1,) where each loop starts, and V.
    """
    relative = (curves[:, 1:] - curves[:, :1]).ravel().tolist()
    # Python writes a list faster than its numbers.
    written = str([relative[6 * start : 6 * end] for start, end in pairwise(starts)])[2:-2]
    numbers = written.replace(", ", " ").replace(" -", "-").split("] [")
    places = curves[starts[:-1], 0].tolist()
    return [(x, y, text) for (x, y), text in zip(places, numbers, strict=bool(places))]


def _path(loops: Sequence[tuple[int, int, str]]) -> str:
    """Return the data of an SVG path, with relative commands."""
    data = []
    x, y = 0, 0
    for to_x, to_y, numbers in loops:
        down = f"{to_y - y}" if to_y < y else f" {to_y - y}"
        data.append(f"m{to_x - x}{down}c{numbers}z")
        x, y = to_x, to_y
    return "".join(data)
