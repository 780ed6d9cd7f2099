"""From ink to pictures: colours, PNG files with what made them written inside."""

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan import UserError
from cgan.picture import png_info

PAPER = (253, 250, 243)
INKS = {
    "black": (28, 28, 30),
    "blue": (29, 53, 130),
    "red": (165, 28, 36),
    "green": (22, 92, 60),
    "sepia": (96, 58, 28),
}
# Ink on paper; MNIST's own white on black; ink on nothing.
LOOKS = ("paper", "mnist", "clear")

# How much ink a point needs to be inside a stroke, and how fast the edge of the enlarged stroke
# goes from paper to ink (in shades per ink: 1 would be as soft as the small picture's).
THRESHOLD = 0.4
_EDGE = 6.0


def check(look: str, ink: str) -> None:
    """Check the names of a look and an ink.

    Raises:
        UserError: lists the names that there are.
    """
    if look not in LOOKS:
        raise UserError(f"look must be one of {', '.join(LOOKS)}.")
    if ink not in tuple(INKS):
        raise UserError(f"ink must be one of {', '.join(INKS)}.")


def enlarge(ink: NDArray[np.uint8], scale: int) -> NDArray[np.float32]:
    """Enlarge a picture of ink smoothly, by cubic B-splines.

    Args:
        ink: (H, W) uint8, 255 where there is ink.
        scale: 1 or more.

    Returns:
        (H * scale, W * scale) float32, from about 0 to about 1.
    """
    field = ink.astype(np.float32) / 255
    for axis in (0, 1):  # the B-spline's values at the pixels: 1/6, 4/6, 1/6
        margins = [(1, 1) if axis == i else (0, 0) for i in (0, 1)]
        padded = np.pad(field, margins)
        before, after = (np.delete(padded, ends, axis) for ends in ([-1, -2], [0, 1]))
        field = (before + 4 * field + after) / 6
    size = (field.shape[1] * scale, field.shape[0] * scale)
    return np.array(Image.fromarray(field).resize(size, Image.Resampling.BICUBIC))


def colour(ink: NDArray[np.uint8], look: str, ink_name: str, scale: int = 1) -> Image.Image:
    """Turn ink into a picture of 256 shades with a palette.

    Args:
        ink: (H, W) uint8, 255 where there is ink.
        look: "paper" and "clear" have crisp strokes at any scale; "mnist" has MNIST's own
            pixels, enlarged as squares.
        ink_name: a key of `INKS`; "mnist" is always white.
        scale: 1 or more; at 1 every look has the generator's own shades.
    """
    check(look, ink_name)
    if look == "mnist":
        return Image.fromarray(ink.repeat(scale, axis=0).repeat(scale, axis=1))
    if scale > 1:
        cover = enlarge(ink, scale)
        cover -= THRESHOLD
        cover *= _EDGE * 255
        cover += 0.5 * 255
        ink = np.rint(np.clip(cover, 0, 255, out=cover), out=cover).astype(np.uint8)
    image = Image.fromarray(ink)
    share = np.linspace(0.0, 1.0, 256)[:, None]
    paper, full = np.array(PAPER), np.array(INKS[ink_name])
    if look == "clear":
        paper = full
        image.info["transparency"] = bytes(range(256))
    image.putpalette(np.rint(paper + share * (full - paper)).astype(np.uint8).tobytes())
    return image


def png(image: Image.Image, texts: Mapping[str, str]) -> bytes:
    """Return a PNG file with `texts` in its text fields; the same input gives the same bytes."""
    file = io.BytesIO()
    # Level 3 takes half the time of the default and makes files an eighth larger.
    image.save(file, format="PNG", pnginfo=png_info(texts), compress_level=3)
    return file.getvalue()
