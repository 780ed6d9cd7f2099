"""Drawn digits become as MNIST's are."""

import numpy as np
import pytest

from cgan.common.errors import BadValue
from cgan.data import datasets
from cgan.writing.measures import slant, stroke_width
from cgan.writing.normalise import NoInk, normalise, to_mnist
from tests.conftest import message
from tests.writing.sheets import STROKES, drawn


def box(ink):
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return np.ptp(rows) + 1, np.ptp(columns) + 1


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("height", [40, 400])
def test_a_digit_keeps_mnists_conventions(digit, height):
    ink = drawn(digit, height=height, pen=max(4, height // 10))
    found = to_mnist(ink)
    assert (found.shape, found.dtype) == ((28, 28), np.uint8)
    assert max(box(found)) == 20
    tall, wide = box(ink)
    assert box(found) == pytest.approx(
        (20 * tall / max(tall, wide), 20 * wide / max(tall, wide)), abs=1
    )
    lines = np.arange(28)
    for axis in (0, 1):
        centre = found.sum(axis=axis) @ lines / found.sum()
        assert 13.5 <= centre <= 14.5
    assert found.max() >= 250
    assert np.mean((found > 0) & (found < 250)) > 0.02  # its edges are grey
    np.testing.assert_array_equal(to_mnist(found), found)  # as MNIST's own digits


def test_place_size_and_darkness_do_not_matter():
    ink = drawn(4, pen=18)
    moved = np.roll(ink, (20, -30), axis=(0, 1))
    np.testing.assert_array_equal(to_mnist(moved), to_mnist(ink))
    np.testing.assert_allclose(to_mnist(ink // 3).astype(int), to_mnist(ink), atol=6)
    larger = to_mnist(drawn(4, height=320, pen=36)).astype(int)
    assert np.mean(np.abs(larger - to_mnist(ink))) < 6


def test_a_pen_finer_than_any_in_mnist_becomes_visible_and_stays_fine():
    widths = [stroke_width(to_mnist(drawn(2, height=600, pen=pen)) / 255) for pen in (2, 8, 60)]
    assert 1.2 < widths[0] < 2.5
    assert max(widths[:2]) < widths[2]


def test_it_is_resized_as_the_training_images_are():
    ink = drawn(7)
    trained_on = datasets.normalise(datasets.resize(to_mnist(ink)[None], 32))[0]
    np.testing.assert_array_equal(normalise(ink, 32), trained_on)
    assert normalise(ink, 16).shape == (1, 16, 16)


def test_slant_is_the_strokes_own():
    upright, leaning = (slant(to_mnist(drawn(1, lean=lean)) / 255) for lean in (0, 0.4))
    assert leaning - upright == pytest.approx(0.4, abs=0.08)


@pytest.mark.parametrize(
    "ink",
    [
        np.zeros((5, 5)),
        np.zeros((1, 5, 5), np.uint8),
        np.ones((1, 4097), np.uint8),
        np.ma.array(np.ones((5, 5), np.uint8), mask=np.eye(5)),
        "7",
    ],
)
def test_what_is_no_drawing_is_refused(ink):
    with pytest.raises(BadValue) as caught:
        normalise(ink, 32)
    assert "drawing" in message(caught)


def test_an_empty_drawing_is_refused():
    with pytest.raises(NoInk):
        normalise(np.zeros((5, 5), np.uint8), 32)


def test_faint_ink_is_found_and_specks_in_a_large_picture_are_none():
    faint = np.zeros((300, 300), np.uint8)
    faint[20:280, 150] = 3
    np.testing.assert_array_equal(to_mnist(faint), to_mnist(faint * 85))
    specks = np.zeros((1000, 1000), np.uint8)
    specks[0, 0] = specks[-1, -1] = 255
    with pytest.raises(NoInk):
        to_mnist(specks)


def test_dark_ink_on_light_paper_is_refused_with_what_to_pass():
    ink = drawn(4)
    for scan in (255 - ink, np.clip(240 - ink.astype(int), 20, None).astype(np.uint8)):
        with pytest.raises(BadValue, match="Pass 255 - drawing") as caught:
            to_mnist(scan)
        assert message(caught)


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize("pen", [12, 40])
def test_a_digit_that_is_cut_out_touches_the_border(digit, pen):
    ink = drawn(digit, pen=pen)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.testing.assert_array_equal(to_mnist(cut), to_mnist(ink))
    assert to_mnist(np.full((20, 4), 255, np.uint8)).any()
