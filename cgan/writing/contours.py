"""Contours of fields: closed lines of points, for all digits of a number at once."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from contourpy import FillType, LineType, SerialContourGenerator, ZInterp
from numpy.typing import NDArray

from cgan.writing.field import GRID_PARTS, Floats, Grid

# Parts of a unit, in which lengths along a contour are summed as whole numbers: such a sum doesn't
# depend on the order, or on other digits.
_PARTS = 2.0**32

# Lines of fewer points keep them all.
_FEW = 16

# No point of a grid is masked.
_NO_MASK = np.array(False)

Whole = NDArray[np.intp]


@dataclass(frozen=True)
class Contours:
    """Closed lines of points, one after another.

    Attributes:
        points: (2, V) float64, x and y; the first of a line isn't repeated at its end.
        starts: (L + 1,) integers, where each line starts, and V.
        digits: (L,) integers, the digit that each line is of.
    """

    points: Floats
    starts: Whole
    digits: Whole

    @cached_property
    def sizes(self) -> Whole:
        """How many points each line has."""
        return np.diff(self.starts)

    @cached_property
    def digit_of_point(self) -> Whole:
        """The digit that each point is of."""
        return np.repeat(self.digits, self.sizes)

    @cached_property
    def following(self) -> Whole:
        """The index of the point after each."""
        following = np.arange(1, self.points.shape[1] + 1)
        following[self.starts[1:] - 1] = self.starts[:-1]
        return following

    @cached_property
    def previous(self) -> Whole:
        """The index of the point before each."""
        previous = np.arange(-1, self.points.shape[1] - 1)
        previous[self.starts[:-1]] = self.starts[1:] - 1
        return previous

    @cached_property
    def steps(self) -> Floats:
        """The way from each point to the next, (2, V)."""
        return self.points.take(self.following, axis=1) - self.points

    def areas(self) -> Floats:
        """Return the area inside each line, (L,) float64: positive around ink, negative in it."""
        x, y = self.points
        following = self.following
        return self.sums(x * y.take(following) - x.take(following) * y) / 2

    def lengths(self) -> Floats:
        """Return the length of each line, (L,) float64."""
        steps = self.steps
        return self.sums(np.sqrt(steps[0] * steps[0] + steps[1] * steps[1]))

    def sums(self, values: Floats) -> Floats:
        """Return the sum of the values of each line's points, (V,) to (L,)."""
        if not values.size:
            return np.zeros(0)
        return np.add.reduceat(parts(values), self.starts[:-1]) / _PARTS

    def only(self, chosen: NDArray[np.bool_]) -> "Contours":
        """Return the chosen lines, (L,) bool."""
        if chosen.all():
            return self
        points = self.points[:, np.repeat(chosen, self.sizes)]
        starts = np.concatenate([[0], np.cumsum(self.sizes[chosen])])
        return Contours(points, starts, self.digits[chosen])

    def merged(self, others: "Contours", digits: Whole) -> "Contours":
        """Return these and others, in the order of digits.

        Args:
            others: lines of digits that have none here.
            digits: which digit each of the others' digits is.
        """
        every = np.concatenate([self.digits, digits[others.digits]])
        order = np.argsort(every, kind="stable")
        points = np.concatenate([self.points, others.points], axis=1)
        starts = np.concatenate([self.starts[:-1], self.starts[-1] + others.starts[:-1]])[order]
        sizes = np.concatenate([self.sizes, others.sizes])[order]
        until = np.cumsum(sizes)
        chosen = np.arange(points.shape[1]) + np.repeat(starts - (until - sizes), sizes)
        return Contours(points[:, chosen], np.concatenate([[0], until]), every[order])

    def spread(self, measure: Floats, fewest: int) -> "Contours":
        """Return points spread evenly along each line by a measure, about one to a unit.

        Args:
            measure: (V,) float64, 0 or more: from each point to the next.
            fewest: of each line.
        """
        # Never nothing, so that there is a way in each of its parts.
        whole = parts(measure) + 1
        until = np.cumsum(whole)
        before = until - whole
        totals = np.add.reduceat(whole, self.starts[:-1]) if len(whole) else whole
        counts = np.maximum(-(-totals // int(_PARTS)), fewest)
        starts = np.concatenate([[0], np.cumsum(counts)])
        number = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
        share = np.repeat(totals, counts) * number // np.repeat(counts, counts)
        at = np.repeat(before[self.starts[:-1]], counts) + share
        segment = np.searchsorted(until, at, side="right")
        along = (at - before[segment]) / whole[segment]
        steps = self.steps
        points = self.points.take(segment, axis=1) + along * steps.take(segment, axis=1)
        return Contours(points, starts, self.digits)

    def halved(self) -> "Contours":
        """Return every second point of each line that has many."""
        sizes = self.sizes
        number = np.arange(self.points.shape[1]) - np.repeat(self.starts[:-1], sizes)
        chosen = (number % 2 == 0) | (np.repeat(sizes, sizes) < _FEW)
        before = np.zeros(len(chosen) + 1, np.intp)
        chosen.cumsum(out=before[1:])
        points = self.points.take(np.flatnonzero(chosen), axis=1)
        return Contours(points, before[self.starts], self.digits)


def parts(values: Floats) -> NDArray[np.int64]:
    """Return the values as whole numbers of small parts, the same for the same values."""
    whole: NDArray[np.int64] = np.rint(values * _PARTS).astype(np.int64)
    return whole


def contours(grid: Grid, level: float) -> Contours:
    """Return the contours of fields on a grid of half pixels.

    Args:
        grid: of the fields.
        level: of the contours.
    """
    whole = int(level * GRID_PARTS)
    inside = grid.values > whole
    across, down = inside.any(axis=1), inside.any(axis=2)
    x, y = _places(*inside.shape[1:])
    lines: list[Any] = [np.empty((0, 2))]
    ends: list[Any] = []
    digits = []
    for digit in np.flatnonzero(down.any(axis=1)).tolist():
        # Most of a digit's square is empty, and looking for contours there takes time.
        top, bottom = _extent(down[digit])
        left, right = _extent(across[digit])
        box = slice(top, bottom), slice(left, right)
        generator = SerialContourGenerator(
            x[box], y[box], grid.values[digit][box], _NO_MASK,
            corner_mask=False, quad_as_tri=False, z_interp=ZInterp.Linear,
            line_type=LineType.ChunkCombinedOffset, fill_type=FillType.OuterOffset,
        )  # fmt: skip
        found: Any = generator.lines(whole)
        (points,), (offsets,) = found
        lines.append(points)
        ends.append(offsets[1:])
        digits.append(digit)
    if not digits:
        return Contours(np.empty((2, 0)), np.zeros(1, np.intp), np.zeros(0, np.intp))
    counts = [len(some) for some in ends]
    before = np.cumsum([len(points) for points in lines[:-1]])
    until = np.concatenate(ends).astype(np.intp) + np.repeat(before, counts)
    # Each line's first point is there again at its end.
    kept = np.ones(int(until[-1]), bool)
    kept[until - 1] = False
    points = np.concatenate(lines).take(np.flatnonzero(kept), axis=0).T / 2
    points[0] += grid.left
    points[1] += grid.top
    starts = np.zeros(len(until) + 1, np.intp)
    np.subtract(until, np.arange(1, len(until) + 1), out=starts[1:])
    return Contours(points, starts, np.repeat(digits, counts))


def _extent(has_ink: NDArray[np.bool_]) -> tuple[int, int]:
    """Return a slice with all that has ink, and one more on each side."""
    return int(has_ink.argmax()) - 1, len(has_ink) - int(has_ink[::-1].argmax()) + 1


@lru_cache(maxsize=64)
def _places(rows: int, columns: int) -> tuple[Floats, Floats]:
    """Return x and y of each point of a grid."""
    y, x = np.indices((rows, columns), np.float64)
    return x, y
