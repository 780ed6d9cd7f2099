"""Where generated strokes break, and where specks are: what a drawn digit should be instead.

D overlooks a gap of a few pixels in one digit of forty. Here an image that is in more pieces than
those of its class gets the nearest pieces joined, and specks become background, as bounds of its
pixels: G learns to draw what it drew, but whole. (What the page draws is mended in a similar way,
by `cgan.writing.holding`.)

A faint stroke looks like a row of specks. So a speck counts only if there is no trace of ink around
it: otherwise G learns to draw fainter.
"""

import numpy as np
from numpy.typing import NDArray

from cgan.evaluation.strokes import usual_pieces
from cgan.writing.look import THRESHOLD
from cgan.writing.measures import ink_of
from cgan.writing.pieces import Piece, pieces

# Ink where a stroke counts as one: a little more than what the page shows, so that there it holds.
_INK = THRESHOLD + 0.05
# Ink of a trace. A speck has no more of it than this share of the image: 10 pixels of 32x32.
_TRACE = 0.15
_SPECK = 10 / 32**2
# The least ink of a stroke that joins two pieces.
_JOINED = 0.6
# Half of its width, and the widest gap, as shares of the image's height: 1 and 4 pixels of 32.
_REACH, _WIDEST = 1 / 32, 4 / 32
# As many real images say how many pieces a class has.
SAMPLE = 10_000


class WholeStrokes:
    """Knows how many pieces the digits of each class have, and joins those that have more."""

    def __init__(
        self, images: NDArray[np.float32], labels: NDArray[np.int32], n_classes: int
    ) -> None:
        """Count the pieces of real images.

        Args:
            images: (N, C, H, W) in [-1, 1].
            labels: (N,).
            n_classes: number of classes.
        """
        count = [len(_parts(ink_of(image))[0]) for image in images]
        self._usual = usual_pieces(np.array(count, np.intp), labels, n_classes)

    def bounds(
        self, images: NDArray[np.float32], labels: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the least and the largest value that each pixel should have.

        Args:
            images: (N, C, H, W) in [-1, 1].
            labels: (N,).

        Returns:
            Two arrays (N, C, H, W): -1 and 1, but where a piece must be joined or a speck is.
        """
        low, high = np.full_like(images, -1), np.full_like(images, 1)
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            strokes, specks = _parts(ink_of(image))
            for speck in specks:
                region = high[index, :, speck.top : speck.bottom, speck.left : speck.right]
                region[:, speck.mask] = -1
            if len(strokes) > self._usual[label]:
                joins = _joins(strokes, int(self._usual[label]), image.shape[1:])
                low[index, :, joins] = 2 * _JOINED - 1
                high[index, :, joins] = 1
        return low, high


def _parts(ink: NDArray[np.float64]) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of a digit's strokes, and the specks with the traces around them."""
    specks = []
    strokes = ink >= _INK
    for trace in pieces(ink >= _TRACE):
        if trace.count > _SPECK * ink.size:
            continue
        place = slice(trace.top, trace.bottom), slice(trace.left, trace.right)
        if strokes[place][trace.mask].any():
            specks.append(trace)
            strokes[place] &= ~trace.mask
    return pieces(strokes), specks


def _joins(strokes: list[Piece], usual: int, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where strokes must be so that there are no more pieces than usual."""
    joined = np.zeros(size, bool)
    groups = sorted(map(_places, strokes), key=len)
    left = len(groups) - usual
    while left > 0 and len(groups) > 1:
        small, *others = groups
        gaps = [np.linalg.norm(small[:, None] - other[None], axis=2) for other in others]
        nearest = min(range(len(others)), key=lambda number: gaps[number].min())
        gap = gaps[nearest]
        if gap.min() > _WIDEST * size[0]:  # too far away to be of the same stroke
            groups = others
        else:
            start, end = np.unravel_index(gap.argmin(), gap.shape)
            joined |= _line(small[start], others[nearest][end], size)
            others[nearest] = np.concatenate([small, others[nearest]])
            groups = sorted(others, key=len)
        left -= 1
    return joined


def _places(piece: Piece) -> NDArray[np.intp]:
    """Return the rows and columns of a piece's pixels, (M, 2)."""
    places: NDArray[np.intp] = np.argwhere(piece.mask) + np.array([piece.top, piece.left])
    return places


def _line(
    start: NDArray[np.intp], end: NDArray[np.intp], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return the pixels that are near the line between two."""
    way = end - start
    offset = np.moveaxis(np.indices(size), 0, -1) - start
    along = (offset @ way / (way @ way)).clip(0, 1)
    distance: NDArray[np.float64] = np.linalg.norm(offset - along[..., None] * way, axis=2)
    return distance <= _REACH * size[0]
