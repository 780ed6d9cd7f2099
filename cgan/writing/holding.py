"""What makes strokes hold: pieces of a digit that belong together are joined, specks go.

Where a stroke is faint, its contour breaks. But the generator leaves a trace of ink there, and the
pieces are joined along the darkest way between them, by a stroke a bit thinner than the pen.
Joining pieces can't close a loop. What has no such trace is a stroke of its own, like the bar of
a 5, or a speck if it is small.
"""

import heapq
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cgan.writing.contours import Contours, contours
from cgan.writing.field import GRID_START, Field, Floats
from cgan.writing.pieces import pieces

# Lines around less than this (in square pixels of the digit) are specks or pinholes.
_PINHOLE = 0.6
# Pieces of less than this, and of less than this share of the largest, are specks if they are
# alone; larger ones are, too, where digits have no strokes: in the picture's margin.
_SPECK = 6.0
_SPECK_IN_MARGIN = 16.0
_SPECK_SHARE = 0.25
_MARGIN = 0.18  # of the picture's size
# With less ink, there is no trace of a stroke.
_TRACE = 0.05
# A way costs its length, divided by its ink and this.
_PAPER = 0.05
# Pieces are joined by strokes of this share of the pen's width, which begin up to this many half
# pixels inside of them.
_JOIN = 0.8
_INSIDE = 3
# What is connected by less ink than this above the contour's level is taken for broken.
_HAIR = 0.03

_Place = tuple[int, int]  # row and column on a grid of half pixels
_STEPS = [
    (down, right, 0.5 * (down * down + right * right) ** 0.5)
    for down in (-1, 0, 1)
    for right in (-1, 0, 1)
    if down or right
]


def held(inks: NDArray[np.uint8], level: float) -> tuple[Field, Contours]:
    """Return the field of digits whose strokes hold, and its contours without specks.

    Args:
        inks: (N, H, W) uint8, 255 where there is ink.
        level: of the contours.
    """
    ink = inks / 255
    field = Field(ink)
    lines = contours(field.grid(), level)
    areas = lines.areas()
    outer = np.bincount(lines.digits[areas > 0], minlength=len(ink))
    broken = np.flatnonzero(outer > 1)
    if len(broken):
        pens = _pens(lines, areas, len(ink))
        grids = Field(ink[broken]).grid()
        for digit, grid in zip(broken, grids, strict=True):
            ink[digit] = _mended(ink[digit], grid, float(pens[digit]), level)
        field = Field(ink)
        again = contours(Field(ink[broken]).grid(), level)
        lines = lines.only(outer[lines.digits] <= 1).merged(again, broken)
        areas = lines.areas()
    return field, lines.only(_kept(lines, areas, ink.shape))


def _pens(lines: Contours, areas: Floats, count: int) -> Floats:
    """Return the width of each digit's pen, (N,): half of a stroke's outline is its length."""
    lengths = np.bincount(lines.digits, lines.lengths(), count)
    pens: Floats = 2 * np.bincount(lines.digits, areas, count) / np.maximum(lengths, 1)
    return pens


def _kept(lines: Contours, areas: Floats, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which lines aren't specks or pinholes, (L,).

    Args:
        lines: of digits.
        areas: inside of each.
        shape: of all digits' ink, (N, H, W).
    """
    count, height, width = shape
    largest = np.zeros(count)
    np.maximum.at(largest, lines.digits, areas)
    kept = np.abs(areas) >= _PINHOLE
    most = np.minimum(_SPECK_IN_MARGIN, _SPECK_SHARE * largest)[lines.digits]
    doubtful = (areas > 0) & (areas < most)
    for speck in np.flatnonzero(doubtful).tolist():
        points = lines.points[:, lines.starts[speck] : lines.starts[speck + 1]]
        low, high = points.min(axis=1), points.max(axis=1)
        x, y = (low + high) / 2
        edge = min(x / width, 1 - x / width, y / height, 1 - y / height)
        if areas[speck] < _SPECK or edge < _MARGIN:
            first = lines.points[:, lines.starts[:-1]].T
            inside = ((first >= low) & (first <= high)).all(axis=1)
            # The speck, and the holes in it.
            kept &= ~(inside & (lines.digits == lines.digits[speck]) & (areas <= areas[speck]))
    return kept


def _mended(ink: Floats, grid: Floats, pen: float, level: float) -> Floats:
    """Return a digit's ink with its pieces joined.

    Args:
        ink: (H, W) from 0 to 1.
        grid: the field of half pixels.
        pen: the width of its strokes.
        level: of the contours.
    """
    labels = np.zeros(grid.shape, np.intp)
    found = pieces(grid > level + _HAIR)
    for number, piece in enumerate(found, 1):
        box = labels[piece.top : piece.bottom, piece.left : piece.right]
        box[piece.mask] = number
    # Pieces that were joined, by one of them.
    groups = {number: {number} for number in range(1, len(found) + 1)}
    left = set(groups)
    while len(groups) > 1 and left:
        small = min(left, key=lambda group: sum(found[n - 1].count for n in groups[group]))
        left.remove(small)
        way = _way(grid, labels, groups[small])
        if way is None:
            continue
        ink = np.maximum(ink, _stroke(_inwards(grid, way), _JOIN * pen, ink.shape))
        reached = int(labels[way[-1]])
        other = next(group for group, members in groups.items() if reached in members)
        groups[other] |= groups.pop(small)
        left.add(other)
    return ink


def _way(grid: Floats, labels: NDArray[np.intp], group: Iterable[int]) -> list[_Place] | None:
    """Return the darkest way from a group of pieces to another piece, if there is a trace of ink.

    By Dijkstra's algorithm.
    """
    rows, columns = np.nonzero(np.isin(labels, list(group)))
    starts = zip(rows.tolist(), columns.tolist(), strict=True)
    costs: dict[_Place, float] = dict.fromkeys(starts, 0.0)
    before: dict[_Place, _Place] = {}
    queue = [(0.0, place) for place in costs]  # all the same, so it is a heap
    values, numbers = grid.tolist(), labels.tolist()
    while queue:
        cost, place = heapq.heappop(queue)
        if cost > costs[place]:
            continue
        row, column = place
        if numbers[row][column] and numbers[row][column] not in group:
            way = [place]
            while way[-1] in before:
                way.append(before[way[-1]])
            return way[::-1]
        for down, right, length in _STEPS:
            near = row + down, column + right
            ink = values[near[0]][near[1]]  # the grid's border has none
            if ink < _TRACE:
                continue
            sum_ = cost + length / (ink + _PAPER)
            if sum_ < costs.get(near, np.inf):
                costs[near] = sum_
                before[near] = place
                heapq.heappush(queue, (sum_, near))
    return None


def _inwards(grid: Floats, way: list[_Place]) -> list[_Place]:
    """Return a way that goes on, at both ends, to where there is more ink."""
    longer = way
    for _ in range(2):
        longer = longer[::-1]
        for _ in range(_INSIDE):
            row, column = longer[-1]
            near = [(row + down, column + right) for down, right, _ in _STEPS]
            best = max(near, key=lambda place: grid[place])
            if grid[best] <= grid[row, column]:
                break
            longer = [*longer, best]
    return longer


def _stroke(way: Sequence[_Place], width: float, shape: tuple[int, ...]) -> Floats:
    """Return the ink of a stroke with round ends, (H, W) float64 from 0 to 1."""
    points = np.array(way, np.float64)[:, ::-1] / 2 + GRID_START
    for _ in range(4):  # without the grid's steps
        points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
    y, x = np.indices(shape) + 0.5
    distance = np.full(shape, np.inf)
    for (x0, y0), (x1, y1) in pairwise(points.tolist()):
        across, down = x1 - x0, y1 - y0
        square = across * across + down * down or 1.0
        along = (((x - x0) * across + (y - y0) * down) / square).clip(0, 1)
        off_x, off_y = x - x0 - along * across, y - y0 - along * down
        distance = np.minimum(distance, np.sqrt(off_x * off_x + off_y * off_y))
    return (width / 2 + 0.5 - distance).clip(0, 1)
