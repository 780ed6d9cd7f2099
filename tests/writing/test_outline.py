"""Outlines: SVG paths that are filled where the enlarged picture has ink."""

import re

import numpy as np
import pytest

from cgan.sampler import Sampler
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.look import THRESHOLD, enlarge_smoothly
from cgan.writing.number import parse
from cgan.writing.outline import path

SCALE = 8
NUMBER = r"-?\d+\.\d\d"
POINT = f"{NUMBER} {NUMBER}"
CLOSED_CURVES = re.compile(f"(?:M{POINT}(?:Q{POINT} {POINT})+Z)*")


@pytest.fixture(scope="module")
def digits():
    """Every class in five hands, as the weights that come with the package write it."""
    sampler = Sampler.from_pretrained()
    return draw(sampler, parse("0123456789" * 5), Hand(11)).pixels


def polygons(data):
    """Return the closed curves of a path as polygons: (points, 2) each."""
    for curve in data.split("Z")[:-1]:
        start, *arcs = curve.removeprefix("M").split("Q")
        point = np.array(start.split(), float)
        points = []
        for arc in arcs:
            control, end = np.array(arc.split(), float).reshape(2, 2)
            for t in np.linspace(0, 1, 4, endpoint=False):
                points.append((1 - t) ** 2 * point + 2 * t * (1 - t) * control + t**2 * end)
            point = end
        np.testing.assert_allclose(point, np.array(start.split(), float))
        yield np.array(points)


def filled(data, height, width):
    """Rasterise a path by the even-odd rule, at the middle of each enlarged pixel."""
    x = (np.arange(width * SCALE) + 0.5) / SCALE
    inside = np.zeros((height * SCALE, width * SCALE), bool)
    for polygon in polygons(data):
        for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            low, high = np.ceil(np.array(sorted([y0, y1])) * SCALE - 0.5).astype(int)
            for row in range(max(low, 0), min(high, height * SCALE)):
                crossing = x0 + ((row + 0.5) / SCALE - y0) / (y1 - y0) * (x1 - x0)
                inside[row] ^= x > crossing
    return inside


def test_paths_are_closed_curves_of_quadratic_arcs(digits):
    for ink in digits:
        data = path(ink)
        assert data
        assert CLOSED_CURVES.fullmatch(data), data


def test_the_filled_area_is_where_the_enlarged_picture_has_ink(digits):
    for ink in digits:
        shape = filled(path(ink), *ink.shape)
        mask = enlarge_smoothly(ink, SCALE) >= THRESHOLD
        assert (shape & mask).sum() / (shape | mask).sum() > 0.95


def test_a_ring_has_an_outline_on_each_side_and_a_hole():
    ring = np.zeros((20, 20), np.uint8)
    ring[3:17, 3:17] = 255
    ring[7:13, 7:13] = 0
    data = path(ring)
    assert data.count("M") == data.count("Z") == 2
    shape = filled(data, 20, 20)
    assert not shape[10 * SCALE, 10 * SCALE]
    assert shape[5 * SCALE, 10 * SCALE]
    assert not shape[SCALE, SCALE]


def test_a_square_is_where_it_was_drawn_and_as_large():
    square = np.zeros((16, 20), np.uint8)
    square[4:12, 6:16] = 255
    shape = filled(path(square), 16, 20)
    rows, columns = np.nonzero(shape)
    assert abs(shape.sum() / SCALE**2 - 80) < 8
    assert abs((rows.mean() + 0.5) / SCALE - 8) < 0.05
    assert abs((columns.mean() + 0.5) / SCALE - 11) < 0.05


@pytest.mark.parametrize("size", [1, 8, 32])
def test_no_ink_has_no_path(size):
    assert path(np.zeros((size, size), np.uint8)) == ""


def test_faint_ink_and_specks_have_no_path():
    assert path(np.full((16, 16), 60, np.uint8)) == ""
    speck = np.zeros((16, 16), np.uint8)
    speck[8, 8] = 255
    assert path(speck) == ""


def test_strokes_that_touch_the_border_are_closed():
    data = path(np.full((16, 16), 255, np.uint8))
    assert CLOSED_CURVES.fullmatch(data)
    assert data.count("M") == 1
    assert filled(data, 16, 16).mean() > 0.97


def test_the_same_ink_has_the_same_path_whatever_its_layout(digits):
    ink = digits[3]
    assert path(np.asfortranarray(ink)) == path(ink.copy()) == path(ink)
    assert path(ink.T) != path(ink)


def test_the_shape_of_the_picture_matters():
    ink = np.zeros((8, 16), np.uint8)
    ink[2:6, 2:14] = 255
    assert path(ink.reshape(16, 8)) != path(ink)
