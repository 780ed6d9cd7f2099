"""The specification of settings: checks, texts and descriptions come from it."""

from dataclasses import dataclass, replace

import pytest

from cgan.common.errors import BadValue
from cgan.writing.hand import Hand
from cgan.writing.settings import (
    GridSettings,
    MorphSettings,
    Number,
    WritingSettings,
    checked,
    setting_field,
    specified,
)
from tests.conftest import message

RIGHT = WritingSettings("+86 138", 9999, "one", 19, 1.5, "2.1", "clear", "sepia", 8)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"digits": "x"}, "no digit"),
        ({"digits": "1" * 65}, "the limit is 64 digits"),
        ({"digits": None}, "must be text"),
        ({"seed": 10_000}, "Seed must be a whole number from 0 to 9999"),
        ({"seed": "1"}, "Seed must be"),
        ({"style": "two"}, "style must be one of own, one"),
        ({"row": 20}, "Row must be a whole number from 0 to 19"),
        ({"truncation": float("nan")}, "Truncation must be a number from 0 to 1.5"),
        ({"redrawn": "x"}, "redrawn must be"),
        ({"look": "glass"}, "look must be one of"),
        ({"ink": "pink"}, "ink must be one of"),
        ({"best_of": 9}, "Best_of must be a whole number from 1 to 8"),
        ({"best_of": 0}, "Best_of must be"),
    ],
)
def test_settings_outside_their_limits_are_refused(changes, said):
    assert checked(RIGHT) == RIGHT
    with pytest.raises(BadValue, match=said) as caught:
        checked(replace(RIGHT, **changes))
    message(caught)


@pytest.mark.parametrize("kind", [WritingSettings, GridSettings, MorphSettings])
def test_the_defaults_are_right(kind):
    assert checked(kind()) == kind()


def test_checked_values_have_their_own_types():
    loose = replace(RIGHT, seed=5.0, truncation=1, redrawn="5.3-2.1-7.0")
    right = checked(loose)
    assert (right.seed, right.truncation, right.redrawn) == (5, 1.0, "2.1-5.3")
    assert (type(right.seed), type(right.truncation)) == (int, float)


def test_settings_make_a_hand():
    assert RIGHT.to_hand() == Hand(9999, 0.0, 19, 1.5, {2: 1}, 8)
    assert WritingSettings().to_hand() == Hand(27)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("seed", "7", 7),
        ("seed", "7.0", 7),
        ("truncation", ".5", 0.5),
        ("look", "mnist", "mnist"),
        ("redrawn", "5.3-2.1", "2.1-5.3"),
        ("digits", "1 2", "1 2"),
    ],
)
def test_a_setting_is_read_from_text(name, text, value):
    read = specified(WritingSettings)[name].read(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "1e400", "5.5", "-1", "10000"])
def test_text_that_is_not_a_seed_is_refused(text):
    with pytest.raises(BadValue, match="Seed must be a whole number from 0 to 9999"):
        specified(WritingSettings)["seed"].read(text)


def test_a_description_names_the_limits_and_the_choices():
    described = {name: one.describe() for name, one in specified(WritingSettings).items()}
    assert described["seed"] == "0 to 9999"
    assert described["truncation"].endswith("0 to 1.5")
    assert described["look"] == '"paper", "mnist" or "clear"'


def test_a_field_is_all_that_a_new_setting_needs():
    @dataclass(frozen=True)
    class More(WritingSettings):
        weight: int = setting_field(400, Number(low=100, high=900, description="{low:g} or more"))

    assert specified(More)["weight"].describe() == "100 or more"
    assert specified(More)["weight"].read("500") == 500
    with pytest.raises(BadValue, match="Weight must be a whole number from 100 to 900"):
        checked(More(weight=1))
