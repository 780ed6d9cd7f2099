"""Reading a photograph or a scan that somebody sends: checked before it is decoded."""

import io
import re
import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cgan.common.errors import BadValue, UserError

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
# Of their files. What begins so, but can't be read, is damaged.
_BEGINNING = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP", re.DOTALL)
# Larger pictures are made smaller: digits on a sheet are still a hundred pixels high.
_LONGER_SIDE = 1400


class BadPhoto(BadValue):
    """A file is no picture that can be used."""


class OtherFormat(BadPhoto):
    """A file is none of the formats that are read."""

    def __init__(self) -> None:
        """Say which are."""
        super().__init__(
            "This picture can't be read: it must be a JPEG, PNG or WebP.",
            text_id="photo.other_format",
        )


class LargePhoto(BadPhoto):
    """A picture is too large."""

    def __init__(self, limits: Limits = OWN) -> None:
        """Say how large one may be."""
        super().__init__(
            "This picture is too large: it may have at most {megabytes:g} MB and {megapixels} "
            "megapixels.",
            text_id="photo.too_large",
            megabytes=limits.bytes >> 20 or limits.bytes / 1_000_000,
            megapixels=limits.pixels // 1_000_000,
        )


class DamagedPhoto(BadPhoto):
    """A picture's file is cut off or otherwise wrong."""

    def __init__(self) -> None:
        """Say what may help."""
        super().__init__(
            "This picture is damaged: copy it again, or take another.", text_id="photo.damaged"
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
        UserError: there is not enough memory.
    """
    if len(data) > limits.bytes:
        raise LargePhoto(limits)
    if not _BEGINNING.match(data):
        raise OtherFormat
    try:
        # Pillow warns of large pictures, before our own limit does.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                width, height = image.size
                if width * height > limits.pixels:
                    raise LargePhoto(limits)
                return _grey(image)
    except BadPhoto:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own limit, which is higher
        raise LargePhoto(limits) from error
    except MemoryError as error:
        raise UserError(
            "There is not enough memory for this picture: make it smaller.",
            text_id="photo.no_memory",
        ) from error
    except Exception as error:  # Pillow's decoders raise many kinds, of damaged files
        raise DamagedPhoto from error


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
