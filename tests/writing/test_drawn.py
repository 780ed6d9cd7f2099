"""What somebody draws on the page becomes ink."""

import numpy as np
import pytest

from cgan.writing.drawn import SIDE, SmallDrawing, ink_of
from cgan.writing.normalise import to_mnist
from tests.writing.sheets import STROKES

PEN = 62  # the page's


def strokes(digit, height, left=300, top=300):
    scale = height / 16
    return [
        [[round(left + scale * x), round(top + scale * y), PEN] for x, y in stroke]
        for stroke in STROKES[digit]
    ]


@pytest.mark.parametrize("digit", [1, 3, 8])
def test_a_small_digit_is_like_a_large_one_and_no_blot(digit):
    small, large = (to_mnist(ink_of(strokes(digit, height))) / 255 for height in (100, 450))
    assert small.sum() == pytest.approx(large.sum(), rel=0.1)


def test_a_large_digit_keeps_its_size_and_its_place():
    rows, columns = np.nonzero(ink_of(strokes(1, 600, left=100, top=200)))
    assert rows.max() - rows.min() == pytest.approx(0.16 * (600 + PEN), abs=2)
    moved, moved_columns = np.nonzero(ink_of(strokes(1, 600, left=400, top=200)))
    assert (moved == rows).all()
    assert moved_columns.min() - columns.min() == pytest.approx(0.16 * 300, abs=1)


def test_what_is_drawn_along_the_edge_is_ink_as_wide_as_elsewhere():
    corners = [[0, 0, PEN], [SIDE, 0, PEN], [SIDE, SIDE, PEN], [0, SIDE, PEN], [0, 0, PEN]]
    inner = [[100 + 4 * x // 5, 100 + 4 * y // 5, width] for x, y, width in corners]
    at_the_edge, inside = (to_mnist(ink_of([each])) for each in (corners, inner))
    assert np.abs(at_the_edge / 255 - inside / 255).mean() < 0.05


@pytest.mark.parametrize("dots", [[[[500, 500, PEN]]], [[[5, 5, PEN], [30, 40, PEN]]]])
def test_hardly_more_than_a_dot_is_no_digit(dots):
    with pytest.raises(SmallDrawing):
        ink_of(dots)
