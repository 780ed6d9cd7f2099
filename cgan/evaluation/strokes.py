"""What strokes look like: pieces, specks, ink at the border, width and slant of each image."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.writing.look import THRESHOLD
from cgan.writing.measures import ink_of, slant, stroke_width
from cgan.writing.pieces import pieces

BORDER = 2  # rows and columns
# A piece of at most this share of the image is a speck: 3 pixels of 32x32.
_SPECK = 3 / 32**2
# A class has as many pieces as all but this share of its real images.
_UNUSUAL = 0.02

Labels = NDArray[Any]


@dataclass(frozen=True)
class Strokes:
    """The strokes of N images.

    Attributes:
        pieces: (N,) int, connected pieces of ink above the page's threshold, without specks.
        specks: (N,) bool, whether there are any.
        border: (N,) float64, mean ink in the outer two rows and columns, from 0 to 1.
        widths: (N,) float64, mean width of the strokes in pixels.
        slants: (N,) float64, dx/dy.
    """

    pieces: NDArray[np.intp]
    specks: NDArray[np.bool_]
    border: NDArray[np.float64]
    widths: NDArray[np.float64]
    slants: NDArray[np.float64]


def measure_strokes(images: NDArray[np.float32]) -> Strokes:
    """Measure images (N, C, H, W) in [-1, 1]; colours are averaged."""
    inks = [ink_of(image) for image in images]
    height, width = images.shape[2:]
    counts = [[piece.count for piece in pieces(ink >= THRESHOLD)] for ink in inks]
    most = _SPECK * height * width
    large = [sum(count > most for count in sizes) for sizes in counts]
    outer = np.ones((height, width), bool)
    outer[BORDER:-BORDER, BORDER:-BORDER] = False
    return Strokes(
        pieces=np.array(large, np.intp),
        specks=np.array([len(sizes) for sizes in counts]) > large,
        border=np.array([ink[outer].mean() for ink in inks]),
        widths=np.array([stroke_width(ink) for ink in inks]),
        slants=np.array([slant(ink) for ink in inks]),
    )


def usual_pieces(real: NDArray[np.intp], labels: Labels, n_classes: int) -> NDArray[np.intp]:
    """Return how many pieces a class has: as many as all but 2 % of its real images.

    Args:
        real: (N,), the pieces of real images.
        labels: (N,), their classes.
        n_classes: number of classes.

    Returns:
        (n_classes,) int; 1 for a class without images.
    """
    most = np.ones(n_classes, np.intp)
    for label in np.unique(labels):
        of_class = np.sort(real[labels == label])
        most[label] = of_class[int(np.ceil((1 - _UNUSUAL) * len(of_class))) - 1]
    return most


def distance(
    values: NDArray[Any], labels: Labels, real: NDArray[Any], real_labels: Labels
) -> float:
    """Return how far values are from real ones of the same class; the mean of the classes.

    It is Wasserstein's distance of order 1: the mean difference of values of equal rank. Values
    between two are interpolated: that is nearly exact for hundreds, and mostly too small for ten.
    """
    both = np.intersect1d(labels, real_labels)
    ranks = (np.arange(1000) + 0.5) / 1000
    return float(
        np.mean(
            [
                np.abs(
                    np.quantile(values[labels == label], ranks)
                    - np.quantile(real[real_labels == label], ranks)
                ).mean()
                for label in both
            ]
        )
    )
