"""Where the digits of a number go: side by side, with a gap of half a digit where typed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """Where digits go in a row.

    Attributes:
        lefts: the left edge of each digit, in pixels.
        width: of the whole row, in pixels.
    """

    lefts: list[int]
    width: int


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
    """Return where digits of `width` pixels go; a gap is half as wide, rounded down."""
    gap = width // 2
    grouped = groups(parts)
    lefts = [
        position * width + gaps * gap
        for gaps, positions in enumerate(grouped)
        for position in positions
    ]
    return Layout(lefts, len(lefts) * width + (len(grouped) - 1) * gap)
