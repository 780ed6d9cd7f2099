"""Pen weight: outlines moved outwards or inwards, so that strokes hold and holes stay open.

A point of an outline moves by a share of the radius of the largest circle that touches it there,
inside the ink or outside of it (Ma, Bae and Choi 2012, "3D medial axis point approximation using
nearest neighbors and the normal field"). So two sides of a stroke or a hole never meet.
"""

import numpy as np
from numpy.typing import NDArray

from cgan.writing.field import Floats
from cgan.writing.fitting import Curves

# The boldest and the finest pen change a stroke's width by this share of it.
_CHANGE = 0.38
# How much of the way to the middle of a hole or a gap an outline may move.
_CLOSER = 0.5
# A finer pen leaves at least this (in pixels of the digit) on each side of a stroke's middle.
_THINNEST = 0.4
# Points on each curve that circles are kept away from.
_SAMPLES = 4
# Circles may be this large, in pixels of the digit.
_LARGEST = 8.0


def changed(curves: Curves, pen: float) -> Curves:
    """Return the outlines of another pen.

    Args:
        curves: the outlines of the ink's own.
        pen: from -1, the finest, to 1, the boldest.
    """
    points = curves.points
    following = _following(curves.starts)
    previous = np.empty_like(following)
    previous[following] = np.arange(len(following))
    start = points[:, 0]
    ahead = points[:, 1] - start
    first = _length(ahead)
    ahead = ahead / np.maximum(first, 1e-9)[:, None]
    outwards = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    distance = _distances(curves, start, outwards, pen)
    for _ in range(2):  # smooth along the outline
        distance = (distance[previous] + 2 * distance + distance[following]) / 4
    moved = start + distance[:, None] * outwards
    chord = np.maximum(_length(start[following] - start), 1e-9)
    scale = _length(moved[following] - moved) / chord
    # How the outline turns where its distance changes.
    slope = (distance[following] - distance[previous]) / (chord + chord[previous])
    ahead = ahead * ((scale + scale[previous]) / 2)[:, None] + slope[:, None] * outwards
    ahead = ahead / np.maximum(_length(ahead), 1e-9)[:, None]
    second = _length(points[:, 3] - points[:, 2])
    end, after = moved[following], ahead[following]
    return Curves(
        curves.starts,
        curves.digits,
        np.stack(
            [
                moved,
                moved + (first * scale)[:, None] * ahead,
                end - (second * scale)[:, None] * after,
                end,
            ],
            axis=1,
        ),
    )


def _following(starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the index of the curve after each, (V,)."""
    following = np.arange(1, starts[-1] + 1)
    following[starts[1:] - 1] = starts[:-1]
    return following


def _distances(curves: Curves, start: Floats, outwards: Floats, pen: float) -> Floats:
    """Return how far each node moves outwards, (V,)."""
    distance = np.zeros(len(start))
    t = (np.arange(_SAMPLES) / _SAMPLES)[:, None, None]
    u = 1 - t
    p = curves.points.transpose(1, 0, 2)
    on = (u * u * u) * p[0] + (3 * u * u * t) * p[1] + (3 * u * t * t) * p[2] + (t * t * t) * p[3]
    for digit in np.unique(curves.digits).tolist():
        first, last = np.searchsorted(curves.digits, [digit, digit + 1])
        chosen = slice(curves.starts[first], curves.starts[last])
        away = on[:, chosen].reshape(1, -1, 2) - start[chosen, None]
        square = away[..., 0] * away[..., 0] + away[..., 1] * away[..., 1]
        height = away[..., 0] * outwards[chosen, :1] + away[..., 1] * outwards[chosen, 1:]
        # A circle that touches the node and a point has this radius; it is less than 0 inside.
        curvature = 2 * height / np.maximum(square, 1e-9)
        inside = 1 / np.maximum(-curvature.min(axis=1), 1 / _LARGEST)
        outside = 1 / np.maximum(curvature.max(axis=1), 1 / _LARGEST)
        usual = np.median(inside)
        if pen < 0:
            most = np.maximum(inside - _THINNEST, 0)
            distance[chosen] = np.maximum(pen * _CHANGE * np.minimum(inside, usual), -most)
        else:
            distance[chosen] = np.minimum(pen * _CHANGE * usual, pen * _CLOSER * outside)
    return distance


def _length(vectors: Floats) -> Floats:
    length: Floats = np.sqrt(vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1])
    return length
