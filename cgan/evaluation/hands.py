"""How well a generator's encoder (`cgan.model.encoder`) takes a hand from one real digit."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.data.datasets import Dataset
from cgan.model.metric_groups import HandMetrics, as_figure
from cgan.sampler import Sampler
from cgan.writing.measures import ink_of, slant, stroke_width
from cgan.writing.own_hand import rounded

SAMPLES = 1000
_CHUNK = 100  # hands that are drawn together

Images = NDArray[np.float32]
Labels = NDArray[Any]


def measure_hands(
    sampler: Sampler,
    real: Dataset,
    reads: Callable[[Images, Labels], float],
    check: Callable[[], None] = lambda: None,
    samples: int = SAMPLES,
) -> HandMetrics:
    """Take a hand from each of some real digits, alone, and measure all digits in that hand.

    Args:
        sampler: the generator, which has an encoder.
        real: test digits, which neither was trained on if the data have a test set; `samples` of
            them are taken.
        reads: returns the share of images whose labels a classifier reads.
        check: called now and then; an exception that it raises stops the work.
        samples: how many hands.
    """
    some = real.part(real.some(samples))
    source, labels = some.images, some.labels
    count, classes = len(labels), sampler.config.n_classes
    z = rounded(sampler.encode(source, labels))
    drawn = _all_digits(sampler, z, check)
    again = drawn[np.arange(count), labels]
    everything = drawn.reshape(-1, *drawn.shape[2:])

    # The next class is another for every digit, so the hand must survive the change.
    others = (labels + 1) % classes
    z_again = rounded(sampler.encode(drawn[np.arange(count), others], others))
    redrawn = _all_digits(sampler, z_again, check)
    apart = np.mean((drawn - np.roll(drawn, 1, axis=0)) ** 2)  # of two unrelated hands
    assert sampler.encoder_sha256 is not None
    return HandMetrics(
        reconstruction=as_figure(
            1 - np.mean((again - source) ** 2) / np.var(source, axis=0).mean()
        ),
        legible=as_figure(reads(everything, np.tile(np.arange(classes), count))),
        slant=_kept(slant, source, labels, drawn),
        stroke_width=_kept(stroke_width, source, labels, drawn),
        same_hand=as_figure(1 - np.mean((redrawn - drawn) ** 2) / apart),
        samples=count,
        encoder_sha256=sampler.encoder_sha256,
    )


def _all_digits(sampler: Sampler, z: NDArray[np.float32], check: Callable[[], None]) -> Images:
    """Draw every class with each latent: (N, n_classes, C, H, W)."""
    classes = np.arange(sampler.config.n_classes)
    drawn = np.empty((len(z), len(classes), *sampler.config.image_shape), np.float32)
    for start in range(0, len(z), _CHUNK):
        some = z[start : start + _CHUNK]
        images = sampler.generate(
            np.repeat(some, len(classes), axis=0), np.tile(classes, len(some))
        )
        drawn[start : start + len(some)] = images.reshape(len(some), *drawn.shape[1:])
        check()
    return drawn


def _kept(
    measure: Callable[[NDArray[Any]], float], source: Images, labels: Labels, drawn: Images
) -> float:
    """Return the correlation of a measure of the sources with its mean over their hands' digits.

    Classes differ, a 7 leaning more than a 1, so each class's mean is taken off first.
    """
    of_source = np.array([measure(ink_of(image)) for image in source])
    of_drawn = np.array([[measure(ink_of(image)) for image in hand] for hand in drawn])
    of_class = np.bincount(labels, of_source) / np.maximum(np.bincount(labels), 1)
    style = of_source - of_class[labels]
    kept = (of_drawn - of_drawn.mean(axis=0)).mean(axis=1)
    spread = float(style.std() * kept.std())
    return 0.0 if spread <= 0 else as_figure(np.mean(style * (kept - kept.mean())) / spread)
