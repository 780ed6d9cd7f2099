"""Numbers and choices, as all checks of values from outside understand them.

The checks say what is wrong in sentences of their own.
"""

import math
import sys
from collections.abc import Iterable
from typing import Any


def is_whole(value: Any, low: float = -math.inf, high: float = math.inf) -> bool:
    """Return whether a value is an int from `low` to `high`.

    bool is an int in Python, but True is not a number.
    """
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_finite(value: Any) -> bool:
    """Return whether a value is an int or a float that float64 can hold: no infinity, not NaN."""
    if isinstance(value, float):
        return math.isfinite(value)
    return is_whole(value, -sys.float_info.max, sys.float_info.max)


def is_one_of(value: Any, choices: Iterable[Any]) -> bool:
    """Return whether a value is one of the choices, and of its type: True and 1.0 are not 1."""
    return any(
        isinstance(value, type(choice))
        and isinstance(value, bool) == isinstance(choice, bool)
        and value == choice
        for choice in choices
    )
