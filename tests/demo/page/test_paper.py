"""The written number on the page and as SVG."""

import base64
import io
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cgan.common.errors import UserError
from cgan.writing import outline
from cgan.writing.drawing import Hand, draw
from cgan.writing.look import INKS, LOOKS
from demo.page import paper
from tests.conftest import message

SVG = "{http://www.w3.org/2000/svg}"
SHA = "0123456789abcdef" * 4
WEIGHTS = {"weights": "ann/digits@abc", "weights-sha256": SHA}
TEXT = "+13 8"
HAND = Hand(2)


class Elements(HTMLParser):
    """Collects (tag, attributes) of all elements, and sees that each is closed in order."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open = [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, tag):
        return [attributes for found, attributes in self.found if found == tag]


@pytest.fixture(scope="module")
def drawing(tiny_sampler):
    return draw(tiny_sampler, TEXT, HAND)


def parsed(drawing, hand=HAND, look="paper", ink="black"):
    return ElementTree.fromstring(paper.svg(drawing, hand, look, ink, WEIGHTS))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("language", "labels", "alt"),
    [
        (
            "en",
            [f"Digit {i}: {digit}. Write it anew" for i, digit in ((1, 1), (2, 3), (3, 8))],
            "The number 138, written by hand",
        ),
        (
            "zh",
            ["第 1 位：1，重写", "第 2 位：3，重写", "第 3 位：8，重写"],
            "手写的号码 138",
        ),
    ],
)
def test_each_digit_is_a_button_with_its_place_and_a_label(drawing, look, language, labels, alt):
    elements = Elements(paper.html(drawing, look, "blue", 72, language))
    buttons = elements.named("button")
    assert [button["data-index"] for button in buttons] == ["0", "1", "2"]
    assert [button["aria-label"] for button in buttons] == labels
    assert [button["title"] for button in buttons] == labels
    assert {(button["type"], button["class"]) for button in buttons} == {("button", "digit")}
    (sheet,) = elements.named("div")
    pixels = ";--whole:72px;--half:72px" if look == "mnist" else ""  # of 8 x 8 pixels
    assert sheet == {
        "class": f"sheet {look}",
        "style": "--ink:#1d3582;--digit:72px" + pixels,
        "role": "group",
        "aria-label": alt,
    }


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        (TEXT, "gap digit digit gap digit"),
        ("138", "digit digit digit"),
        ("--1  ", "gap gap digit gap gap"),
    ],
)
def test_gaps_stand_where_they_were_typed(tiny_sampler, typed, order):
    html = paper.html(draw(tiny_sampler, typed, HAND), "paper", "black", 72, "en")
    classes = [attributes.get("class") for _, attributes in Elements(html).found]
    assert [name for name in classes if name in ("gap", "digit")] == order.split()


@pytest.mark.parametrize("look", ["paper", "clear"])
def test_digits_on_paper_are_outlines(drawing, look):
    elements = Elements(paper.html(drawing, look, "black", 72, "en"))
    paths = [attributes["d"] for attributes in elements.named("path")]
    assert paths == [outline.path(ink) for ink in drawing.pixels]
    for svg in elements.named("svg"):
        assert svg == {"viewbox": "0 0 8 8", "aria-hidden": "true"}
    assert not elements.named("img")


def test_mnists_digits_are_the_generators_pixels(drawing):
    elements = Elements(paper.html(drawing, "mnist", "black", 72, "en"))
    images = elements.named("img")
    assert len(images) == 3
    for attributes, ink in zip(images, drawing.pixels, strict=True):
        start, content = attributes["src"].split(",")
        assert start == "data:image/png;base64"
        picture = Image.open(io.BytesIO(base64.b64decode(content)))
        np.testing.assert_array_equal(np.asarray(picture), ink)
        assert (attributes["width"], attributes["height"], attributes["alt"]) == ("8", "8", "")


@pytest.mark.parametrize("typed", ["+１３ ٨", "(1３[8", "＋𝟙3\u30008", "-13\u00a0８"])
def test_another_way_to_type_a_number_gives_the_same_html(tiny_sampler, drawing, typed):
    other = draw(tiny_sampler, typed, HAND)
    for look in LOOKS:
        html = paper.html(other, look, "red", 72, "en")
        assert html == paper.html(drawing, look, "red", 72, "en")


@given(st.text("0123456789１٣ -.()[]", max_size=20), st.sampled_from(["en", "zh"]))
def test_html_is_well_formed_and_svg_is_xml_whatever_is_typed(tiny_sampler, typed, language):
    drawing = draw(tiny_sampler, f"{typed}7", HAND)
    count = len(drawing.pixels)
    for look in LOOKS:
        elements = Elements(paper.html(drawing, look, "red", 72, language))
        assert len(elements.named("button")) == count
        assert len(parsed(drawing, look=look).findall(f".//{SVG}path")) == count


@pytest.mark.parametrize(("look", "ink"), [("glass", "black"), ("paper", "pink")])
def test_unknown_looks_and_inks_are_refused(drawing, look, ink):
    for action in (
        lambda: paper.html(drawing, look, ink, 72, "en"),
        lambda: paper.svg(drawing, HAND, look, ink, WEIGHTS),
        lambda: paper.png(drawing, HAND, look, ink, 1, WEIGHTS),
    ):
        with pytest.raises(UserError, match="must be one of") as caught:
            action()
        message(caught)


@pytest.mark.parametrize("look", LOOKS)
def test_an_svg_has_a_title_and_a_path_for_each_digit(drawing, look):
    svg = parsed(drawing, look=look)
    assert svg.tag == f"{SVG}svg"
    assert svg.findtext(f"{SVG}title") == "138"
    paths = svg.findall(f".//{SVG}path")
    assert [path.get("d") for path in paths] == [outline.path(ink) for ink in drawing.pixels]
    # A gap is half as wide as a digit: one before the first digit, one before the last.
    moved = [path.get("transform") for path in paths]
    assert moved == ["translate(4 0)", "translate(12 0)", "translate(24 0)"]
    (group,) = svg.findall(f"{SVG}g")
    assert group.get("fill-rule") == "evenodd"


def test_an_svg_is_as_large_as_the_large_png(drawing):
    svg = parsed(drawing)
    assert svg.get("viewBox") == "0 0 32 8"
    image = Image.open(io.BytesIO(paper.png(drawing, HAND, "paper", "black", paper.LARGE, WEIGHTS)))
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
    hand = Hand(7, one_hand=True, row=3, truncation=0.5, redrawn={2: 1})
    svg = parsed(draw(tiny_sampler, TEXT, hand), hand)
    assert svg.findtext(f"{SVG}desc") == (
        "digits: 138; seed: 7; style: one hand, row 3; truncation: 0.5; "
        f"weights: ann/digits@abc; weights-sha256: {SHA}; redrawn: 2.1"
    )


def test_what_made_it_is_escaped(drawing):
    name = 'a<b>&"]]>'
    svg = ElementTree.fromstring(paper.svg(drawing, HAND, "paper", "black", {"weights": name}))
    assert svg.findtext(f"{SVG}desc").endswith(f"weights: {name}")


def test_the_row_is_what_the_sampler_writes(tiny_sampler, drawing):
    np.testing.assert_array_equal(paper.row(drawing), tiny_sampler.write(TEXT, seed=2))


def test_a_file_name_has_digits_and_seed_alone(drawing):
    assert paper.file_name(drawing, HAND, "large.png") == "138-seed-2.large.png"


@pytest.mark.parametrize("data", [b"", b"\0\xff", b"abc" * 100])
def test_an_address_holds_the_data(data):
    start, content = paper.data_uri(data, "image/png").split(",")
    assert start == "data:image/png;base64"
    assert base64.b64decode(content, validate=True) == data
