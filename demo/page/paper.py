"""The written number as HTML: a button for each digit."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cgan.writing import inked, layout, outline
from cgan.writing import look as looks
from cgan.writing.drawing import Drawing
from cgan.writing.spacing import GROUP_GAP, LINE_HEIGHT, Glyph, space
from demo.actions import Settings
from demo.text.texts import joined, say


def html(
    drawing: Drawing, settings: Settings, language: str, note: str = "", left_out: str = ""
) -> str:
    """Return the number as buttons, one per digit, that wrap at the end of the line.

    Args:
        drawing: the number.
        settings: what made it, checked.
        language: of the labels.
        note: what else to say about it, with a button that undoes it.
        left_out: what to say about what isn't written.
    """
    look, size = settings.look, settings.size
    colour = "#{:02x}{:02x}{:02x}".format(*looks.INKS[settings.ink])
    style = f"--ink:{colour};--digit:{size}px"
    if looks.LOOKS[look].pixelated:
        height = drawing.pixels[0].shape[0]
        style += f";--whole:{_multiple(size, height)}px;--half:{_multiple(size, height / 2):g}px"
    if settings.spacing == "ink":
        content, units, widest = _by_ink(drawing, settings, language)
        style += f";--units:{units:.1f};--widest:{widest:.1f};--gap:{GROUP_GAP}"
    else:
        digits = zip(drawing.digits, drawing.pixels, strict=True)
        buttons = [
            _button(position, digit, _glyph(pixels, look), language)
            for position, (digit, pixels) in enumerate(digits)
        ]
        content = grouped(drawing.parts, buttons)
    alt = escape(say(language, "paper_label", digits=drawing.digits))
    return (
        f'<div class="sheet {look} by-{settings.spacing}" style="{style}" role="group" '
        f'aria-label="{alt}">{content}</div>{beneath(language, note, left_out)}'
    )


def _button(position: int, digit: int | str, glyph: str, language: str, style: str = "") -> str:
    label = escape(say(language, "digit_label", position=position + 1, digit=digit))
    return (
        f'<button type="button" class="digit" data-index="{position}" aria-label="{label}" '
        f'title="{label}"{style}>{glyph}</button>'
    )


def _by_ink(drawing: Drawing, settings: Settings, language: str) -> tuple[str, float, float]:
    """Return digits and marks as a hand spaces them, the width of all, and of the widest group."""
    pixelated = looks.LOOKS[settings.look].pixelated
    groups = space(drawing.parts, drawing.pixels, settings.pen, whole=pixelated)
    html = []
    position = 0
    for group in groups:
        glyphs = []
        for glyph in group.glyphs:
            shown = _image(glyph, drawing.pixels[glyph.index]) if pixelated else _outline(glyph)
            style = f' style="--width:{glyph.width:.2f}"'
            if isinstance(glyph.part, int):
                glyphs.append(_button(position, glyph.part, shown, language, style))
                position += 1
            else:
                glyphs.append(f'<span class="mark"{style}>{shown}</span>')
        html.append(f'<span class="group">{"".join(glyphs)}</span>')
    widths = [group.width for group in groups]
    units = sum(widths) + (len(groups) - 1) * GROUP_GAP
    gap = f'<span class="gap" style="--width:{GROUP_GAP}"></span>'
    return gap.join(html), units, max(widths)


def _outline(glyph: Glyph) -> str:
    """Return a glyph in its room, from the top of the line to its bottom."""
    moved = glyph.moved(-glyph.left)
    return (
        f'<svg viewBox="0 0 {glyph.width:.2f} {LINE_HEIGHT}" aria-hidden="true">'
        f'<path d="{glyph.outline.path}" transform="{inked.placed(moved)}"/></svg>'
    )


def _image(glyph: Glyph, ink: NDArray[np.uint8]) -> str:
    """Return the generator's own pixels, moved so that their ink is in the glyph's room."""
    data = data_uri(looks.png(looks.colour(ink, "mnist", "black"), {}), "image/png")
    style = f"--x:{glyph.x - glyph.left:.2f};--y:{glyph.y:g}"
    return f'<img alt="" src="{data}" style="{style}">'


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
    said = joined([left_out, note])
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
