"""Which real images are shown to D more often."""

import numpy as np
import pytest

from cgan.training.rare import drawn_again, unusual

CLASSES = np.repeat(np.arange(2, dtype=np.int32), 60)


@pytest.fixture
def features():
    """Two classes of 60 images; of each, ten are far from the others and from each other."""
    features = np.random.default_rng(0).standard_normal((120, 4)).astype(np.float32)
    far = np.arange(120) % 60 < 10
    features[far] *= 6
    return features


def drawn(features, share, classes=CLASSES):
    """Return each image and what is shown in its place, in many batches."""
    rng = np.random.default_rng(1)
    indices = np.tile(np.arange(len(classes)), 100)
    return indices, drawn_again(indices, share, unusual(features, classes), classes, rng)


def test_unusual_images_of_the_same_class_are_shown_more_often(features):
    indices, shown = drawn(features, 1.0)
    np.testing.assert_array_equal(CLASSES[shown], CLASSES[indices])
    counts = np.bincount(shown, minlength=120)
    far = np.arange(120) % 60 < 10
    assert counts[far].mean() > 3 * counts[~far].mean()
    assert counts.min() > 0  # the usual ones are shown, too


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_some_are_drawn_again_and_the_others_stay(features, share):
    indices, shown = drawn(features, share)
    assert (shown != indices).mean() == pytest.approx(share, abs=0.02)


def test_the_batch_that_is_given_stays_as_it_is(features):
    indices = np.arange(120)
    drawn_again(indices, 1.0, unusual(features, CLASSES), CLASSES, np.random.default_rng(0))
    np.testing.assert_array_equal(indices, np.arange(120))


def test_few_or_equal_images_are_drawn_alike():
    classes = np.array([0, 1, 1, 2, 2, 2, 2], np.int32)
    features = np.zeros((7, 3), np.float32)
    features[1:3] = [[0, 0, 0], [1, 0, 0]]
    indices, shown = drawn(features, 1.0, classes)
    np.testing.assert_array_equal(classes[shown], classes[indices])
    counts = np.bincount(shown, minlength=7)
    assert (counts[0], counts[1:3].min() > 60, counts[3:].min() > 60) == (100, True, True)
