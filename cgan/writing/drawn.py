"""A digit that somebody draws on the page: strokes in, ink out."""

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

# Of the ink, in pixels. A digit that fills a third of the square still has the 20 of MNIST's twice.
_PIXELS = 160


class BadStrokes(BadValue):
    """What should be strokes is something else."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This drawing can't be read: clear it, and draw the digit again.",
            text_id="drawn.not_strokes",
        )


def ink_of(strokes: Any) -> NDArray[np.uint8]:
    """Return the ink of strokes, which may come from anyone.

    Args:
        strokes: a list of strokes, each a list of points [x, y, width]: x and y from 0 to 1000,
            from the top left, and the width of the pen there.

    Returns:
        (160, 160) uint8, ink 255 on 0.

    Raises:
        BadStrokes: it is something else, or too much.
    """
    checked = _checked(strokes)
    image = Image.new("L", (_PIXELS, _PIXELS))
    draw = ImageDraw.Draw(image)
    scale = _PIXELS / SIDE
    for stroke in checked:
        before: tuple[float, float] | None = None
        for x, y, width in stroke:
            at, pen = (x * scale, y * scale), width * scale
            if before is not None:
                draw.line((before, at), fill=255, width=max(1, round(pen)))
            half = pen / 2
            draw.ellipse((at[0] - half, at[1] - half, at[0] + half, at[1] + half), fill=255)
            before = at
    return np.asarray(image)


def _checked(strokes: Any) -> list[list[tuple[int, int, int]]]:
    if not isinstance(strokes, list) or len(strokes) > MAX_STROKES:
        raise BadStrokes
    if not all(isinstance(stroke, list) for stroke in strokes):
        raise BadStrokes
    if sum(map(len, strokes)) > MAX_POINTS:
        raise BadStrokes
    return [[_point(point) for point in stroke] for stroke in strokes]


def _point(point: Any) -> tuple[int, int, int]:
    if not isinstance(point, list) or len(point) != 3:
        raise BadStrokes
    x, y, width = point
    if not (is_whole(x, 0, SIDE) and is_whole(y, 0, SIDE) and is_whole(width, 1, MAX_WIDTH)):
        raise BadStrokes
    return x, y, width
