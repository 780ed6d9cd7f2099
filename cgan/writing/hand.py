"""The hand that writes a number: what picks the latent of each digit."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.writing.checks import whole
from cgan.writing.generator import DrawsImages
from cgan.writing.latents import candidates
from cgan.writing.number import MAX_DIGITS
from cgan.writing.own_hand import OwnHand

MAX_VARIATION = 999


class BadRedrawn(BadValue):
    """The text is not in the format that `format_redrawn` writes."""

    def __init__(self) -> None:
        """Say what is allowed."""
        super().__init__(
            "redrawn must be pairs of position and variation, such as 2.1-5.3.",
            text_id="redrawn.invalid",
        )


class Latent(NamedTuple):
    """What a digit is drawn from.

    Attributes:
        values: (latent_dim,) float32; not to be changed.
        milliseconds: the time that the choice took; 0 where there was only one candidate.
    """

    values: NDArray[np.float32]
    milliseconds: float


class LatentChoice(NamedTuple):
    """Which latent to take: the most legible one of some candidates.

    Attributes:
        seed: of the latents.
        first: which latent of the seed is the first candidate.
        truncation: what the latent is multiplied by.
        best_of: the number of candidates.
        labels: the digits that must be legible.
    """

    seed: int
    first: int
    truncation: float
    best_of: int
    labels: tuple[int, ...]

    def choose(self, sampler: DrawsImages) -> Latent:
        """Return the latent for these weights.

        Raises:
            UserError: there are several candidates, and the weights have no reader to choose.
        """
        choices = candidates(self.seed, self.first, self.best_of, sampler.config.latent_dim)
        choices *= np.float32(self.truncation)
        best, milliseconds = 0, 0.0
        if self.best_of > 1:
            start = time.perf_counter()
            best = sampler.best(choices, self.labels)
            milliseconds = (time.perf_counter() - start) * 1000
        return Latent(choices[best].copy(), milliseconds)  # without the other candidates


class GivenLatent(NamedTuple):
    """A latent that somebody's own hand decides.

    Attributes:
        data: (latent_dim,) float32, as bytes.
    """

    data: bytes

    def choose(self, sampler: DrawsImages) -> Latent:
        """Return the latent, whatever the weights are."""
        return Latent(np.frombuffer(self.data, np.float32), 0.0)


@dataclass(frozen=True)
class Hand:
    """How the digits are written.

    The latent of digit i in its variation v is number `i + 64 v` of the seed; in one hand it is
    number `row + 64 v`, the same for all digits that were not redrawn.

    Attributes:
        seed: of the latents.
        one_hand: whether all digits share a latent.
        row: which latent of the seed they share: the class grid's row, from 0.
        truncation: what latents are multiplied by.
        redrawn: variation (from 1) by the digit's position (from 0).
        best_of: how many candidates to choose the most legible one from. A latent that all
            digits share is chosen for all the classes, not for the digits of the number, so that
            changing one digit changes no other.
        own: somebody's own hand, which writes all digits; what else is here doesn't count then.
    """

    seed: int = 0
    one_hand: bool = False
    row: int = 0
    truncation: float = 1.0
    redrawn: Mapping[int, int] = field(default_factory=dict)
    best_of: int = 1
    own: OwnHand | None = None

    def choices(
        self, labels: Sequence[int] | NDArray[np.integer[Any]], n_classes: int
    ) -> list[LatentChoice | GivenLatent]:
        """Return which latent each digit of a number is drawn from.

        Args:
            labels: (N,) integers, the digits.
            n_classes: how many classes the generator has.
        """
        if self.own is not None:
            return [GivenLatent(self.own.latent_of(int(label)).tobytes()) for label in labels]
        found: list[LatentChoice | GivenLatent] = []
        for position, label in enumerate(labels):
            variation = self.redrawn.get(position, 0)
            index = (self.row if self.one_hand else position) + MAX_DIGITS * variation
            shared = self.one_hand and not variation
            legible = tuple(range(n_classes)) if shared else (int(label),)
            found.append(LatentChoice(self.seed, index, self.truncation, self.best_of, legible))
        return found


def parse_redrawn(text: Any) -> dict[int, int]:
    """Read which digits were redrawn: "2.1-5.3" is the third once, the sixth three times.

    Raises:
        BadRedrawn: it says something else.
    """
    redrawn = {}
    try:
        for pair in filter(None, str(text or "").split("-")):
            position, variation = (int(part) for part in pair.split("."))
            redrawn[whole("position", position, 0, MAX_DIGITS - 1)] = whole(
                "variation", variation, 0, MAX_VARIATION
            )
    except ValueError as error:
        raise BadRedrawn from error
    return {position: variation for position, variation in sorted(redrawn.items()) if variation}


def format_redrawn(redrawn: Mapping[int, int]) -> str:
    """Write what `parse_redrawn` reads."""
    return "-".join(f"{position}.{variation}" for position, variation in sorted(redrawn.items()))
