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
        "0977e9fe99fa228286b30ef310735995b0523878565419bc1e7a1632cd21b138",
        "cc26d2095e829130161e168441ddb920bf3c82cc7d0247a86f41d1c66ab90b87",
        "d827d29f97fe017ea69c919663c65371d0faf8f2af651b74cc8a5f6ffba06919",
    ),
    (
        WritingSettings("(030) 123", style="one", row=2, redrawn="2.1", truncation=0.8),
        "8d722a0d6d2847035a8172e7bece9851f9eb4007c2ab571b07fbcd57f9cbac11",
        "f455c6a05264c069f9cdab938b4184f0d0985b7e889add0fee7eefc515a58595",
        "92f03068221fd9977a5758926536abe23b43275f4f220a81b79ae2ed83a3cf23",
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
