"""The written number on the page."""

import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cgan.writing import outline
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.look import LOOKS
from cgan.writing.number import parse
from cgan.writing.settings import SPACINGS
from demo.actions import Settings
from demo.page import paper

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
    return written(tiny_sampler, TEXT)


def written(sampler, text, marks=False):
    return draw(sampler, parse(text, marks), HAND)


def html(drawing, look="paper", language="en", spacing="grid", ink="black"):
    settings = Settings(look=look, ink=ink, spacing=spacing)
    return paper.html(drawing, settings, language)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("language", "labels", "alt"),
    [
        (
            "en",
            [f"Digit {i}: {digit}. Rewrite it" for i, digit in ((1, 1), (2, 3), (3, 8))],
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
    elements = Elements(html(drawing, look, language, ink="blue"))
    buttons = elements.named("button")
    assert [button["data-index"] for button in buttons] == ["0", "1", "2"]
    assert [button["aria-label"] for button in buttons] == labels
    assert [button["title"] for button in buttons] == labels
    assert {(button["type"], button["class"]) for button in buttons} == {("button", "digit")}
    (sheet,) = elements.named("div")
    pixels = ";--whole:72px;--half:72px" if look == "mnist" else ""  # of 8 x 8 pixels
    assert sheet == {
        "class": f"sheet {look} by-grid",
        "style": "--ink:#1d3582;--digit:72px" + pixels,
        "role": "group",
        "aria-label": alt,
    }


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        (TEXT, "digit digit gap digit"),
        ("138", "digit digit digit"),
        ("--1  ", "digit"),
    ],
)
def test_gaps_stand_where_they_were_typed(tiny_sampler, typed, order):
    elements = Elements(html(written(tiny_sampler, typed)))
    classes = [attributes.get("class") for _, attributes in elements.found]
    assert [name for name in classes if name in ("gap", "digit")] == order.split()


def test_marks_stand_between_the_digits_where_they_are_written(tiny_sampler):
    drawing = written(tiny_sampler, "+1 (3-8)", marks=True)
    elements = Elements(html(drawing, spacing="ink"))
    classes = [attributes.get("class") for _, attributes in elements.found]
    assert [name for name in classes if name in ("gap", "digit", "mark")] == (
        ["mark", "digit", "gap", "mark", "digit", "mark", "digit", "mark"]
    )
    assert [button["data-index"] for button in elements.named("button")] == ["0", "1", "2"]


@pytest.mark.parametrize("look", ["paper", "clear"])
def test_digits_on_paper_are_outlines(drawing, look):
    elements = Elements(html(drawing, look))
    paths = [attributes["d"] for attributes in elements.named("path")]
    assert paths == [outline.path(ink) for ink in drawing.pixels]
    for svg in elements.named("svg"):
        assert svg == {"viewbox": "0 0 8 8", "aria-hidden": "true"}
    assert not elements.named("img")


def test_mnists_digits_are_the_generators_pixels(drawing):
    elements = Elements(html(drawing, "mnist"))
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
    other = written(tiny_sampler, typed)
    for look in LOOKS:
        assert html(other, look) == html(drawing, look)


@given(st.text("0123456789１٣ -.()[]", max_size=20), st.sampled_from(["en", "zh"]))
def test_html_is_well_formed_whatever_is_typed(tiny_sampler, typed, language):
    for spacing in SPACINGS:
        drawing = written(tiny_sampler, f"{typed}7", marks=spacing == "ink")
        for look in LOOKS:
            elements = Elements(html(drawing, look, language, spacing))
            assert len(elements.named("button")) == len(drawing.digits)


@pytest.mark.parametrize(("look", "ink"), [("glass", "black"), ("paper", "pink")])
def test_an_unknown_look_or_ink_never_becomes_another(drawing, look, ink):
    with pytest.raises(KeyError):
        html(drawing, look, ink=ink)


@pytest.mark.parametrize("data", [b"", b"\0\xff", b"abc" * 100])
def test_an_address_holds_the_data(data):
    start, content = paper.data_uri(data, "image/png").split(",")
    assert start == "data:image/png;base64"
    assert base64.b64decode(content, validate=True) == data
