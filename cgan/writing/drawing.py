"""A written number: its digits as pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.writing import picture
from cgan.writing.generator import DrawsImages
from cgan.writing.hand import Hand, Latent
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
        weights: what a file says about the weights, as text fields.
    """

    parts: list[int | None]
    pixels: NDArray[np.uint8]
    milliseconds: float
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
    def lines(self) -> NDArray[np.uint8]:
        """The number as it is in files: in a row, or in several if it is too long for one."""
        return picture.wrap(self.pixels, self.parts)


def draw(
    sampler: DrawsImages, parts: Sequence[int | None], hand: Hand, memory: Memory | None = None
) -> Drawing:
    """Write a number.

    Args:
        sampler: the generator that draws.
        parts: digits and gaps, as `cgan.writing.number.parse` returns them.
        hand: the hand that picks the latents.
        memory: latents and digits of other drawings; None to start without any.

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
    return Drawing(list(parts), pixels, sum(milliseconds.values()), sampler.fields)


def digits_of(parts: Sequence[int | None]) -> NDArray[np.integer[Any]]:
    """Return the digits without the gaps: (N,) integers."""
    return np.array(without_gaps(parts))
