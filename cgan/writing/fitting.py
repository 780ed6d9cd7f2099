"""Cubic Bezier curves along the contours of a field."""

from collections.abc import Sequence
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

# Two points of each curve, and how much of its four points is in them.
_T = np.array([[1 / 3], [2 / 3]])
_U = 1 - _T
_NEAR, _FAR_OFF = 3 * _U * _U * _T, 3 * _U * _T * _T
_AT_START, _AT_END = _U * _U * _U + _NEAR, _T * _T * _T + _FAR_OFF


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
    points, far = _curves(field, digits, (start, ahead, end, after), level)
    split = np.flatnonzero(far)
    if not len(split):
        return Curves(nodes.starts, nodes.digits, points)
    # Where a contour bends both ways between two nodes, another node helps.
    start, ahead, end, after = (ends.take(split, axis=1) for ends in (start, ahead, end, after))
    digits = digits[split]
    middle, way = _on_contour(field, digits, (start + end) / 2, level)
    first, second = (start, ahead, middle, way), (middle, way, end, after)
    both = [np.concatenate(ends, axis=1) for ends in zip(first, second, strict=True)]
    halves, _ = _curves(field, np.concatenate([digits, digits]), both, level)
    before = np.zeros(len(far) + 1, np.intp)  # how many more curves there are
    far.cumsum(out=before[1:])
    place = np.arange(len(far)) + before[:-1]
    more = np.empty((len(far) + len(split), 4, 2))
    more[place] = points
    more[place[split]] = halves[: len(split)]
    more[place[split] + 1] = halves[len(split) :]
    return Curves(nodes.starts + before[nodes.starts], nodes.digits, more)


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
    field: Field, digits: Whole, ends: Sequence[Floats], level: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return curves that are close to the contour, and where they aren't.

    Args:
        field: of the digits.
        digits: (M,) integers, which digit each curve is of.
        ends: where each curve starts, its direction there, where it ends, and its direction there,
            (2, M) each: of the contours.
        level: of the contours.

    Returns:
        (M, 4, 2) the four points of each, and (M,) whether it is farther from the contour than it
        may be.
    """
    start, ahead, end, after = ends
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
