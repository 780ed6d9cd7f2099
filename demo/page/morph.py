"""From one number to another: frames in one picture for the page, or as GIF or WebP."""

import io
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan import Sampler
from cgan.writing import look as looks
from cgan.writing import picture
from cgan.writing.drawing import DifferentLengths, Hand, parse_digits
from cgan.writing.latents import slerp
from demo.page.paper import data_uri, undo
from demo.text.texts import say

FORMATS = ("gif", "webp")
FRAMES_PER_SECOND = 20
_MIMES = {"gif": "image/gif", "webp": "image/webp"}
# Of all frames together: four times as large as drawn for a phone number, less for longer ones.
_MAX_PIXELS = 16_000_000
_MAX_SCALE = 4


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
    parts: list[int | None]

    @property
    def scale(self) -> int:
        """How many times as large as drawn the frames are shown and saved."""
        return max(1, min(_MAX_SCALE, int((_MAX_PIXELS / self.frames.size) ** 0.5)))


def morph(
    sampler: Sampler, start: Any, end: Any, start_hand: Hand, end_hand: Hand, frames: int
) -> Morph:
    """Interpolate between two written numbers, digit by digit.

    Latents go along the sphere, label embeddings along a line. Gaps are those of `start`.

    Raises:
        UserError: one is not a number, or they have different lengths.
    """
    start_parts, end_parts = parse_digits(start), parse_digits(end)
    first = np.array([part for part in start_parts if part is not None])
    last = np.array([part for part in end_parts if part is not None])
    if len(first) != len(last):
        raise DifferentLengths(len(first), len(last))
    z0, z1 = (
        np.stack([latent.values for latent in hand.latents(sampler, labels)])
        for hand, labels in ((start_hand, first), (end_hand, last))
    )
    pictures = []
    for share in np.linspace(0.0, 1.0, frames):
        images = sampler.between(slerp(z0, z1, float(share)), first, last, float(share))
        pictures.append(picture.line(picture.to_pixels(images), start_parts))
    return Morph(_join(first), _join(last), np.stack(pictures), start_parts)


def _join(digits: NDArray[Any]) -> str:
    return "".join(str(digit) for digit in digits)


def html(morphed: Morph, ink: str, language: str, note: str = "") -> str:
    """Return a film for each digit, so that they wrap where the line ends.

    A film has all frames in one picture, one below the other, and the page shows one at a time.

    Args:
        morphed: the frames.
        ink: a name of `cgan.writing.look.INKS`.
        language: of the labels.
        note: what else to say about it, with a button that undoes it.
    """
    count, height, _ = morphed.frames.shape
    groups: list[list[str]] = [[]]
    left = 0
    for part in morphed.parts:
        if part is None:
            groups.append([])
            left += height // 2
            continue
        strip = morphed.frames[:, :, left : left + height].reshape(count * height, height)
        left += height
        data = looks.png(looks.colour(strip, "paper", ink, morphed.scale), {})
        image = data_uri(data, "image/png")
        groups[-1].append(f'<span class="frame" style="background-image:url(\'{image}\')"></span>')
    content = '<span class="gap"></span>'.join(
        f'<span class="group">{"".join(group)}</span>' if group else "" for group in groups
    )
    label = escape(say(language, "morph_label", start=morphed.start, end=morphed.end))
    play, pause, frame = (escape(say(language, key)) for key in ("play", "pause", "frame"))
    return (
        f'<div class="film-frame"><div class="film" role="img" aria-label="{label}" '
        f'data-frames="{count}">{content}</div></div>'
        f'<div class="film-controls"><button type="button" data-play="{play}" '
        f'data-pause="{pause}">{play}</button><label>{frame}<input type="range" min="0" '
        f'max="{count - 1}" step="1" value="0"></label></div>{undo(note, language)}'
    )


def animation(morphed: Morph, ink: str, kind: str) -> tuple[bytes, str]:
    """Return (file, MIME type) of an endless animation, there and back again."""
    images = [looks.colour(frame, "paper", ink, morphed.scale) for frame in morphed.frames]
    images += images[-2:0:-1]
    file = io.BytesIO()
    options: dict[str, Any] = {"lossless": True} if kind == "webp" else {}
    images[0].save(
        file,
        format=kind.upper(),
        save_all=True,
        append_images=images[1:],
        duration=1000 // FRAMES_PER_SECOND,
        loop=0,
        **options,
    )
    return file.getvalue(), _MIMES[kind]
