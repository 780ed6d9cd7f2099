"""From one number to another: the frames between them, and animations as GIF or WebP."""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.common.errors import BadValue
from cgan.writing import look as looks
from cgan.writing import picture
from cgan.writing.generator import DrawsImages
from cgan.writing.hand import Hand
from cgan.writing.latents import slerp
from cgan.writing.layout import lay_out
from cgan.writing.memory import Memory
from cgan.writing.number import Part, digits_of, joined

# The formats of an animation, and how Pillow is to write each.
_OPTIONS: dict[str, dict[str, Any]] = {"gif": {}, "webp": {"lossless": True}}
FORMATS = tuple(_OPTIONS)
FRAME_MILLISECONDS = 50
# Limit on all frames together: a phone number is enlarged four times, longer ones less.
_MAX_PIXELS = 16_000_000
_MAX_SCALE = 4


class DifferentLengths(BadValue):
    """The numbers of a morph have different lengths."""

    def __init__(self, first: int, second: int) -> None:
        """Say how long both are."""
        super().__init__(
            "Both numbers need the same number of digits: they have {first} and {second}.",
            text_id="morph.different_lengths",
            first=first,
            second=second,
        )


@dataclass(frozen=True)
class Morph:
    """A number turning into another.

    Attributes:
        start: digits it begins with.
        end: digits it ends with.
        frames: (frames, H, W_total) uint8, ink 255 on 0.
        parts: digits and gaps (None) in order, those of the start.
    """

    start: str
    end: str
    frames: NDArray[np.uint8]
    parts: list[Part]

    @property
    def scale(self) -> int:
        """How many times as large as drawn the frames are shown and saved."""
        return max(1, min(_MAX_SCALE, int((_MAX_PIXELS / self.frames.size) ** 0.5)))


def morph(
    sampler: DrawsImages,
    start: Sequence[Part],
    end: Sequence[Part],
    start_hand: Hand,
    end_hand: Hand,
    frames: int,
    memory: Memory | None = None,
) -> Morph:
    """Interpolate between two written numbers, digit by digit.

    Latents move along the sphere; what depends on the class is mixed linearly. Gaps: `start`'s.

    Args:
        sampler: the generator that draws.
        start: digits and gaps, as `cgan.writing.number.parse` returns them.
        end: the same for the last frame.
        start_hand: the hand that writes the first frame.
        end_hand: the hand that writes the last frame.
        frames: how many, including both ends.
        memory: latents of other drawings; None to start without any.

    Raises:
        DifferentLengths: the numbers have different numbers of digits.
    """
    memory = memory or Memory()
    first, last = (np.array(digits_of(parts)) for parts in (start, end))
    if len(first) != len(last):
        raise DifferentLengths(len(first), len(last))
    n_classes = sampler.config.n_classes
    choose = functools.partial(memory.latents, sampler)
    z0, z1 = (
        np.stack([latent.values for latent in hand.latents(labels, n_classes, choose)])
        for hand, labels in ((start_hand, first), (end_hand, last))
    )
    pictures = []
    for share in np.linspace(0.0, 1.0, frames):
        images = sampler.between(slerp(z0, z1, float(share)), first, last, float(share))
        pictures.append(picture.line(picture.to_pixels(images), start))
    return Morph(joined(start), joined(end), np.stack(pictures), list(start))


def animation(morphed: Morph, look: str, ink: str, kind: str, about: str = "") -> bytes:
    """Return an animation that loops forwards and back.

    Args:
        morphed: the frames.
        look: a key of `cgan.writing.look.LOOKS`.
        ink: a key of `cgan.writing.look.INKS`.
        kind: "gif" or "webp".
        about: a text to put into the file.
    """
    height = morphed.frames.shape[1]
    width = height  # digits are square
    lefts = lay_out(morphed.parts, width).lefts
    digits = [morphed.frames[:, :, left : left + width] for left in lefts]
    frames = (picture.wrap(np.stack(frame), morphed.parts) for frame in zip(*digits, strict=True))
    images = [looks.colour(frame, look, ink, morphed.scale) for frame in frames]
    options = dict(_OPTIONS[kind])
    if looks.LOOKS[look].paper is None:
        if kind == "gif":
            images = [_without_shades(image) for image in images]
            options |= {"transparency": 0, "disposal": 2}  # a frame doesn't cover the one before
        else:
            images = [image.convert("RGBA") for image in images]
    if about:
        as_gif = {"comment": about.encode()}
        options |= as_gif if kind == "gif" else {"exif": picture.exif(about)}
    images += images[-2:0:-1]
    file = io.BytesIO()
    images[0].save(
        file,
        format=kind.upper(),
        save_all=True,
        append_images=images[1:],
        duration=FRAME_MILLISECONDS,
        loop=0,
        **options,
    )
    return file.getvalue()


def _without_shades(image: Image.Image) -> Image.Image:
    """Return a transparent picture as a GIF can show it: a pixel is all ink, or all transparent."""
    plain = image.point([255 * (shade > 127) for shade in range(256)])
    plain.info.pop("transparency", None)
    return plain
