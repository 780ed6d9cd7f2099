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
    nodes, directions = _on_contour(field, nodes, level)
    every = np.arange(nodes.points.shape[1])
    handles, far = _handles(field, nodes, directions, every, level)
    split = np.flatnonzero(far)
    if len(split):
        # Where a contour bends both ways between two nodes, another node helps.
        middles, ways = _on_contour(field, nodes.middles(split), level)
        nodes = nodes.split(split, middles.points)
        directions = np.insert(directions, split + 1, ways, axis=1)
        handles = np.insert(handles, split + 1, 0, axis=1)
        first = split + np.arange(len(split))
        halves = np.concatenate([first, first + 1])
        handles[:, halves], _ = _handles(field, nodes, directions, halves, level)
    start, end = nodes.points, nodes.points[:, nodes.following]
    after = directions[:, nodes.following]
    points = (start, start + handles[0] * directions, end - handles[1] * after, end)
    return Curves(nodes.starts, nodes.digits, np.stack(points).transpose(2, 0, 1))


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


def _on_contour(field: Field, nodes: Contours, level: float) -> tuple[Contours, Floats]:
    """Return nodes moved to the contour, and the contour's directions there, (2, V)."""
    digits = nodes.digit_of_point
    points, _ = _moved(field, digits, nodes.points, level)
    points, directions = _moved(field, digits, points, level)
    return Contours(points, nodes.starts, nodes.digits), directions


def _handles(
    field: Field, nodes: Contours, directions: Floats, chosen: Whole, level: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return handles with which curves are close to the contour, and where they aren't.

    Args:
        field: of the digits.
        nodes: on its contours.
        directions: (2, V), of the contours at the nodes.
        chosen: (M,) integers, the nodes at which the curves start.
        level: of the contours.

    Returns:
        (2, M) lengths of both handles of the curve from each node to the next, and (M,) whether it
        is farther from the contour than it may be.
    """
    following = nodes.following[chosen]
    start, end = nodes.points[:, chosen], nodes.points[:, following]
    ahead, after = directions[:, chosen], directions[:, following]
    # The handles of a circle's arc that turns as much.
    cosine = np.clip(ahead[0] * after[0] + ahead[1] * after[1], -0.9, 1.0)
    arc = _length(end - start) * (2 / 3) / (1 + np.sqrt((1 + cosine) / 2))
    # Two points of each curve.
    t = np.array([[1 / 3], [2 / 3]])
    u = 1 - t
    near, far = 3 * u * u * t, 3 * u * t * t
    points = (
        (u * u * u + near) * start[:, None] + (t * t * t + far) * end[:, None]
        + near * (arc * ahead)[:, None] - far * (arc * after)[:, None]
    )  # fmt: skip
    digits = nodes.digit_of_point[chosen]
    found = field.at(np.concatenate([digits, digits]), points.reshape(2, -1))
    ink, x, y = (values.reshape(2, -1) for values in found)
    slope = np.sqrt(x * x + y * y) + 1e-6
    off = np.clip((level - ink) / slope, -_STEP, _STEP)
    # Least squares: how far the two points are off, by how much the handles move them.
    a = near * (ahead[0] * x + ahead[1] * y) / slope
    b = -far * (after[0] * x + after[1] * y) / slope
    aa, ab, bb = ((v[0] + v[1]) for v in (a * a, a * b, b * b))
    ar, br = ((v[0] + v[1]) for v in (a * off, b * off))
    aa, bb = aa + _STIFF, bb + _STIFF
    handles = arc + np.stack([ar * bb - br * ab, br * aa - ar * ab]) / (aa * bb - ab * ab)
    handles = np.clip(handles, 0.5 * arc, 1.6 * arc)
    moved = handles - arc
    left = np.abs(off - a * moved[0] - b * moved[1])
    return handles, np.maximum(left[0], left[1]) > _FAR


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
