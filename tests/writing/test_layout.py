"""Where digits and gaps go."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.writing.layout import LINE, groups, lay_out, wrap


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([1, 3, 8], [[0, 1, 2]]),
        ([None, 1, 3, None, 8], [[], [0, 1], [2]]),
        ([0, None, None], [[0], [], []]),
    ],
)
def test_digits_between_gaps_are_a_group(parts, found):
    assert groups(parts) == found


@given(st.lists(st.none() | st.integers(0, 9)), st.integers(1, 40))
def test_each_part_begins_where_the_one_before_ends(parts, width):
    layout, edge, lefts = lay_out(parts, width), 0, []
    for part in parts:
        if part is None:
            edge += width // 2
        else:
            lefts.append(edge)
            edge += width
    assert (layout.lefts, layout.width) == (lefts, edge)


@given(st.lists(st.none() | st.integers(0, 9), max_size=100), st.integers(2, 40))
def test_long_numbers_have_lines(parts, width):
    row, layout, height = lay_out(parts, width), wrap(parts, width, 7), 7
    if row.width <= LINE * width:
        assert layout == row
        return
    assert layout.width <= LINE * width
    assert layout.lines > 1
    places = list(zip(layout.tops, layout.lefts, strict=True))
    assert places == sorted(places)
    for (top, left), (below, right) in itertools.pairwise(places):
        assert below - top in (0, height)
        assert below > top or right - left >= width  # they don't overlap
    for group in groups(parts):
        if 0 < len(group) <= LINE:  # it isn't divided
            assert len({layout.tops[position] for position in group}) == 1
    for line in range(layout.lines):
        line_lefts = [left for top, left in places if top == line * height]
        margin = layout.width - (line_lefts[-1] + width)
        assert abs(line_lefts[0] - margin) <= 1  # in the middle


def test_a_number_without_gaps_is_divided_evenly():
    tops = wrap([1] * 64, 32, 32).tops
    assert [tops.count(top) for top in (0, 32, 64)] == [21, 21, 22]
