"""A picture as a file: PNG or SVG, with what made it written inside."""

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
from cgan.writing.settings import LARGE


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


def png(drawing: Drawing, look: str, ink: str, scale: int) -> File:
    """Return a number as PNG, `scale` times as large as the generator made it.

    Raises:
        BadValue: an unknown look or ink, or the picture is not grey.
    """
    check_grey(drawing.pixels)
    data = looks.png(looks.colour(drawing.row, look, ink, scale), drawing.fields)
    return File(file_name(drawing, "large.png" if scale == LARGE else "png"), "image/png", data)


def svg(drawing: Drawing, look: str, ink: str) -> File:
    """Return a number as SVG: smooth outlines of the strokes.

    Raises:
        BadValue: an unknown look or ink, or the picture is not grey.
    """
    check_grey(drawing.pixels)
    looks.check(look, ink)
    height, width = drawing.pixels.shape[1:]
    layout = lay_out(drawing.parts, width)
    paths = "".join(
        f'<path transform="translate({left} 0)" d="{outline.path(pixels)}"/>'
        for left, pixels in zip(layout.lefts, drawing.pixels, strict=True)
    )
    paper, colour = {
        "paper": (looks.PAPER, looks.INKS[ink]),
        "mnist": ((0, 0, 0), (255, 255, 255)),
        "clear": (None, looks.INKS[ink]),
    }[look]
    size = f'width="{layout.width}" height="{height}"'
    sheet = "" if paper is None else f'<rect {size} fill="rgb{paper}"/>'
    about = "; ".join(f"{name}: {text}" for name, text in drawing.fields.items())
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width} {height}" '
        f'width="{layout.width * LARGE}" height="{height * LARGE}">'
        f"<title>{drawing.digits}</title><desc>{escape(about)}</desc>{sheet}"
        f'<g fill="rgb{colour}" fill-rule="evenodd">{paths}</g></svg>\n'
    )
    return File(file_name(drawing, "svg"), "image/svg+xml", text.encode())


def grid_png(
    grid: NDArray[np.uint8],
    seed: int,
    rows: int,
    look: str,
    ink: str,
    scale: int,
    weights: Mapping[str, str],
) -> File:
    """Return a class grid as PNG.

    Args:
        grid: (H, W) uint8, as `cgan.Sampler.grid` returns it.
        seed: of its latents.
        rows: how many hands it has.
        look: a name of `cgan.writing.look.LOOKS`.
        ink: a name of `cgan.writing.look.INKS`.
        scale: how many times as large as the generator made it.
        weights: what the file says about the weights, as text fields.
    """
    fields = {"seed": str(seed), "rows": str(rows), **weights}
    data = looks.png(looks.colour(grid, look, ink, scale), fields)
    return File(f"grid-seed-{seed}.png", "image/png", data)


def file_name(drawing: Drawing, extension: str) -> str:
    """Return a file name with the digits and the seed."""
    return f"{drawing.digits}-seed-{drawing.hand.seed}.{extension}"
