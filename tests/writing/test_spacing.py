"""Where a hand puts digits and marks: as close as their ink, on one line."""

import itertools

import numpy as np
import pytest

from cgan.sampler import Sampler
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.marks import BASELINE, HEIGHT, SIDE
from cgan.writing.number import parse
from cgan.writing.spacing import FILE_WIDTH, GROUP_GAP, LINE_HEIGHT, divisions, space, wrap

NUMBERS = ["+86 (138) 1234-5678", "7411.7/0,4 [29]", "0123456789", "177-4477 6161"]


@pytest.fixture(scope="module")
def spaced():
    """Return the groups of a number, written with the weights of the package."""
    sampler = Sampler.from_pretrained()

    def spaced(text, seed=27, variation=0.22, **options):
        drawing = draw(sampler, parse(text, marks=True), Hand(seed, variation))
        return space(drawing.parts, drawing.pixels, **options)

    return spaced


def points(glyph):
    """Return points on a glyph's curves, in its place: (N, 2)."""
    t = (np.arange(12) / 12)[:, None, None]
    found = []
    for loop in glyph.loops:
        p = loop.transpose(1, 0, 2)
        u = 1 - t
        on = u**3 * p[0] + 3 * u * u * t * p[1] + 3 * u * t * t * p[2] + t**3 * p[3]
        found.append(on.reshape(-1, 2))
    return np.concatenate(found)


def distance(one, other):
    """Return how far the ink of two glyphs is apart."""
    first, second = points(one), points(other)
    return np.linalg.norm(first[:, None] - second[None], axis=2).min()


def sides(glyph):
    x = points(glyph)[:, 0]
    return x.min(), x.max()


def lines_of(page):
    """Return the line that each glyph is on, from 0."""
    return [int(points(glyph)[:, 1].mean() // LINE_HEIGHT) for glyph in page.glyphs]


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("variation", [0.22, 1.0])
def test_neighbours_are_neither_too_close_nor_too_far(spaced, text, variation):
    for group in spaced(text, variation=variation):
        for one, other in itertools.pairwise(group.glyphs):
            assert distance(one, other) > 1
            assert sides(other)[0] - sides(one)[1] < 7
            # Their rooms, which one clicks, are side by side.
            assert one.left + one.width == pytest.approx(other.left)
        last = group.glyphs[-1]
        assert last.left + last.width == pytest.approx(group.width)


@pytest.mark.parametrize(("variation", "uneven"), [(0.0, 4), (0.22, 4), (1.0, 6)])
def test_digits_stand_on_one_line_and_are_about_as_high(spaced, variation, uneven):
    (group,) = spaced("01234567890123456789", variation=variation)
    extents = np.array(
        [(points(glyph)[:, 1].min(), points(glyph)[:, 1].max()) for glyph in group.glyphs]
    )
    assert np.abs(extents[:, 1] - BASELINE).max() < 1
    assert np.abs(extents[:, 1] - extents[:, 0] - HEIGHT).max() < uneven


BAR = (5, 27)


@pytest.mark.parametrize(
    ("one", "other", "closer"),
    [
        (BAR, BAR, 0),
        ((5, 8), (24, 27), 3),  # as in 74: most of each is set back from the other
        ((5, 16), (17, 27), 0),  # neighbouring rows are near, too
    ],
)
def test_ink_that_is_set_back_lets_its_neighbour_come_closer(one, other, closer):
    pixels = np.zeros((2, 32, 32), np.uint8)
    pixels[0, 5:27, 8:12] = pixels[1, 5:27, 20:24] = 255
    pixels[0, slice(*one), 8:20] = pixels[1, slice(*other), 12:24] = 255
    (group,) = space([1, 1], pixels)
    (_, right), (left, _) = map(sides, group.glyphs)
    assert left - right == pytest.approx(3.4 - closer, abs=0.1)


def test_gaps_between_groups_are_wider_than_those_between_digits(spaced):
    page = wrap(spaced("138 1234"))
    gaps = [sides(other)[0] - sides(one)[1] for one, other in itertools.pairwise(page.glyphs)]
    assert gaps[2] > 1.4 * max(gaps[:2] + gaps[3:])
    assert gaps[2] >= GROUP_GAP


@pytest.mark.parametrize("position", [0, 4, 10])
def test_changing_a_digit_changes_no_other(spaced, position):
    number = "13812345678"
    changed = f"{number[:position]}0{number[position + 1 :]}"
    (before,), (after,) = spaced(number), spaced(changed)
    for at, (one, other) in enumerate(zip(before.glyphs, after.glyphs, strict=True)):
        same = (one.outline.path, one.scale, one.y) == (other.outline.path, other.scale, other.y)
        assert same == (at != position)
    # What comes before keeps its place as well.
    assert [one.x for one in before.glyphs[:position]] == [one.x for one in after.glyphs[:position]]


def test_a_line_ends_between_groups(spaced):
    page = wrap(spaced(" ".join(["1234"] * 12)))
    assert page.width <= FILE_WIDTH + 8
    assert page.height % LINE_HEIGHT == 0
    lines = lines_of(page)
    assert len(set(lines)) == page.height // LINE_HEIGHT > 1
    for group in range(12):
        assert len(set(lines[4 * group : 4 * group + 4])) == 1
    for glyph in page.glyphs:
        left, right = sides(glyph)
        assert 0 <= left < right <= page.width


def test_a_group_longer_than_a_line_is_divided_evenly(spaced):
    page = wrap(spaced("8" * 64))
    assert page.width <= FILE_WIDTH + 8
    counts = np.bincount(lines_of(page))
    assert counts.sum() == 64
    assert len(counts) == page.height // LINE_HEIGHT >= 2
    assert counts.max() - counts.min() <= 4
    assert all(0 <= side <= page.width for glyph in page.glyphs for side in sides(glyph))


def test_whole_pixels_are_moved_and_never_scaled(spaced):
    groups = spaced("+86 (138) 1234", whole=True)
    page = wrap(groups, whole=True)
    assert {glyph.scale for glyph in page.glyphs} == {1.0}
    assert all(value == round(value) for glyph in page.glyphs for value in (glyph.x, glyph.y))
    for group in groups:
        for one, other in itertools.pairwise(group.glyphs):
            assert distance(one, other) > 1


def test_a_bolder_pen_keeps_the_digits_apart(spaced):
    for pen in (-1.0, 1.0):
        (group,) = spaced("138123456", pen=pen)
        assert all(distance(one, other) > 1 for one, other in itertools.pairwise(group.glyphs))


def test_digits_of_another_size_are_spaced_alike(tiny_sampler):
    drawing = draw(tiny_sampler, parse("1 2(3)", marks=True), Hand(3))
    for glyph in wrap(space(drawing.parts, drawing.pixels)).glyphs:
        if isinstance(glyph.part, str):
            assert glyph.scale == SIDE / 8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13812345678", [["138123", "45678"], ["1381", "234", "5678"]]),
        ("138-1234-5678", [["138-1234-", "5678"], ["138-", "1234-", "5678"]]),
        ("123", []),
        ("1-2", [["1-", "2"]]),
        ("86(138)1", [["86", "(138)1"], ["86", "(138)", "1"]]),
    ],
)
def test_a_group_is_divided_after_marks_or_else_evenly(spaced, text, expected):
    (group,) = spaced(text)
    found = list(divisions(group))
    written = [
        ["".join(str(glyph.part) for glyph in piece.glyphs) for piece in one] for one in found
    ]
    assert written[: len(expected)] == expected
    assert all("".join(pieces) == text for pieces in written)
    for pieces in found:
        for piece in pieces:
            assert piece.glyphs[0].left == 0
            assert sum(one.width for one in piece.glyphs) == pytest.approx(piece.width)


def test_two_gaps_are_one():
    pixels = np.zeros((2, 32, 32), np.uint8)
    pixels[:, 8:24, 14:18] = 255
    one, two = (space(parts, pixels) for parts in ([1, None, 2], [1, None, None, 2, None]))
    assert [len(group.glyphs) for group in two] == [len(group.glyphs) for group in one] == [1, 1]


def test_nothing_takes_no_room():
    (group,) = space([1], np.zeros((1, 32, 32), np.uint8))
    assert [glyph.outline.loops for glyph in group.glyphs] == [()]
    assert wrap([group]).height == LINE_HEIGHT
