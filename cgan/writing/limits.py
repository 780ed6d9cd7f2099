"""Limits in Python and on the command line. The page never reaches them.

The page only offers weights that write the ten digits in grey, and its own limits are lower.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.common.values import is_whole
from cgan.model.config import GeneratorConfig

MAX_BEST_OF = 64
MAX_LATENTS = 2**24 - 1  # beyond it, they would be other images' candidates (`latents`)
MAX_ROWS = 10_000
MAX_SCALE = 256


def check_count(name: str, value: Any, most: int) -> int:
    """Return `value`, which may be one of NumPy's integers, as an int.

    Raises:
        BadValue: not a whole number from 1 to `most`.
    """
    number = int(value) if isinstance(value, np.integer) else value
    if not is_whole(number, 1, most):
        raise BadValue(f"{name} must be a whole number from 1 to {most:,}, not {value!r}.")
    return int(number)


def check_best_of(value: Any) -> int:
    """Return a number of candidates as an int.

    Raises:
        BadValue: not a whole number from 1 to 64.
    """
    return check_count("best_of", value, MAX_BEST_OF)


def check_classes(config: GeneratorConfig, labels: NDArray[np.integer[Any]]) -> None:
    """Check that a generator can write these digits.

    Raises:
        BadValue: it can't.
    """
    if not config.conditional:
        raise BadValue("These weights are unconditional: they can't write a chosen digit.")
    if not config.has_classes(labels):
        raise BadValue(
            f"These weights have the classes 0 to {config.n_classes - 1}; "
            f"they can't write {max(labels)}."
        )


def check_grey(pixels: NDArray[np.uint8]) -> None:
    """Check that digits, (N, H, W[, 3]), are grey: looks and outlines need that.

    Raises:
        BadValue: they are not.
    """
    if pixels.ndim != 3:
        raise BadValue("These weights draw in colour: looks, inks and SVG are for grey digits.")
