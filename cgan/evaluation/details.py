"""Flaws that accuracy and Frechet distance don't see: in strokes, single pixels and variety."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.evaluation.neighbours import density_coverage
from cgan.evaluation.pixels import differences, standing_out
from cgan.evaluation.strokes import Strokes, distance, measure_strokes, usual_pieces
from cgan.model.metric_groups import DetailMetrics, as_figure
from cgan.writing import curves, picture, raster

_CHUNK = 200

Images = NDArray[np.float32]


@dataclass(frozen=True)
class Labelled:
    """Images, generated or real.

    Attributes:
        images: (N, C, H, W) float32 in [-1, 1].
        labels: (N,) integers.
        features: (N, D), the classifier's.
    """

    images: Images
    labels: NDArray[Any]
    features: NDArray[np.float32]


def shares_by_class(
    chosen: NDArray[np.bool_], labels: NDArray[Any], n_classes: int
) -> NDArray[np.float64]:
    """Return which share of each class is chosen, (n_classes,); 1 for one without images.

    Args:
        chosen: (N,) whether an image is.
        labels: (N,) integers below `n_classes`.
        n_classes: how many classes there are.
    """
    of_class = np.bincount(labels, minlength=n_classes)
    hits = np.bincount(labels[chosen], minlength=n_classes)
    return np.where(of_class, hits / np.maximum(of_class, 1), 1.0)


class RealDetails:
    """What other images are compared with: the strokes of real ones."""

    def __init__(self, real: Labelled, n_classes: int) -> None:
        """Measure `real`."""
        self._real, self._n_classes = real, n_classes
        self._strokes: Strokes = measure_strokes(real.images)
        self._pieces = usual_pieces(self._strokes.pieces, real.labels, n_classes)

    def differences(self, images: Labelled) -> NDArray[np.float64]:
        """Return how pixels differ from the real ones, as `pixels.differences` does."""
        real = self._real
        return differences(images.images, images.labels, real.images, real.labels, self._n_classes)

    def measure(
        self,
        images: Labelled,
        reads: Callable[[Images, NDArray[Any]], float],
        check: Callable[[], None] = lambda: None,
    ) -> DetailMetrics:
        """Measure images beside the real ones.

        Args:
            images: as many as there are real ones, or fewer.
            reads: returns the share of images whose labels a classifier reads.
            check: called now and then; an exception that it raises stops the work.
        """
        real, labels = self._real, images.labels
        density, covered = density_coverage(real.features, images.features)
        shares = shares_by_class(covered, real.labels, self._n_classes)
        check()
        strokes = measure_strokes(images.images)
        check()
        mean, deviation = standing_out(self.differences(images)).max(axis=1)
        theirs = self._strokes
        legible = None
        if images.images.shape[1] == 1:
            legible = as_figure(reads(as_drawn(images.images, check), labels))
        return DetailMetrics(
            density=as_figure(density),
            coverage=as_figure(covered.mean()),
            coverage_per_class=tuple(map(as_figure, shares)),
            pieces=as_figure(np.mean(strokes.pieces > self._pieces[labels])),
            specks=as_figure(strokes.specks.mean()),
            border=as_figure(strokes.border.mean()),
            pixel_mean=as_figure(mean),
            pixel_deviation=as_figure(deviation),
            stroke_width=as_figure(distance(strokes.widths, labels, theirs.widths, real.labels)),
            slant=as_figure(distance(strokes.slants, labels, theirs.slants, real.labels)),
            legible=legible,
        )


def as_drawn(images: Images, check: Callable[[], None] = lambda: None) -> Images:
    """Return grey images as the page draws them: inside of outlines, at a threshold.

    Args:
        images: (N, 1, H, W) float32 in [-1, 1].
        check: called now and then.

    Returns:
        The same shape and range, as small as they were.
    """
    height, width = images.shape[2:]
    drawn = np.empty_like(images)
    for start in range(0, len(images), _CHUNK):
        inks = picture.to_pixels(images[start : start + _CHUNK])
        for index, outline in enumerate(curves.outlines(list(inks)), start):
            drawn[index, 0] = raster.fill(outline.loops, width, height) / 127.5 - 1
        check()
    return drawn
