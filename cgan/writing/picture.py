"""From a generator's output to pictures: one way to make pixels, one way to tile."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cgan.common import files
from cgan.writing.layout import Layout, lay_out
from cgan.writing.layout import wrap as wrapped_layout

BLACK = 0
_DESCRIPTION = 0x010E  # Exif's tag "ImageDescription"
_NO_TEXTS: Mapping[str, str] = {}


def exif(description: str) -> Image.Exif:
    """Return what a WebP file has about its picture."""
    about = Image.Exif()
    about[_DESCRIPTION] = description.encode()  # of a text, Pillow keeps ASCII alone
    return about


def to_pixels(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Map (N, C, H, W) in [-1, 1] to (N, H, W) uint8, or (N, H, W, 3) for three channels.

    -1 -> 0 and 1 -> 255, rounded to the nearest: the same mapping for every picture, so that
    its contrast never depends on what else is in it.
    """
    pixels: NDArray[np.uint8] = np.rint((np.clip(images, -1.0, 1.0) + 1.0) * 127.5).astype(np.uint8)
    return pixels[:, 0] if pixels.shape[1] == 1 else pixels.transpose(0, 2, 3, 1)


def tile(pixels: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Lay out (N, H, W[, 3]) pixels row by row, without margins.

    Returns:
        (N / columns * H, columns * W[, 3]) uint8.
    """
    rows = pixels.reshape(-1, columns, *pixels.shape[1:])
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)


def line(pixels: NDArray[np.uint8], parts: Sequence[object | None]) -> NDArray[np.uint8]:
    """Lay out (N, H, W[, 3]) pixels in one row, with a gap of half a width for each None.

    Args:
        pixels: one image for each part that is not None, in order.
        parts: the parts of a number, as `cgan.writing.number.parse` returns them.

    Returns:
        (H, W * N + W // 2 * gaps[, 3]) uint8.
    """
    return _place(pixels, lay_out(parts, pixels.shape[2]))


def wrap(pixels: NDArray[np.uint8], parts: Sequence[object | None]) -> NDArray[np.uint8]:
    """Lay out (N, H, W[, 3]) pixels as `line` does, but in lines if they are too many for one.

    Returns:
        (H * lines, W_total[, 3]) uint8.
    """
    return _place(pixels, wrapped_layout(parts, pixels.shape[2], pixels.shape[1]))


def _place(pixels: NDArray[np.uint8], layout: Layout) -> NDArray[np.uint8]:
    height, width = pixels.shape[1:3]
    whole = np.full((height * layout.lines, layout.width, *pixels.shape[3:]), BLACK, np.uint8)
    for left, top, image in zip(layout.lefts, layout.tops, pixels, strict=True):
        whole[top : top + height, left : left + width] = image
    return whole


def enlarge(pixels: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Make every pixel of an (H, W[, 3]) picture a square of scale x scale."""
    return pixels.repeat(scale, axis=0).repeat(scale, axis=1)


def save_png(path: Path, picture: NDArray[np.uint8], texts: Mapping[str, str] = _NO_TEXTS) -> None:
    """Write an (H, W) or (H, W, 3) uint8 picture as PNG, whatever the file's extension.

    `texts` go into its text fields.
    """
    files.write_bytes(path, png(Image.fromarray(picture), texts))


def png(image: Image.Image, texts: Mapping[str, str] = _NO_TEXTS, **options: Any) -> bytes:
    """Return a PNG file with `texts` in its text fields; the same input gives the same bytes.

    `options` are Pillow's, such as those of the compression.
    """
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    file = io.BytesIO()
    image.save(file, format="PNG", pnginfo=info, **options)
    return file.getvalue()
