"""Which values are taken, and what is said about the others."""

import numpy as np
import pytest

from cgan.writing.checks import NotOffered, OutOfRange, one_of, real, whole
from tests.conftest import message

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "result"), [(0, 0), (9, 9), (5.0, 5), (np.float64(3), 3), (-0.0, 0)]
)
def test_a_whole_number_may_be_written_as_a_fraction(value, result):
    taken = whole("row", value, 0, 9)
    assert (taken, type(taken)) == (result, int)


@pytest.mark.parametrize(
    "value",
    [NAN, INFINITY, -INFINITY, True, False, "5", "", None, 5.5, -1, 10, 1e300, 10**400, [5], 5j],
)
def test_what_is_not_a_whole_number_in_the_range_is_refused(value):
    with pytest.raises(OutOfRange) as caught:
        whole("row", value, 0, 9)
    assert message(caught) == "Row must be a whole number from 0 to 9."


@pytest.mark.parametrize("value", [0, 1, 1.5, 0.25])
def test_a_real_number_in_the_range_is_itself(value):
    taken = real("truncation", value, 0, 1.5)
    assert (taken, type(taken)) == (value, float)
    of_numpy = real("truncation", np.float32(value), 0, 1.5)
    assert (of_numpy, type(of_numpy)) == (value, float)


@pytest.mark.parametrize(
    "value", [NAN, INFINITY, -INFINITY, True, False, "1", None, -0.1, 1.6, 10**400, [1], 1j]
)
def test_what_is_not_a_real_number_in_the_range_is_refused(value):
    with pytest.raises(OutOfRange) as caught:
        real("truncation", value, 0, 1.5)
    assert message(caught) == "Truncation must be a number from 0 to 1.5."


@pytest.mark.parametrize("value", ["", "PAPER", None, 1, [], "paper "])
def test_what_is_not_a_choice_is_refused_with_the_choices(value):
    with pytest.raises(NotOffered) as caught:
        one_of("look", value, ("paper", "clear"))
    assert message(caught) == "look must be one of paper, clear."
    assert one_of("look", "clear", ("paper", "clear")) == "clear"
