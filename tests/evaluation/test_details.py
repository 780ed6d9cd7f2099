"""Flaws that are planted in real digits: each is seen by its own figure."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cgan.data import datasets
from cgan.evaluation.details import Labelled, RealDetails, as_drawn
from cgan.evaluation.pixels import differences, save_differences
from cgan.model.metric_groups import DetailMetrics

TRAIN, TEST = datasets.load_splits("digits", None, 32)
# Images of the other split are fewer.
COUNT = len(TEST.labels)
INK, PAPER = 1.0, -1.0


def labelled(images, labels):
    # Pixels do as features.
    return Labelled(images, labels, images[:, :, ::4, ::4].reshape(len(images), -1))


def readable(images, labels):
    """Stand for a classifier: an image can be read if it has enough ink."""
    return float(np.mean((images > 0).sum(axis=(1, 2, 3)) > 40))


@pytest.fixture(scope="module")
def measure():
    real = RealDetails(labelled(TEST.images, TEST.labels), 10)

    def do(images=TRAIN.images[:COUNT], labels=TRAIN.labels[:COUNT]):
        return real.measure(labelled(images, labels), readable)

    return do


@pytest.fixture(scope="module")
def real(measure):
    """Return the figures of real images that nobody changed."""
    return measure()


@pytest.fixture
def images():
    return TRAIN.images[:COUNT].copy()


def test_real_images_have_few_flaws(real):
    assert real.density > 0.7
    assert real.coverage > 0.8
    assert real.pieces < 0.1
    assert real.legible > 0.95
    assert DetailMetrics.from_dict("details", vars(real) | {"coverage_per_class": [0.5]}) == (
        replace(real, coverage_per_class=(0.5,))
    )


def test_broken_strokes(measure, real, images):
    images[::5, :, 14:18] = PAPER
    assert measure(images).pieces > real.pieces + 0.1


def test_specks(measure, real, images):
    images[::5, :, 1, 1:3] = INK
    found = measure(images)
    assert found.specks > real.specks + 0.15
    assert abs(found.pieces - real.pieces) < 0.01


def test_ink_at_the_border(measure, real, images):
    images[:, :, -1] = 0.0
    assert measure(images).border > real.border + 0.02


def test_a_dot_that_always_is_in_one_pixel(measure, real, images):
    images[(TRAIN.labels[:COUNT] == 3).nonzero()[0][::8], :, 2, 29] = INK
    found = measure(images)
    assert found.pixel_deviation > real.pixel_deviation + 0.1
    images[:, :, 2, 29] = INK
    assert measure(images).pixel_mean > real.pixel_mean + 0.5


def test_wide_strokes(measure, real, images):
    bolder = np.maximum(images, np.roll(images, 1, axis=3))
    assert measure(bolder).stroke_width > 2 * real.stroke_width


def test_digits_that_lean(measure, real, images):
    for row in range(32):
        images[:, :, row] = np.roll(images[:, :, row], (16 - row) // 3, axis=2)
    assert measure(images).slant > real.slant + 0.2


def test_one_class_without_variety(measure, real, images):
    sevens = TRAIN.labels[:COUNT] == 7
    images[sevens] = images[sevens][0]
    found = measure(images)
    assert found.coverage < real.coverage
    assert np.argmin(found.coverage_per_class) == 7
    assert found.coverage_per_class[7] < 0.5


def test_of_a_class_without_real_images_nothing_is_missing(images):
    few = TEST.part(TEST.labels != 4)
    found = RealDetails(labelled(few.images, few.labels), 10).measure(
        labelled(images, TRAIN.labels[:COUNT]), readable
    )
    assert found.coverage_per_class[4] == 1
    shares = np.array(found.coverage_per_class) @ np.bincount(few.labels) / len(few.labels)
    assert shares == pytest.approx(found.coverage, abs=1e-5)


def test_digits_that_are_like_none(measure, real, images):
    assert measure(images.transpose(0, 1, 3, 2)).density < real.density / 4


def test_ink_too_faint_for_the_page(measure, images):
    faint = (images + 1) * 0.15 - 1
    assert measure(faint).legible == 0
    assert as_drawn(faint).max() == PAPER


def test_digits_are_drawn_as_on_the_page(images):
    drawn = as_drawn(images[:20])
    assert drawn.shape == (20, 1, 32, 32)
    same = np.mean((drawn > 0) == (images[:20] > 0))
    assert same > 0.9
    # With edges, not in greys.
    assert np.mean(np.abs(drawn) > 0.99) > np.mean(np.abs(images[:20]) > 0.99)


def test_colours_are_measured_by_their_mean_but_not_drawn():
    colour = np.repeat(TEST.images, 3, axis=1)
    details = RealDetails(labelled(colour, TEST.labels), 10)
    found = details.measure(labelled(colour, TEST.labels), readable)
    assert found.legible is None
    assert (found.stroke_width, found.slant, found.pixel_mean) == (0, 0, 0)


def test_a_picture_shows_where_ink_is_too_much_or_missing(tmp_path, images):
    labels = TRAIN.labels[:COUNT]
    images[labels == 3, :, 2, 29] = INK
    changed = differences(images, labels, TRAIN.images[:COUNT], labels, 10)
    assert np.argwhere(changed[0]).tolist() == [[3, 2, 29]]
    save_differences(tmp_path / "pixels.png", [changed, -changed])
    with Image.open(tmp_path / "pixels.png") as picture:
        shown = np.array(picture)
    red = (shown == (255, 0, 0)).all(axis=2)
    blue = (shown == (0, 0, 255)).all(axis=2)
    # One pixel, enlarged.
    assert red.sum() == blue.sum() == 9
    # The samples' row is above that of the real images.
    assert np.nonzero(red)[0].max() < np.nonzero(blue)[0].min()
