"""The strokes of a digit: its centre lines as curves, in the order in which they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cgan.writing.look import THRESHOLD
from cgan.writing.outline import signed_area, traced
from cgan.writing.thinning import Edge, thin, trace

# Lines are thinned in a picture this many times as large.
_SCALE = 4
# A branch, or a link between two crossings, that is shorter than this many widths of the stroke
# comes from its thickness.
_SPUR, _LINK = 0.9, 1.1
# Lines go on as one stroke where they meet if they turn by less than this; and pen widths, over
# which the direction is measured.
_MAX_TURN = np.radians(75)
_AHEAD = 1.2
# How far points are smoothed, and from point to point of the curve, in pixels of the digit.
_SMOOTH, _STEP = 0.7, 1.2
# Sums, exponentials and angles end in other bits on other kinds of CPU, and many points are as far
# from two numbers of two digits. So what is compared or written is rounded to this many digits
# before, and is the same everywhere.
_DIGITS = 6
# Starts whose heights differ by less than this share of the digit's are equally high.
_SAME_HEIGHT = 0.2

Points = NDArray[np.float64]  # (N, 2): x and y, in pixels of the digit


class Strokes(NamedTuple):
    """The strokes of a digit.

    Attributes:
        paths: the data of an SVG path for each, in the order of writing.
        length: of all strokes, in pixels of the digit.
        area: of the ink, in square pixels.
        open: how many strokes aren't closed.
    """

    paths: tuple[str, ...]
    length: float
    area: float
    open: int


def pen_width(digits: Sequence[Strokes]) -> float:
    """Return how wide a round pen is that leaves as much ink, in pixels of the digits."""
    length, area, count = (
        sum(getattr(digit, name) for digit in digits) for name in ("length", "area", "open")
    )
    if not area:
        return 1.0
    # At both ends of an open stroke, half the round pen adds to length times width.
    ends = np.pi / 4 * count
    return float(2 * area / (length + np.sqrt(length**2 + 4 * ends * area)))


@dataclass(eq=False)
class _Line:
    """A line, from node to node; closed if both are None."""

    points: Points
    start: int | None = None
    end: int | None = None

    @property
    def length(self) -> float:
        return round(float(np.hypot(*np.diff(self.points, axis=0).T).sum()), _DIGITS)

    def reversed(self) -> "_Line":
        return _Line(self.points[::-1], self.end, self.start)


def strokes(ink: NDArray[np.uint8]) -> Strokes:
    """Return the strokes of a digit, without its specks.

    Args:
        ink: (H, W) uint8, 255 where there is ink; a unit of the paths is a pixel of it.
    """
    return _strokes(ink.tobytes(), ink.shape)


@lru_cache(maxsize=1024)
def _strokes(data: bytes, shape: tuple[int, int]) -> Strokes:
    mask = _mask(np.frombuffer(data, np.uint8).reshape(shape))
    lines = _lines(mask)
    area = float(mask.sum()) / _SCALE**2
    length = sum(line.length for line in lines)
    if length:
        lines = _joined(_pruned(lines, area / length), area / length)
    written = _ordered([_smooth(line) for line in lines])
    length = sum(line.length for line in written)
    count = sum(not _is_closed(line.points) for line in written)
    return Strokes(tuple(_path(line) for line in written), length, area, count)


def _mask(ink: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where the outline has ink, enlarged, with a margin of a pixel of the digit."""
    height, width = ink.shape
    image = Image.new("1", ((width + 2) * _SCALE, (height + 2) * _SCALE))
    draw = ImageDraw.Draw(image)
    lines, _ = traced(ink, THRESHOLD)
    # A hole is smaller than what it is in.
    for line in sorted(lines, key=lambda line: -abs(signed_area(line))):
        points = (line + 1) * _SCALE - 0.5
        draw.polygon([tuple(point) for point in points], fill=int(signed_area(line) > 0))
    return np.array(image)


def _lines(mask: NDArray[np.bool_]) -> list[_Line]:
    nodes, edges = trace(thin(mask))
    centres = [np.mean(node, axis=0) for node in nodes]
    lines = [_line(edge, centres) for edge in edges]
    linked = {node for edge in edges for node in edge.nodes or ()}
    dots = [index for index in range(len(nodes)) if index not in linked]
    return lines + [_Line(_to_ink([centres[index]] * 2), index, index) for index in dots]


def _line(edge: Edge, centres: Sequence[NDArray[np.float64]]) -> _Line:
    if edge.nodes is None:
        return _Line(_to_ink([*edge.pixels, edge.pixels[0]]))
    start, end = edge.nodes
    return _Line(_to_ink([centres[start], *edge.pixels, centres[end]]), start, end)


def _to_ink(pixels: Sequence[Sequence[float] | NDArray[np.float64]]) -> Points:
    """Return the centres of enlarged pixels in pixels of the digit."""
    return (np.array(pixels, np.float64)[:, ::-1] + 0.5) / _SCALE - 1


def _degrees(lines: Sequence[_Line]) -> dict[int | None, int]:
    """Return how many ends of lines each node has."""
    degrees: dict[int | None, int] = {}
    for line in lines:
        for node in (line.start, line.end):
            degrees[node] = degrees.get(node, 0) + 1
    return degrees


def _pruned(lines: list[_Line], width: float) -> list[_Line]:
    """Return the lines without short branches, and with one node for crossings that are close."""
    kept = list(lines)
    while True:
        degrees = _degrees(kept)
        branches = [
            line
            for line in kept
            if line.start is not None
            and min(degrees[line.start], degrees[line.end]) == 1
            and max(degrees[line.start], degrees[line.end]) > 2
            and line.length < _SPUR * width
        ]
        if not branches:
            break
        kept.remove(min(branches, key=lambda line: line.length))
        # Where two lines are left, they are one.
        kept = _joined(kept, width, only_pairs=True)
    degrees = _degrees(kept)
    for link in list(kept):
        ends = {link.start, link.end}
        if len(ends) == 2 and link.length < _LINK * width and min(degrees[n] for n in ends) > 2:
            kept.remove(link)
            middle = (link.points[0] + link.points[-1]) / 2
            for line in kept:
                if line.start in ends:
                    line.start, line.points = link.start, np.vstack([middle, line.points])
                if line.end in ends:
                    line.end, line.points = link.start, np.vstack([line.points, middle])
            degrees = _degrees(kept)
    return kept


def _joined(lines: list[_Line], width: float, only_pairs: bool = False) -> list[_Line]:
    """Return the lines, joined where they go straight on at a node.

    Args:
        lines: to join.
        width: of the strokes.
        only_pairs: join where two lines alone meet, and there however they turn.
    """
    joined = list(lines)
    while True:
        best = None
        degrees = _degrees(joined)
        ends = [
            (line, node, at_start)
            for line in joined
            for node, at_start in ((line.start, True), (line.end, False))
            if node is not None and degrees[node] > 1
        ]
        for (one, node, from_start), (other, other_node, other_start) in combinations(ends, 2):
            if node != other_node or (only_pairs and degrees[node] > 2):
                continue
            turn = _turn(_towards(one, from_start, width), _towards(other, other_start, width))
            alone = degrees[node] == 2
            if (alone or turn < _MAX_TURN) and (best is None or turn < best[0]):
                best = turn, one, from_start, other, other_start
        if best is None:
            return joined
        _, one, from_start, other, other_start = best
        joined.remove(one)
        if one is other:
            joined.append(_Line(one.points))
            continue
        joined.remove(other)
        first = one.reversed() if from_start else one
        second = other if other_start else other.reversed()
        # What meets here has met: other lines at this node end there.
        points = np.vstack([first.points, second.points[1:]])
        joined.append(_Line(points, first.start, second.end))


def _towards(line: _Line, at_start: bool, width: float) -> Points:
    """Return the direction from an end into the line."""
    points = line.points if at_start else line.points[::-1]
    distance = np.hypot(*(points - points[0]).T)
    ahead = np.flatnonzero(distance >= _AHEAD * width)
    vector: Points = points[ahead[0] if len(ahead) else -1] - points[0]
    return vector


def _turn(one: Points, other: Points) -> float:
    """Return by how much the way from one line into the other turns, in radians."""
    norm = float(np.linalg.norm(one) * np.linalg.norm(other)) or 1.0
    return round(float(np.arccos(np.clip(-(one @ other) / norm, -1, 1))), _DIGITS)


def _is_closed(points: Points) -> bool:
    return len(points) > 3 and bool((points[0] == points[-1]).all())


def _smooth(line: _Line) -> _Line:
    """Return the line without the steps of pixels, at equal distances; its ends stay."""
    points = line.points
    closed = _is_closed(points)
    steps = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    if not at[-1]:
        return line
    spread = round(_SMOOTH * _SCALE)
    fine = max(round(at[-1] * _SCALE), 2)
    even = np.linspace(0, at[-1], fine + 1)
    points = np.stack([np.interp(even, at, axis) for axis in points.T], axis=1)
    if closed:
        around = np.concatenate([points[:-1]] * 3)
    else:  # continued by its mirror image, so that the ends stay
        around = np.concatenate(
            [2 * points[0] - points[:0:-1], points[:-1], 2 * points[-1] - points[::-1]]
        )
    reach = 3 * spread
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    weights /= weights.sum()
    padded = np.pad(around, ((reach, reach), (0, 0)), mode="edge")
    smooth = np.stack([np.convolve(axis, weights, mode="valid") for axis in padded.T], axis=1)
    smooth = smooth.round(_DIGITS)
    points = smooth[fine : 2 * fine + 1]
    if closed:
        points[-1] = points[0]
    count = max(round(at[-1] / _STEP), 3 if closed else 1)
    chosen = np.round(np.linspace(0, fine, count + 1)).astype(int)
    return _Line(points[chosen], line.start, line.end)


def _ordered(lines: Sequence[_Line]) -> list[_Line]:
    """Return the lines from where one begins to write, upper and left ones first."""
    if not lines:
        return []
    every = np.concatenate([line.points for line in lines])
    same = _SAME_HEIGHT * float(np.ptp(every[:, 1]))
    begun = [_from_its_start(line, same) for line in lines]
    top = every[:, 1].min()

    def when(line: _Line) -> tuple[bool, float, float]:
        x, y = line.points[0]
        high = y - top < same
        return not high, x if high else y, y

    return sorted(begun, key=when)


def _from_its_start(line: _Line, same: float) -> _Line:
    """Return the line from its upper end, or the left one; a ring from its top to the left."""
    points = line.points
    if _is_closed(points):
        ring = np.roll(points[:-1], -int(points[:-1, 1].argmin()), axis=0)
        if ring[1, 0] > ring[-1, 0]:
            ring = np.roll(ring[::-1], 1, axis=0)
        return _Line(np.vstack([ring, ring[:1]]))
    (x0, y0), (x1, y1) = points[0], points[-1]
    from_end = x1 < x0 if abs(y1 - y0) < same else y1 < y0
    return line.reversed() if from_end else line


def _path(line: _Line) -> str:
    """Return a curve through the points: a Catmull-Rom spline as cubic Bezier curves."""
    points = line.points
    closed = _is_closed(points)
    before = points[-2] if closed else points[0]
    after = points[1] if closed else points[-1]
    around = np.vstack([before, points, after])
    tangents = (around[2:] - around[:-2]) / 6
    curves = "".join(
        "C{:.2f} {:.2f} {:.2f} {:.2f} {:.2f} {:.2f}".format(*(p + t), *(q - u), *q)
        for p, t, q, u in zip(points, tangents, points[1:], tangents[1:], strict=False)
    )
    return f"M{points[0][0]:.2f} {points[0][1]:.2f}{curves}"
