"""The specification of settings: checks, texts and descriptions come from it."""

from dataclasses import dataclass

import pytest

from cgan.common.errors import BadValue
from cgan.writing.photo import OtherFormat
from cgan.writing.setting import (
    NOT_GIVEN,
    Number,
    PictureText,
    checked,
    setting_field,
    specified,
    unnamed,
)
from cgan.writing.settings import WritingSettings


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


@pytest.mark.parametrize("value", [5, None, "%", b"GIF8"])
def test_what_is_no_text_of_a_picture_is_refused(value):
    with pytest.raises(OtherFormat):
        PictureText().check(value)


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


def test_what_is_not_named_is_as_it_was_before_a_class_had_other_defaults():
    @dataclass(frozen=True)
    class Page(WritingSettings):
        seed: int = setting_field(5, Number(low=0, high=9))
        size: int = setting_field(72, Number(low=24, high=160))

    values = unnamed(Page)
    assert (Page().seed, values["seed"], values["size"]) == (5, WritingSettings().seed, 72)
    assert values == unnamed(WritingSettings) | {"size": 72}
    new = {"variation": NOT_GIVEN, "spacing": "grid", "pen": 0.0, "hand": ""}
    assert {name: values[name] for name in new} == new
