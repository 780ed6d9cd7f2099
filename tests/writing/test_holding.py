"""Strokes hold: pieces are joined where there is a trace of ink, specks go, loops stay."""

import numpy as np
import pytest

from cgan.sampler import Sampler
from cgan.writing import raster
from cgan.writing.curves import outlines
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.number import parse
from cgan.writing.pieces import pieces


def made(*boxes):
    """Ink of rectangles: top, bottom, left, right, shade."""
    ink = np.zeros((32, 32), np.uint8)
    for top, bottom, left, right, shade in boxes:
        ink[top:bottom, left:right] = shade
    return ink


def counted(outline, scale=8):
    """Pieces and holes of the picture that is drawn."""
    picture = raster.fill([loop * scale for loop in outline.loops], 32 * scale, 32 * scale)
    paper = np.pad(picture < 128, 1, constant_values=True)
    return len(pieces(picture >= 128)), len(pieces(paper)) - 1


def test_a_faint_place_in_a_stroke_is_joined():
    upper, lower = (5, 14, 14, 17, 255), (18, 27, 14, 17, 255)
    broken, faint = outlines([made(upper, lower), made(upper, lower, (14, 18, 14, 17, 60))])
    assert counted(broken) == (2, 0)  # without a trace of ink, they are two strokes
    assert counted(faint) == (1, 0)
    left, right = faint.rows[15]
    assert 1.5 < right - left < 3.2  # a bit thinner than the pen


def test_joining_does_not_close_a_loop():
    ring = [(8, 11, 8, 24, 255), (21, 24, 8, 24, 255), (8, 24, 8, 11, 255), (8, 13, 21, 24, 255)]
    (opened,) = outlines([made(*ring, (17, 24, 21, 24, 255), (13, 17, 21, 24, 60))])
    assert counted(opened) == (1, 0)


# The stroke may go on hardly darker than the neck is.
@pytest.mark.parametrize(("width", "shade", "end"), [(3, 115, 255), (2, 108, 122), (2, 114, 120)])
def test_a_thin_neck_is_strengthened(width, shade, end):
    neck = made((5, 14, 14, 17, 255), (18, 27, 14, 17, end), (14, 18, 14, 14 + width, shade))
    for pen in (-1, 0):
        (outline,) = outlines([neck], pen)
        assert counted(outline) == (1, 0)
    assert np.diff(outline.rows[15]) > 1.5


@pytest.mark.parametrize("shade", range(100, 126, 4))
def test_faint_dots_are_no_strokes(shade):
    """Dots that are hardly there: their contours have nothing darker inside."""
    (outline,) = outlines([made((8, 12, 8, 12, shade), (20, 24, 20, 24, shade))])
    assert counted(outline)[1] == 0


def test_specks_go_with_what_is_in_them():
    stroke = (5, 27, 14, 17, 255)
    plain, dotted, margin = outlines(
        [
            made(stroke),
            made(stroke, (10, 12, 24, 26, 255)),  # small
            made(stroke, (1, 4, 26, 29, 255)),  # larger, where no digit has strokes
        ]
    )
    assert dotted.path == plain.path
    assert margin.path == plain.path


def test_a_bar_of_its_own_stays():
    (five,) = outlines([made((9, 27, 10, 13, 255), (5, 8, 16, 25, 255))])
    assert counted(five) == (2, 0)


def test_a_small_mark_alone_is_no_speck():
    (dot,) = outlines([made((15, 17, 15, 17, 255))])
    assert counted(dot) == (1, 0)


def test_the_generators_digits_hold_with_every_pen():
    sampler = Sampler.from_pretrained()
    digits = draw(sampler, parse("0123456789" * 6), Hand(5)).pixels
    plain = [counted(outline) for outline in outlines(digits)]
    assert [number for number, _ in plain] == [1] * 60
    for pen in (-1.0, 1.0):
        weighed = [counted(outline) for outline in outlines(digits, pen)]
        assert np.mean([one == other for one, other in zip(plain, weighed, strict=True)]) > 0.95


@pytest.mark.parametrize("shape", [(28, 28), (64, 48)])
def test_digits_of_other_sizes_hold(shape):
    ink = np.zeros(shape, np.uint8)
    ink[5:-5, 10:13] = 255
    ink[12:15, 10:13] = 60
    (outline,) = outlines([ink])
    assert len(outline.loops) == 1
    assert outline.rows.shape == (shape[0], 2)
