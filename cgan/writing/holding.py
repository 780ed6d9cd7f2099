"""What makes strokes hold: pieces of a digit that belong together are joined, specks go.

Where a stroke is faint, its contour breaks. But the generator leaves a trace of ink there, and the
pieces are joined along the darkest way between them, by a stroke a bit thinner than the pen.
Joining pieces can't close a loop. What has no such trace is a stroke of its own, like the bar of
a 5, or a speck if it is small.
"""

import heapq

import numpy as np
from numpy.typing import NDArray

from cgan.writing.contours import Contours, contours
from cgan.writing.field import GRID_PARTS, PARTS, TRACE, Field, Floats, Grid, Parts
from cgan.writing.pieces import numbered

# Lines around less than this (in square pixels of the digit) are specks or pinholes.
_PINHOLE = 0.6
# Pieces of less than this, and of less than this share of the largest, are specks if they are
# alone; larger ones are, too, where digits have no strokes: in the picture's margin.
_SPECK = 6.0
_SPECK_IN_MARGIN = 16.0
_SPECK_SHARE = 0.25
_MARGIN = 0.18  # of the picture's size
# A way costs its length, divided by its ink and this.
_PAPER = 0.05
# Pieces are joined by strokes of this share of the pen's width, which begin up to this many pixels
# inside of them.
_JOIN = 0.8
_INSIDE = 2
# What is connected by less ink than the first of these above the contour's level is taken for
# broken. The others find strokes that are hardly darker than the level themselves.
_HAIRS = (0.08, 0.03, 0.01)

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
    ink = inks * np.int32(PARTS // 255)
    field = Field(ink)
    grid = field.grid()
    lines = contours(grid, level)
    areas = lines.areas()
    outer = np.bincount(lines.digits[areas > 0], minlength=len(ink))
    holes = np.bincount(lines.digits[areas < 0], minlength=len(ink))
    strong = grid.values > int((level + _HAIRS[0]) * GRID_PARTS)
    # A little more ink, and there would be more pieces, or fewer rings.
    broken = (outer > 1) | (_pieces_less_holes(strong) > outer - holes)
    for hair in _HAIRS[1:]:
        above = grid.values > int((level + hair) * GRID_PARTS)
        weak = ~broken & (_pieces_less_holes(above) > outer - holes)
        strong[weak] = above[weak]
        broken |= weak
    if broken.any():
        pens = _pens(lines, areas, len(ink)).tolist()
        chosen = np.flatnonzero(broken)
        for digit in chosen.tolist():
            ink[digit] = _mended(ink[digit], strong[digit], digit, grid, pens[digit])
        field = Field(ink)
        again = contours(Field(ink[chosen]).grid(), level)
        lines = lines.only(~broken[lines.digits]).merged(again, chosen)
        areas = lines.areas()
    return field, lines.only(_kept(lines, areas, ink.shape))


def _pieces_less_holes(inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the Euler number of pictures, (N, rows, columns) to (N,), linked at their sides."""
    mask = inside.view(np.int8)
    across = mask[:, :, :-1] & mask[:, :, 1:]
    # Nothing is inside in the first row and column.
    count = mask[:, 1:, 1:] - across[:, 1:]
    count -= mask[:, :-1, 1:] & mask[:, 1:, 1:]
    count += across[:, :-1] & across[:, 1:]
    number: NDArray[np.intp] = count.reshape(len(count), -1).sum(axis=1, dtype=np.intp)
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


def _mended(ink: Parts, strong: NDArray[np.bool_], digit: int, grid: Grid, pen: float) -> Parts:
    """Return a digit's ink with its pieces joined.

    Args:
        ink: (H, W) the digit's.
        strong: (rows, columns) where the pieces are.
        digit: which one of the grid's it is.
        grid: the field.
        pen: the width of its strokes.
    """
    labels = numbered(strong)
    sizes = dict(enumerate(np.bincount(labels.ravel()).tolist()))
    del sizes[0]
    # Ways lead from pixel to pixel.
    ink_there = grid.values[digit, ::2, ::2] / GRID_PARTS
    numbers = labels[::2, ::2].copy()
    for number in sizes.keys() - set(numbers.ravel().tolist()):  # it is between pixels
        row, column = np.argwhere(labels == number)[0]
        numbers[row // 2, column // 2] = number
    # Pieces that were joined, by one of them.
    groups = {number: [number] for number in sizes}
    left = set(groups)
    while len(groups) > 1 and left:
        small = min(left, key=lambda group: sum(sizes[number] for number in groups[group]))
        left.remove(small)
        members = np.isin(numbers, groups[small])
        way = _way(ink_there, numbers, members)
        if way is None:
            continue
        places: Floats = np.array(_inwards(ink_there, way), np.float64)[:, ::-1]
        places += (grid.left, grid.top)
        ink = _with_stroke(ink, places, _JOIN * pen)
        reached = int(numbers[way[-1]])
        other = next(group for group, numbers_in in groups.items() if reached in numbers_in)
        groups[other] += groups.pop(small)
        left.add(other)
    return ink


def _way(grid: Floats, labels: NDArray[np.intp], members: NDArray[np.bool_]) -> list[_Place] | None:
    """Return the darkest way from a group of pieces to another piece, if there is a trace of ink.

    By Dijkstra's algorithm.

    Args:
        grid: (rows, columns) the ink at each place.
        labels: the number of the piece that each place is in, or 0.
        members: which places the group has.
    """
    inner = np.zeros_like(members)
    inner[1:-1, 1:-1] = members[:-2, 1:-1] & members[2:, 1:-1]
    inner[1:-1, 1:-1] &= members[1:-1, :-2] & members[1:-1, 2:]
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
            if ink[near] < TRACE:  # as on the grid's border
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


def _with_stroke(ink: Parts, points: Floats, width: float) -> Parts:
    """Return ink and a stroke with round ends.

    Args:
        ink: (H, W) a digit's.
        points: (M, 2), at least two: x and y.
        width: of the stroke.
    """
    for _ in range(2):  # without the grid's steps
        points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
    reach = width / 2 + 0.5
    left, top = np.maximum(points.min(axis=0) - reach, 0).astype(int).tolist()
    right, bottom = (points.max(axis=0) + reach + 1).astype(int).tolist()
    box = ink[top:bottom, left:right]
    y = (np.arange(top, top + box.shape[0]) + 0.5)[:, None, None]
    x = (np.arange(left, left + box.shape[1]) + 0.5)[:, None]
    start = points[:-1]
    steps = points[1:] - start
    square = (steps * steps).sum(axis=1)
    square[square == 0] = 1.0
    off_x, off_y = x - start[:, 0], y - start[:, 1]
    along = ((off_x * steps[:, 0] + off_y * steps[:, 1]) / square).clip(0, 1)
    off_x, off_y = off_x - along * steps[:, 0], off_y - along * steps[:, 1]
    distance = np.sqrt((off_x * off_x + off_y * off_y).min(axis=2))
    changed = ink.copy()
    changed[top:bottom, left:right] = np.maximum(
        box, np.rint((reach - distance).clip(0, 1) * PARTS)
    )
    return changed
