"""Marks of a number, written with the pen that a 1 shows."""

from typing import NamedTuple

import numpy as np
import pytest

from cgan.sampler import Sampler
from cgan.writing.curves import outlines
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.marks import _FORMS, BASELINE, FIRST_LATENT, HEIGHT, SIDE, ink
from cgan.writing.number import MARKS
from cgan.writing.pieces import pieces

TOP, MIDDLE = BASELINE - HEIGHT, BASELINE - HEIGHT / 2


class Expected(NamedTuple):
    """Between which heights a mark is, whether it is higher than a digit, and its pieces."""

    top: float = 0.0
    bottom: float = SIDE
    high: bool = True
    pieces: int = 1
    loops: int = 1


EXPECTED = {
    ".": Expected(BASELINE - 3.5, BASELINE + 1, high=False),
    ",": Expected(BASELINE - 4, BASELINE + 4.5, high=False),
    "-": Expected(MIDDLE - 2.5, MIDDLE + 4, high=False),
    "+": Expected(MIDDLE - 6.5, MIDDLE + 8.5, high=False),
    "(": Expected(),
    ")": Expected(),
    "[": Expected(),
    "]": Expected(),
    "/": Expected(),
}


def test_every_mark_has_its_lines_and_is_tested():
    assert sorted(_FORMS) == sorted(EXPECTED) == sorted(MARKS)


def stroke(width=2.6, lean=0.0):
    """Return a straight 1: (32, 32) uint8, its stroke that wide, leaning by dx/dy."""
    y, x = np.indices((SIDE, SIDE)) + 0.5
    across = np.abs(x - 16 + lean * (y - MIDDLE)) / np.hypot(1, lean)
    inside = np.clip(width / 2 - across + 0.5, 0, 1) * ((y > TOP) & (y < BASELINE))
    return np.rint(255 * inside).astype(np.uint8)


def area(drawn):
    return drawn.sum() / 255


def lean_of(drawn):
    """Return how far a mark leans to the right, as dx/dy, by its second moments."""
    y, x = np.indices(drawn.shape)
    weight = drawn / drawn.sum()
    x, y = x - (x * weight).sum(), (y - (y * weight).sum())
    return -(x * y * weight).sum() / (y * y * weight).sum()


@pytest.mark.parametrize("mark", MARKS)
def test_each_mark_has_its_pieces_of_ink_and_is_always_the_same(mark):
    drawn = ink(mark, stroke())
    assert (drawn.shape, drawn.dtype) == ((SIDE, SIDE), np.uint8)
    assert drawn.max() == 255
    assert len(pieces(drawn > 0)) == EXPECTED[mark].pieces
    (outline,) = outlines([drawn])
    assert len(outline.loops) == EXPECTED[mark].loops
    np.testing.assert_array_equal(ink(mark, stroke()), drawn)


@pytest.mark.parametrize("mark", MARKS)
def test_each_mark_is_at_its_place(mark):
    expected = EXPECTED[mark]
    (outline,) = outlines([ink(mark, stroke())])
    assert expected.top <= outline.top < outline.bottom <= expected.bottom
    assert (outline.bottom - outline.top > HEIGHT) == expected.high


@pytest.mark.parametrize("mark", MARKS)
def test_a_broader_pen_writes_broader_marks(mark):
    areas = [area(ink(mark, stroke(width))) for width in (2.0, 2.8, 3.6)]
    assert areas[0] < 0.85 * areas[1] < 0.85**2 * areas[2]


def test_marks_lean_as_the_hand_does():
    for mark in (mark for mark in MARKS if EXPECTED[mark].high):
        upright, leaning = (lean_of(ink(mark, stroke(lean=lean))) for lean in (0.0, 0.4))
        assert 0.2 < leaning - upright < 0.6, mark
    # A dash doesn't: it is as level in a leaning hand.
    (upright,), (leaning,) = (outlines([ink("-", stroke(lean=lean))]) for lean in (0.0, 0.4))
    assert abs((upright.bottom - upright.top) - (leaning.bottom - leaning.top)) < 1.2


@pytest.mark.parametrize("mark", MARKS)
def test_two_of_a_mark_differ_a_little(mark):
    sampler = Sampler.from_pretrained()
    parts = [1, *[mark] * 4]
    drawn = draw(sampler, parts, Hand(3, variation=0.22)).pixels[1:]
    assert len(np.unique(drawn, axis=0)) == 4
    extents = [(one.left, one.top, one.right, one.bottom) for one in outlines(list(drawn))]
    assert np.ptp(extents, axis=0).max() < 4


def test_the_marks_of_old_links_stay_the_same():
    assert FIRST_LATENT == 64_000  # another one would write them with other strokes
