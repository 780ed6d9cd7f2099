"""The settings of a picture, each specified once.

A class of settings is a frozen dataclass whose fields carry a `Setting`. The page's controls, the
links, the API's parameters, the command line's options and the checks all come from there. To add
a setting, add a field, and use it in the drawing.
"""

import base64
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from cgan.writing.checks import one_of, real, whole
from cgan.writing.hand import Hand, format_redrawn, parse_redrawn
from cgan.writing.left_out import left_out
from cgan.writing.look import INKS, LOOKS
from cgan.writing.morph import FORMATS
from cgan.writing.number import MAX_DIGITS, Part, read, read_limited
from cgan.writing.own_hand import OwnHand, link_text
from cgan.writing.photo import SENT, BadPhoto

# The styles, and how far each digit leaves the hand in them: see `cgan.writing.hand.Hand`.
STYLES = {"own": 1.0, "one": 0.0}
# A person's digits differ a little: what a new page begins with.
NATURAL = 0.22
# With more variation than this, digits hardly show that they are of one hand.
_OF_ONE_HAND = 0.6
# How digits are spaced: as a hand does, with marks; or in even cells, with gaps in place of marks.
SPACINGS = ("ink", "grid")
MAX_ROWS = 20  # of the class grid
LARGE = 8  # a large picture is this many times as large as the generator's
# A number that may be missing. Callers see it as a default, which None can't be in Gradio.
NOT_GIVEN = -1
_KEY = "setting"
# Settings of which a file's field "style" tells.
_TOLD_TOGETHER = ("style", "row", "variation")

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Setting(ABC):
    """A setting: its values and its description.

    Attributes:
        name: its name in links, in the API and on the command line.
        default: its value on a new page and in the API.
        description: what the API and the command line say about it; empty for a setting that
            only the page has.
        text: the key of its label in the page's texts; empty if that is the name.
        api_label: its label in the API; empty where it shares its control, and so its label, with
            the page.
        strokes: whether it changes the strokes. Files say so of such a setting, and a digit that
            is carried over from the class grid is drawn with its default. Colours and sizes don't.
    """

    name: str = ""
    default: Any = None
    description: str = ""
    text: str = ""
    api_label: str = ""
    strokes: bool = True

    @abstractmethod
    def check(self, value: Any) -> Any:
        """Return `value`, converted to the setting's type.

        Raises:
            BadValue: it is not allowed.
        """

    def read(self, text: str) -> Any:
        """Return what `text`, from a link or a command line, stands for.

        Raises:
            BadValue: it is not allowed.
        """
        return self.check(text)

    def describe(self) -> str:
        """Return the description."""
        return self.description

    def tell(self, value: Any) -> str:
        """Return what a file says of a checked value."""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Number(Setting):
    """A number from `low` to `high`, which the description may name; whole if `step` is 1."""

    low: float
    high: float
    step: float = 1

    def check(self, value: Any) -> int | float:
        """Return an int or a float."""
        if self.step == 1:
            return whole(self.name, value, int(self.low), int(self.high))
        return real(self.name, value, self.low, self.high)

    def read(self, text: str) -> int | float:
        """Return the number in `text`."""
        value: Any = text
        with contextlib.suppress(ValueError):
            value = float(text)
        return self.check(value)

    def describe(self) -> str:
        """Return the description with the bounds."""
        return self.description.format(low=self.low, high=self.high)

    def tell(self, value: Any) -> str:
        """Return the number, without the point where it is whole."""
        return repr(value).removesuffix(".0")


@dataclass(frozen=True, kw_only=True)
class OptionalNumber(Number):
    """A number from `low` to `high`, or `NOT_GIVEN`."""

    def check(self, value: Any) -> int | float:
        """Return an int or a float."""
        return NOT_GIVEN if value == NOT_GIVEN else super().check(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of several names; `prefix` and a name make the key of its text on the page."""

    choices: tuple[str, ...]
    prefix: str = ""

    def check(self, value: Any) -> Any:
        """Return the name."""
        return one_of(self.name, value, self.choices)

    def describe(self) -> str:
        """Return the description with the choices."""
        *others, last = (f'"{choice}"' for choice in self.choices)
        return self.description.format(choices=f"{', '.join(others)} or {last}")


@dataclass(frozen=True, kw_only=True)
class Digits(Setting):
    """A number to write, as typed."""

    def check(self, value: Any) -> Any:
        """Return the text."""
        read_limited(value)
        return value


@dataclass(frozen=True, kw_only=True)
class Redrawn(Setting):
    """Which digits were redrawn, as `cgan.writing.hand.format_redrawn` writes it."""

    def check(self, value: Any) -> str:
        """Return the text in its usual order."""
        return format_redrawn(parse_redrawn(value))


@dataclass(frozen=True, kw_only=True)
class PictureText(Setting):
    """A picture's file as text: base64, maybe with "data:image/jpeg;base64," before it."""

    def check(self, value: Any) -> bytes:
        """Return the bytes of the file."""
        if not isinstance(value, str) or len(value) > 2 * SENT.bytes:
            raise BadPhoto(SENT)
        try:
            coded = "".join(value.rpartition(",")[2].split())
            return base64.b64decode(coded, validate=True)
        except ValueError as error:
            raise BadPhoto(SENT) from error


@dataclass(frozen=True, kw_only=True)
class OwnHandText(Setting):
    """Somebody's own hand, as `OwnHand.to_text` writes it; empty for none.

    Which weights it is for is checked where they are known.
    """

    def check(self, value: Any) -> str:
        """Return the text for a link, also of a file's JSON."""
        return "" if value in (None, "") else link_text(value)

    def tell(self, value: Any) -> str:
        """Return that there is one: its numbers stay out of files."""
        return "own"


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
    high=MAX_ROWS - 1,
    description="with one hand, which latent of the seed: the class grid's row, "
    "{low:g} to {high:g}",
)
SPACING = Choice(
    choices=SPACINGS,
    prefix="spacing_",
    description='"ink" (as a hand spaces, with marks such as + - ( ) . / written, and strokes that '
    'hold) or "grid" (digits in even cells; marks become gaps)',
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
# The formats of a number's file.
FILE = Choice(
    name="format",
    default="png",
    choices=("png", "svg", "strokes", "pdf"),
    description="{choices}; strokes is SVG with a line for each stroke, for pen plotters, and pdf "
    "is a card",
    api_label="format",
    strokes=False,
)
# The sizes of `cgan.writing.card.SHEETS`; a PDF is a card of the first one if none is asked for.
CARDS = ("a6", "business", "a4", "phone")
NO_CARD = "none"
CARD = Choice(
    name="card",
    default=NO_CARD,
    choices=(NO_CARD, *CARDS),
    description="{choices}: the number alone on a card of 148 x 105, 85 x 55 or 297 x 210 mm, or "
    "for a phone's screen of 1080 x 1920 pixels, at 300 dpi; as png, svg or pdf",
    api_label="card",
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


def setting_field(default: Any, setting: Setting) -> Any:
    """Return a field of a class of settings; its `Setting` gets name and default from it."""
    return field(default=default, metadata={_KEY: setting})


def specified(settings: Any) -> dict[str, Setting]:
    """Return the `Setting` of each field, by name, of a class of settings or an instance."""
    return {
        one.name: replace(one.metadata[_KEY], name=one.name, default=one.default)
        for one in fields(settings)
        if _KEY in one.metadata
    }


def unnamed(kind: type[Any]) -> dict[str, Any]:
    """Return what each setting is, by name, in a link or a call that doesn't name it.

    It is the default of the first class that has the setting. The page begins with the defaults of
    its own class, which may be others: so what is new there changes no old link and no old call.
    """
    values: dict[str, Any] = {}
    for one in reversed(kind.__mro__):
        if is_dataclass(one):
            values = {name: each.default for name, each in specified(one).items()} | values
    return values


def checked(settings: S) -> S:
    """Return settings whose values have the right types.

    Raises:
        BadValue: a value is not allowed; names the first one.
    """
    values = {name: one.check(getattr(settings, name)) for name, one in specified(settings).items()}
    return replace(settings, **values)  # type: ignore[type-var]


def _changed(settings: Any, besides: tuple[str, ...]) -> dict[str, str]:
    """Return what a file says of the settings that change the strokes and aren't `unnamed`."""
    usual = unnamed(type(settings))
    return {
        name: one.tell(value)
        for name, one in specified(settings).items()
        if one.strokes and name not in besides and (value := getattr(settings, name)) != usual[name]
    }


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
            **_changed(self, besides=(*_TOLD_TOGETHER, "digits", "seed", "truncation")),
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
        Number(low=1, high=MAX_ROWS, description="{low:g} to {high:g}", api_label="rows"),
    )
    seed: int = _field(WritingSettings.seed, _SEED)
    look: str = _field("paper", _LOOK)
    ink: str = _field("black", _INK)

    def fields(self, weights: Mapping[str, str]) -> dict[str, str]:
        """Return what made a grid, for the text fields of its file, with those of the weights."""
        one = specified(self)
        always = {name: one[name].tell(getattr(self, name)) for name in ("seed", "rows")}
        return {**always, **weights, **_changed(self, besides=tuple(always))}


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
    variation: float = _field(1.0, VARIATION, description="")  # these three have only the page
    row: int = _field(0, _ROW, description="")
    ink: str = _field("black", _INK)
    look: str = _field("paper", _LOOK)
    hand: str = _field("", OwnHandText())

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
