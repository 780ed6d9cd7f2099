"""The written number as HTML on the page, and as SVG, PNG and file name to take away."""

import base64
from collections.abc import Mapping
from html import escape

import numpy as np

from cgan.writing import look as looks
from cgan.writing import outline, picture
from cgan.writing.drawing import Drawing, Hand, format_redrawn
from demo.text.texts import say

LARGE = 8


def html(drawing: Drawing, look: str, ink: str, size: int, language: str, note: str = "") -> str:
    """Return the number as buttons, one a digit, that wrap where the line ends.

    Args:
        drawing: the number.
        look: a name of `cgan.writing.look.LOOKS`.
        ink: a name of `cgan.writing.look.INKS`.
        size: height of a digit, in CSS pixels.
        language: of the labels.
        note: what else to say about it, with a button that undoes it.
    """
    looks.check(look, ink)
    colour = "#{:02x}{:02x}{:02x}".format(*looks.INKS[ink])
    groups: list[list[str]] = [[]]
    pixels = iter(drawing.pixels)
    position = 0
    for part in drawing.parts:
        if part is None:
            groups.append([])
            continue
        label = escape(say(language, "digit_label", position=position + 1, digit=part))
        groups[-1].append(
            f'<button type="button" class="digit" data-index="{position}" aria-label="{label}" '
            f'title="{label}">{_glyph(next(pixels), look)}</button>'
        )
        position += 1
    alt = escape(say(language, "paper_label", digits=drawing.digits))
    # Groups stay together where a line ends, if they fit in one.
    content = '<span class="gap"></span>'.join(
        f'<span class="group">{"".join(group)}</span>' if group else "" for group in groups
    )
    style = f"--ink:{colour};--digit:{size}px"
    if look == "mnist":
        height = drawing.pixels[0].shape[0]
        style += f";--whole:{_multiple(size, height)}px;--half:{_multiple(size, height / 2):g}px"
    return (
        f'<div class="sheet {look}" style="{style}" role="group" '
        f'aria-label="{alt}">{content}</div>{undo(note, language)}'
    )


def _multiple(size: int, step: float) -> float:
    """Return the multiple of `step` that is nearest to `size`, at least one."""
    return step * max(round(size / step), 1)


def undo(note: str, language: str) -> str:
    """Return a note, with a button that undoes what it is about; empty without one."""
    if not note:
        return ""
    label = escape(say(language, "undo"))
    return f'<p class="note">{escape(note)} <button type="button" class="undo">{label}</button></p>'


def _glyph(ink: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", look: str) -> str:
    height, width = ink.shape
    if look == "mnist":
        data = data_uri(looks.png(looks.colour(ink, look, "black"), {}), "image/png")
        return f'<img alt="" src="{data}" width="{width}" height="{height}">'
    return (
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<path d="{outline.path(ink)}"/></svg>'
    )


def data_uri(data: bytes, mime: str) -> str:
    """Return an address that holds `data` itself, so that nothing is requested for it."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def row(drawing: Drawing) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Return the number in one row: (H, W_total) uint8, as `Sampler.write` does."""
    return picture.line(drawing.pixels, drawing.parts)


def texts(drawing: Drawing, hand: Hand, weights: Mapping[str, str]) -> dict[str, str]:
    """Return what made the picture, for its file's text fields."""
    fields = {
        "digits": drawing.digits,
        "seed": str(hand.seed),
        "style": f"one hand, row {hand.row}" if hand.one_hand else "each digit its own",
        "truncation": repr(hand.truncation).removesuffix(".0"),
        **weights,
    }
    if hand.redrawn:
        fields["redrawn"] = format_redrawn(hand.redrawn)
    if hand.best_of > 1:
        fields["best_of"] = str(hand.best_of)
    return fields


def file_name(drawing: Drawing, hand: Hand, extension: str) -> str:
    """Return a file name with the digits and the seed."""
    return f"{drawing.digits}-seed-{hand.seed}.{extension}"


def png(
    drawing: Drawing, hand: Hand, look: str, ink: str, scale: int, weights: Mapping[str, str]
) -> bytes:
    """Return the number as a PNG file, `scale` times as large as the generator made it."""
    return looks.png(looks.colour(row(drawing), look, ink, scale), texts(drawing, hand, weights))


def svg(drawing: Drawing, hand: Hand, look: str, ink: str, weights: Mapping[str, str]) -> str:
    """Return the number as an SVG file: smooth outlines of the strokes."""
    looks.check(look, ink)
    height, width = drawing.pixels.shape[1:]
    x = 0
    paths = []
    pixels = iter(drawing.pixels)
    for part in drawing.parts:
        if part is None:
            x += width // 2
            continue
        paths.append(f'<path transform="translate({x} 0)" d="{outline.path(next(pixels))}"/>')
        x += width
    paper, colour = {
        "paper": (looks.PAPER, looks.INKS[ink]),
        "mnist": ((0, 0, 0), (255, 255, 255)),
        "clear": (None, looks.INKS[ink]),
    }[look]
    sheet = "" if paper is None else f'<rect width="{x}" height="{height}" fill="rgb{paper}"/>'
    about = "; ".join(f"{name}: {text}" for name, text in texts(drawing, hand, weights).items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x} {height}" '
        f'width="{x * LARGE}" height="{height * LARGE}">'
        f"<title>{drawing.digits}</title><desc>{escape(about)}</desc>{sheet}"
        f'<g fill="rgb{colour}" fill-rule="evenodd">{"".join(paths)}</g></svg>\n'
    )
