"""The hand that writes a number: what picks the latent of each digit."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.writing.checks import whole
from cgan.writing.generator import DrawsImages
from cgan.writing.latents import candidates, slerp
from cgan.writing.number import MAX_DIGITS
from cgan.writing.own_hand import OwnHand

MAX_VARIATION = 999
# How far a person's digits leave their hand: what a new page begins with. Where others don't leave
# somebody's own hand, a redrawn digit does that far.
NATURAL = 0.22


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
        hand: the latent that candidates are mixed with, as bytes; None if they aren't.
        share: how far they leave it.
    """

    seed: int
    first: int
    truncation: float
    best_of: int
    labels: tuple[int, ...]
    hand: bytes | None = None
    share: float = 1.0

    def choose(self, sampler: DrawsImages) -> Latent:
        """Return the latent for these weights.

        Raises:
            UserError: there are several candidates, and the weights have no reader to choose.
        """
        choices = candidates(self.seed, self.first, self.best_of, sampler.config.latent_dim)
        choices *= np.float32(self.truncation)
        if self.hand is not None:
            hand = np.frombuffer(self.hand, np.float32)[None].repeat(len(choices), axis=0)
            choices = slerp(hand, _as_long(choices, hand), self.share)
        best, milliseconds = 0, 0.0
        if self.best_of > 1:
            start = time.perf_counter()
            best = sampler.best(choices, self.labels)
            milliseconds = (time.perf_counter() - start) * 1000
        return Latent(choices[best].copy(), milliseconds)  # without the other candidates


def _as_long(choices: NDArray[np.float32], hand: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shorten latents that are longer than the hand's, (N, latent_dim) both.

    The latents of an encoder are shorter than drawn ones: a digit's own would outweigh them.
    """
    lengths, wanted = (np.linalg.norm(z, axis=1, keepdims=True) for z in (choices, hand))
    scaled: NDArray[np.float32] = choices * np.minimum(1, wanted / np.maximum(lengths, 1e-6))
    return scaled


class GivenLatent(NamedTuple):
    """A latent that somebody's own hand decides.

    Attributes:
        data: (latent_dim,) float32, as bytes.
    """

    data: bytes

    def choose(self, sampler: DrawsImages) -> Latent:
        """Return the latent, whatever the weights are."""
        return Latent(np.frombuffer(self.data, np.float32), 0.0)


Choice: TypeAlias = LatentChoice | GivenLatent
# Returns the latent of each choice.
Chooser: TypeAlias = Callable[[Sequence[Choice]], Sequence[Latent]]


@dataclass(frozen=True)
class Hand:
    """How the digits are written.

    The latent of digit i in its variation v is number `i + 64 v` of the seed, its own. That of the
    hand is number `row`. A digit is written with what lies between the two on the sphere. So digit
    `row` doesn't leave the seed's hand until it is redrawn, unless `best_of` chooses another one.

    Attributes:
        seed: of the latents.
        variation: how far each digit leaves the hand, from 0, one latent for all digits, to 1, each
            its own. At 0, digits that were redrawn are in other hands, number `row + 64 v`; where
            the hand is somebody's own, they leave it a little.
        row: which latent of the seed is the hand's: the class grid's row, from 0.
        truncation: what latents are multiplied by.
        redrawn: variation (from 1) by the digit's position (from 0).
        best_of: how many candidates to choose the most legible one from. The hand's latent is
            chosen for all the classes, not for the digits of the number, so that changing one digit
            changes no other.
        own: somebody's own hand in place of the seed's; None if there is none.
    """

    seed: int = 0
    variation: float = 1.0
    row: int = 0
    truncation: float = 1.0
    redrawn: Mapping[int, int] = field(default_factory=dict)
    best_of: int = 1
    own: OwnHand | None = None

    def latents(
        self,
        labels: Sequence[int] | NDArray[np.integer[Any]],
        n_classes: int,
        choose: Chooser,
        first: int = 0,
    ) -> list[Latent]:
        """Return the latent that each digit of a number is drawn from.

        Args:
            labels: (N,) integers, the digits.
            n_classes: how many classes the generator has.
            choose: returns the latent of each choice.
            first: where the latents of the digits' own begin among those of the seed.
        """
        if self.variation == 1:
            return list(choose([self._own(label, at, first) for at, label in enumerate(labels)]))
        hands = choose([self._shared(int(label), n_classes) for label in labels])
        if self.variation == 0:
            redrawn = [at for at in self.redrawn if at < len(labels)]
            if self.own is None:
                others = choose([self._other_hand(labels[at], at) for at in redrawn])
            else:
                own = [self._own(labels[at], at, first) for at in redrawn]
                others = choose(_mixed(own, [hands[at] for at in redrawn], NATURAL))
            changed = dict(zip(redrawn, others, strict=True))
            return [changed.get(at, hand) for at, hand in enumerate(hands)]
        own = [self._own(label, at, first) for at, label in enumerate(labels)]
        return [*choose(_mixed(own, hands, self.variation))]

    def _own(self, label: Any, position: int, first: int = 0) -> LatentChoice:
        """Return the choice of a digit's own latent."""
        index = first + position + MAX_DIGITS * self.redrawn.get(position, 0)
        return self._choice(index, (int(label),))

    def _shared(self, label: int, n_classes: int) -> Choice:
        """Return the choice of the hand's latent."""
        if self.own is not None:
            return GivenLatent(self.own.latent_of(label).tobytes())
        return self._choice(self.row, tuple(range(n_classes)))

    def _other_hand(self, label: Any, position: int) -> LatentChoice:
        return self._choice(self.row + MAX_DIGITS * self.redrawn[position], (int(label),))

    def _choice(self, index: int, labels: tuple[int, ...]) -> LatentChoice:
        return LatentChoice(self.seed, index, self.truncation, self.best_of, labels)


def _mixed(
    own: Sequence[LatentChoice], hands: Sequence[Latent], share: float
) -> list[LatentChoice]:
    """Return the choices of what lies between the hand's latents and the digits' own."""
    return [
        choice._replace(hand=hand.values.tobytes(), share=share)
        for choice, hand in zip(own, hands, strict=True)
    ]


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
