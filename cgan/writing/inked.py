"""A number as a hand spaces it, drawn: as a picture, or as the content of an SVG.

The same curves make both, and the page as well: what one shows all show.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cgan.writing import raster
from cgan.writing.curves import PARTS
from cgan.writing.drawing import Drawing
from cgan.writing.marks import SIDE
from cgan.writing.spacing import FILE_WIDTH, Glyph, Page, space, wrap
from cgan.writing.strokes import Strokes, strokes

# Units of the paths in SVG files and on the page, by a unit of the layout.
PATH_UNITS = PARTS


def lay_out(
    drawing: Drawing, pen: float = 0.0, whole: bool = False, width: float = FILE_WIDTH
) -> Page:
    """Return where the digits and marks of a number go in a file.

    Args:
        drawing: the number; grey.
        pen: from -1, the finest, to 1, the boldest.
        whole: whether digits are moved by whole pixels alone, so that their pixels can be shown.
        width: of the widest line.
    """
    return wrap(space(drawing.parts, drawing.pixels, pen, whole), width, whole)


def ink(page: Page, scale: float) -> NDArray[np.uint8]:
    """Return a picture: (height, width) uint8, ink 255 on 0, `scale` pixels for each unit."""
    size = round(page.height * scale), round(page.width * scale)
    whole = np.zeros(size, np.uint8)
    for glyph in page.glyphs:
        loops = [loop * scale for loop in glyph.loops]
        if not loops:
            continue
        # Glyph by glyph, since ink may overlap; each in the part of the picture that it needs.
        points = np.concatenate([loop.reshape(-1, 2) for loop in loops])
        left, top = np.floor(points.min(axis=0)).astype(int).clip(0)
        right, bottom = np.ceil(points.max(axis=0)).astype(int)
        right, bottom = min(right, size[1]), min(bottom, size[0])
        if right <= left or bottom <= top:
            continue
        moved = [loop - (left, top) for loop in loops]
        box = whole[top:bottom, left:right]
        np.maximum(box, raster.fill(moved, int(right - left), int(bottom - top)), out=box)
    return whole


def pixels(page: Page, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of the generator's own pixels, for a layout of whole pixels.

    Args:
        page: the layout.
        images: (N, H, W) uint8, ink 255 on 0: the drawing's.

    Returns:
        (height, width) uint8.
    """
    unit = images.shape[1] / SIDE
    height, width = images.shape[1:]
    whole = np.zeros((round(page.height * unit), round(page.width * unit)), np.uint8)
    for glyph in page.glyphs:
        top, left = round(glyph.y * unit), round(glyph.x * unit)
        cut = max(-top, 0), max(-left, 0)
        box = whole[max(top, 0) : top + height, max(left, 0) : left + width]
        image = images[glyph.index][cut[0] :, cut[1] :][: box.shape[0], : box.shape[1]]
        np.maximum(box, image, out=box)
    return whole


def outlines_svg(page: Page) -> str:
    """Return a named group for each digit and mark, to be filled by the even-odd rule."""
    groups = []
    for number, glyph in enumerate(page.glyphs, start=1):
        groups.append(
            f'<g id="{_name(glyph)}-{number}" data-name="{glyph.part}">'
            f'<path transform="{placed(glyph)}" d="{glyph.outline.path}"/></g>'
        )
    return "".join(groups)


def placed(glyph: Glyph) -> str:
    """Return the transform that puts a glyph's path into its place."""
    return f"translate({glyph.x:.2f} {glyph.y:.2f}) scale({glyph.scale / PATH_UNITS:.5f})"


def strokes_of(page: Page) -> list[tuple[Glyph, Strokes]]:
    """Return the strokes of each digit and mark of a number, in the order of writing."""
    return [(glyph, _strokes(glyph)) for glyph in page.glyphs]


def strokes_svg(written: Sequence[tuple[Glyph, Strokes]]) -> str:
    """Return a named group of lines for each digit and mark."""
    groups = []
    for number, (glyph, lines) in enumerate(written, start=1):
        paths = "".join(f'<path d="{path}"/>' for path in lines.paths)
        groups.append(
            f'<g id="{_name(glyph)}-{number}" data-name="{glyph.part}" '
            f'transform="translate({glyph.x:.2f} {glyph.y:.2f}) scale({glyph.scale:.4f})">'
            f"{paths}</g>"
        )
    return "".join(groups)


def _strokes(glyph: Glyph) -> Strokes:
    # Of the outline, in which strokes hold.
    side = len(glyph.outline.rows)
    return strokes(raster.fill(glyph.outline.loops, side, side))


def _name(glyph: Glyph) -> str:
    return "digit" if isinstance(glyph.part, int) else "mark"
