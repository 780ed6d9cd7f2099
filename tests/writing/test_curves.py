"""Outlines: smooth curves of few nodes, close to the ink's field, the same alone and together."""

import re

import numpy as np
import pytest

from cgan.sampler import Sampler
from cgan.writing import curves
from cgan.writing.curves import PARTS, outlines
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.holding import held
from cgan.writing.look import THRESHOLD
from cgan.writing.number import parse

NUMBER = r"[ -]?\d+"


@pytest.fixture(scope="module")
def digits():
    """Every class in thirty hands, as the weights that come with the package write it."""
    sampler = Sampler.from_pretrained()
    return np.concatenate(
        [draw(sampler, parse("0123456789" * 6), Hand(s)).pixels for s in range(5)]
    )


@pytest.fixture(scope="module")
def drawn(digits):
    """Their outlines."""
    return outlines(digits)


def on(loop, count=16):
    """Points on a loop: (points, 2)."""
    t = (np.arange(count) / count)[:, None, None]
    p = loop.transpose(1, 0, 2)
    points = (
        (1 - t) ** 3 * p[0] + 3 * (1 - t) ** 2 * t * p[1] + 3 * (1 - t) * t**2 * p[2] + t**3 * p[3]
    )
    return points.transpose(1, 0, 2).reshape(-1, 2)


def area(loop):
    """The area inside, negative if the loop runs the other way round."""
    x, y = on(loop).T
    return (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2


def test_curves_are_within_015_pixels_of_the_fields_contour(digits, drawn):
    far = []
    field, _ = held(digits, THRESHOLD)
    for number, outline in enumerate(drawn):
        points = np.concatenate([on(loop) for loop in outline.loops]).T
        start = points
        for _ in range(4):  # to the nearest point of the contour, nearly
            ink_there, x, y = field.at(np.full(points.shape[1], number), points)
            step = (THRESHOLD - ink_there) / (x * x + y * y + 1e-9)
            points = points + np.clip(step * np.stack([x, y]), -0.25, 0.25)
        far.append(np.hypot(*(points - start)))
    assert np.mean([distances.max() > 0.15 for distances in far]) < 0.02
    assert np.sqrt(np.mean(np.concatenate(far) ** 2)) < 0.02


def test_outlines_are_small(drawn):
    assert np.mean([sum(map(len, outline.loops)) for outline in drawn]) < 36
    assert np.mean([len(outline.path) for outline in drawn]) < 800


def test_curves_meet_and_go_on_in_the_same_direction(drawn):
    turns = []
    for outline in drawn:
        for loop in outline.loops:
            following = np.roll(loop, -1, axis=0)
            np.testing.assert_array_equal(loop[:, 3], following[:, 0])
            before, after = loop[:, 3] - loop[:, 2], following[:, 1] - following[:, 0]
            cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
            turns.append(np.abs(np.arctan2(cross, (before * after).sum(axis=1))))
    # Only the rounding to hundredths of a pixel is seen.
    assert np.quantile(np.concatenate(turns), 0.999) < np.radians(4)


def from_path(data):
    """Read the loops of an SVG path with relative commands, in pixels."""
    at = np.zeros(2)
    for loop in data.split("z")[:-1]:
        move, curve = loop.removeprefix("m").split("c")
        at = at + [int(number) for number in re.findall(NUMBER, move)]
        point, found = at, []
        for steps in np.array(re.findall(NUMBER, curve), int).reshape(-1, 3, 2):
            found.append(np.stack([point, *(point + steps)]))
            point = point + steps[2]
        yield np.array(found) / PARTS


def test_the_path_has_the_same_curves(drawn):
    for outline in drawn[:40]:
        loops = list(from_path(outline.path))
        assert len(loops) == len(outline.loops)
        for loop, expected in zip(loops, outline.loops, strict=True):
            np.testing.assert_allclose(loop, expected, atol=1e-9)


def test_sides_and_rows_are_those_of_the_curves(drawn):
    for outline in drawn[:40]:
        points = np.concatenate([on(loop, 64) for loop in outline.loops])
        sides = [*points.min(axis=0), *points.max(axis=0)]
        expected = outline.left, outline.top, outline.right, outline.bottom
        np.testing.assert_allclose(sides, expected, atol=0.02)
        x, y = points.T
        for row, (left, right) in enumerate(outline.rows):
            # Where exactly a flat curve enters a row depends on how it is followed.
            well_inside = x[(y >= row + 0.02) & (y < row + 0.98)]
            if len(well_inside):
                assert left <= well_inside.min() + 0.1
                assert right >= well_inside.max() - 0.1
            nearly_inside = x[(y >= row - 0.02) & (y < row + 1.02)]
            if len(nearly_inside):
                assert np.isnan(left) or left >= nearly_inside.min() - 0.1
                assert np.isnan(right) or right <= nearly_inside.max() + 0.1
            else:
                assert np.isnan(left)
                assert np.isnan(right)


@pytest.mark.parametrize("pen", [0.0, -0.7, 1.0])
def test_a_digits_outline_does_not_depend_on_the_others(digits, pen):
    together = outlines(digits[:23], pen)
    curves.forget()
    for ink, expected in zip(digits[:23], together, strict=True):
        (alone,) = outlines([ink], pen)
        assert alone.path == expected.path
        for loop, other in zip(alone.loops, expected.loops, strict=True):
            np.testing.assert_array_equal(loop, other)
        np.testing.assert_array_equal(alone.rows, expected.rows)
        sides = [(o.left, o.top, o.right, o.bottom) for o in (alone, expected)]
        assert sides[0] == sides[1]


def test_without_ink_there_is_no_outline():
    (outline,) = outlines([np.zeros((32, 32), np.uint8)], 1.0)
    assert outline.path == ""
    assert outline.loops == ()
    assert (outline.left, outline.top, outline.right, outline.bottom) == (0, 0, 0, 0)
    assert np.isnan(outline.rows).all()
    assert outline.rows.shape == (32, 2)
    assert outlines([]) == []


def test_all_ink_is_a_square():
    (outline,) = outlines([np.full((32, 28), 255, np.uint8)])
    (loop,) = outline.loops
    assert abs(area(loop)) == pytest.approx(32 * 28, rel=0.02)
    sides = outline.left, outline.top, outline.right, outline.bottom
    np.testing.assert_allclose(sides, (0, 0, 28, 32), atol=0.2)


def test_a_stroke_at_the_border_is_closed():
    ink = np.zeros((32, 32), np.uint8)
    ink[:, :3] = 255
    (outline,) = outlines([ink])
    (loop,) = outline.loops
    assert abs(area(loop)) == pytest.approx(100, rel=0.06)


@pytest.mark.parametrize(("pen", "least", "most"), [(-1, 0.55, 0.8), (1, 1.2, 1.45)])
def test_the_pen_moves_the_outline(digits, drawn, pen, least, most):
    other = outlines(digits, pen)
    areas = [sum(area(loop) for loop in outline.loops) for outline in drawn]
    weights = [sum(area(loop) for loop in outline.loops) for outline in other]
    assert least < np.median(np.array(weights) / areas) < most
    # Each has as many pieces and holes, which run the other way round.
    for outline, expected in zip(other, drawn, strict=True):
        ways = [[area(loop) > 0 for loop in o.loops] for o in (outline, expected)]
        assert ways[0] == ways[1]


def test_of_many_outlines_the_last_are_kept(digits, monkeypatch):
    monkeypatch.setattr(curves, "_KEPT", 2)
    first, _, last = (outlines([ink])[0] for ink in digits[:3])
    assert outlines([digits[2]])[0] is last
    assert outlines([digits[0]])[0] is not first
