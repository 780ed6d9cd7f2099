"""Whole numbers and choices, as every check of ours understands them."""

import json
import math

import numpy as np
import pytest

from cgan.common.errors import BadValue
from cgan.common.values import is_finite, is_one_of, is_whole
from cgan.model.config import check_int, check_one_of
from cgan.writing.checks import one_of, whole
from cgan.writing.latents import check_seed
from cgan.writing.limits import check_count

NO_NUMBERS = [True, False, None, "5", 5.5, math.nan, math.inf, [5], {}, np.True_, 5j]


@pytest.mark.parametrize("value", [0, 5, -5, 10**30])
def test_an_int_is_whole(value):
    assert is_whole(value)
    assert is_whole(value, value, value)
    assert not is_whole(value, value + 1)
    assert not is_whole(value, high=value - 1)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 5.0, np.int64(5)])
def test_what_json_does_not_write_as_an_int_is_not_whole(value):
    assert not is_whole(value)
    with pytest.raises(BadValue):
        check_int("key", value, 1, 9)


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_no_check_takes_it_for_a_number(value):
    for check in (
        check_seed,
        lambda x: check_count("n", x, 9),
        lambda x: whole("seed", x, 0, 9999),
    ):
        with pytest.raises(BadValue):
            check(value)


@pytest.mark.parametrize("value", [5, np.int64(5), np.uint8(5)])
def test_python_takes_numpys_integers(value):
    for number in (check_seed(value), check_count("n", value, 9)):
        assert json.dumps(number) == "5"


def test_a_slider_may_send_a_float():
    assert json.dumps(whole("seed", 5.0, 0, 9)) == "5"


@pytest.mark.parametrize("value", [0, -5, 5.5, 1e308, 10**308])
def test_a_number_that_a_float_can_hold_is_finite(value):
    assert is_finite(value)


@pytest.mark.parametrize("value", [True, None, "5", math.nan, -math.inf, 10**309, -(10**400), [5]])
def test_no_other_is(value):
    assert not is_finite(value)


CHOICES = (1, 3, True, "paper", (-1.0, 1.0))


@pytest.mark.parametrize("value", [1, 3, True, "paper", np.str_("paper"), (-1.0, 1.0), (-1, 1)])
def test_a_choice(value):
    assert is_one_of(value, CHOICES)
    check_one_of("key", value, CHOICES)
    assert one_of("look", value, CHOICES) is value


@pytest.mark.parametrize("value", [2, 1.0, False, None, "", "Paper", ["paper"], [], np.arange(2)])
def test_no_choice(value):
    assert not is_one_of(value, CHOICES)
    with pytest.raises(BadValue):
        check_one_of("key", value, CHOICES)
    with pytest.raises(BadValue):
        one_of("look", value, ("paper", "clear"))


def test_true_is_not_one_and_one_is_not_true():
    assert not is_one_of(True, (1, 3))
    assert not is_one_of(1, (True, False))
