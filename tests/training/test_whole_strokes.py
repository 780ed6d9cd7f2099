"""What a digit whose stroke is broken, or that has a speck, should be instead."""

import numpy as np
import pytest

from cgan.evaluation.strokes import measure_strokes
from cgan.training.whole_strokes import WholeStrokes

# One class of a stroke, and one of two: the second one's digits may be in two pieces.
LABELS = np.arange(20, dtype=np.int32) % 2


def drawn(*blocks, channels=1):
    """Return an image (C, 32, 32) with ink in blocks of (top, bottom, left, right)."""
    image = np.full((channels, 32, 32), -1, np.float32)
    for top, bottom, left, right in blocks:
        image[:, top:bottom, left:right] = 1
    return image


ONE = (4, 28, 14, 17)
TWO = (4, 28, 22, 25)
# The first, with a gap of three rows.
BROKEN = [(4, 14, 14, 17), (17, 28, 14, 17)]
SPECK = (10, 11, 24, 26)


@pytest.fixture(scope="module")
def strokes():
    real = [drawn(ONE), drawn(ONE, TWO)] * 10
    return WholeStrokes(np.stack(real), LABELS, 3)


def mended(strokes, image, label):
    """Return an image within its bounds."""
    low, high = strokes.bounds(image[None], np.array([label], np.int32))
    assert low.shape == high.shape == (1, *image.shape)
    assert low.dtype == high.dtype == np.float32
    return np.clip(image, low[0], high[0])


@pytest.mark.parametrize(
    ("blocks", "label"),
    [([ONE], 0), ([ONE, TWO], 1), ([ONE], 1), ([ONE], 2), ([], 0)],
)
def test_what_is_as_usual_stays(strokes, blocks, label):
    image = drawn(*blocks)
    np.testing.assert_array_equal(mended(strokes, image, label), image)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_broken_stroke_is_joined(strokes, channels):
    image = drawn(*BROKEN, channels=channels)
    whole = mended(strokes, image, 0)
    assert measure_strokes(np.stack([image, whole])).pieces.tolist() == [2, 1]
    rows, columns = np.nonzero((whole != image).any(axis=0))
    assert {14, 15, 16} <= set(rows) <= set(range(13, 18))  # the gap
    assert set(columns) <= set(range(12, 19))


def test_as_many_pieces_are_left_as_the_class_has(strokes):
    image = drawn(*BROKEN, TWO)
    whole = mended(strokes, image, 1)
    assert measure_strokes(np.stack([image, whole])).pieces.tolist() == [3, 2]


def test_a_stroke_in_many_pieces_is_joined_to_one(strokes):
    image = drawn(*((top, top + 4, 14, 17) for top in range(3, 28, 6)))
    whole = mended(strokes, image, 0)
    assert measure_strokes(np.stack([image, whole])).pieces.tolist() == [5, 1]


def test_pieces_that_are_far_apart_stay(strokes):
    image = drawn((2, 8, 2, 5), (24, 30, 2, 5))
    np.testing.assert_array_equal(mended(strokes, image, 0), image)


def test_a_speck_goes_and_the_strokes_stay(strokes):
    whole = drawn(ONE)
    np.testing.assert_array_equal(mended(strokes, drawn(ONE, SPECK), 0), whole)
    beside = drawn(ONE, (10, 11, 18, 20))  # one column from the stroke
    np.testing.assert_array_equal(mended(strokes, beside, 0), whole)


def test_what_is_left_of_a_faint_stroke_is_no_speck(strokes):
    """Its darkest pixels alone are dark enough: to erase them would be to draw fainter strokes."""
    image = drawn(ONE)
    image[:, 4:28, 14:17] = -0.5
    image[:, 4:28:4, 15] = 0.5
    low, high = strokes.bounds(image[None], LABELS[:1])
    assert (high == 1).all()
    assert (low > -1).any()


def test_each_image_is_seen_alone(strokes):
    images = np.stack([drawn(*BROKEN), drawn(ONE, SPECK), drawn(ONE, TWO)])
    labels = np.array([0, 0, 1], np.int32)
    together = strokes.bounds(images, labels)
    for index in range(3):
        alone = strokes.bounds(images[index : index + 1], labels[index : index + 1])
        for bound, own in zip(together, alone, strict=True):
            np.testing.assert_array_equal(bound[index], own[0])
