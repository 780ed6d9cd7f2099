"""A number as SVG and PNG, with what made it inside."""

import io
import re
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base

from cgan import Sampler
from cgan.common.errors import BadValue
from cgan.model.architectures.mlp import MlpConfig
from cgan.writing import export, outline
from cgan.writing.drawing import draw
from cgan.writing.look import INKS, LOOKS
from cgan.writing.number import parse
from cgan.writing.setting import Number, setting_field
from cgan.writing.settings import LARGE, WritingSettings
from tests.conftest import message, random_sampler

SVG = "{http://www.w3.org/2000/svg}"
SHA = "0123456789abcdef" * 4
WEIGHTS = {"weights": "ann/digits@abc", "weights-sha256": SHA}
TEXT = "+1 3 8"
SETTINGS = WritingSettings(TEXT, seed=2)


def written(sampler, settings=SETTINGS, text=TEXT):
    return replace(draw(sampler, parse(text), settings.to_hand()), weights=WEIGHTS)


@pytest.fixture(scope="module")
def drawing(tiny_sampler):
    return written(tiny_sampler)


def parsed(drawing, settings=SETTINGS, **changes):
    return ElementTree.fromstring(export.svg(drawing, replace(settings, **changes)).data)


@given(st.text("0123456789１٣ -.()[]", max_size=20), st.sampled_from(tuple(LOOKS)))
def test_an_svg_is_xml_whatever_is_typed(tiny_sampler, typed, look):
    drawing = written(tiny_sampler, text=f"{typed}7")
    paths = parsed(drawing, look=look).findall(f".//{SVG}path")
    assert len(paths) == len(drawing.pixels)


@pytest.mark.parametrize(("look", "ink"), [("glass", "black"), ("paper", "pink")])
def test_an_unknown_look_or_ink_never_becomes_another(drawing, look, ink):
    unchecked = replace(SETTINGS, look=look, ink=ink)
    for action in (
        lambda: export.svg(drawing, unchecked),
        lambda: export.png(drawing, unchecked, 1),
    ):
        with pytest.raises(KeyError):
            action()


def test_coloured_digits_have_no_look():
    sampler = random_sampler(MlpConfig(latent_dim=3, n_classes=4, img_size=8, channels=3))
    drawing = written(sampler, text="03")
    for action in (
        lambda: export.svg(drawing, SETTINGS),
        lambda: export.png(drawing, SETTINGS, 1),
    ):
        with pytest.raises(BadValue, match="draw in colour") as caught:
            action()
        message(caught)


@pytest.mark.parametrize("look", LOOKS)
def test_an_svg_has_a_title_and_a_path_for_each_digit(drawing, look):
    svg = parsed(drawing, look=look)
    assert svg.tag == f"{SVG}svg"
    assert svg.findtext(f"{SVG}title") == "138"
    paths = svg.findall(f".//{SVG}path")
    assert [path.get("d") for path in paths] == [outline.path(ink) for ink in drawing.pixels]
    # A gap is half as wide as a digit; there is none where the + was.
    moved = [path.get("transform") for path in paths]
    assert moved == ["translate(0 0)", "translate(12 0)", "translate(24 0)"]
    (group,) = svg.findall(f"{SVG}g")
    assert group.get("fill-rule") == "evenodd"


def test_an_svg_is_as_large_as_the_large_png(drawing):
    svg = parsed(drawing)
    assert svg.get("viewBox") == "0 0 32 8"
    image = Image.open(io.BytesIO(export.png(drawing, SETTINGS, LARGE).data))
    assert (svg.get("width"), svg.get("height")) == tuple(map(str, image.size)) == ("256", "64")


@pytest.mark.parametrize("ink", INKS)
def test_an_svg_has_the_looks_colours(drawing, ink):
    colours = {}
    for look in LOOKS:
        svg = parsed(drawing, look=look, ink=ink)
        sheets = svg.findall(f"{SVG}rect")
        for sheet in sheets:
            assert (sheet.get("width"), sheet.get("height")) == ("32", "8")
        colours[look] = ([sheet.get("fill") for sheet in sheets], svg.find(f"{SVG}g").get("fill"))
    named = "rgb({}, {}, {})".format(*INKS[ink])
    assert colours == {
        "paper": (["rgb(253, 250, 243)"], named),
        "mnist": (["rgb(0, 0, 0)"], "rgb(255, 255, 255)"),
        "clear": ([], named),
    }


def test_an_svg_says_what_made_it(tiny_sampler):
    settings = WritingSettings(
        TEXT, seed=7, style="one", row=3, truncation=0.5, redrawn="2.1", look="mnist", ink="red"
    )
    svg = parsed(written(tiny_sampler, settings), settings)
    assert svg.findtext(f"{SVG}desc") == (
        "digits: 138; seed: 7; style: one hand, row 3; truncation: 0.5; "
        f"weights: ann/digits@abc; weights-sha256: {SHA}; redrawn: 2.1"
    )


@dataclass(frozen=True)
class More(WritingSettings):
    """A number's settings and two new ones."""

    weight: int = setting_field(400, Number(low=100, high=900))
    margin: int = setting_field(1, Number(low=0, high=9, strokes=False))


def test_a_new_setting_that_changes_the_strokes_is_named_where_it_is_not_the_default(drawing):
    plain, changed = More(TEXT, seed=2), More(TEXT, seed=2, weight=500, margin=2)
    assert export.png(drawing, plain, 1) == export.png(drawing, SETTINGS, 1)
    image = Image.open(io.BytesIO(export.png(drawing, changed, 1).data))
    before = Image.open(io.BytesIO(export.png(drawing, plain, 1).data))
    assert image.text == {**before.text, "weight": "500"}
    assert parsed(drawing, changed).findtext(f"{SVG}desc").endswith("; weight: 500")


def test_what_made_it_is_escaped(drawing):
    name = 'a<b>&"]]>'
    svg = parsed(replace(drawing, weights={"weights": name}))
    assert svg.findtext(f"{SVG}desc").endswith(f"weights: {name}")


def test_the_row_is_what_the_sampler_writes(tiny_sampler, drawing):
    np.testing.assert_array_equal(drawing.row, tiny_sampler.write(TEXT, seed=2))


def test_a_file_name_has_digits_and_seed_alone(drawing):
    names = [
        export.png(drawing, SETTINGS, 1).name,
        export.png(drawing, SETTINGS, LARGE).name,
        export.svg(drawing, SETTINGS).name,
        export.strokes_svg(drawing, SETTINGS).name,
    ]
    assert names == [f"138-seed-2.{end}" for end in ("png", "large.png", "svg", "strokes.svg")]


def test_long_numbers_have_lines_in_all_files(tiny_sampler):
    text = "1234 " * 10
    drawing = written(tiny_sampler, text=text)
    for scale in (1, LARGE):
        file = export.png(drawing, SETTINGS, scale)
        with Image.open(io.BytesIO(file.data)) as image:
            assert image.size == ((20 * 8 + 4 * 4) * scale, 2 * 8 * scale)
    for make in (export.svg, export.strokes_svg):
        svg = ElementTree.fromstring(make(drawing, SETTINGS).data)
        assert svg.get("viewBox") == "0 0 176 16"
        assert (svg.get("width"), svg.get("height")) == ("1408", "128")
        tops = {place.get("transform").split()[1] for place in svg.iter() if place.get("transform")}
        assert tops == {"0)", "8)"}


def test_a_number_in_several_hands_may_be_clear(tiny_sampler):
    settings = replace(SETTINGS, look="clear")
    drawings = [written(tiny_sampler, replace(settings, seed=seed)) for seed in (2, 3)]
    with Image.open(io.BytesIO(export.rows_png(drawings, settings, LARGE).data)) as image:
        assert image.convert("RGBA").getchannel("A").getextrema() == (0, 255)


def test_files_say_what_is_not_written(tiny_sampler):
    settings = replace(SETTINGS, digits="Tel. 13 8")
    drawing = written(tiny_sampler, settings, "13 8")
    image = Image.open(io.BytesIO(export.png(drawing, settings, 1).data))
    assert image.text["left_out"] == "Not written: “Tel”."
    smaller = Image.open(io.BytesIO(export.webp(export.png(drawing, settings, 1)).data))
    # Pillow reads it as Latin-1.
    about = smaller.getexif()[Base.ImageDescription].encode("latin-1").decode()
    assert about.endswith("left_out: Not written: “Tel”.")
    assert (
        parsed(drawing, settings).findtext(f"{SVG}desc").endswith("left_out: Not written: “Tel”.")
    )


def test_plotters_get_lines_alone():
    drawing = draw(Sampler.from_pretrained(), parse("138"), SETTINGS.to_hand())
    for look in LOOKS:
        settings = replace(SETTINGS, look=look, ink="blue")
        svg = ElementTree.fromstring(export.strokes_svg(drawing, settings).data)
        assert svg.find(f"{SVG}rect") is None
        (ink,) = svg.findall(f"{SVG}g")
        assert (ink.get("fill"), ink.get("stroke")) == ("none", "rgb(29, 53, 130)")
        assert 1 < float(ink.get("stroke-width")) < 6
        assert [digit.get("transform") for digit in ink] == [
            f"translate({left} 0)" for left in (0, 32, 64)
        ]
        for digit in ink:
            assert 1 <= len(digit) <= 3
            assert all(re.fullmatch(r"M[\d. ]+(C[\d. ]+)+", path.get("d")) for path in digit)
