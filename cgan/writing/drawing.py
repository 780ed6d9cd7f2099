"""What a visitor asks for, checked, and the digits that the generator makes of it."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan import Sampler, UserError
from cgan.writing import number
from cgan.writing.digits import Digit, Digits
from cgan.writing.latents import candidates

MAX_DIGITS = 64
# Room for separators between 64 digits; nobody's number is longer.
MAX_CHARACTERS = 3 * MAX_DIGITS
MAX_SEED = 9999
MAX_TRUNCATION = 1.5
MAX_ROWS = 20
MAX_VARIATION = 999
MAX_BEST_OF = 8
MIN_FRAMES, MAX_FRAMES = 8, 60
_DIGITS = Digits()
_KEPT_LATENTS = 2048  # about 2 MB: choosing the most legible takes longest


class OutOfRange(UserError):
    """A setting outside its range."""

    def __init__(self, name: str, low: float, high: float, whole: bool) -> None:
        """Say what would be right.

        Args:
            name: of the setting, as in the interface.
            low: its least value.
            high: its greatest value.
            whole: whether it has to be a whole number.
        """
        super().__init__(
            "{setting} must be a whole number from {low:g} to {high:g}."
            if whole
            else "{setting} must be a number from {low:g} to {high:g}.",
            setting=name.capitalize(),
            low=low,
            high=high,
        )


class TooLong(UserError):
    """More digits than fit."""

    def __init__(self) -> None:
        """Say how many fit."""
        super().__init__(
            "That is too long: at most {digits} digits can be written, {characters} characters in "
            "all.",
            digits=MAX_DIGITS,
            characters=MAX_CHARACTERS,
        )


class DifferentLengths(UserError):
    """A morph between numbers of different lengths."""

    def __init__(self, first: int, second: int) -> None:
        """Say how long both are."""
        super().__init__(
            "Both numbers need the same number of digits: they have {first} and {second}.",
            first=first,
            second=second,
        )


class NotOffered(UserError):
    """A setting that is none of those to choose from."""

    def __init__(self, name: str, choices: Iterable[str]) -> None:
        """Say what there is to choose for the setting of this name, as in a link."""
        super().__init__(
            "{setting} must be one of {choices}.", setting=name, choices=", ".join(choices)
        )


class BadRedrawn(UserError):
    """Something else than what `format_redrawn` writes."""

    def __init__(self) -> None:
        """Say what would be right."""
        super().__init__("redrawn must be pairs of position and variation, such as 2.1-5.3.")


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


def one_of(name: str, value: Any, choices: Iterable[str]) -> Any:
    """Return `value`.

    Raises:
        NotOffered: it is none of the choices.
    """
    choices = tuple(choices)
    if value not in choices:
        raise NotOffered(name, choices)
    return value


def parse_digits(text: Any) -> list[int | None]:
    """Return the digits of `text`, None for a gap, as `cgan.writing.number.parse` does.

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


class Latent(NamedTuple):
    """What a digit is drawn from.

    Attributes:
        values: (latent_dim,) float32; not to be changed.
        milliseconds: what choosing it took; 0 where there was nothing to choose.
    """

    values: NDArray[np.float32]
    milliseconds: float


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
        best_of: of how many candidates the most legible is taken, 1 to 8. A hand that all digits
            share is chosen for all the digits that there are, not for those of the number: so
            changing one digit changes no other.
    """

    seed: int = 0
    one_hand: bool = False
    row: int = 0
    truncation: float = 1.0
    redrawn: Mapping[int, int] = field(default_factory=dict)
    best_of: int = 1

    def latents(self, sampler: Sampler, labels: NDArray[np.integer[Any]]) -> list[Latent]:
        """Return the latents of a number's digits.

        Args:
            sampler: what is to draw with them.
            labels: (N,) integers, the digits.

        Raises:
            UserError: `best_of` is more than 1, and the weights can't tell what is legible.
        """
        rows = []
        for position, label in enumerate(labels):
            variation = self.redrawn.get(position, 0)
            index = (self.row if self.one_hand else position) + MAX_DIGITS * variation
            shared = self.one_hand and not variation
            wanted = tuple(range(sampler.config.n_classes)) if shared else (int(label),)
            rows.append(_latent(sampler, self.seed, index, self.truncation, self.best_of, wanted))
        return rows


@lru_cache(_KEPT_LATENTS)
def _latent(
    sampler: Sampler,
    seed: int,
    index: int,
    truncation: float,
    best_of: int,
    labels: tuple[int, ...],
) -> Latent:
    """Return the latent number `index` of a seed, or the candidate that suits `labels` best."""
    choices = candidates(seed, index, best_of, sampler.config.latent_dim)
    choices *= np.float32(truncation)
    best, milliseconds = 0, 0.0
    if best_of > 1:
        start = time.perf_counter()
        best = sampler.best(choices, labels)
        milliseconds = (time.perf_counter() - start) * 1000
    return Latent(choices[best].copy(), milliseconds)  # without the other candidates


def make_hand(
    seed: Any,
    one_hand: Any,
    row: Any,
    truncation: Any,
    redrawn: Mapping[int, int],
    best_of: Any = 1,
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
        best_of=whole("best_of", best_of, 1, MAX_BEST_OF),
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
        raise BadRedrawn from error
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
        milliseconds: what the model took for these digits, when it drew them and, where there
            was a choice, when it chose their latents.
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
        UserError: it is not a number, or these weights can't write it with this hand.
    """
    parts = parse_digits(text)
    labels = np.array([part for part in parts if part is not None])
    latents = hand.latents(sampler, labels)
    digits = _DIGITS.draw(sampler, np.stack([latent.values for latent in latents]), labels)
    pixels = np.stack([digit.pixels for digit in digits])
    timed: list[Latent | Digit] = [*latents, *digits]
    once = {id(part): part.milliseconds for part in timed}
    return Drawing(parts, pixels, sum(once.values()))
