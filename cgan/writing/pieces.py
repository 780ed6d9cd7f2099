"""Connected pieces of a picture of two colours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Piece:
    """A connected piece, or several that were joined.

    Attributes:
        left: the first column with a pixel of it.
        top: the first row.
        mask: (height, width) bool, its pixels.
    """

    left: int
    top: int
    mask: NDArray[np.bool_]

    @property
    def height(self) -> int:
        """Rows from the first to the last pixel."""
        return len(self.mask)

    @property
    def width(self) -> int:
        """Columns from the first to the last pixel."""
        return self.mask.shape[1]

    @property
    def right(self) -> int:
        """The column after the last."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The row after the last."""
        return self.top + self.height

    @property
    def count(self) -> int:
        """Number of its pixels."""
        return int(self.mask.sum())

    def joined(self, other: "Piece") -> "Piece":
        """Return both as one."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        mask = np.zeros((bottom - top, right - left), bool)
        for piece in (self, other):
            rows = slice(piece.top - top, piece.bottom - top)
            mask[rows, piece.left - left : piece.right - left] |= piece.mask
        return Piece(left, top, mask)


def pieces(mask: NDArray[np.bool_], least: int = 1, most: int | None = None) -> list[Piece]:
    """Return the pieces whose pixels touch at a side or a corner, in the order of their tops.

    Args:
        mask: (H, W) bool.
        least: pixels of a piece; smaller ones are left out, which takes next to no time.
        most: how many pieces, the largest ones; None for all.
    """
    rows, starts, ends, numbers = _runs(mask)
    sizes = np.bincount(np.array(numbers, np.intp), ends - starts)
    kept = np.flatnonzero(sizes >= max(least, 1))
    if most is not None and len(kept) > most:
        kept = np.sort(kept[np.argsort(-sizes[kept], kind="stable")[:most]])
    members: dict[int, list[int]] = {number: [] for number in kept.tolist()}
    for run, number in enumerate(numbers):
        if number in members:
            members[number].append(run)
    return [_piece(rows[runs], starts[runs], ends[runs]) for runs in members.values()]


def numbered(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the number of the piece that each pixel is of, from 1, and 0 outside.

    Pieces have the order of `pieces`.

    Args:
        mask: (H, W) bool, False in the last column.
    """
    rows, starts, ends, numbers = _runs(mask)
    change = np.zeros(mask.size, np.intp)
    of_runs = np.array(numbers, np.intp)
    change[rows * mask.shape[1] + starts] = of_runs
    change[rows * mask.shape[1] + ends] -= of_runs
    return change.cumsum().reshape(mask.shape)


def _runs(
    mask: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], list[int]]:
    """Return what runs of pixels there are in rows.

    Returns:
        The row, the first column, the column after the last, and the piece's number, from 1.
    """
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), bool)
    padded[:, 1:-1] = mask
    row_of_edge, edges = np.nonzero(padded[:, 1:] != padded[:, :-1])
    rows, starts, ends = row_of_edge[::2], edges[::2], edges[1::2]
    # The first run of each piece stands for it.
    parents = list(range(len(rows)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first, after = starts.tolist(), ends.tolist()
    first_of_row = np.searchsorted(rows, np.arange(len(mask) + 1)).tolist()
    for row in range(1, len(mask)):
        above, end_above = first_of_row[row - 1], first_of_row[row]
        for run in range(end_above, first_of_row[row + 1]):
            while above < end_above and after[above] < first[run]:
                above += 1
            touching = above
            while touching < end_above and first[touching] <= after[run]:
                one, other = root(touching), root(run)
                parents[max(one, other)] = min(one, other)
                touching += 1
    found: dict[int, int] = {}
    return rows, starts, ends, [found.setdefault(root(r), len(found) + 1) for r in parents]


def _piece(rows: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Piece:
    left, top = int(starts.min()), int(rows[0])
    mask = np.zeros((int(rows[-1]) - top + 1, int(ends.max()) - left), bool)
    for row, start, end in zip(rows, starts, ends, strict=True):
        mask[row - top, start - left : end - left] = True
    return Piece(left, top, mask)
