"""Curves become pixels: as much of each as is inside."""

import numpy as np
import pytest

from cgan.writing.raster import fill

# The handles of a quarter of a circle.
ARC = 0.5522847498


def circle(x, y, radius):
    """A circle of four curves."""
    quarter = np.array([[1, 0], [1, ARC], [ARC, 1], [0, 1]])
    turn = np.array([[0, 1], [-1, 0]])
    loop = [quarter]
    for _ in range(3):
        loop.append(loop[-1] @ turn)
    return np.array(loop) * radius + [x, y]


def box(left, top, right, bottom):
    """A rectangle of four straight curves."""
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)
    following = np.roll(corners, -1, axis=0)
    steps = (following - corners) / 3
    return np.stack([corners, corners + steps, following - steps, following], axis=1)


def test_a_pixel_is_as_dark_as_what_is_inside_of_it():
    picture = fill([box(1.25, 1, 3.5, 3)], 5, 4)
    row = [0, round(0.75 * 255), 255, round(0.5 * 255), 0]
    np.testing.assert_array_equal(picture, [[0] * 5, row, row, [0] * 5])
    half = fill([box(1, 1.5, 4, 3)], 5, 4)
    assert half[1].tolist() == [0, 128, 128, 128, 0]


@pytest.mark.parametrize("size", [32, 500, 2000])
def test_a_circle_has_its_area(size):
    picture = fill([circle(size / 2 + 0.3, size / 2 + 0.1, size / 3)], size, size)
    assert picture.shape == (size, size)
    assert picture.dtype == np.uint8
    assert picture.sum() / 255 == pytest.approx(np.pi * (size / 3) ** 2, rel=2e-3)
    edge = np.unique(picture)
    assert len(edge) > 30  # smooth


def test_loops_in_loops_are_holes_whichever_way_they_run():
    outer, inner = circle(16, 16, 12), circle(16, 16, 6)
    for hole in (inner, inner[::-1, ::-1]):
        picture = fill([outer, hole], 32, 32)
        assert picture[16, 16] == 0
        assert picture[16, 7] == 255
        assert picture.sum() / 255 == pytest.approx(np.pi * (144 - 36), rel=0.01)
    np.testing.assert_array_equal(fill([outer, outer], 32, 32), 0)


def test_what_leaves_the_picture_is_cut_off():
    picture = fill([box(-5, -5, 3, 100)], 6, 4)
    np.testing.assert_array_equal(picture, [[255] * 3 + [0] * 3] * 4)
    np.testing.assert_array_equal(fill([box(10, 0, 20, 4)], 6, 4), 0)
    np.testing.assert_array_equal(fill([box(-9, -9, 90, 90)], 6, 4), 255)


def test_without_loops_all_is_paper():
    picture = fill([], 7, 3)
    assert picture.shape == (3, 7)
    assert not picture.any()
