"""The formats of a number's file, each specified once, and the settings that choose among them.

The page, the API, the addresses and the command line all look here. To add a format, add an entry
to `FORMATS`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cgan.writing import card, export
from cgan.writing.card import SHEETS
from cgan.writing.drawing import Drawing
from cgan.writing.export import File
from cgan.writing.setting import Choice
from cgan.writing.settings import WritingSettings
from cgan.writing.spacing import Page


@dataclass(frozen=True)
class Format:
    """A format of a number's file.

    Attributes:
        ending: of the file's name. Of formats with the same one, the first is meant if somebody
            gives a name alone.
        mime: its MIME type.
        has_pixels: whether a scale changes it.
        number: makes the number's file, at a scale; None if a number is always on a card.
        card: makes the content of a card, laid out as the page says; None if there is none.
    """

    ending: str
    mime: str
    has_pixels: bool
    number: Callable[[Drawing, WritingSettings, int], File] | None
    card: Callable[[Page, Drawing, WritingSettings], bytes] | None


def _svg(drawing: Drawing, settings: WritingSettings, scale: int) -> File:
    return export.svg(drawing, settings)


def _strokes(drawing: Drawing, settings: WritingSettings, scale: int) -> File:
    return export.strokes_svg(drawing, settings)


# By the names that the API, the addresses and the command line have for them.
FORMATS = {
    "png": Format("png", "image/png", True, export.png, card.png),
    "svg": Format("svg", "image/svg+xml", False, _svg, card.svg),
    "strokes": Format("svg", "image/svg+xml", False, _strokes, None),
    "pdf": Format("pdf", "application/pdf", False, None, card.pdf),
}
# The first format of each ending.
BY_ENDING: dict[str, str] = {}
for _name, _format in FORMATS.items():
    BY_ENDING.setdefault(_format.ending, _name)
# The formats of cards.
OF_CARDS = tuple(name for name, one in FORMATS.items() if one.card)

FILE = Choice(
    name="format",
    default="png",
    choices=tuple(FORMATS),
    description="{choices}; strokes is SVG with a line for each stroke, for pen plotters, and pdf "
    "is a card",
    api_label="format",
    strokes=False,
)


def either(words: Iterable[str]) -> str:
    """Return at least two words as in "png, svg or pdf"."""
    *others, last = words
    return f"{', '.join(others)} or {last}"


def _sizes() -> str:
    """Return what the description of `CARD` says about the cards' sizes."""
    sheets = [SHEETS[name] for name in CARDS]
    papers = either(f"{one.width:g} x {one.height:g}" for one in sheets if not one.screen_of)
    screens = "".join(
        f", or for a {one.screen_of}'s screen of {one.pixels[0]} x {one.pixels[1]} pixels"
        for one in sheets
        if one.screen_of
    )
    return f"{papers} mm{screens}, at {card.DPI} dpi"


# A card's size if none is asked for, but a format that is always on a card. It is named first.
FIRST_CARD = "a6"
CARDS = (FIRST_CARD, *(name for name in SHEETS if name != FIRST_CARD))
NO_CARD = "none"
CARD = Choice(
    name="card",
    default=NO_CARD,
    choices=(NO_CARD, *CARDS),
    description=f"{{choices}}: the number alone on a card of {_sizes()}; as {either(OF_CARDS)}",
    api_label="card",
    strokes=False,
)


def sheet_of(kind: str, card: str) -> str | None:
    """Return the size of the card that is asked for, a key of `SHEETS`; None if it isn't a card.

    Args:
        kind: a key of `FORMATS`.
        card: one of `CARD`.
    """
    if card != NO_CARD:
        return card
    return None if FORMATS[kind].number else FIRST_CARD


def make(drawing: Drawing, settings: WritingSettings, kind: str, scale: int) -> File:
    """Return a number as a file.

    Args:
        drawing: the number.
        settings: what made it, checked.
        kind: a key of `FORMATS` that isn't for cards alone.
        scale: how many times as large as the generator made it; not of every format.

    Raises:
        BadValue: the picture is not grey.
    """
    its = FORMATS[kind].number
    assert its is not None, f"{kind} is for cards alone"
    return its(drawing, settings, scale)


def make_card(drawing: Drawing, settings: WritingSettings, sheet: str, kind: str) -> File:
    """Return a number on a card.

    Args:
        drawing: the number.
        settings: what made it, checked.
        sheet: a key of `SHEETS`.
        kind: one of `OF_CARDS`.

    Raises:
        BadValue: the picture is not grey.
    """
    its = FORMATS[kind]
    assert its.card is not None, f"there is no card as {kind}"
    data = its.card(card.lay_out(drawing, settings.pen, SHEETS[sheet]), drawing, settings)
    return File(f"{drawing.digits}-seed-{settings.seed}.{sheet}.{its.ending}", its.mime, data)
