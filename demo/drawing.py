"""What a visitor asks for, checked, and the digits that the generator makes of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan import Sampler, UserError, number, picture
from cgan.latents import latent

MAX_DIGITS = 64
# Room for separators between 64 digits; nobody's number is longer.
MAX_CHARACTERS = 3 * MAX_DIGITS
MAX_SEED = 9999
MAX_TRUNCATION = 1.5
MAX_ROWS = 20
MAX_VARIATION = 999
MIN_FRAMES, MAX_FRAMES = 8, 60


class OutOfRange(UserError):
    """A setting outside its range.

    Attributes:
        name: of the setting, as in the interface.
        low: its least value.
        high: its greatest value.
        whole: whether it has to be a whole number.
    """

    def __init__(self, name: str, low: float, high: float, whole: bool) -> None:
        """Say what would be right."""
        kind = "whole number" if whole else "number"
        super().__init__(f"{name.capitalize()} must be a {kind} from {low:g} to {high:g}.")
        self.name, self.low, self.high, self.whole = name, low, high, whole


class TooLong(UserError):
    """More digits than fit."""

    def __init__(self) -> None:
        """Say how many fit."""
        super().__init__(f"That is too long: at most {MAX_DIGITS} digits can be written.")


class DifferentLengths(UserError):
    """A morph between numbers of different lengths."""

    def __init__(self, first: int, second: int) -> None:
        """Say how long both are."""
        super().__init__(
            f"Both numbers need the same number of digits: they have {first} and {second}."
        )
        self.first, self.second = first, second


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return `value` as an int.

    Raises:
        OutOfRange: not a whole number from `low` to `high`.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise OutOfRange(name, low, high, whole=True)
    if not low <= value <= high:
        raise OutOfRange(name, low, high, whole=True)
    return int(value)


def real(name: str, value: Any, low: float, high: float) -> float:
    """Return `value` as a float.

    Raises:
        OutOfRange: not a number from `low` to `high`.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise OutOfRange(name, low, high, whole=False)
    return float(value)


def parse_digits(text: Any) -> list[int | None]:
    """Return the digits of `text`, None for a gap, as `cgan.number.parse` does.

    Raises:
        UserError: too long, no digit, or a character that is none.
    """
    if not isinstance(text, str):
        raise UserError("The number must be text, such as 13812345678.")
    if len(text) > MAX_CHARACTERS:
        raise TooLong
    parts = number.parse(text)
    if sum(part is not None for part in parts) > MAX_DIGITS:
        raise TooLong
    return parts


@dataclass(frozen=True)
class Hand:
    """How the digits are written: what picks the latent of each.

    The latent of digit i in its variation v is number `i + 64 v` of the seed; in one hand it is
    number `row + 64 v`, the same for all digits that were not redrawn.

    Attributes:
        seed: 0 to 9999.
        one_hand: whether all digits share a latent.
        row: which latent of the seed they share, 0 to 19: the class grid's row.
        truncation: what latents are multiplied by, 0 to 1.5.
        redrawn: variation (from 1) by the digit's position (from 0).
    """

    seed: int = 0
    one_hand: bool = False
    row: int = 0
    truncation: float = 1.0
    redrawn: Mapping[int, int] = field(default_factory=dict)

    def latents(self, count: int, latent_dim: int) -> NDArray[np.float32]:
        """Return the latents of `count` digits: (count, latent_dim) float32."""
        rows = [
            (self.row if self.one_hand else i) + MAX_DIGITS * self.redrawn.get(i, 0)
            for i in range(count)
        ]
        z = np.stack([latent(self.seed, row, latent_dim) for row in rows])
        return z * np.float32(self.truncation)


def make_hand(
    seed: Any, one_hand: Any, row: Any, truncation: Any, redrawn: Mapping[int, int]
) -> Hand:
    """Return a `Hand` of checked settings.

    Raises:
        OutOfRange: names the setting that isn't right.
    """
    return Hand(
        seed=whole("seed", seed, 0, MAX_SEED),
        one_hand=bool(one_hand),
        row=whole("row", row, 0, MAX_ROWS - 1),
        truncation=real("truncation", truncation, 0, MAX_TRUNCATION),
        redrawn=redrawn,
    )


def parse_redrawn(text: Any) -> dict[int, int]:
    """Read which digits were redrawn: "2.1-5.3" is the third digit once, the sixth thrice.

    Raises:
        UserError: it says something else.
    """
    redrawn = {}
    try:
        for pair in filter(None, str(text or "").split("-")):
            position, variation = (int(part) for part in pair.split("."))
            redrawn[whole("position", position, 0, MAX_DIGITS - 1)] = whole(
                "variation", variation, 0, MAX_VARIATION
            )
    except (ValueError, UserError) as error:
        raise UserError(
            "redrawn must be pairs of position and variation, such as 2.1-5.3."
        ) from error
    return {position: variation for position, variation in sorted(redrawn.items()) if variation}


def format_redrawn(redrawn: Mapping[int, int]) -> str:
    """Write what `parse_redrawn` reads."""
    return "-".join(f"{position}.{variation}" for position, variation in sorted(redrawn.items()))


@dataclass(frozen=True)
class Drawing:
    """A written number.

    Attributes:
        parts: digits and gaps (None) in order.
        pixels: (N, H, W) uint8, a digit each; ink 255 on 0.
        milliseconds: what the generator took.
    """

    parts: list[int | None]
    pixels: NDArray[np.uint8]
    milliseconds: float

    @property
    def digits(self) -> str:
        """The number without gaps."""
        return "".join(str(part) for part in self.parts if part is not None)


def draw(sampler: Sampler, text: Any, hand: Hand) -> Drawing:
    """Write the number in `text`.

    Raises:
        UserError: it is not a number.
    """
    parts = parse_digits(text)
    labels = np.array([part for part in parts if part is not None])
    z = hand.latents(len(labels), sampler.config.latent_dim)
    start = time.perf_counter()
    images = sampler.generate(z, labels)
    milliseconds = (time.perf_counter() - start) * 1000
    return Drawing(parts, picture.to_pixels(images), milliseconds)
