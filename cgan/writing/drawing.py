"""A written number: its digits and marks as pixels."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cgan.writing import marks, picture
from cgan.writing.generator import DrawsImages
from cgan.writing.hand import Hand, Latent
from cgan.writing.limits import check_classes, check_grey
from cgan.writing.memory import Digit, Memory
from cgan.writing.number import Part, digits_of, joined


@dataclass(frozen=True)
class Drawing:
    """A written number.

    Attributes:
        parts: digits, gaps (None) and marks in order.
        pixels: (N, H, W) uint8, a digit or a mark each, ink 255 on 0; (N, H, W, 3) for three
            channels.
        milliseconds: the time that the model took for these digits when it drew them and, where
            there was a choice, when it chose their latents.
        weights: what a file says about the weights, as text fields.
    """

    parts: list[Part]
    pixels: NDArray[np.uint8]
    milliseconds: float
    weights: Mapping[str, str]

    @property
    def digits(self) -> str:
        """The number without gaps and marks."""
        return joined(self.parts)

    @property
    def row(self) -> NDArray[np.uint8]:
        """The number in one row of even cells: (H, W_total) uint8; (H, W_total, 3) for colour."""
        return picture.line(self.pixels, self.parts)

    @property
    def lines(self) -> NDArray[np.uint8]:
        """The number in even cells: in a row, or in several if it is too long for one."""
        return picture.wrap(self.pixels, self.parts)


def draw(
    sampler: DrawsImages, parts: Sequence[Part], hand: Hand, memory: Memory | None = None
) -> Drawing:
    """Write a number.

    Args:
        sampler: the generator that draws.
        parts: digits, gaps and marks, as `cgan.writing.number.parse` returns them.
        hand: the hand that picks the latents.
        memory: latents and digits of other drawings; None to start without any.

    Raises:
        UserError: these weights can't write this number with this hand.
    """
    memory = memory or Memory()
    labels = digits_of(parts)
    check_classes(sampler.config, np.array(labels))
    written = [part for part in parts if isinstance(part, str)]
    n_classes = sampler.config.n_classes
    choose = functools.partial(memory.latents, sampler)
    latents = hand.latents(labels, n_classes, choose)
    pens = [min(marks.LABEL, n_classes - 1)] * len(written)
    # Only digits are redrawn.
    pen = replace(hand, redrawn={})
    latents += pen.latents(pens, n_classes, choose, first=marks.FIRST_LATENT)
    made = memory.digits(sampler, [latent.values for latent in latents], np.array([*labels, *pens]))
    # A latent or a digit that was made once for several positions counts once.
    timed: list[Latent | Digit] = [*latents, *made]
    milliseconds = {id(one): one.milliseconds for one in timed}
    digits = iter(made[: len(labels)])
    strokes = iter(made[len(labels) :])
    pixels = [
        marks.ink(part, _grey(next(strokes))) if isinstance(part, str) else next(digits).pixels
        for part in parts
        if part is not None
    ]
    return Drawing(list(parts), np.stack(pixels), sum(milliseconds.values()), sampler.fields)


def _grey(digit: Digit) -> NDArray[np.uint8]:
    check_grey(digit.pixels[None])
    return digit.pixels
