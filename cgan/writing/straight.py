"""How a photographed sheet is turned, and its picture made straight.

The lines of ruled or squared paper tell best: they also show keystone, where lines that are level
on the paper lean differently at the top and at the bottom of the picture. On blank paper, the rows
of digits tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.writing.pieces import Piece

Floats = NDArray[np.float64]

_STEEPEST = 17.0  # degrees
_STEP, _FINE_STEP = 0.25, 0.05
_KEYSTONE = 4.0  # degrees by which lines may lean differently
# Lines are looked for in a picture whose longer side has at most so many pixels.
_SIDE = 700
_THICKEST = 4  # of a line there
_FAINTEST = 0.03  # the contrast of a line
_MOST_POINTS = 30_000
# Paper is ruled if so many lines fill this part of the picture's width.
_LINES, _COVERED = 3, 0.4
# Less isn't worth a picture that is a little less sharp, in parts of its longer side.
_LEAST = 0.004
_ROW_DIGITS = 3  # digits that make a row
# What a degree more must make better: digits' distance from their row, in parts of their height.
# A turn sorts digits that are unevenly placed into other rows, which may fit a little better.
_UNLIKELY = 0.007


@dataclass(frozen=True)
class View:
    """The sheet in a picture.

    Attributes:
        corners: (4, 2), x and y in the picture of what becomes the upper left, lower left, lower
            right and upper right corner of the straight one.
        width: of the straight picture.
        height: of the straight picture.
        shape: height and width of the original one.
    """

    corners: Floats
    width: int
    height: int
    shape: tuple[int, int]

    @property
    def is_straight(self) -> bool:
        """Whether the picture may stay as it is: made straight, it would only be less sharp."""
        height, width = self.shape
        corners = np.array([(0, 0), (0, height), (width, height), (width, 0)])
        off = float(np.abs(self.corners - corners).max())
        return off < _LEAST * max(width, height)

    def straight(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a picture, (H, W) float32, made straight; what was outside of it is 0."""
        image = Image.fromarray(picture).transform(
            (self.width, self.height),
            Image.Transform.QUAD,
            tuple(self.corners.ravel()),
            Image.Resampling.BICUBIC,
        )
        return np.clip(np.asarray(image), 0, 1)

    def inside(self) -> NDArray[np.bool_]:
        """Return which pixels of the straight picture show the original, without its border."""
        seen = self.straight(np.pad(np.ones(self.shape, np.float32)[4:, 4:], 2))
        return seen > 0.5

    def box(self, straight: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Return the box in the original picture that holds one of the straight picture."""
        left, top, right, bottom = straight
        points = self._back(np.array([(left, top), (left, bottom), (right, bottom), (right, top)]))
        height, width = self.shape
        low = np.floor(points.min(axis=0)).clip(0)
        high = np.ceil(points.max(axis=0)).clip(max=(width, height))
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _back(self, points: NDArray[np.intp]) -> Floats:
        """Return where points of the straight picture, (N, 2), are in the original one."""
        x, y = points[:, :1] / self.width, points[:, 1:] / self.height
        upper_left, lower_left, lower_right, upper_right = self.corners
        upper = (1 - x) * upper_left + x * upper_right
        lower = (1 - x) * lower_left + x * lower_right
        back: Floats = (1 - y) * upper + y * lower
        return back


@dataclass(frozen=True)
class _Family:
    """Nearly parallel lines: y = b + (slope + turn * b) * x, from the picture's middle.

    Attributes:
        slope: of the one through the middle.
        turn: how much it changes from one line to the next, for each pixel between them.
    """

    slope: float
    turn: float = 0.0


def by_lines(contrast: NDArray[np.float32]) -> View | None:
    """Return the sheet as the lines of its paper show it; None if there are none.

    Args:
        contrast: (H, W) float32, how dark each pixel is, from 0 to 1.
    """
    height, width = contrast.shape
    image = Image.fromarray(contrast)
    factor = max(1, -(-max(image.size) // _SIDE))
    small = np.asarray(image.reduce(factor) if factor > 1 else image, np.float32)
    level = _family(small, 0.0, _STEEPEST)
    if level is None:
        return None
    turned = float(np.degrees(np.arctan(level.slope)))
    # What is upright on the paper leans to the other side in the transposed picture.
    upright = _family(small.T, -turned, _KEYSTONE) or _Family(-level.slope)
    level, upright = (_Family(one.slope, one.turn / factor) for one in (level, upright))
    return _view(level, upright, (height, width))


def by_rows(digits: Sequence[Piece], shape: tuple[int, int]) -> View | None:
    """Return the sheet as its rows of digits show it; None if they don't.

    Args:
        digits: on blank paper.
        shape: height and width of the picture.
    """
    if len(digits) < _ROW_DIGITS:
        return None
    x = np.array([piece.left + piece.right for piece in digits]) / 2
    y = np.array([piece.top + piece.bottom for piece in digits]) / 2
    usual = float(np.median([piece.height for piece in digits]))
    best, best_spread, slope = np.inf, np.inf, 0.0
    for degrees in np.arange(-_STEEPEST, _STEEPEST + _STEP, _STEP):
        tried = float(np.tan(np.radians(degrees)))
        spread = _spread_of_rows(y - tried * x, usual)
        cost = spread + _UNLIKELY * usual * abs(degrees)
        if cost < best:
            best, best_spread, slope = cost, spread, tried
    if best_spread > 0.3 * usual:
        return None
    return _view(_Family(slope), _Family(-slope), shape)


def _spread_of_rows(heights: Floats, usual: float) -> float:
    """Return how far digits are from the middle of their rows, on average.

    A row's middle fits its own digits: many short rows would fit any slope. So the average is that
    over the digits that are left when one of each row is taken for its place.
    """
    ordered = np.sort(heights)
    rows = np.split(ordered, np.flatnonzero(np.diff(ordered) > 0.6 * usual) + 1)
    if max(map(len, rows)) < _ROW_DIGITS:
        return np.inf
    apart = sum(float(np.abs(row - np.median(row)).sum()) for row in rows)
    alone = sum(len(row) == 1 for row in rows)  # tells nothing
    return apart / (len(heights) - len(rows)) + 0.5 * usual * alone / len(heights)


def _family(contrast: NDArray[np.float32], around: float, within: float) -> _Family | None:
    """Return the nearly level lines, whose angle is within some degrees of one; None if none."""
    rows, columns = _thin(contrast)
    height, width = contrast.shape
    y, x = rows - height / 2, columns - width / 2
    angle = _best_angle(y, x, around, within, _STEP)
    angle = _best_angle(y, x, angle, 2 * _STEP, _FINE_STEP)
    if _full_lines(y, x, angle, width) < _LINES:
        return None
    slope = np.tan(np.radians(angle))
    place = y - slope * x
    halves = []
    for half in (place < 0, place >= 0):
        if not half.any():
            return _Family(float(slope))
        its = _best_angle(y[half], x[half], angle, _KEYSTONE, 2 * _FINE_STEP)
        if _full_lines(y[half], x[half], its, width) < _LINES:
            return _Family(float(slope))
        halves.append((float(place[half].mean()), float(np.tan(np.radians(its)))))
    (above, first), (below, last) = halves
    turn = (last - first) / (below - above)
    return _Family(first - turn * above, turn)


def _thin(contrast: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return rows and columns of pixels that are darker than those a little above and below."""
    around = np.pad(contrast, ((_THICKEST, _THICKEST), (0, 0)), mode="edge")
    beside = np.maximum(around[: -2 * _THICKEST], around[2 * _THICKEST :])
    darker = contrast - beside
    noise = 1.4826 * float(np.median(np.abs(darker - np.median(darker))))
    rows, columns = np.nonzero(darker > max(_FAINTEST, 1.5 * noise))
    return rows.astype(np.float64), columns.astype(np.float64)


def _best_angle(y: Floats, x: Floats, around: float, within: float, step: float) -> float:
    """Return the angle of the lines on which most points are, in degrees."""
    best, best_angle = -1.0, around
    some = max(1, len(y) // _MOST_POINTS)
    y, x = y[::some], x[::some]
    for angle in np.arange(around - within, around + within + step / 2, step):
        sharpness = float((_profile(y, x, float(angle)) ** 2).sum())
        if sharpness > best:
            best, best_angle = sharpness, float(angle)
    return best_angle


def _profile(y: Floats, x: Floats, angle: float) -> Floats:
    """Return how many points are on each line of an angle."""
    radians = np.radians(angle)
    places = np.rint(np.cos(radians) * y - np.sin(radians) * x).astype(np.intp)
    if not len(places):
        return np.zeros(1)
    return np.bincount(places - places.min()).astype(np.float64)


def _full_lines(y: Floats, x: Floats, angle: float, width: int) -> int:
    """Return how many lines there are across much of the picture."""
    profile = _profile(y, x, angle)
    covered = profile + np.maximum(np.append(profile[1:], 0), np.append(0, profile[:-1]))
    full = covered > _COVERED * width
    return int((full[1:] & ~full[:-1]).sum() + full[0])


def _view(level: _Family, upright: _Family, shape: tuple[int, int]) -> View:
    """Return the sheet on which these lines are level and upright."""
    height, width = shape
    angle = float(np.arctan(level.slope))
    far = (
        abs(np.cos(angle)) * width + abs(np.sin(angle)) * height,
        abs(np.cos(angle)) * height + abs(np.sin(angle)) * width,
    )
    corners = []
    for right, down in ((-1, -1), (-1, 1), (1, 1), (1, -1)):
        across, along = right * far[0] / 2, down * far[1] / 2
        # y = b + s x of the level line, x = c + t y of the upright one, from the middle.
        b, c = along / np.cos(angle), across / np.cos(angle)
        s, t = level.slope + level.turn * b, upright.slope + upright.turn * c
        y = (b + s * c) / (1 - s * t)
        corners.append((c + t * y, y))
    found = np.array(corners) + np.array([width / 2, height / 2])
    return View(found, round(far[0]), round(far[1]), shape)
