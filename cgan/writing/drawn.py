"""A digit that somebody draws on the page: strokes in, ink out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cgan.common.errors import BadValue
from cgan.common.values import is_whole

# Strokes are on a square of this side; whole numbers tell the place of a point and the pen's width.
SIDE = 1000
MAX_WIDTH = 200
MAX_STROKES = 64
MAX_POINTS = 4096  # of all strokes

# The ink's scale: a digit that fills a third of the square still has MNIST's 20 pixels twice.
_PIXELS = 160  # of the square's side
_MARGIN = 20  # pixels around it, where the pen reaches beyond the square
# Smaller drawings than the usual are made as large, but not their pen, or they would be blots. What
# is smaller than the least is no digit.
_USUAL, _LEAST = 450, 80

Stroke = Sequence[tuple[float, float, float]]  # x, y and the pen's width at each point


class BadStrokes(BadValue):
    """What should be strokes is something else."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This drawing can't be read: clear it, and draw the digit again.",
            text_id="drawn.not_strokes",
        )


class SmallDrawing(BadValue):
    """Hardly more than a dot was drawn."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This drawing is too small: clear it, and draw the digit larger.",
            text_id="drawn.small",
        )


def ink_of(strokes: Any) -> NDArray[np.uint8]:
    """Return the ink of strokes, which may come from anyone.

    Args:
        strokes: a list of strokes, each a list of points [x, y, width]: x and y from 0 to 1000,
            from the top left, and the width of the pen there.

    Returns:
        (200, 200) uint8, ink 255 on 0. Without strokes, there is no ink.

    Raises:
        BadStrokes: it is something else, or too much.
        SmallDrawing: it is too small for a digit.
    """
    checked = _enlarged(_checked(strokes))
    image = Image.new("L", (_PIXELS + 2 * _MARGIN,) * 2)
    draw = ImageDraw.Draw(image)
    scale = _PIXELS / SIDE
    for stroke in checked:
        before: tuple[float, float] | None = None
        for x, y, width in stroke:
            at, pen = (_MARGIN + x * scale, _MARGIN + y * scale), width * scale
            if before is not None:
                draw.line((before, at), fill=255, width=max(1, round(pen)))
            half = pen / 2
            draw.ellipse((at[0] - half, at[1] - half, at[0] + half, at[1] + half), fill=255)
            before = at
    return np.asarray(image)


def _enlarged(strokes: Sequence[Stroke]) -> Sequence[Stroke]:
    """Return a small drawing in the middle of the square, and large enough; others as they are."""
    xs = [x for stroke in strokes for x, _, _ in stroke]
    ys = [y for stroke in strokes for _, y, _ in stroke]
    if not xs:
        return strokes
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    extent = max(right - left, bottom - top)
    if extent >= _USUAL:
        return strokes
    if extent < _LEAST:
        raise SmallDrawing
    factor = _USUAL / extent

    def moved(place: float, low: float, high: float) -> float:
        return SIDE / 2 + factor * (place - (low + high) / 2)

    return [
        [(moved(x, left, right), moved(y, top, bottom), width) for x, y, width in stroke]
        for stroke in strokes
    ]


def _checked(strokes: Any) -> Sequence[Stroke]:
    if not isinstance(strokes, list) or len(strokes) > MAX_STROKES:
        raise BadStrokes
    if not all(isinstance(stroke, list) for stroke in strokes):
        raise BadStrokes
    if sum(map(len, strokes)) > MAX_POINTS:
        raise BadStrokes
    return [[_point(point) for point in stroke] for stroke in strokes]


def _point(point: Any) -> tuple[float, float, float]:
    if not isinstance(point, list) or len(point) != 3:
        raise BadStrokes
    x, y, width = point
    if not (is_whole(x, 0, SIDE) and is_whole(y, 0, SIDE) and is_whole(width, 1, MAX_WIDTH)):
        raise BadStrokes
    return x, y, width
