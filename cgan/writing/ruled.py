"""Taking the lines of ruled or squared paper out of a picture of two colours."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_THICKEST = 1 / 150  # of a line, as a part of the picture's width
_LEAN = 0.06  # the steepest line: 3.4 degrees
_STEPS = 25  # how many slopes are tried
_STRIPS = 4  # lines may curve a little from one strip of the picture to the next
_COVERED = 0.7  # part of a strip's width that a line fills; no stroke does


def without_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a picture without nearly level and nearly upright lines across much of it.

    Strokes that cross a line stay whole.

    Args:
        mask: (H, W) bool.
    """
    level = _lines(mask)
    upright = _lines(mask.T).T
    return mask & ~level & ~upright


def _lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of nearly level lines."""
    width = mask.shape[1]
    thickest = max(3, round(width * _THICKEST))
    thin = mask & (_lengths_in_columns(mask) <= thickest)
    strips = [_lines_in_strip(part) for part in np.array_split(thin, _STRIPS, axis=1)]
    # A line runs on into a strip beside; the bar of a large digit doesn't.
    reach = max(3, round(_LEAN * width / _STRIPS))
    near = [_spread(strip.any(axis=1), reach) for strip in strips]
    for index, strip in enumerate(strips):
        beside = near[max(index - 1, 0) : index] + near[index + 1 : index + 2]
        strip &= np.any(beside, axis=0)[:, None]
    return np.hstack(strips)


def _lines_in_strip(thin: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of a strip that are on a line from one of its sides to the other."""
    height, width = thin.shape
    rows, columns = np.nonzero(thin)
    if not len(rows):
        return thin
    best, best_slope = 0.0, 0.0
    for slope in np.linspace(-_LEAN, _LEAN, _STEPS):
        profile = _profile(rows, columns, slope, height, width)
        sharpness = float((profile**2).sum())
        if sharpness > best:
            best, best_slope = sharpness, float(slope)
    profile = _profile(rows, columns, best_slope, height, width)
    # A line of one pixel may lie in two rows by turns.
    full = profile + np.maximum(np.roll(profile, 1), np.roll(profile, -1)) > _COVERED * width
    full = _spread(full, 2)
    found = np.zeros_like(thin)
    on_line = full[_row_of(rows, columns, best_slope, width)]
    found[rows[on_line], columns[on_line]] = True
    return found


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
