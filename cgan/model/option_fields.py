"""Options that are specified once, as the fields of a dataclass.

`option` makes such a field: its default, what it means, its bounds, and whether it decides the
weights. The command line, its help, the checks and the rule of `--resume` all come from the
fields, so adding a field is all that it takes to add an option.
"""

import argparse
import dataclasses
import math
import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cgan.common.command_line import Parser
from cgan.common.errors import BadValue
from cgan.common.values import is_one_of, is_whole

Options = TypeVar("Options")

_METADATA_KEY = "option"


@dataclass(frozen=True, kw_only=True)
class Option:
    """What is known about an option besides its name, type and default.

    Attributes:
        description: the text in `--help`.
        decides_weights: whether another value gives other weights. Where it doesn't, `--resume`
            accepts a new value.
        needs: another option that this one needs.
        choices: the values to choose from; empty if there is no such list.
        at_least: lower bound, of each value if there are several.
        greater_than: lower bound that is not itself allowed.
        at_most: upper bound.
        less_than: upper bound that is not itself allowed.
        because: why the bounds are what they are, as the end of an error message.
    """

    description: str
    decides_weights: bool = True
    needs: str | None = None
    choices: Collection[str] = ()
    at_least: float = -math.inf
    greater_than: float = -math.inf
    at_most: float = math.inf
    less_than: float = math.inf
    because: str = ""

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


def option(default: Any, description: str, **details: Any) -> Any:
    """Return a dataclass field for an option; `details` are the attributes of `Option`."""
    metadata = {_METADATA_KEY: Option(description=description, **details)}
    return dataclasses.field(default=default, metadata=metadata)


def options_of(options_class: type) -> dict[str, Option]:
    """Return the options of a dataclass by name, in order."""
    return {
        field.name: field.metadata[_METADATA_KEY]
        for field in dataclasses.fields(options_class)
        if _METADATA_KEY in field.metadata
    }


def default_of(options_class: type, name: str) -> Any:
    """Return the default of an option."""
    return next(f.default for f in dataclasses.fields(options_class) if f.name == name)


def add_to(parser: Parser, options_class: type, *names: str) -> None:
    """Add a dataclass's options to a command line; options not given are absent when parsed.

    Args:
        parser: the command line.
        options_class: the dataclass.
        names: which ones, in this order; all of them if empty, flags last.
    """
    types_by_name = _types(options_class)
    options = options_of(options_class)
    for name in names or sorted(options, key=lambda name: types_by_name[name] is bool):
        text = options[name].description
        if types_by_name[name] is bool:
            parser.add_option(name, action="store_true", default=argparse.SUPPRESS, help=text)
            continue
        default = default_of(options_class, name)
        parser.add_option(
            name,
            type=_TYPES[types_by_name[name]].read,
            choices=options[name].choices or None,
            default=argparse.SUPPRESS,
            help=text if default is None else f"{text} (default {default})",
        )


def check_values(options: Any) -> None:
    """Check the type, choices and bounds of every option.

    Raises:
        BadValue: names the first option that is wrong.
    """
    types_by_name = _types(type(options))
    for name, its in options_of(type(options)).items():
        value = getattr(options, name)
        if value is None and default_of(type(options), name) is None:
            continue
        its_type = _TYPES[types_by_name[name]]
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
    """Check that the options which others need are given.

    Raises:
        BadValue: names the first option that needs another one.
    """
    for name, its in options_of(type(options)).items():
        if its.needs and is_given(options, name) and not getattr(options, its.needs):
            raise BadValue(f"--{name} needs --{its.needs}.")


def is_given(options: Any, name: str) -> bool:
    """Return whether an option differs from its default."""
    return bool(getattr(options, name) != default_of(type(options), name))


def resumed(options: Options, given: Mapping[str, Any]) -> Options:
    """Return the options of a resumed run, with the changes that the user asks for.

    Args:
        options: those of the run so far.
        given: options that the user gives now.

    Raises:
        BadValue: a given option is wrong, or decides the weights and differs from the run's.
    """
    for name, value in given.items():
        own = getattr(options, name)
        if value != own and options_of(type(options))[name].decides_weights:
            raise BadValue(
                f"--resume continues with the run's own settings: --{name} is {shown(own)} there, "
                f"not {shown(value)}. Leave it out, or start a new run."
            )
    return dataclasses.replace(options, **given)  # type: ignore[type-var]


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
    float: _Type(
        "a finite number",
        float,
        lambda value: (is_whole(value) or isinstance(value, float)) and math.isfinite(value),
    ),
    str: _Type("text", str, lambda value: isinstance(value, str)),
    Path: _Type("a path", Path, lambda value: isinstance(value, Path)),
    tuple[int, ...]: _Type(
        "whole numbers such as 128,64,32",
        _read_whole_numbers,
        lambda value: isinstance(value, tuple) and all(map(is_whole, value)),
    ),
}


def _types(options_class: type) -> dict[str, Any]:
    """Return each option's type; that of `int | None` is int."""
    return {
        name: _without_none(hint) for name, hint in typing.get_type_hints(options_class).items()
    }


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint
