"""What a setting is: its kinds, and classes of settings, whose fields carry them.

`cgan.writing.settings` says which ones there are.
"""

import base64
import contextlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from cgan.writing.checks import one_of, real, whole
from cgan.writing.hand import format_redrawn, parse_redrawn
from cgan.writing.number import read_limited
from cgan.writing.own_hand import link_text
from cgan.writing.photo import SENT, LargePhoto, OtherFormat

# A number that may be missing. Callers see it as a default, which None can't be in Gradio.
NOT_GIVEN = -1
_KEY = "setting"

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
        if not isinstance(value, str):
            raise OtherFormat
        if len(value) > 2 * SENT.bytes:
            raise LargePhoto(SENT)
        try:
            coded = "".join(value.rpartition(",")[2].split())
            return base64.b64decode(coded, validate=True)
        except ValueError as error:
            raise OtherFormat from error


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


def changed(settings: Any, besides: tuple[str, ...]) -> dict[str, str]:
    """Return what a file says of the settings that change the strokes and aren't `unnamed`."""
    usual = unnamed(type(settings))
    return {
        name: one.tell(value)
        for name, one in specified(settings).items()
        if one.strokes and name not in besides and (value := getattr(settings, name)) != usual[name]
    }
