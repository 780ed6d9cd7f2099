"""Strokes: from ink to lines as a pen draws them."""

import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cgan import Sampler
from cgan.writing.picture import to_pixels
from cgan.writing.strokes import pen_width, strokes
from cgan.writing.thinning import thin


def ink(*lines, width=24):
    """Return a picture of lines, 32 by 32; their points are in pixels."""
    image = Image.new("L", (256, 256))
    draw = ImageDraw.Draw(image)
    for line in lines:
        points = [(8 * x, 8 * y) for x, y in line]
        draw.line(points, 255, width, joint="curve")
        for x, y in points:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    return np.asarray(image.resize((32, 32), Image.Resampling.BOX))


def ring(x, y, radius):
    turn = np.linspace(0, 2 * np.pi, 40)
    return list(zip(x + radius * np.sin(turn), y + radius * np.cos(turn), strict=True))


def eight():
    turn = np.linspace(0, 2 * np.pi, 60)
    return list(zip(16 + 6 * np.sin(2 * turn), 16 - 10 * np.cos(turn), strict=True))


def points(path):
    """Return the points that a path goes through."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    return np.array(
        numbers[:2] + [n for i in range(2, len(numbers), 6) for n in numbers[i + 4 : i + 6]]
    ).reshape(-1, 2)


@pytest.mark.parametrize(
    ("lines", "starts", "ends"),
    [
        ([[(16, 26), (16, 6)]], [(16, 6)], [(16, 26)]),  # a 1, from its top
        ([[(8, 8), (22, 8), (14, 26)]], [(8, 8)], [(14, 26)]),  # a 7
        # A 4 and a cross: each line goes straight on where they cross.
        (
            [[(10, 6), (8, 18), (24, 18)], [(20, 6), (18, 27)]],
            [(10, 6), (20, 6)],
            [(24, 18), (18, 27)],
        ),
        ([[(6, 16), (26, 16)], [(16, 5), (16, 27)]], [(16, 5), (6, 16)], [(16, 27), (26, 16)]),
        ([ring(16, 16, 8)], [(16, 8)], [(16, 8)]),  # a 0 is closed, from its top
        ([eight()], [(16, 6)], [(16, 6)]),  # an 8 is one line
    ],
)  # fmt: skip
def test_strokes_go_from_where_one_begins_to_where_one_ends(lines, starts, ends):
    drawn = [points(path) for path in strokes(ink(*lines)).paths]
    assert len(drawn) == len(starts)
    for line, start, end in zip(drawn, starts, ends, strict=True):
        # Thinned lines are shorter than their ink by about half its width.
        assert np.hypot(*(line[0] - start)) < 2.5
        assert np.hypot(*(line[-1] - end)) < 2.5


def test_a_ring_is_written_to_the_left():
    (path,) = strokes(ink(ring(16, 16, 8))).paths
    line = points(path)
    assert line[2, 0] < line[0, 0]
    assert abs(np.hypot(*(line - 16).T) - 8).max() < 0.5  # smooth


def test_a_speck_is_no_stroke_and_a_dot_is_one():
    line = [(16, 26), (16, 6)]
    speck = ink(line).copy()
    speck[28, 28] = 140
    assert strokes(speck) == strokes(ink(line))
    assert len(strokes(ink(line, [(25, 25)], width=16)).paths) == 2
    assert strokes(np.zeros((32, 32), np.uint8)).paths == ()


def test_a_short_branch_of_a_crossing_is_no_stroke():
    cross = [[(6, 16), (26, 16)], [(16, 5), (16, 27)]]
    for branch in ([(16, 12), (20, 12)], [(22, 16), (20, 20)]):
        assert len(strokes(ink(*cross, branch)).paths) == 2


@pytest.mark.parametrize("lines", [[[(16, 26), (16, 6)]], [ring(16, 16, 8)]])
def test_the_pen_leaves_as_much_ink(lines):
    found = [strokes(ink(*lines, width=width)) for width in (24, 32)]
    widths = [pen_width([digit]) for digit in found]
    assert widths == [pytest.approx(3.2, abs=0.5), pytest.approx(4.2, abs=0.5)]
    assert pen_width(found) == pytest.approx(sum(widths) / 2, abs=0.1)


def test_thinned_ink_is_one_pixel_wide_and_as_connected():
    mask = ink(ring(16, 16, 8), [(16, 24), (16, 30)]) > 100
    thinned = thin(mask)
    assert (thinned <= mask).all()
    corners = thinned[1:, 1:] & thinned[:-1, 1:] & thinned[1:, :-1] & thinned[:-1, :-1]
    assert not corners.any()
    assert thinned.sum() > 45


def test_the_bundled_digits_have_few_strokes():
    sampler = Sampler.from_pretrained()
    labels = np.arange(10)
    pixels = to_pixels(sampler.generate(sampler.latents(10, seed=0), labels))
    counts = [len(strokes(digit).paths) for digit in pixels]
    assert max(counts) <= 3
    assert counts[0] == counts[1] == counts[8] == 1
    assert counts[4] == 2
