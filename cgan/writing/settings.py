"""The settings of a picture, each specified once.

A class of settings is a frozen dataclass whose fields carry a `Setting`. The page's controls, the
links, the API's parameters, the command line's options and the checks all come from there. To add
a setting, add a field, and use it in the drawing. The formats of a number's file and the sizes of
cards are settings, too; they are in `cgan.writing.formats`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cgan.writing.hand import NATURAL, Hand, parse_redrawn
from cgan.writing.left_out import left_out
from cgan.writing.look import INKS, LOOKS
from cgan.writing.morph import FORMATS
from cgan.writing.number import MAX_DIGITS, Part, read
from cgan.writing.own_hand import OwnHand
from cgan.writing.photo import SENT
from cgan.writing.setting import (
    NOT_GIVEN,
    Choice,
    Digits,
    Number,
    OptionalNumber,
    OwnHandText,
    PictureText,
    Redrawn,
    Setting,
    changed,
    setting_field,
    specified,
)

# The styles, and how far each digit leaves the hand in them: see `cgan.writing.hand.Hand`.
STYLES = {"own": 1.0, "one": 0.0}
# With more variation than this, digits hardly show that they are of one hand.
_OF_ONE_HAND = 0.6
# How digits are spaced: as a hand does, with marks; or in even cells, with gaps in place of those
# that group digits.
SPACINGS = ("ink", "grid")
MOST_HANDS = 20  # of a seed: the class grid's rows
LARGE = 8  # a large picture is this many times as large as the generator's
# Settings of which a file's field "style" tells.
_TOLD_TOGETHER = ("style", "row", "variation")

_NUMBER = Digits(
    description=f"1 to {MAX_DIGITS} digits; spaces, hyphens, dots, slashes and brackets between "
    "them become gaps (with spacing ink, marks are written), and the file's text field left_out "
    "names what else isn't written",
    text="number",
)
_SEED = Number(low=0, high=9999, description="{low:g} to {high:g}", api_label="Seed")
_STYLE = Choice(
    choices=tuple(STYLES),
    description='"own" (each digit its own latent) or "one" (one hand for all); variation, if '
    "given, counts instead",
)
VARIATION = OptionalNumber(
    low=0,
    high=1,
    step=0.02,
    description="how far each digit leaves the hand, {low:g} (one hand for all) to {high:g} (each "
    f"digit its own); a person's digits differ by about {NATURAL}; {NOT_GIVEN} leaves it to style",
    api_label="variation",
)
_ROW = Number(
    low=0,
    high=MOST_HANDS - 1,
    description="with one hand, which latent of the seed: the class grid's row, "
    "{low:g} to {high:g}",
)
SPACING = Choice(
    choices=SPACINGS,
    prefix="spacing_",
    description='"ink" (as a hand spaces, with marks such as + - ( ) . / written, and strokes that '
    'hold) or "grid" (digits in even cells; marks between them become gaps, and a comma or an '
    "inner + is left out)",
    api_label="spacing",
)
_LOOK = Choice(choices=tuple(LOOKS), prefix="look_", description="{choices}", strokes=False)
_INK = Choice(choices=tuple(INKS), description="{choices}", strokes=False)
SCALE = Number(
    name="scale",
    default=4,
    low=1,
    high=LARGE,
    description="{low:g} (32 pixels high) to {high:g}",
    api_label="scale",
    strokes=False,
)
FORMAT = Choice(
    name="format",
    default="gif",
    choices=FORMATS,
    description="{choices}",
    api_label="format",
    strokes=False,
)


def _field(default: Any, setting: Setting, **changes: Any) -> Any:
    return setting_field(default, replace(setting, **changes))


def of_one_hand(variation: float) -> float:
    """Return a variation with which a hand can be seen: the given one, if it is small enough."""
    return variation if 0 <= variation <= _OF_ONE_HAND else NATURAL


def left_out_field(*numbers: str, marks: bool = False) -> dict[str, str]:
    """Return the text field of a file that says what isn't written of numbers; none if all is."""
    sentence = left_out(*numbers, marks=marks)
    return {} if sentence is None else {"left_out": str(sentence)}


@dataclass(frozen=True)
class WritingSettings:
    """Everything that decides how a number looks; not checked."""

    digits: str = _field("138 1234 5678", _NUMBER)
    seed: int = _field(27, _SEED)
    style: str = _field("own", _STYLE)
    row: int = _field(0, _ROW)
    truncation: float = _field(
        1.0,
        Number(
            low=0,
            high=1.5,
            step=0.05,
            description="factor that scales the latents, {low:g} to {high:g}",
        ),
    )
    redrawn: str = _field(
        "",
        Redrawn(description='"2.1-5.3": the third digit redrawn once, the sixth three times'),
    )
    look: str = _field("paper", _LOOK)
    ink: str = _field("black", _INK)
    best_of: int = _field(
        1,
        Number(
            low=1,
            high=8,
            description="candidates per digit, of which the most legible is used, {low:g} to "
            "{high:g}",
        ),
    )
    variation: float = _field(NOT_GIVEN, VARIATION)
    spacing: str = _field("grid", SPACING)
    pen: float = _field(
        0.0,
        Number(
            low=-1,
            high=1,
            step=0.05,
            description="weight of the pen, {low:g} (finer) to {high:g} (bolder); with spacing ink",
        ),
    )

    hand: str = _field(
        "",
        OwnHandText(
            description="a hand of one's own, as /hand returns it or as python -m cgan hand writes "
            "it; it decides how the digits look, in place of the seed",
        ),
    )

    @property
    def leaves_hand(self) -> float:
        """How far each digit leaves the hand: the variation, or else that of the style.

        Of one's own hand, digits leave it only if a variation says so.
        """
        if self.variation != NOT_GIVEN:
            return self.variation
        return STYLES["one"] if self.hand else STYLES[self.style]

    def parts(self) -> list[Part]:
        """Return what is written of the number: digits, gaps and, by ink, marks.

        Raises:
            NoDigit: there is no digit.
        """
        return read(self.digits, marks=self.spacing == "ink").parts

    def to_hand(self, own: OwnHand | None = None) -> Hand:
        """Return the hand of checked settings.

        Args:
            own: what the setting `hand` stands for, with the generator's weights.
        """
        return Hand(
            seed=self.seed,
            variation=self.leaves_hand,
            row=self.row,
            truncation=self.truncation,
            redrawn=parse_redrawn(self.redrawn),
            best_of=self.best_of,
            own=own,
        )

    def fields(self, digits: str, weights: Mapping[str, str]) -> dict[str, str]:
        """Return what made a number, for the text fields of its file.

        Args:
            digits: the number without gaps.
            weights: what the file says about the weights.
        """
        one = specified(self)
        return {
            "digits": digits,
            "seed": one["seed"].tell(self.seed),
            "style": self._style(),
            "truncation": one["truncation"].tell(self.truncation),
            **weights,
            **changed(self, besides=(*_TOLD_TOGETHER, "digits", "seed", "truncation")),
            **left_out_field(self.digits, marks=self.spacing == "ink"),
        }

    def fields_of_rows(self, digits: str, weights: Mapping[str, str], rows: int) -> dict[str, str]:
        """Return the same of a number in several hands of the seed: row 0, row 1, and so on."""
        return self.fields(digits, weights) | {"style": self._style(f"0 to {rows - 1}")}

    def _style(self, row: str = "") -> str:
        if self.leaves_hand == STYLES["own"]:
            return "each digit its own"
        varied = "" if self.leaves_hand == STYLES["one"] else f", variation {self.leaves_hand:g}"
        return f"one hand, row {row or self.row}{varied}"


@dataclass(frozen=True)
class GridSettings:
    """Everything that decides how the class grid looks; not checked."""

    rows: int = _field(
        10,
        Number(low=1, high=MOST_HANDS, description="{low:g} to {high:g}", api_label="rows"),
    )
    seed: int = _field(WritingSettings.seed, _SEED)
    look: str = _field("paper", _LOOK)
    ink: str = _field("black", _INK)

    def fields(self, weights: Mapping[str, str]) -> dict[str, str]:
        """Return what made a grid, for the text fields of its file, with those of the weights."""
        one = specified(self)
        always = {name: one[name].tell(getattr(self, name)) for name in ("seed", "rows")}
        return {**always, **weights, **changed(self, besides=tuple(always))}


@dataclass(frozen=True)
class MorphSettings:
    """Everything that decides how one number turns into another; not checked."""

    start: str = _field(
        WritingSettings.digits,
        _NUMBER,
        description="digits to begin with",
        text="from",
        api_label="digits to begin with",
    )
    end: str = _field(
        "024 6802 4680",
        _NUMBER,
        description="digits to end with, as many as in start",
        text="to",
        api_label="digits to end with",
    )
    start_seed: int = _field(
        WritingSettings.seed, _SEED, text="from_seed", api_label="seed to begin with"
    )
    end_seed: int = _field(
        WritingSettings.seed, _SEED, text="to_seed", api_label="seed to end with"
    )
    frames: int = _field(
        30, Number(low=8, high=60, description="{low:g} to {high:g}, one way", strokes=False)
    )
    variation: float = _field(1.0, VARIATION, description="")  # the page alone has this
    row: int = _field(0, _ROW, description="")  # and this
    ink: str = _field("black", _INK)
    look: str = _field("paper", _LOOK)
    hand: str = _field("", OwnHandText())  # and this

    def hands(self, own: OwnHand | None = None) -> tuple[Hand, Hand]:
        """Return the hands of both numbers, of checked settings.

        Args:
            own: what the setting `hand` stands for, with the generator's weights.
        """
        return (
            Hand(self.start_seed, self.variation, self.row, own=own),
            Hand(self.end_seed, self.variation, self.row, own=own),
        )


@dataclass(frozen=True)
class HandSettings:
    """A photograph, and the digits on it; not checked."""

    picture: str | bytes = _field(  # text; the file's bytes once it is checked
        "",
        PictureText(
            description=f"base64 of a JPEG, PNG or WebP file of at most {SENT.bytes:,} bytes: dark "
            "digits on light paper, apart from each other; it isn't kept",
            api_label="picture",
        ),
    )
    digits: str = _field(
        "0123456789",
        Digits(description="the digits on it, line by line", api_label="digits"),
    )
