"""Where digits and gaps go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.writing.layout import groups, lay_out


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
