"""Finding the lines of ruled or squared paper in a picture of two colours."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_THICKEST = 1 / 150  # of a line, as a part of the picture's width
_LEAN = 0.06  # the steepest line: 3.4 degrees
_STEPS = 25  # how many slopes are tried
_STRIPS = 4  # lines may curve a little from one strip of the picture to the next
_COVERED = 0.7  # part of a strip's width that a line fills; no stroke does
# Where a line runs on from the strip beside, it may end: at the paper's edge, or the picture's.
_COVERED_BESIDE = 0.25
_LEAST_ROOM = 0.1  # part of a strip's width in which a line can be seen


def ruled_lines(faint: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where nearly level and nearly upright lines are across much of a picture.

    Strokes that cross a line are none of it.

    Args:
        faint: (H, W) bool, the ink and what is fainter: lines are whole in it.
        inside: (H, W) bool, where the photograph is.
    """
    return _lines(faint, inside) | _lines(faint.T, inside.T).T


def _lines(mask: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of nearly level lines."""
    width = mask.shape[1]
    thickest = max(3, round(width * _THICKEST))
    thin = mask & (_lengths_in_columns(mask) <= thickest)
    rooms = np.array_split(inside, _STRIPS, axis=1)
    strips = [
        _lines_in_strip(part, room)
        for part, room in zip(np.array_split(thin, _STRIPS, axis=1), rooms, strict=True)
    ]
    # A line runs on into a strip beside; the bar of a large digit doesn't.
    reach = max(3, round(_LEAN * width / _STRIPS))
    found = []
    for index, (full, partly) in enumerate(strips):
        others = strips[max(index - 1, 0) : index] + strips[index + 1 : index + 2]
        rows = np.stack([other.any(axis=1) for other, _ in others])
        near, level = (
            np.any([_spread(one, by) for one in rows], axis=0)[:, None] for by in (reach, 2)
        )
        found.append((full & near) | (partly & level))
    return np.hstack(found)


def _lines_in_strip(
    thin: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the pixels of a strip on lines that fill it, and those on lines that fill less."""
    height, width = thin.shape
    rows, columns = np.nonzero(thin)
    if not len(rows):
        return thin, thin
    best, best_slope = 0.0, 0.0
    for slope in np.linspace(-_LEAN, _LEAN, _STEPS):
        profile = _profile(rows, columns, slope, height, width)
        sharpness = float((profile**2).sum())
        if sharpness > best:
            best, best_slope = sharpness, float(slope)
    profile = _profile(rows, columns, best_slope, height, width)
    # A line of one pixel may lie in two rows by turns.
    covered = profile + np.maximum(np.roll(profile, 1), np.roll(profile, -1))
    seen = np.nonzero(inside)
    room = _profile(seen[0], seen[1], best_slope, height, width)
    on_lines = _row_of(rows, columns, best_slope, width)
    found = []
    for full in (
        covered > _COVERED * width,
        (covered > _COVERED_BESIDE * room) & (room > _LEAST_ROOM * width),
    ):
        pixels = np.zeros_like(thin)
        on_line = _spread(full, 2)[on_lines]
        pixels[rows[on_line], columns[on_line]] = True
        found.append(pixels)
    return found[0], found[1]


def _row_of(
    rows: NDArray[np.intp], columns: NDArray[np.intp], slope: float, width: int
) -> NDArray[np.intp]:
    """Return the row where a line of this slope through a pixel begins, counted from above."""
    offset = int(np.ceil(_LEAN * width))
    lines: NDArray[np.intp] = rows + np.rint(slope * columns).astype(np.intp) + offset
    return lines


def _profile(
    rows: NDArray[np.intp], columns: NDArray[np.intp], slope: float, height: int, width: int
) -> NDArray[np.float64]:
    """Return how many pixels are on each line of this slope."""
    length = height + 2 * int(np.ceil(_LEAN * width)) + 1
    counts = np.bincount(_row_of(rows, columns, slope, width), minlength=length)
    return counts.astype(np.float64)


def _spread(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return flags that are set wherever one is set within `reach`."""
    padded = np.pad(flags, reach)
    spread: NDArray[np.bool_] = sliding_window_view(padded, 2 * reach + 1).any(axis=1)
    return spread


def _lengths_in_columns(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return for each pixel how many of its column are connected with it, itself included."""
    height = len(mask)
    rows = np.arange(height)[:, None]
    before = np.maximum.accumulate(np.where(mask, -1, rows), axis=0)
    after = np.minimum.accumulate(np.where(mask, height, rows)[::-1], axis=0)[::-1]
    lengths: NDArray[np.intp] = after - before - 1
    return lengths
