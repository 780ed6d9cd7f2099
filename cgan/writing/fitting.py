"""Cubic Bezier curves along the contours of a field."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.writing.contours import Contours, Whole
from cgan.writing.field import Field, Floats

# Between two nodes, a contour turns by about this much at most (in radians), and is at most about
# this long (in pixels of the digit).
_TURN = 0.9
_LENGTH = 6.0
_FEWEST = 4
# How far a point may move at once (in pixels of the digit).
_STEP = 0.25
# How much handles resist being fitted: where a curve is straight, their lengths matter little.
_STIFF = 0.02
# Farther from the contour (in pixels of the digit), a curve is split.
_FAR = 0.06

# Curves that turn by more than about 70 degrees, or whose handles differ by more than this share of
# their length, are looked at again: farther from the contour than this, they are split, at most so
# often.
_BENT, _UNEVEN, _MISS = 0.3, 0.11, 0.12
_MOST_SPLITS = 3

# Two points of each curve, and how much of its four points is in them.
_T = np.array([[1 / 3], [2 / 3]])
_U = 1 - _T
_NEAR, _FAR_OFF = 3 * _U * _U * _T, 3 * _U * _T * _T
_AT_START, _AT_END = _U * _U * _U + _NEAR, _T * _T * _T + _FAR_OFF

# Points between, at which curves are looked at, (5, 4).
_BETWEEN = np.array([[(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
                     for t in np.linspace(0.1, 0.9, 5)])  # fmt: skip


class Curves(NamedTuple):
    """Cubic Bezier curves, closed loops one after another.

    Attributes:
        starts: (L + 1,) integers, where each loop starts, and V.
        digits: (L,) integers, the digit that each loop is of.
        points: (V, 4, 2) float64, the four points of each curve, x and y.
    """

    starts: Whole
    digits: Whole
    points: Floats


def fit(field: Field, lines: Contours, level: float) -> Curves:
    """Return curves along the field's contours, with more nodes where they bend.

    Args:
        field: of the digits.
        lines: its contours on a grid, which decide what is connected.
        level: of the contours.
    """
    nodes = lines.spread(_bends(field, lines), _FEWEST)
    following, digits = nodes.following, nodes.digit_of_point
    start, ahead = _on_contour(field, digits, nodes.points, level)
    end, after = start.take(following, axis=1), ahead.take(following, axis=1)
    ends = np.concatenate([start, ahead, end, after])
    points, far = _curves(field, digits, ends, level)
    curves = Curves(nodes.starts, nodes.digits, points)
    chosen = np.flatnonzero(far)
    # Where a contour bends both ways between two nodes, another node helps.
    middles = (start.take(chosen, axis=1) + end.take(chosen, axis=1)) / 2
    for _ in range(1 + _MOST_SPLITS):
        if len(chosen):
            digits, ends, curves, far = _split(field, digits, ends, curves, far, middles, level)
        chosen = _missing(field, digits, curves.points, far, level)
        if not len(chosen):
            break
        far = np.zeros(len(digits), bool)
        far[chosen] = True
        middles = curves.points[chosen].transpose(1, 2, 0)
        middles = (middles[0] + 3 * (middles[1] + middles[2]) + middles[3]) / 8
    return curves


def _split(
    field: Field,
    digits: Whole,
    ends: Floats,
    curves: Curves,
    chosen: NDArray[np.bool_],
    middles: Floats,
    level: float,
) -> tuple[Whole, Floats, Curves, NDArray[np.bool_]]:
    """Return curves of which some are split into two, with what belongs to them.

    Args:
        field: of the digits.
        digits: (M,) which digit each curve is of.
        ends: (8, M) of the curves.
        curves: M of them.
        chosen: (M,) which to split.
        middles: (2, K) where, nearly.
        level: of the contours.

    Returns:
        Digits, ends and curves after that, and which curves are farther off than they may be.
    """
    split = np.flatnonzero(chosen)
    old, of = ends.take(split, axis=1), digits.take(split)
    middle = np.concatenate(_on_contour(field, of, middles, level))
    new = np.concatenate([old[:4], middle, middle, old[4:]]).reshape(2, 8, -1)
    new = new.transpose(1, 0, 2).reshape(8, -1)
    halves, far = _curves(field, np.concatenate([of, of]), new, level)
    before = np.zeros(len(chosen) + 1, np.intp)  # how many more curves there are
    chosen.cumsum(out=before[1:])
    first = split + before[split]
    put = np.concatenate([first, first + 1])
    again = np.repeat(np.arange(len(chosen)), 1 + chosen)
    points, ends = curves.points.take(again, axis=0), ends.take(again, axis=1)
    points[put], ends[:, put] = halves, new
    off = np.zeros(len(again), bool)
    off[put] = far
    curves = Curves(curves.starts + before[curves.starts], curves.digits, points)
    return digits.take(again), ends, curves, off


def _missing(
    field: Field, digits: Whole, points: Floats, far: NDArray[np.bool_], level: float
) -> Whole:
    """Return the indices of curves that are farther from the contour than all others.

    Args:
        field: of the digits.
        digits: (M,) which digit each curve is of.
        points: (M, 4, 2) the curves.
        far: (M,) which are to be looked at in any case.
        level: of the contours.
    """
    p = points.transpose(1, 2, 0)
    first, second, chord = p[1] - p[0], p[3] - p[2], p[3] - p[0]
    lengths = np.sqrt((np.stack([first, second, chord]) ** 2).sum(axis=1))
    # A curve that turns by much, or that has unequal handles.
    turns = (first * second).sum(axis=0) < _BENT * lengths[0] * lengths[1]
    uneven = np.abs(lengths[0] - lengths[1]) > _UNEVEN * lengths[2]
    doubtful = np.flatnonzero(far | turns | uneven)
    p = p.take(doubtful, axis=2)
    on = (_BETWEEN[:, :, None, None] * p).sum(axis=1).transpose(1, 0, 2).reshape(2, -1)
    ink, x, y = field.at(np.tile(digits.take(doubtful), len(_BETWEEN)), on)
    off = np.abs(ink - level) > _MISS * np.sqrt(x * x + y * y)
    missing: Whole = doubtful[off.reshape(len(_BETWEEN), -1).any(axis=0)]
    return missing


def _bends(field: Field, lines: Contours) -> Floats:
    """Return how many curves it takes from each point to the next, (V,)."""
    _, x, y = field.at(lines.digit_of_point, lines.points)
    ahead = _directions(x, y)
    after = ahead.take(lines.following, axis=1)
    turns = np.abs(ahead[0] * after[1] - ahead[1] * after[0])
    turns[ahead[0] * after[0] + ahead[1] * after[1] < 0] = 1.0
    lengths = _length(lines.steps)
    return np.maximum(turns / _TURN, lengths / _LENGTH)


def _on_contour(field: Field, digits: Whole, points: Floats, level: float) -> tuple[Floats, Floats]:
    """Return points moved to the contour, and the contour's directions there, (2, M) each."""
    points, _ = _moved(field, digits, points, level)
    return _moved(field, digits, points, level)


def _curves(
    field: Field, digits: Whole, ends: Floats, level: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return curves that are close to the contour, and where they aren't.

    Args:
        field: of the digits.
        digits: (M,) integers, which digit each curve is of.
        ends: (8, M) where each curve starts, the contour's direction there, where it ends, and the
            contour's direction there: x and y of each.
        level: of the contours.

    Returns:
        (M, 4, 2) the four points of each, and (M,) whether it is farther from the contour than it
        may be.
    """
    start, ahead, end, after = ends[:2], ends[2:4], ends[4:6], ends[6:]
    # The handles of a circle's arc that turns as much.
    cosine = np.clip(ahead[0] * after[0] + ahead[1] * after[1], -0.9, 1.0)
    arc = _length(end - start) * (2 / 3) / (1 + np.sqrt((1 + cosine) / 2))
    points = (
        _AT_START * start[:, None] + _AT_END * end[:, None]
        + _NEAR * (arc * ahead)[:, None] - _FAR_OFF * (arc * after)[:, None]
    )  # fmt: skip
    found = field.at(np.concatenate([digits, digits]), points.reshape(2, -1))
    ink, x, y = (values.reshape(2, -1) for values in found)
    slope = np.sqrt(x * x + y * y) + 1e-6
    off = np.clip((level - ink) / slope, -_STEP, _STEP)
    # Least squares: how far the two points are off, by how much the handles move them.
    a = _NEAR * (ahead[0] * x + ahead[1] * y) / slope
    b = -_FAR_OFF * (after[0] * x + after[1] * y) / slope
    aa, ab, bb = ((v[0] + v[1]) for v in (a * a, a * b, b * b))
    ar, br = ((v[0] + v[1]) for v in (a * off, b * off))
    aa, bb = aa + _STIFF, bb + _STIFF
    handles = arc + np.stack([ar * bb - br * ab, br * aa - ar * ab]) / (aa * bb - ab * ab)
    handles = np.clip(handles, 0.5 * arc, 1.6 * arc)
    moved = handles - arc
    left = np.abs(off - a * moved[0] - b * moved[1])
    curves = np.empty((start.shape[1], 4, 2))
    curves[:, 0], curves[:, 3] = start.T, end.T
    curves[:, 1] = (start + handles[0] * ahead).T
    curves[:, 2] = (end - handles[1] * after).T
    return curves, np.maximum(left[0], left[1]) > _FAR


def _moved(field: Field, digits: Whole, points: Floats, level: float) -> tuple[Floats, Floats]:
    """Return points after a step of Newton's towards the contour, and its directions before."""
    ink, x, y = field.at(digits, points)
    square = x * x + y * y + 1e-9
    share = (level - ink) / square
    length = np.abs(share) * np.sqrt(square)
    share *= np.minimum(1, _STEP / np.maximum(length, 1e-9))
    moved = points.copy()
    moved[0] += share * x
    moved[1] += share * y
    return moved, _directions(x, y)


def _directions(x: Floats, y: Floats) -> Floats:
    """Return in which direction a contour runs where the field rises by x and y, (2, V)."""
    length = np.sqrt(x * x + y * y)
    length += 1e-12
    directions = np.empty((2, len(x)))
    np.divide(y, length, out=directions[0])
    np.divide(x, -length, out=directions[1])
    return directions


def _length(vectors: Floats) -> Floats:
    length: Floats = np.sqrt(vectors[0] * vectors[0] + vectors[1] * vectors[1])
    return length
