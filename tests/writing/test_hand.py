"""How redrawn digits are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.common.errors import UserError
from cgan.writing.hand import format_redrawn, parse_redrawn
from tests.conftest import message

redrawings = st.dictionaries(st.integers(0, 63), st.integers(1, 999), max_size=8)


@given(redrawings)
def test_what_is_redrawn_is_read_as_it_was_written(redrawn):
    assert parse_redrawn(format_redrawn(redrawn)) == redrawn


@pytest.mark.parametrize(
    ("text", "redrawn"),
    [
        ("", {}),
        (None, {}),
        ("0.0", {}),
        ("5.3-2.1", {2: 1, 5: 3}),
        ("63.999", {63: 999}),
        ("2.1-2.4", {2: 4}),
        ("2.1-2.0", {}),
    ],
)
def test_redrawn_digits_are_pairs_of_position_and_variation(text, redrawn):
    assert parse_redrawn(text) == redrawn
    assert list(parse_redrawn(text)) == sorted(redrawn)


@pytest.mark.parametrize(
    "text",
    ["1", "1.", ".1", "1.2.3", "a.b", "64.1", "1.1000", "1,2", "2.1-x", "1." + "9" * 5000, 1, True],
)
def test_what_names_no_redrawn_digit_is_refused(text):
    with pytest.raises(UserError, match=r"such as 2\.1-5\.3") as caught:
        parse_redrawn(text)
    message(caught)
