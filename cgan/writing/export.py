"""A picture as a file: PNG or SVG, with a record of what made it inside."""

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.writing import inked, outline, picture, specks
from cgan.writing import look as looks
from cgan.writing.drawing import Drawing
from cgan.writing.layout import Layout, wrap
from cgan.writing.limits import check_grey
from cgan.writing.marks import SIDE
from cgan.writing.settings import LARGE, GridSettings, WritingSettings
from cgan.writing.strokes import Strokes, pen_width, strokes

# A picture of a number in several hands is at least as wide as so many digits.
_NARROWEST = 10


class File(NamedTuple):
    """A file in memory.

    Attributes:
        name: of the file.
        mime: its MIME type.
        data: its content.
    """

    name: str
    mime: str
    data: bytes


def png(drawing: Drawing, settings: WritingSettings, scale: int) -> File:
    """Return a number as PNG, `scale` times as large as the generator made it.

    Args:
        drawing: the number.
        settings: what made it, checked.
        scale: 1 or more.

    Raises:
        BadValue: the picture is not grey.
    """
    image = _image(drawing, settings, scale)
    data = looks.png(image, settings.fields(drawing.digits, drawing.weights))
    extension = "large.png" if scale == LARGE else "png"
    return File(_name(drawing, settings, extension), "image/png", data)


def svg(drawing: Drawing, settings: WritingSettings) -> File:
    """Return a number as SVG: smooth outlines of the strokes.

    Args:
        drawing: the number.
        settings: what made it, checked.

    Raises:
        BadValue: the picture is not grey.
    """
    check_grey(drawing.pixels)
    if settings.spacing == "ink":
        paths = inked.outlines_svg(inked.lay_out(drawing, settings.pen))
    else:
        layout = _layout(drawing)
        paths = "".join(
            f'<path transform="translate({left} {top})" d="{outline.path(pixels)}"/>'
            for left, top, pixels in zip(layout.lefts, layout.tops, drawing.pixels, strict=True)
        )
    look = looks.LOOKS[settings.look]
    width, height = _extent(drawing, settings)
    size = f'width="{width}" height="{height}"'
    sheet = "" if look.paper is None else f'<rect {size} fill="rgb{look.paper}"/>'
    ink = f'<g fill="rgb{look.ink_of(settings.ink)}" fill-rule="evenodd">{paths}</g>'
    return _svg_file(drawing, settings, sheet + ink, "svg")


def strokes_svg(drawing: Drawing, settings: WritingSettings) -> File:
    """Return a number as SVG for pen plotters: a line for each stroke, in the order of writing.

    It has no paper, which a plotter would draw, and its ink is that of the settings in every look.

    Args:
        drawing: the number.
        settings: what made it, checked.

    Raises:
        BadValue: the picture is not grey.
    """
    check_grey(drawing.pixels)
    if settings.spacing == "ink":
        written = inked.strokes_of(inked.lay_out(drawing, settings.pen))
        digits = [lines for _, lines in written]
        groups = inked.strokes_svg(written)
    else:
        layout = _layout(drawing)
        digits = [strokes(pixels) for pixels in drawing.pixels]
        groups = "".join(
            f'<g transform="translate({left} {top})">{_paths(digit)}</g>'
            for left, top, digit in zip(layout.lefts, layout.tops, digits, strict=True)
        )
    ink = (
        f'<g fill="none" stroke="rgb{looks.INKS[settings.ink]}" '
        f'stroke-width="{pen_width(digits):.1f}" stroke-linecap="round" stroke-linejoin="round">'
        f"{groups}</g>"
    )
    return _svg_file(drawing, settings, ink, "strokes.svg")


def webp(file: File) -> File:
    """Return a PNG as WebP with the same pixels; what made it is the image's description."""
    with Image.open(io.BytesIO(file.data)) as image:
        texts: dict[str, str] = image.text  # type: ignore[attr-defined]
        about = picture.exif("; ".join(f"{name}: {text}" for name, text in texts.items()))
        alpha = "transparency" in image.info
        found = io.BytesIO()
        image.convert("RGBA" if alpha else "RGB").save(
            found, "WEBP", lossless=True, exact=True, method=2, exif=about
        )
    return File(f"{file.name.removesuffix('.png')}.webp", "image/webp", found.getvalue())


def size_of(file: File) -> tuple[int, int]:
    """Return width and height of a picture of pixels, or of an SVG, in pixels."""
    if file.mime != "image/svg+xml":
        with Image.open(io.BytesIO(file.data)) as image:
            return image.size
    width, height = re.findall(rb'(?:width|height)="(\d+)"', file.data)[:2]
    return int(width), int(height)


def _extent(drawing: Drawing, settings: WritingSettings) -> tuple[int, int]:
    """Return width and height of a number, in the units of its layout."""
    if settings.spacing == "ink":
        page = inked.lay_out(drawing, settings.pen)
        return round(page.width), round(page.height)
    layout = _layout(drawing)
    return layout.width, layout.lines * drawing.pixels.shape[1]


def _image(drawing: Drawing, settings: WritingSettings, scale: int) -> Image.Image:
    """Return a number in colour, as `png` saves it."""
    check_grey(drawing.pixels)
    if settings.spacing != "ink":
        image = looks.colour(drawing.lines, settings.look, settings.ink, scale)
        if scale > 1 and not looks.LOOKS[settings.look].pixelated:
            specks.erase(image, drawing.pixels, _layout(drawing), scale)
        return image
    if looks.LOOKS[settings.look].pixelated:
        ink = inked.pixels(inked.lay_out(drawing, whole=True), drawing.pixels)
        return looks.colour(ink, settings.look, settings.ink, scale)
    # At scale 1, digits are as large as the generator made them.
    each = scale * drawing.pixels.shape[1] / SIDE
    ink = inked.ink(inked.lay_out(drawing, settings.pen), each)
    return looks.colour(ink, settings.look, settings.ink)


def _paths(digit: Strokes) -> str:
    return "".join(f'<path d="{path}"/>' for path in digit.paths)


def _svg_file(drawing: Drawing, settings: WritingSettings, content: str, extension: str) -> File:
    width, height = _extent(drawing, settings)
    fields = settings.fields(drawing.digits, drawing.weights)
    about = "; ".join(f"{name}: {text}" for name, text in fields.items())
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width * LARGE}" height="{height * LARGE}">'
        f"<title>{drawing.digits}</title><desc>{escape(about)}</desc>{content}</svg>\n"
    )
    return File(_name(drawing, settings, extension), "image/svg+xml", text.encode())


def _layout(drawing: Drawing) -> Layout:
    _, height, width = drawing.pixels.shape
    return wrap(drawing.parts, width, height)


def grid_png(
    grid: NDArray[np.uint8], settings: GridSettings, scale: int, weights: Mapping[str, str]
) -> File:
    """Return a class grid as PNG.

    Args:
        grid: (H, W) uint8, as `cgan.Sampler.grid` returns it.
        settings: what made it, checked.
        scale: how many times as large as the generator made it.
        weights: what the file says about the weights, as text fields.
    """
    image = looks.colour(grid, settings.look, settings.ink, scale)
    if scale > 1 and not looks.LOOKS[settings.look].pixelated:
        side = len(grid) // settings.rows  # digits are square
        cells = [
            (left, top)
            for top in range(0, len(grid), side)
            for left in range(0, grid.shape[1], side)
        ]
        lefts, tops = ([cell[axis] for cell in cells] for axis in (0, 1))
        digits = np.stack([grid[t : t + side, x : x + side] for x, t in cells])
        specks.erase(image, digits, Layout(lefts, tops, grid.shape[1], settings.rows), scale)
    data = looks.png(image, settings.fields(weights))
    return File(f"grid-seed-{settings.seed}.png", "image/png", data)


def rows_png(drawings: Sequence[Drawing], settings: WritingSettings, scale: int) -> File:
    """Return a number in several hands as PNG, one below the other in rows of one height.

    Args:
        drawings: the number in row 0 of the seed's hands, in row 1, and so on.
        settings: what made the first, checked.
        scale: how many times as large as the generator made it.

    Raises:
        BadValue: the picture is not grey.
    """
    images = [_image(drawing, settings, scale) for drawing in drawings]
    # Short numbers aren't shown larger than the ten digits of the class grid.
    narrowest = _NARROWEST * scale * drawings[0].pixels.shape[2]
    width = max(narrowest, *(image.width for image in images))
    height = max(image.height for image in images)
    whole = Image.new(images[0].mode, (width, height * len(images)))
    if palette := images[0].getpalette():
        whole.putpalette(palette)
    whole.info.update(images[0].info)
    for row, image in enumerate(images):
        left, top = (width - image.width) // 2, (height - image.height) // 2
        whole.paste(image, (left, row * height + top))
    first, rows = drawings[0], len(drawings)
    data = looks.png(whole, settings.fields_of_rows(first.digits, first.weights, rows))
    return File(f"{first.digits}-grid-seed-{settings.seed}.png", "image/png", data)


def _name(drawing: Drawing, settings: WritingSettings, extension: str) -> str:
    """Return a file name with the digits and the seed."""
    return f"{drawing.digits}-seed-{settings.seed}.{extension}"
