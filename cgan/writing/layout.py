"""Where the digits of a number go: side by side, with a gap of half a digit where typed."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

# A line in a file has room for so many digits: for any phone number with its gaps, in digits that
# are large enough when a page is as wide as a line.
LINE = 24


@dataclass(frozen=True)
class Layout:
    """Where digits go.

    Attributes:
        lefts: the left edge of each digit, in pixels.
        tops: the upper edge of each digit, in pixels.
        width: of the whole, in pixels.
        lines: how many there are, each as high as a digit.
    """

    lefts: list[int]
    tops: list[int]
    width: int
    lines: int = 1


def groups(parts: Sequence[object | None]) -> list[list[int]]:
    """Return the positions (from 0) of the digits before, between and after the gaps.

    There is one group more than there are gaps. A group is empty where gaps are side by side, or
    at an end.

    Args:
        parts: digits and gaps (None) in order, as `cgan.writing.number.parse` returns them.
    """
    found: list[list[int]] = [[]]
    position = 0
    for part in parts:
        if part is None:
            found.append([])
        else:
            found[-1].append(position)
            position += 1
    return found


def lay_out(parts: Sequence[object | None], width: int) -> Layout:
    """Return where digits of `width` pixels go in a row; a gap is half as wide, rounded down."""
    gap = width // 2
    grouped = groups(parts)
    lefts = [
        position * width + gaps * gap
        for gaps, positions in enumerate(grouped)
        for position in positions
    ]
    return Layout(lefts, [0] * len(lefts), len(lefts) * width + (len(grouped) - 1) * gap)


def wrap(parts: Sequence[object | None], width: int, height: int) -> Layout:
    """Return where digits go in lines, each in the middle: in one line if it has room for all.

    A line ends between groups, and within a group only if that is longer than a line; then its
    pieces are equally long, or nearly so.

    Args:
        parts: digits and gaps (None) in order.
        width: of a digit, in pixels.
        height: of a digit, in pixels.
    """
    row = lay_out(parts, width)
    if row.width <= LINE * width:
        return row
    # A line is a range of the row: from the left edge of its first digit to the right of its last.
    lines: list[tuple[int, int]] = []
    counts: list[int] = []
    for group in groups(parts):
        for piece in _pieces(group):
            left, right = row.lefts[piece[0]], row.lefts[piece[-1]] + width
            if lines and right - lines[-1][0] <= LINE * width:
                lines[-1] = (lines[-1][0], right)
                counts[-1] += len(piece)
            else:
                lines.append((left, right))
                counts.append(len(piece))
    widest = max(right - left for left, right in lines)
    starts = [
        (left - (widest - (right - left)) // 2, number * height)
        for number, ((left, right), count) in enumerate(zip(lines, counts, strict=True))
        for _ in range(count)
    ]
    lefts = [edge - start for edge, (start, _) in zip(row.lefts, starts, strict=True)]
    return Layout(lefts, [top for _, top in starts], widest, len(lines))


def _pieces(group: Sequence[int]) -> list[Sequence[int]]:
    """Return a group in pieces that fit into a line."""
    count = -(-len(group) // LINE)
    edges = [len(group) * piece // max(count, 1) for piece in range(count + 1)]
    return [group[start:end] for start, end in itertools.pairwise(edges)]
