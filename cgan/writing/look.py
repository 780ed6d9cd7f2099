"""From ink to pictures in colour, and to PNG files that say what made them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.writing import picture

Rgb = tuple[int, int, int]

PAPER: Rgb = (253, 250, 243)
INKS: dict[str, Rgb] = {
    "black": (28, 28, 30),
    "blue": (29, 53, 130),
    "red": (165, 28, 36),
    "green": (22, 92, 60),
    "sepia": (96, 58, 28),
}


@dataclass(frozen=True)
class Look:
    """How ink is shown.

    Attributes:
        paper: the colour of the background; None for a transparent one.
        ink: the only ink; None if any of `INKS` will do.
        pixelated: whether the generator's own pixels are shown, in their shades and enlarged as
            squares; strokes are crisp at any scale otherwise.
    """

    paper: Rgb | None
    ink: Rgb | None = None
    pixelated: bool = False

    def ink_of(self, name: str) -> Rgb:
        """Return the colour of the ink if `name`, a key of `INKS`, is asked for."""
        return self.ink or INKS[name]


# Ink on paper; white on black, as in MNIST; ink on a transparent background.
LOOKS = {
    "paper": Look(PAPER),
    "mnist": Look((0, 0, 0), (255, 255, 255), pixelated=True),
    "clear": Look(None),
}

# How much ink a point needs to be inside a stroke.
THRESHOLD = 0.4
# How steep the edge of an enlarged stroke is; at 1 it would be as soft as in the small picture.
_EDGE = 6.0
# With less ink, a point of an enlarged picture is paper.
FAINT = THRESHOLD - 0.5 / _EDGE


def enlarge_smoothly(ink: NDArray[np.uint8], scale: int) -> NDArray[np.float32]:
    """Enlarge a picture of ink smoothly, by cubic B-splines.

    Args:
        ink: (H, W) uint8, 255 where there is ink.
        scale: 1 or more.

    Returns:
        (H * scale, W * scale) float32, from about 0 to about 1.
    """
    return np.array(_resize(_spline(ink), scale))


def _spline(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a cubic B-spline's values at the pixels, from 0 to 1: 1/6, 4/6, 1/6 both ways."""
    rows = np.pad(ink.astype(np.float32) / (255 * 36), 1)
    rows = rows[:-2] + 4 * rows[1:-1] + rows[2:]
    field: NDArray[np.float32] = rows[:, :-2] + 4 * rows[:, 1:-1] + rows[:, 2:]
    return field


def _resize(field: NDArray[np.float32], scale: int) -> Image.Image:
    size = (field.shape[1] * scale, field.shape[0] * scale)
    return Image.fromarray(field).resize(size, Image.Resampling.BICUBIC)


def colour(ink: NDArray[np.uint8], look: str, ink_name: str, scale: int = 1) -> Image.Image:
    """Turn ink into a picture of 256 shades with a palette.

    Args:
        ink: (H, W) uint8, 255 where there is ink.
        look: a key of `LOOKS`.
        ink_name: a key of `INKS`.
        scale: 1 or more; at 1 every look has the generator's own shades.
    """
    shown = LOOKS[look]
    if shown.pixelated:
        return Image.fromarray(picture.enlarge(ink, scale))
    image = Image.fromarray(ink)
    if scale > 1:
        # Sharpened while it is small, which is faster: enlarging is linear.
        cover = ((_spline(ink) - THRESHOLD) * _EDGE + 0.5) * 255
        # The conversion clips to 0 and 255, and rounds down.
        image = _resize(cover + 0.5, scale).convert("L")
    share = np.linspace(0.0, 1.0, 256)[:, None]
    full = np.array(shown.ink_of(ink_name))
    paper = full if shown.paper is None else np.array(shown.paper)
    if shown.paper is None:
        image.info["transparency"] = bytes(range(256))
    image.putpalette(np.rint(paper + share * (full - paper)).astype(np.uint8).tobytes())
    return image


def png(image: Image.Image, texts: Mapping[str, str]) -> bytes:
    """Return a PNG file with `texts` in its text fields; the same input gives the same bytes."""
    # Strokes are runs of one shade: run-length encoding alone takes half the time, and the files
    # are a fifth smaller.
    return picture.png(image, texts, compress_level=1, compress_type=zlib.Z_RLE)
