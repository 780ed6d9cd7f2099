"""The settings of pictures: their limits, and that old ones give what they gave."""

import io
from dataclasses import replace
from hashlib import sha256

import pytest
from PIL import Image

from cgan import Sampler
from cgan.common.errors import BadValue
from cgan.writing import export
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.setting import checked
from cgan.writing.settings import GridSettings, MorphSettings, WritingSettings
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
    ("changes", "said"),
    [
        ({"variation": -0.5}, "Variation must be a number from 0 to 1"),
        ({"variation": float("nan")}, "Variation must be"),
        ({"spacing": "wide"}, "spacing must be one of"),
        ({"pen": 1.5}, "Pen must be a number from -1 to 1"),
    ],
)
def test_the_settings_of_spacing_by_ink_have_limits(changes, said):
    right = replace(RIGHT, variation=0.22, spacing="ink", pen=-0.5)
    assert checked(right) == right
    with pytest.raises(BadValue, match=said):
        checked(replace(right, **changes))


# What files were before `variation`, `spacing` and `pen`: sha256 of a PNG's colours (RGB, at scale
# 4) and of the SVG, written by `export` at commit 3751c4d with the bundled weights. Single strokes
# had other last digits on each kind of CPU then; theirs are from the commit after 08b65af.
OLD = [
    (
        WritingSettings("+86 138-1234", seed=7, ink="blue"),
        "6c24b7fb3da64be55cf636b326dacb674f6bfba9b0c578e585dda612ad4fb8d5",
        "4be1a2c98e60052a2ce9e322c2a47c7908e4277a052b4a7288ffcd1cc0e45298",
        "18035580fd121dde0df60a12b50d2eb6d67242b0c0259520c36796b5a6a01612",
    ),
    (
        WritingSettings("(030) 123", style="one", row=2, redrawn="2.1", truncation=0.8),
        "8ee1bba4091082cc96939fb352e15d2b25ea75de281a285db3f859cb8645581b",
        "75e68828e3292ecf12a54b9fff793200c9d1ab7f296e0e01ea93bec5e5cd2e58",
        "14b680782a942cb1d111527cb144576a987ee4e9791c39ac3980e26f0fadd919",
    ),
]


@pytest.mark.parametrize(("settings", "colours", "svg", "strokes"), OLD)
def test_without_the_new_settings_files_are_what_they_were(settings, colours, svg, strokes):
    drawing = draw(Sampler.from_pretrained(), settings.parts(), settings.to_hand())
    with Image.open(io.BytesIO(export.png(drawing, settings, 4).data)) as image:
        assert not {"variation", "spacing", "pen", "hand"} & image.text.keys()
        assert sha256(image.convert("RGB").tobytes()).hexdigest() == colours
    assert sha256(export.svg(drawing, settings).data).hexdigest() == svg
    assert sha256(export.strokes_svg(drawing, settings).data).hexdigest() == strokes
