"""Where digits and marks go as a hand writes them: on one line, spaced by their ink.

Units are pixels of a digit of 32 x 32; digits of other sizes are scaled to that.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cgan.writing.curves import Outline, outlines
from cgan.writing.layout import groups
from cgan.writing.marks import BASELINE, HEIGHT, SIDE
from cgan.writing.number import PROPERTIES, Part

# The height of a line.
LINE_HEIGHT = 32
# Free space between two pieces of ink, and between the rooms of two groups.
_GAP, GROUP_GAP = 3.4, 8.0
# Ink that is set back from its neighbour's lets both come closer: by this share, at most so far.
_KERNING, _MAX_KERN = 0.5, 3.0
# How far digits are scaled towards the height of a line: by this power of what it would take, and
# within these limits.
_EVEN, _SCALES = 0.75, (0.94, 1.22)
# What is left of the distance from the line that digits stand on.
_UNEVEN = 0.15
# A line in a file has room for so much: about 24 digits.
FILE_WIDTH = 480.0
_MARGIN = 4.0
# A group is divided after some marks and before others, and one without them into so many pieces at
# most.
_LAST = frozenset(mark for mark, its in PROPERTIES.items() if its.divides_after)
_FIRST = frozenset(mark for mark, its in PROPERTIES.items() if its.divides_before)
_MOST_PIECES = 8


@dataclass(frozen=True)
class Glyph:
    """A digit or a mark in its place.

    Attributes:
        part: the digit or the mark.
        index: which image of the drawing it is.
        outline: of its ink.
        scale: what its outline is scaled by.
        x: how far the outline is moved to the right, after it was scaled.
        y: how far down.
        left: where its room begins; rooms of a group are side by side.
        width: of its room.
    """

    part: int | str
    index: int
    outline: Outline
    scale: float
    x: float
    y: float
    left: float
    width: float

    @cached_property
    def loops(self) -> list[NDArray[np.float64]]:
        """The outline in its place: closed loops of cubic Beziers, each (N, 4, 2)."""
        return [loop * self.scale + (self.x, self.y) for loop in self.outline.loops]

    def moved(self, right: float, down: float = 0.0) -> "Glyph":
        """Return the glyph elsewhere."""
        return replace(self, x=self.x + right, y=self.y + down, left=self.left + right)


@dataclass(frozen=True)
class Group:
    """Digits and marks without a gap between them.

    Attributes:
        glyphs: in order; x and left count from the group's left edge.
        width: of the rooms of all.
    """

    glyphs: list[Glyph]
    width: float


@dataclass(frozen=True)
class Page:
    """A number in lines.

    Attributes:
        glyphs: in order; x, y and left count from the upper left corner.
        width: of the whole.
        height: of the whole.
    """

    glyphs: list[Glyph]
    width: float
    height: float


def space(
    parts: Sequence[Part], pixels: NDArray[np.uint8], pen: float = 0.0, whole: bool = False
) -> list[Group]:
    """Return the groups of a number, in order, with a gap between them.

    Args:
        parts: digits, gaps (None) and marks in order.
        pixels: (N, H, W) uint8, ink 255 on 0: an image for each digit and mark.
        pen: from -1, the finest, to 1, the boldest.
        whole: whether images are moved by whole pixels alone, and not scaled.
    """
    written = [part for part in parts if part is not None]
    unit = SIDE / pixels.shape[1]
    made = outlines(list(pixels), pen)
    placed = [
        _stand(part, index, outline, unit, whole)
        for index, (part, outline) in enumerate(zip(written, made, strict=True))
    ]
    # Two gaps may stand side by side, with nothing between them.
    return [_side_by_side([placed[at] for at in group], whole) for group in groups(parts) if group]


def _stand(part: int | str, index: int, outline: Outline, unit: float, whole: bool) -> Glyph:
    """Put a digit onto its line, as high as others; marks are drawn where they belong."""
    height = (outline.bottom - outline.top) * unit
    scale, down = 1.0, 0.0
    if isinstance(part, int) and height > 0:
        if not whole:
            scale = float(np.clip((HEIGHT / height) ** _EVEN, *_SCALES))
        down = BASELINE - scale * outline.bottom * unit
        down *= 1 - _UNEVEN
    return Glyph(part, index, outline, scale * unit, 0.0, round(down) if whole else down, 0.0, 0.0)


def _side_by_side(glyphs: Sequence[Glyph], whole: bool) -> Group:
    """Return some glyphs, at least one, as close as their ink lets them."""
    placed: list[Glyph] = []
    right = 0.0  # of the ink so far
    for glyph in glyphs:
        ink = glyph.outline.left * glyph.scale, glyph.outline.right * glyph.scale
        start = _GAP / 2
        if placed:
            start = right + _GAP - _kern(placed[-1], glyph)
        shift = start - ink[0]
        shift = round(shift) if whole else shift
        placed.append(replace(glyph, x=shift))
        right = shift + ink[1]
    # Each room ends in the middle between two pieces of ink.
    rooms = [0.0]
    for one, other in itertools.pairwise(placed):
        ends = one.x + one.outline.right * one.scale, other.x + other.outline.left * other.scale
        rooms.append(sum(ends) / 2)
    rooms.append(right + _GAP / 2)
    glyphs = [
        replace(glyph, left=left, width=end - left)
        for glyph, left, end in zip(placed, rooms[:-1], rooms[1:], strict=True)
    ]
    return Group(glyphs, rooms[-1])


def _kern(one: Glyph, other: Glyph) -> float:
    """Return how much closer two neighbours may come than the sides of their ink would let them."""
    first, second = _edges(one, 1), _edges(other, 0)
    ends = one.outline.right * one.scale, other.outline.left * other.scale
    free = (ends[0] - first) + (second - ends[1])
    # Strokes on neighbouring rows are as close.
    smallest = np.nanmin(free, initial=2 * _MAX_KERN)
    return float(np.clip(_KERNING * smallest, 0, _MAX_KERN))


def _edges(glyph: Glyph, side: int) -> NDArray[np.float64]:
    """Return the leftmost (0) or rightmost (1) ink in each row of a line, nan without ink."""
    rows = glyph.outline.rows[:, side] * glyph.scale
    wanted = (np.arange(LINE_HEIGHT) + 0.5 - glyph.y) / glyph.scale
    at = np.floor(wanted).astype(int)
    edges = np.full(LINE_HEIGHT, np.nan)
    inside = (at >= 0) & (at < len(rows))
    edges[inside] = rows[at[inside]]
    # Ink of the neighbouring rows counts as well.
    padded = np.pad(edges, 2, constant_values=np.nan)
    near = np.stack([padded[shift : shift + LINE_HEIGHT] for shift in range(5)])
    nearest: NDArray[np.float64] = (np.fmax if side else np.fmin).reduce(near)
    return nearest


def wrap(found: Sequence[Group], width: float = FILE_WIDTH, whole: bool = False) -> Page:
    """Return the groups in lines, each in the middle.

    A line ends between groups, and within a group only if that is longer than a line.

    Args:
        found: as `space` returns them.
        width: of the widest line; of one glyph that is wider, its own.
        whole: whether glyphs are moved by whole pixels alone.
    """
    lines: list[list[Group]] = []
    for group in found:
        for piece in _pieces(group, width):
            if lines and _line_width([*lines[-1], piece]) <= width:
                lines[-1].append(piece)
            else:
                lines.append([piece])
    widest = max((_line_width(line) for line in lines), default=0.0) + 2 * _MARGIN
    glyphs = []
    for number, line in enumerate(lines):
        left = (widest - _line_width(line)) / 2
        for group in line:
            start = round(left) if whole else left
            glyphs += [glyph.moved(start, number * LINE_HEIGHT) for glyph in group.glyphs]
            left += group.width + GROUP_GAP
    return Page(glyphs, float(np.ceil(widest)), len(lines) * LINE_HEIGHT)


def _line_width(line: Sequence[Group]) -> float:
    return sum(group.width for group in line) + (len(line) - 1) * (GROUP_GAP)


def _pieces(group: Group, width: float) -> list[Group]:
    """Return a group in pieces that fit into a line, about equally long."""
    if group.width <= width:
        return [group]
    count = int(np.ceil(group.width / width))
    pieces: list[list[Glyph]] = [[]]
    for glyph in group.glyphs:
        if pieces[-1] and _width([pieces[-1][0], glyph]) > group.width / count + 16:
            pieces.append([])
        pieces[-1].append(glyph)
    return [_alone(piece) for piece in pieces]


def divisions(group: Group) -> Iterator[list[Group]]:
    """Yield a group in two pieces, in three, and so on, about equally long.

    One with marks is divided at these alone, another one anywhere, but for no digit alone.
    """
    glyphs = group.glyphs
    parts = [glyph.part for glyph in glyphs]
    at_marks = [at for at in range(1, len(parts)) if parts[at - 1] in _LAST or parts[at] in _FIRST]
    most = len(at_marks) + 1 if at_marks else min(_MOST_PIECES, len(glyphs) // 2)
    for count in range(2, most + 1):
        cuts = _cuts(group, at_marks or range(len(glyphs)), count, 1 if at_marks else 2)
        yield [_alone(glyphs[start:end]) for start, end in itertools.pairwise(cuts)]


def _cuts(group: Group, places: Sequence[int], count: int, fewest: int) -> tuple[int, ...]:
    """Return where so many pieces of a group begin, and its end: with the least sum of squares.

    Args:
        group: to divide.
        places: where a piece may begin.
        count: of the pieces.
        fewest: glyphs of a piece.
    """
    lefts = [glyph.left for glyph in group.glyphs]
    rights = [glyph.left + glyph.width for glyph in group.glyphs]
    # For each end of the pieces so far, the least sum, and where they begin and end.
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for piece in range(1, count + 1):
        ends = places if piece < count else [len(lefts)]
        best = {
            end: min(
                (total + (rights[end - 1] - lefts[start]) ** 2, (*cuts, end))
                for start, (total, cuts) in best.items()
                if end - start >= fewest
            )
            for end in ends
            if any(end - start >= fewest for start in best)
        }
    return best[len(lefts)][1]


def _width(glyphs: Sequence[Glyph]) -> float:
    return glyphs[-1].left + glyphs[-1].width - glyphs[0].left


def _alone(glyphs: Sequence[Glyph]) -> Group:
    """Return neighbours of a group as one of their own."""
    return Group([glyph.moved(-glyphs[0].left) for glyph in glyphs], _width(glyphs))
