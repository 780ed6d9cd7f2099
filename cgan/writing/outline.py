"""Smooth outlines of strokes: SVG paths from a digit's ink."""

from functools import lru_cache
from typing import Any

import contourpy
import numpy as np
from numpy.typing import NDArray

from cgan.writing.look import THRESHOLD, enlarge_smoothly

# The outline is traced in a picture this many times as large.
_SCALE = 4
# Outlines around less than this (in pixels of the digit) are specks, not strokes.
_MIN_AREA = 0.6

Line = NDArray[np.float64]


def path(ink: NDArray[np.uint8]) -> str:
    """Return the data of an SVG path around the strokes, to be filled by the even-odd rule.

    Args:
        ink: (H, W) uint8, 255 where there is ink; a unit of the path is a pixel of it.
    """
    return _path(ink.tobytes(), ink.shape)


@lru_cache(maxsize=4096)  # while a visitor types, all digits but one stay the same
def _path(data: bytes, shape: tuple[int, int]) -> str:
    lines, _ = traced(np.frombuffer(data, np.uint8).reshape(shape), THRESHOLD)
    return "".join(_smooth(line) for line in lines)


def traced(ink: NDArray[np.uint8], level: float) -> tuple[list[Line], list[Line]]:
    """Return the lines around what has more ink than `level`: those of strokes, and of specks.

    Args:
        ink: (H, W) uint8, 255 where there is ink.
        level: from 0 to 1.

    Returns:
        Closed lines, each (points, 2) float64: x and y in pixels of the digit. Strokes are on one
        side of a line, so that the signed areas of holes differ from theirs.
    """
    # A margin without ink closes strokes that touch the border.
    field = enlarge_smoothly(np.pad(ink, 1), _SCALE)
    # Of `LineType.Separate`, the default: an array of points for each line.
    found: list[Any] = list(contourpy.contour_generator(z=field).lines(level))
    strokes: list[Line] = []
    specks: list[Line] = []
    for line in found:
        large = abs(signed_area(line)) / _SCALE**2 >= _MIN_AREA
        # The centre of the enlarged pixel 0 lies half an enlarged pixel from the border.
        (strokes if large else specks).append((line + 0.5) / _SCALE - 1)
    return strokes, specks


def signed_area(line: Line) -> float:
    """Return the area inside a closed line; negative if it runs the other way round."""
    x, y = line[:, 0], line[:, 1]
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2


def _smooth(line: Line) -> str:
    """Return a closed curve: quadratic Bezier arcs between the middles of the line's segments."""
    points = line[:-1:2] if len(line) > 12 else line[:-1]
    middles = (points + np.roll(points, -1, axis=0)) / 2
    arcs = "".join(
        f"Q{point[0]:.2f} {point[1]:.2f} {middle[0]:.2f} {middle[1]:.2f}"
        for point, middle in zip(
            np.roll(points, -1, axis=0), np.roll(middles, -1, axis=0), strict=True
        )
    )
    return f"M{middles[0][0]:.2f} {middles[0][1]:.2f}{arcs}Z"
