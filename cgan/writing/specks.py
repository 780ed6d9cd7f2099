"""Specks: bits of ink that a digit's outline leaves out, and that a PNG must leave out as well."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cgan.writing.layout import Layout
from cgan.writing.look import FAINT, THRESHOLD
from cgan.writing.outline import Line, signed_area, traced


def erase(image: Image.Image, pixels: NDArray[np.uint8], layout: Layout, scale: int) -> None:
    """Erase the specks of digits in an enlarged picture, as `cgan.writing.look.colour` makes it.

    Args:
        image: with a palette; 0 is paper.
        pixels: (N, H, W) uint8, a digit each, ink 255 on 0.
        layout: where the digits are, before the picture was enlarged.
        scale: how many times as large it is.
    """
    side = pixels.shape[2] * scale
    for left, top, ink in zip(layout.lefts, layout.tops, pixels, strict=True):
        strokes, specks = _traced(ink.tobytes(), ink.shape)
        if not specks:
            continue
        box = (left * scale, top * scale, left * scale + side, top * scale + len(ink) * scale)
        cell = image.crop(box)
        draw = ImageDraw.Draw(cell)
        for speck in specks:  # it may be linked with a stroke by faint ink
            # Coordinates of pixels are those of their centres.
            points = [tuple(point) for point in speck * scale - 0.5]
            draw.polygon(points, fill=0)
            draw.line(points, fill=0, width=scale // 2 + 1)  # and its soft edge
        shades = np.array(cell)
        shades[~_reached(shades > 0, [line * scale - 0.5 for line in strokes])] = 0
        cell.putdata(shades.ravel())
        image.paste(cell, box)


@lru_cache(maxsize=4096)
def _traced(data: bytes, shape: tuple[int, int]) -> tuple[list[Line], list[Line]]:
    """Return the lines around the strokes of a digit, and a line around each speck."""
    ink = np.frombuffer(data, np.uint8).reshape(shape)
    strokes, small = traced(ink, THRESHOLD)
    pieces = [line for lines in traced(ink, FAINT) for line in lines if _is_outer(line)]
    # Faint ink belongs to the stroke that it surrounds; without a stroke, it is a speck.
    specks = [piece for piece in pieces if not any(_is_inside(line[0], piece) for line in strokes)]
    return strokes, specks + [line for line in small if _is_outer(line)]


def _reached(ink: NDArray[np.bool_], lines: Sequence[Line]) -> NDArray[np.bool_]:
    """Return which pixels with ink are connected with lines by others, (H, W) as `ink`."""
    reached = np.zeros_like(ink)
    for line in lines:
        x, y = np.rint(line).astype(int).T
        reached[y.clip(0, len(ink) - 1), x.clip(0, ink.shape[1] - 1)] = True
    reached &= ink
    while True:
        padded = np.pad(reached, 1)
        rows = padded[:-2] | padded[1:-1] | padded[2:]
        grown = (rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]) & ink
        if np.array_equal(grown, reached):
            return reached
        reached = grown


def _is_outer(line: Line) -> bool:
    """Return whether ink is inside the line, not outside, as around a hole."""
    return signed_area(line) > 0


def _is_inside(point: NDArray[np.float64], line: Line) -> bool:
    """Return whether a ray from the point to the right crosses the line an odd number of times."""
    y = line[:, 1]
    crosses = (y[:-1] > point[1]) != (y[1:] > point[1])
    start, end = line[:-1][crosses], line[1:][crosses]
    share = (point[1] - start[:, 1]) / (end[:, 1] - start[:, 1])
    right = start[:, 0] + share * (end[:, 0] - start[:, 0]) > point[0]
    return bool(np.count_nonzero(right) % 2)
