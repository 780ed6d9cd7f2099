"""Reading a photograph or a scan that somebody sends: checked before it is decoded."""

import io
import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cgan.common.errors import BadValue

MAX_BYTES = 20 << 20
MAX_PIXELS = 50_000_000


class Limits(NamedTuple):
    """How large a picture may be.

    Attributes:
        bytes: of its file.
        pixels: when it is decoded.
    """

    bytes: int
    pixels: int


OWN = Limits(MAX_BYTES, MAX_PIXELS)  # of one's own file, on one's own machine
# Of what strangers send to a server. A request holds no more; its pixels take 48 MB.
SENT = Limits(190_000, 12_000_000)
_FORMATS = ("JPEG", "PNG", "WEBP")
# Larger pictures are made smaller: digits on a sheet are still a hundred pixels high.
_LONGER_SIDE = 1400


class BadPhoto(BadValue):
    """A file is no picture that can be used."""

    def __init__(self, limits: Limits = OWN) -> None:
        """Say what a picture may be."""
        super().__init__(
            "This picture can't be read: it must be a JPEG, PNG or WebP of at most "
            "{megabytes:g} MB and {megapixels} megapixels.",
            text_id="photo.unreadable",
            megabytes=limits.bytes >> 20 or limits.bytes / 1_000_000,
            megapixels=limits.pixels // 1_000_000,
        )


def read_photo(data: bytes, limits: Limits = OWN) -> NDArray[np.uint8]:
    """Return a picture in grey, upright, and at most 1400 pixels high and wide.

    Args:
        data: the content of a JPEG, PNG or WebP file.
        limits: on its size.

    Returns:
        (H, W) uint8, 0 for black; what is transparent is white.

    Raises:
        BadPhoto: it is too large, damaged, or something else.
    """
    if len(data) > limits.bytes:
        raise BadPhoto(limits)
    try:
        # Pillow warns of large pictures, before our own limit does.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                width, height = image.size
                if width * height > limits.pixels:
                    raise BadPhoto(limits)
                return _grey(image)
    except BadPhoto:
        raise
    except Exception as error:  # Pillow's decoders raise many kinds, of damaged files
        raise BadPhoto(limits) from error


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    image.draft("L", (_LONGER_SIDE, _LONGER_SIDE))  # a JPEG is decoded smaller, and so faster
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    elif upright.mode.startswith("I") or upright.mode == "F":  # 16 bits a pixel
        values = np.asarray(upright, np.float64)
        upright = Image.fromarray((values / max(values.max(), 1) * 255).astype(np.uint8))
    grey = upright.convert("L")
    grey.thumbnail((_LONGER_SIDE, _LONGER_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(grey)
