"""A picture as a file: PNG or SVG, with a record of what made it inside."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.writing import look as looks
from cgan.writing import outline
from cgan.writing.drawing import Drawing
from cgan.writing.layout import lay_out
from cgan.writing.limits import check_grey
from cgan.writing.settings import LARGE, GridSettings, WritingSettings


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
    check_grey(drawing.pixels)
    image = looks.colour(drawing.row, settings.look, settings.ink, scale)
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
    height, width = drawing.pixels.shape[1:]
    layout = lay_out(drawing.parts, width)
    paths = "".join(
        f'<path transform="translate({left} 0)" d="{outline.path(pixels)}"/>'
        for left, pixels in zip(layout.lefts, drawing.pixels, strict=True)
    )
    look = looks.LOOKS[settings.look]
    size = f'width="{layout.width}" height="{height}"'
    sheet = "" if look.paper is None else f'<rect {size} fill="rgb{look.paper}"/>'
    fields = settings.fields(drawing.digits, drawing.weights)
    about = "; ".join(f"{name}: {text}" for name, text in fields.items())
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width} {height}" '
        f'width="{layout.width * LARGE}" height="{height * LARGE}">'
        f"<title>{drawing.digits}</title><desc>{escape(about)}</desc>{sheet}"
        f'<g fill="rgb{look.ink_of(settings.ink)}" fill-rule="evenodd">{paths}</g></svg>\n'
    )
    return File(_name(drawing, settings, "svg"), "image/svg+xml", text.encode())


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
    data = looks.png(image, settings.fields(weights))
    return File(f"grid-seed-{settings.seed}.png", "image/png", data)


def _name(drawing: Drawing, settings: WritingSettings, extension: str) -> str:
    """Return a file name with the digits and the seed."""
    return f"{drawing.digits}-seed-{settings.seed}.{extension}"
