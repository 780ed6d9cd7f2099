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
# Pieces are joined by strokes of this share of the pen's width, which begin up to this many pixels
# inside of them.
_JOIN = 0.8
_INSIDE = 2
# What is connected by less ink than this above the contour's level is taken for broken.
_HAIR = 0.08

_Place = tuple[int, int]  # row and column on a grid of pixels
_STEPS = [
    (down, right, (down * down + right * right) ** 0.5)
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
    grid = field.grid()
    lines = contours(grid, level)
    areas = lines.areas()
    outer = np.bincount(lines.digits[areas > 0], minlength=len(ink))
    holes = np.bincount(lines.digits[areas < 0], minlength=len(ink))
    # A little more ink, and there would be more pieces, or fewer rings.
    weak = _pieces_less_holes(grid > level + _HAIR) > outer - holes
    broken = (outer > 1) | weak
    if broken.any():
        pens = _pens(lines, areas, len(ink))
        chosen = np.flatnonzero(broken)
        for digit in chosen.tolist():
            ink[digit] = _mended(ink[digit], grid[digit], float(pens[digit]), level)
        field = Field(ink)
        again = contours(Field(ink[chosen]).grid(), level)
        lines = lines.only(~broken[lines.digits]).merged(again, chosen)
        areas = lines.areas()
    return field, lines.only(_kept(lines, areas, ink.shape))


def _pieces_less_holes(inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the Euler number of pictures, (N, rows, columns) to (N,), linked at their sides."""
    across = inside[:, :, :-1] & inside[:, :, 1:]
    links = across.sum(axis=(1, 2)) + (inside[:, :-1] & inside[:, 1:]).sum(axis=(1, 2))
    squares = (across[:, :-1] & across[:, 1:]).sum(axis=(1, 2))
    number: NDArray[np.intp] = inside.sum(axis=(1, 2)) - links + squares
    return number


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
    # Ways lead from pixel to pixel.
    ink_there, numbers = grid[::2, ::2], labels[::2, ::2].copy()
    for number, piece in enumerate(found, 1):
        if not (numbers == number).any():  # it is between pixels
            row, column = np.argwhere(piece.mask)[0] + (piece.top, piece.left)
            numbers[row // 2, column // 2] = number
    # Pieces that were joined, by one of them.
    groups = {number: {number} for number in range(1, len(found) + 1)}
    left = set(groups)
    while len(groups) > 1 and left:
        small = min(left, key=lambda group: sum(found[n - 1].count for n in groups[group]))
        left.remove(small)
        way = _way(ink_there, numbers, groups[small])
        if way is None:
            continue
        ink = np.maximum(ink, _stroke(_inwards(ink_there, way), _JOIN * pen, ink.shape))
        reached = int(numbers[way[-1]])
        other = next(group for group, members in groups.items() if reached in members)
        groups[other] |= groups.pop(small)
        left.add(other)
    return ink


def _way(grid: Floats, labels: NDArray[np.intp], group: Iterable[int]) -> list[_Place] | None:
    """Return the darkest way from a group of pieces to another piece, if there is a trace of ink.

    By Dijkstra's algorithm.
    """
    members = np.isin(labels, list(group))
    padded = np.pad(members, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    # Places have numbers, row by row; those inside of the group lead nowhere.
    columns = grid.shape[1]
    steps = [(down * columns + right, length) for down, right, length in _STEPS]
    costs = dict.fromkeys(np.flatnonzero(members).tolist(), 0.0)
    queue = [(0.0, place) for place in np.flatnonzero(members & ~inner).tolist()]  # a heap
    others = set(np.flatnonzero((labels > 0) & ~members).tolist())
    ink = grid.ravel().tolist()
    before: dict[int, int] = {}
    while queue:
        cost, place = heapq.heappop(queue)
        if place in others:
            way = [place]
            while way[-1] in before:
                way.append(before[way[-1]])
            return [divmod(place, columns) for place in way[::-1]]
        if cost > costs[place]:
            continue
        for step, length in steps:
            near = place + step
            if ink[near] < _TRACE:  # as on the grid's border
                continue
            total = cost + length / (ink[near] + _PAPER)
            if total < costs.get(near, np.inf):
                costs[near] = total
                before[near] = place
                heapq.heappush(queue, (total, near))
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
    points: Floats = np.array(way, np.float64)[:, ::-1] + GRID_START
    for _ in range(2):  # without the grid's steps
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
