"""Checks of single settings: each returns the value, or says in a sentence what is wrong."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from cgan.common.errors import BadValue
from cgan.common.values import is_one_of, is_whole


class OutOfRange(BadValue):
    """A setting is outside its range."""

    def __init__(self, name: str, low: float, high: float, whole: bool) -> None:
        """Say what is allowed.

        Args:
            name: of the setting.
            low: its smallest value.
            high: its largest value.
            whole: whether it has to be a whole number.
        """
        super().__init__(
            "{setting} must be a whole number from {low:g} to {high:g}."
            if whole
            else "{setting} must be a number from {low:g} to {high:g}.",
            text_id="setting.whole" if whole else "setting.real",
            setting=name.capitalize(),
            low=low,
            high=high,
        )


class NotOffered(BadValue):
    """A setting is not one of its choices."""

    def __init__(self, name: str, choices: Iterable[str]) -> None:
        """Name the setting and its choices."""
        super().__init__(
            "{setting} must be one of {choices}.",
            text_id="setting.choice",
            setting=name,
            choices=", ".join(choices),
        )


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return `value` as an int; a float such as 5.0 will do.

    Raises:
        OutOfRange: not a whole number from `low` to `high`.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not is_whole(value, low, high):
        raise OutOfRange(name, low, high, whole=True)
    return int(value)


def real(name: str, value: Any, low: float, high: float) -> float:
    """Return `value` as a float.

    Raises:
        OutOfRange: not a number from `low` to `high`.
    """
    is_number = is_whole(value) or isinstance(value, float | np.floating | np.integer)
    if not is_number or not low <= value <= high:
        raise OutOfRange(name, low, high, whole=False)
    return float(value)


def one_of(name: str, value: Any, choices: Iterable[str]) -> Any:
    """Return `value`.

    Raises:
        NotOffered: it is not one of the choices.
    """
    choices = tuple(choices)
    if not is_one_of(value, choices):
        raise NotOffered(name, choices)
    return value
