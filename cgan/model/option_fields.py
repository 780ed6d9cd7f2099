"""Options that are specified once, as the fields of a dataclass.

`option` makes such a field: its default, what it means, its bounds, and whether it decides the
weights. The command line, its help, the checks and the rule of `--resume` all come from the
fields, so adding a field is all that it takes to add an option. Training has such options
(`cgan.training.options`), and an architecture may bring its own.
"""

import argparse
import dataclasses
import math
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cgan.common.command_line import Parser, named_path
from cgan.common.errors import BadValue
from cgan.common.values import is_finite, is_one_of, is_whole

_METADATA_KEY = "option"


class Titled(Protocol):
    """A choice that says what it is."""

    @property
    def title(self) -> str:
        """A few words; empty where the name says it all."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """What is known about an option.

    Attributes:
        name: the field's.
        type: the field's; of `int | None` it is int.
        default: the field's.
        default_in_words: the default in `--help`, where it may be another than the field's.
        description: the text in `--help`; or a table of the choices, which makes it.
        decides_weights: whether another value gives other weights. Where it doesn't, `--resume`
            accepts a new value.
        private: whether its value may be somebody's own, so that it isn't published.
        sets: the field of the generator's config that it sets; empty if none. With None as its
            value, that field keeps its default.
        needs: another option of the same dataclass that this one needs.
        choices: the values to choose from; empty if there is no such list.
        at_least: lower bound, of each value if there are several.
        greater_than: lower bound that is not itself allowed.
        at_most: upper bound.
        less_than: upper bound that is not itself allowed.
        because: why the bounds are what they are, as the end of an error message.
    """

    name: str = ""
    type: Any = None
    default: Any = None
    default_in_words: str = ""
    description: str | Mapping[str, Titled]
    decides_weights: bool = True
    private: bool = False
    sets: str = ""
    needs: str | None = None
    choices: Collection[str] = ()
    at_least: float = -math.inf
    greater_than: float = -math.inf
    at_most: float = math.inf
    less_than: float = math.inf
    because: str = ""

    def describe(self) -> str:
        """Return the text in `--help`, without the default."""
        if isinstance(self.description, str):
            return self.description
        return describe_choices(self.description)

    def describe_bounds(self) -> str:
        """Return the bounds in words: "at least 0 and less than 1"."""
        bounds = {
            "at least": self.at_least,
            "greater than": self.greater_than,
            "at most": self.at_most,
            "less than": self.less_than,
        }
        return " and ".join(f"{how} {x}" for how, x in bounds.items() if math.isfinite(x))

    def is_within_bounds(self, value: Any) -> bool:
        """Return whether a number, or every number of a tuple, is within all bounds."""
        if isinstance(value, tuple):
            return all(map(self.is_within_bounds, value))
        if not isinstance(value, int | float):
            return True
        return self.at_least <= value <= self.at_most and self.greater_than < value < self.less_than


def option(default: Any, description: str | Mapping[str, Titled], **details: Any) -> Any:
    """Return a dataclass field for an option; `details` are the attributes of `Option`."""
    if not isinstance(description, str):
        details["choices"] = description
    metadata = {_METADATA_KEY: Option(description=description, **details)}
    return dataclasses.field(default=default, metadata=metadata)


def describe_choices(table: Mapping[str, Titled]) -> str:
    """Return choices and what they are in words: "red (the default), blue or green"."""
    named = [f"{name} ({one.title})" if one.title else name for name, one in table.items()]
    return " or ".join(filter(None, (", ".join(named[:-1]), named[-1])))


def options_of(options_class: type) -> dict[str, Option]:
    """Return the options of a dataclass by name, in order."""
    hints = typing.get_type_hints(options_class)
    return {
        field.name: dataclasses.replace(
            field.metadata[_METADATA_KEY],
            name=field.name,
            type=_without_none(hints[field.name]),
            default=field.default,
        )
        for field in dataclasses.fields(options_class)
        if _METADATA_KEY in field.metadata
    }


def add_to(parser: Parser, options: Iterable[Option]) -> None:
    """Add options to a command line, flags last; those not given are absent when parsed."""
    for its in sorted(options, key=lambda its: its.type is bool):
        if its.type is bool:
            parser.add_option(
                its.name, action="store_true", default=argparse.SUPPRESS, help=its.describe()
            )
            continue
        said = its.default_in_words or its.default
        default = "" if said is None else f" (default {said})"
        parser.add_option(
            its.name,
            type=_TYPES[its.type].read,
            choices=its.choices or None,
            default=argparse.SUPPRESS,
            help=its.describe() + default,
        )


def check_values(options: Any) -> None:
    """Check the type, choices and bounds of every option of a dataclass.

    Raises:
        BadValue: names the first option that is wrong.
    """
    for name, its in options_of(type(options)).items():
        value = getattr(options, name)
        if value is None and its.default is None:
            continue
        its_type = _TYPES[its.type]
        if not its_type.fits(value):
            raise BadValue(f"--{name} must be {its_type.name}, not {shown(value)}.")
        if its.choices and not is_one_of(value, its.choices):
            raise BadValue(f"--{name} must be one of {', '.join(its.choices)}, not {value}.")
        if not its.is_within_bounds(value):
            because = f": {its.because}" if its.because else ""
            raise BadValue(
                f"--{name} must be {its.describe_bounds()}, not {shown(value)}{because}."
            )


def check_needs(options: Any) -> None:
    """Check that options needed by others are given.

    Raises:
        BadValue: names the first option that needs another one.
    """
    for name, its in options_of(type(options)).items():
        if its.needs and getattr(options, name) != its.default and not getattr(options, its.needs):
            raise BadValue(f"--{name} needs --{its.needs}.")


def check_unchanged(
    known: Mapping[str, Option], values: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    """Check that a resumed run keeps the options that decide its weights.

    Args:
        known: the options by name.
        values: those of the run so far.
        given: options that the user gives now.

    Raises:
        BadValue: a given option decides the weights and differs from the run's.
    """
    for name, value in given.items():
        if value != values[name] and known[name].decides_weights:
            raise BadValue(
                f"--resume continues with the run's own settings: --{name} is "
                f"{shown(values[name])} there, not {shown(value)}. Leave it out, or start a new "
                "run."
            )


def shown(value: Any) -> str:
    """Return a value as it is written on the command line, or in words."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class _Type:
    """A type of option: its name in error messages, how to read it, and how to check it."""

    name: str
    read: Callable[[str], Any]
    fits: Callable[[Any], bool]


def _read_whole_numbers(text: str) -> tuple[int, ...]:
    """Read whole numbers separated by commas."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} must be whole numbers such as 128,64,32"
        ) from error


_TYPES: dict[Any, _Type] = {
    bool: _Type("on or off", bool, lambda value: isinstance(value, bool)),
    int: _Type("a whole number", int, is_whole),
    float: _Type("a finite number", float, is_finite),
    str: _Type("text", str, lambda value: isinstance(value, str)),
    Path: _Type("a path", named_path, lambda value: isinstance(value, Path)),
    tuple[int, ...]: _Type(
        "whole numbers such as 128,64,32",
        _read_whole_numbers,
        lambda value: isinstance(value, tuple) and all(map(is_whole, value)),
    ),
}


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint
