"""A written number: its digits as pixels, and what made them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.writing import picture
from cgan.writing.generator import DrawsImages
from cgan.writing.hand import Hand, Latent, format_redrawn
from cgan.writing.limits import check_classes
from cgan.writing.memory import Digit, Memory
from cgan.writing.number import joined, without_gaps


@dataclass(frozen=True)
class Drawing:
    """A written number.

    Attributes:
        parts: digits and gaps (None) in order.
        pixels: (N, H, W) uint8, a digit each, ink 255 on 0; (N, H, W, 3) for three channels.
        milliseconds: the time that the model took for these digits when it drew them and, where
            there was a choice, when it chose their latents.
        hand: what wrote it.
        weights: what a file says about the weights, as text fields.
    """

    parts: list[int | None]
    pixels: NDArray[np.uint8]
    milliseconds: float
    hand: Hand
    weights: Mapping[str, str]

    @property
    def digits(self) -> str:
        """The number without gaps."""
        return joined(self.parts)

    @property
    def row(self) -> NDArray[np.uint8]:
        """The number in one row: (H, W_total) uint8; (H, W_total, 3) for three channels."""
        return picture.line(self.pixels, self.parts)

    @property
    def fields(self) -> dict[str, str]:
        """What made the picture, for the text fields of its file."""
        hand = self.hand
        fields = {
            "digits": self.digits,
            "seed": str(hand.seed),
            "style": f"one hand, row {hand.row}" if hand.one_hand else "each digit its own",
            "truncation": repr(hand.truncation).removesuffix(".0"),
            **self.weights,
        }
        if hand.redrawn:
            fields["redrawn"] = format_redrawn(hand.redrawn)
        if hand.best_of > 1:
            fields["best_of"] = str(hand.best_of)
        return fields


def draw(
    sampler: DrawsImages, parts: Sequence[int | None], hand: Hand, memory: Memory | None = None
) -> Drawing:
    """Write a number.

    Args:
        sampler: what draws.
        parts: digits and gaps, as `cgan.writing.number.parse` returns them.
        hand: what picks the latents.
        memory: latents and digits of other drawings; None to make all of them anew.

    Raises:
        UserError: these weights can't write this number with this hand.
    """
    memory = memory or Memory()
    labels = digits_of(parts)
    check_classes(sampler.config, labels)
    latents = memory.latents(sampler, hand.choices(labels, sampler.config.n_classes))
    digits = memory.digits(sampler, [latent.values for latent in latents], labels)
    # A latent or a digit that was made once for several positions counts once.
    timed: list[Latent | Digit] = [*latents, *digits]
    milliseconds = {id(made): made.milliseconds for made in timed}
    pixels = np.stack([digit.pixels for digit in digits])
    return Drawing(list(parts), pixels, sum(milliseconds.values()), hand, sampler.fields)


def digits_of(parts: Sequence[int | None]) -> NDArray[np.integer[Any]]:
    """Return the digits without the gaps: (N,) integers."""
    return np.array(without_gaps(parts))
