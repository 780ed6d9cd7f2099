"""Drawn and photographed digits, made to look as those of MNIST do.

LeCun, Cortes and Burges, "The MNIST database of handwritten digits": a digit is scaled to fit into
20x20 pixels, keeping its shape, with grey levels at the edges; then its centre of mass is put at
the centre of 28x28 pixels. A digit that is like that already stays as it is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cgan.common.errors import BadValue
from cgan.writing.measures import stroke_width

MNIST_SIZE = 28
MAX_SIDE = 4096  # of a drawing, in pixels
_BOX = 20
_CENTRE = 14  # row and column of the pixel where the centre of mass is

# Hardly anybody in MNIST writes with a finer pen: 1 in 50 of its digits is thinner, in pixels.
_MIN_STROKE = 1.5
# Thin strokes are thickened in a picture whose longer side is this many pixels.
_WORKING = 8 * _BOX
_FULL = 250  # the darkest pixel has at least this value
_FAINT = 16


class NoInk(BadValue):
    """A drawing is empty."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("There is no ink in the drawing: draw a digit.", text_id="drawn.no_ink")


def normalise(ink: NDArray[Any], size: int) -> NDArray[np.float32]:
    """Return a digit as a generator's training data have it.

    Args:
        ink: (H, W) uint8, ink 255 on 0, of any size up to 4096; paper must be exactly 0.
        size: height and width of the result, in pixels.

    Returns:
        (1, size, size) float32 in [-1, 1], resized from MNIST's 28x28 as for training.

    Raises:
        NoInk: every pixel is 0, or there are only specks.
        BadValue: it is no such array, or dark ink on light paper.
    """
    resized = Image.fromarray(to_mnist(ink)).resize((size, size), Image.Resampling.BILINEAR)
    image: NDArray[np.float32] = np.asarray(resized, np.float32)[None] / np.float32(127.5) - 1
    return image


def to_mnist(ink: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a digit as MNIST has it: (28, 28) uint8; the argument is that of `normalise`.

    Raises:
        NoInk: every pixel is 0, or there are only specks.
        BadValue: it is no such array, or dark ink on light paper.
    """
    digit = _cut(_checked(ink))
    if digit.max() < _FAINT:  # when it is made smaller, nothing would be left
        digit = _full(digit)
    if max(digit.shape) != _BOX:
        digit = _scaled(_cut(_thickened(digit)))
    if digit.max() < _FULL:
        digit = _full(digit)
    return _centred(digit)


def _checked(ink: NDArray[Any]) -> NDArray[np.uint8]:
    is_masked = isinstance(ink, np.ma.MaskedArray) and np.any(ink.mask)
    if not isinstance(ink, np.ndarray) or ink.dtype != np.uint8 or ink.ndim != 2 or is_masked:
        raise BadValue(
            "A drawing must be an array of (H, W) uint8, with ink 255 on 0.",
            text_id="drawn.not_ink",
        )
    if max(ink.shape) > MAX_SIDE:
        raise BadValue(
            "A drawing must be at most {side} pixels high and wide.",
            text_id="drawn.too_large",
            side=MAX_SIDE,
        )
    if not ink.any():
        raise NoInk
    border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    # Ink may touch the border in places, and a 1 that is cut out may be all ink.
    if np.median(border) > ink.max() / 2 and border.mean() > ink.mean():
        raise BadValue(
            "A drawing must be light ink, up to 255, on 0: this one looks like dark ink on light "
            "paper. Pass 255 - drawing.",
            text_id="drawn.dark_on_light",
        )
    return ink


def _full(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ink whose strongest pixel is 255."""
    full: NDArray[np.uint8] = np.rint(ink * (255 / int(ink.max()))).astype(np.uint8)
    return full


def _cut(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the smallest part with all the ink.

    Raises:
        NoInk: there is none, as of specks in a large picture that was made smaller.
    """
    if not ink.any():
        raise NoInk
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _thickened(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a digit whose strokes aren't thinner than those of nearly all in MNIST."""
    side = max(ink.shape)
    if stroke_width(ink / np.float64(255)) * _BOX / side >= _MIN_STROKE:
        return ink
    if side > _WORKING:
        ink = _resized(ink, _WORKING)
        side = _WORKING
        if not ink.any():
            raise NoInk
    # A blurred line whose middle is full is about 3.6 standard deviations wide.
    sigma = _MIN_STROKE * side / _BOX / 3.6
    margin = int(np.ceil(2 * sigma))
    padded = Image.fromarray(np.pad(ink, margin))
    blurred = np.asarray(padded.filter(ImageFilter.GaussianBlur(sigma)), np.float64)
    on_strokes = blurred[margin:-margin, margin:-margin][ink > ink.max() / 2]
    full = max(float(np.percentile(on_strokes, 25)), 1.0)
    strong = np.clip(blurred * (255 / full), 0, 255)
    return np.where(strong < 16, 0, strong).astype(np.uint8)


def _scaled(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a digit whose longer side is 20 pixels."""
    return _cut(_resized(ink, _BOX))


def _resized(ink: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    factor = side / max(ink.shape)
    height, width = (max(1, round(length * factor)) for length in ink.shape)
    return np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR))


def _centred(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the centre of mass at the centre, as far as all of the digit stays inside."""
    image = np.zeros((MNIST_SIZE, MNIST_SIZE), np.uint8)
    total = float(ink.sum(dtype=np.float64))
    starts = []
    for axis, length in enumerate(ink.shape):
        of_line = ink.sum(axis=1 - axis, dtype=np.float64)
        centre = float(of_line @ np.arange(length)) / total
        start = int(np.floor(_CENTRE - centre + 0.5))
        starts.append(min(max(start, 0), MNIST_SIZE - length))
    top, left = starts
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image
