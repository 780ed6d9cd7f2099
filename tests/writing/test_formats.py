"""The formats of a number's file: each has what it says, as a number's file and as a card."""

import pytest

from cgan.sampler import Sampler
from cgan.writing import formats
from cgan.writing.card import SHEETS
from cgan.writing.drawing import draw
from cgan.writing.formats import CARD, CARDS, FILE, FORMATS
from cgan.writing.settings import WritingSettings
from tests.formats import BEGINS, assert_is

SETTINGS = WritingSettings("+1 38", spacing="ink")


@pytest.fixture(scope="module")
def drawing():
    return draw(Sampler.from_pretrained(), SETTINGS.parts(), SETTINGS.to_hand())


def test_the_tests_know_every_format():
    assert tuple(FORMATS) == FILE.choices == tuple(BEGINS)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_has_what_it_says(drawing, kind):
    its = FORMATS[kind]
    assert its.number or its.card
    found = []
    if its.number:
        small, large = (formats.make(drawing, SETTINGS, kind, scale) for scale in (1, 2))
        assert (small.data != large.data) == its.has_pixels
        found.append(small)
    if its.card:
        found.append(formats.make_card(drawing, SETTINGS, "business", kind))
    for file in found:
        assert file.mime == its.mime
        assert file.name.endswith(f".{its.ending}")
        assert_is(kind, file.data)


def test_a_name_alone_means_a_format_of_its_ending():
    assert formats.BY_ENDING["svg"] == "svg"  # not the strokes
    assert formats.BY_ENDING.keys() == {its.ending for its in FORMATS.values()}


def test_what_is_always_on_a_card_is_on_the_first_one():
    assert [formats.sheet_of(kind, "none") for kind in ("png", "strokes", "pdf")] == (
        [None, None, "a6"]
    )
    assert formats.sheet_of("pdf", "a4") == formats.sheet_of("png", "a4") == "a4"


def test_the_description_of_a_card_has_all_sizes():
    assert sorted(CARDS) == sorted(SHEETS)
    assert CARD.describe() == (
        '"none", "a6", "business", "a4" or "phone": the number alone on a card of 148 x 105, '
        "85 x 55 or 297 x 210 mm, or for a phone's screen of 1080 x 1920 pixels, at 300 dpi; as "
        "png, svg or pdf"
    )
