"""Cubic Bezier curves along the contours of a field."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.writing.contours import Contours, Whole
from cgan.writing.field import Field, Floats

# Between two nodes, a contour turns by about this much at most (in radians), and is at most about
# this long (in pixels of the digit).
_TURN = 0.75
_LENGTH = 7.0
_FEWEST = 4
# How far a point may move at once (in pixels of the digit).
_STEP = 0.25
# How much handles resist being fitted: where a curve is straight, their lengths matter little.
_STIFF = 0.02
# Farther from the contour (in pixels of the digit), a curve is split.
_FAR = 0.09


class Nodes(NamedTuple):
    """Nodes of curves.

    Attributes:
        contours: the nodes as points.
        directions: (2, V) float64 of length 1, in which the curve passes each node.
    """

    contours: Contours
    directions: Floats


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
    spread = lines.spread(_bends(field, lines), _FEWEST)
    at = _on_contour(field, spread, level)
    handles, far = _handles(field, at, level)
    if far.any():
        # Where a contour bends both ways between two nodes, another node helps.
        at = _on_contour(field, at.contours.split(far), level)
        handles, _ = _handles(field, at, level)
    start, end = at.contours.points, at.contours.points[:, at.contours.following]
    after = at.directions[:, at.contours.following]
    points = (start, start + handles[0] * at.directions, end - handles[1] * after, end)
    return Curves(at.contours.starts, at.contours.digits, np.stack(points).transpose(2, 0, 1))


def _bends(field: Field, lines: Contours) -> Floats:
    """Return how many curves it takes from each point to the next, (V,)."""
    following = lines.following
    _, x, y = field.at(lines.digit_of_point, lines.points)
    ahead = _directions(x, y)
    after = ahead[:, following]
    turns = np.abs(ahead[0] * after[1] - ahead[1] * after[0])
    turns[ahead[0] * after[0] + ahead[1] * after[1] < 0] = 1.0
    lengths = _length(lines.points[:, following] - lines.points)
    return np.maximum(turns / _TURN, lengths / _LENGTH)


def _on_contour(field: Field, spread: Contours, level: float) -> Nodes:
    digits = spread.digit_of_point
    points, _ = _moved(field, digits, spread.points, level)
    points, directions = _moved(field, digits, points, level)
    return Nodes(Contours(points, spread.starts, spread.digits), directions)


def _handles(field: Field, at: Nodes, level: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return handles with which curves are close to the contour, and where they aren't.

    Returns:
        (2, V) lengths of both handles of the curve from each node to the next, and (V,) whether it
        is farther from the contour than it may be.
    """
    digits, following = at.contours.digit_of_point, at.contours.following
    start, end = at.contours.points, at.contours.points[:, following]
    ahead, after = at.directions, at.directions[:, following]
    # The handles of a circle's arc that turns as much.
    cosine = np.clip(ahead[0] * after[0] + ahead[1] * after[1], -0.9, 1.0)
    arc = _length(end - start) * (2 / 3) / (1 + np.sqrt((1 + cosine) / 2))
    # Least squares: how far two points of the curve are off, by how much handles move them.
    aa = np.full_like(arc, _STIFF)
    bb, ab = aa.copy(), np.zeros_like(arc)
    ar, br = np.zeros_like(arc), np.zeros_like(arc)
    rows = []
    for t in (1 / 3, 2 / 3):
        u = 1 - t
        near, far = 3 * u * u * t, 3 * u * t * t
        points = (
            (u * u * u + near) * start + (t * t * t + far) * end
            + near * arc * ahead - far * arc * after
        )  # fmt: skip
        ink, x, y = field.at(digits, points)
        slope = np.sqrt(x * x + y * y) + 1e-6
        off = np.clip((level - ink) / slope, -_STEP, _STEP)
        a = near * (ahead[0] * x + ahead[1] * y) / slope
        b = -far * (after[0] * x + after[1] * y) / slope
        aa, ab, bb = aa + a * a, ab + a * b, bb + b * b
        ar, br = ar + a * off, br + b * off
        rows.append((a, b, off))
    determinant = aa * bb - ab * ab
    handles = arc + np.stack([ar * bb - br * ab, br * aa - ar * ab]) / determinant
    handles = np.clip(handles, 0.5 * arc, 1.6 * arc)
    moved = handles - arc
    left = [np.abs(off - a * moved[0] - b * moved[1]) for a, b, off in rows]
    return handles, np.maximum(*left) > _FAR


def _moved(field: Field, digits: Whole, points: Floats, level: float) -> tuple[Floats, Floats]:
    """Return points after a step of Newton's towards the contour, and its directions before."""
    ink, x, y = field.at(digits, points)
    square = x * x + y * y + 1e-9
    share = (level - ink) / square
    length = np.abs(share) * np.sqrt(square)
    share = share * np.minimum(1, _STEP / np.maximum(length, 1e-9))
    return points + share * np.stack([x, y]), _directions(x, y)


def _directions(x: Floats, y: Floats) -> Floats:
    """Return in which direction a contour runs where the field rises by x and y, (2, V)."""
    length = np.sqrt(x * x + y * y) + 1e-12
    return np.stack([y / length, -x / length])


def _length(vectors: Floats) -> Floats:
    length: Floats = np.sqrt(vectors[0] * vectors[0] + vectors[1] * vectors[1])
    return length
