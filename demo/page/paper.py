"""The written number as HTML: a button for each digit."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cgan.writing import layout, outline
from cgan.writing import look as looks
from cgan.writing.drawing import Drawing
from demo.text.texts import say


def html(
    drawing: Drawing,
    look: str,
    ink: str,
    size: int,
    language: str,
    note: str = "",
    left_out: str = "",
) -> str:
    """Return the number as buttons, one per digit, that wrap at the end of the line.

    Args:
        drawing: the number.
        look: a key of `cgan.writing.look.LOOKS`.
        ink: a key of `cgan.writing.look.INKS`.
        size: height of a digit, in CSS pixels.
        language: of the labels.
        note: what else to say about it, with a button that undoes it.
        left_out: what to say about what isn't written.
    """
    colour = "#{:02x}{:02x}{:02x}".format(*looks.INKS[ink])
    buttons = []
    for position, (digit, pixels) in enumerate(zip(drawing.digits, drawing.pixels, strict=True)):
        label = escape(say(language, "digit_label", position=position + 1, digit=digit))
        buttons.append(
            f'<button type="button" class="digit" data-index="{position}" aria-label="{label}" '
            f'title="{label}">{_glyph(pixels, look)}</button>'
        )
    alt = escape(say(language, "paper_label", digits=drawing.digits))
    style = f"--ink:{colour};--digit:{size}px"
    if looks.LOOKS[look].pixelated:
        height = drawing.pixels[0].shape[0]
        style += f";--whole:{_multiple(size, height)}px;--half:{_multiple(size, height / 2):g}px"
    beneath_it = beneath(language, note, left_out)
    return (
        f'<div class="sheet {look}" style="{style}" role="group" '
        f'aria-label="{alt}">{grouped(drawing.parts, buttons)}</div>{beneath_it}'
    )


def grouped(parts: Sequence[object | None], digits: Sequence[str]) -> str:
    """Return the digits' HTML in groups, with gaps between them.

    A group stays together where a line ends, if it fits in one.

    Args:
        parts: digits and gaps (None) in order.
        digits: HTML of each digit.
    """
    return '<span class="gap"></span>'.join(
        f'<span class="group">{"".join(digits[position] for position in group)}</span>'
        if group
        else ""
        for group in layout.groups(parts)
    )


def _multiple(size: int, step: float) -> float:
    """Return the multiple of `step` that is nearest to `size`, at least one."""
    return step * max(round(size / step), 1)


def beneath(language: str, note: str, left_out: str = "") -> str:
    """Return the line below a number, which takes its room even if there is nothing to say.

    Args:
        language: of the label.
        note: on what made the number, with a button that undoes it.
        left_out: on what isn't written.
    """
    said = " ".join(filter(None, [left_out, note]))
    line = f"<span>{escape(said)}</span>" if said else ""
    if note:
        label = escape(say(language, "undo"))
        line += f' <button type="button" class="undo">{label}</button>'
    return f'<p class="note">{line}</p>'


def _glyph(ink: NDArray[np.uint8], look: str) -> str:
    height, width = ink.shape
    if looks.LOOKS[look].pixelated:
        data = data_uri(looks.png(looks.colour(ink, look, "black"), {}), "image/png")
        return f'<img alt="" src="{data}" width="{width}" height="{height}">'
    return (
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<path d="{outline.path(ink)}"/></svg>'
    )


def data_uri(data: bytes, mime: str) -> str:
    """Return an address that holds `data` itself, so that the browser sends no request."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"
