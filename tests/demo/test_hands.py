"""Hands of one's own, as the page asks for them: right answers, and questions that are refused."""

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cgan import UserError
from cgan.model.encoder import NoEncoder
from cgan.writing.own_hand import OwnHand
from cgan.writing.settings import HandSettings
from cgan.writing.sheet import UnreadableSheet
from cgan.writing.upright import NotUpright, OtherDigits
from demo import hands
from demo.models import Model, Models
from demo.page import page
from demo.serve.gate import check_values
from tests.conftest import TINY, random_sampler
from tests.writing.sheets import drawn, sheet

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MODEL = Models()[""]
SIX = [[[600, 150, 60], [350, 500, 60], [400, 800, 60], [650, 750, 60], [600, 550, 60]]]
INK = base64.b64encode(drawn(4, height=14, pen=2)[:28, :28].tobytes()).decode()
NOTHING = base64.b64encode(bytes(784)).decode()
KEPT = {"ink": INK, "digit": 4}
EMPTY = {"version": 1, "digits": [], "strokes": None, "digit": None}


def ask(model=MODEL, **changes):
    return hands.answer(model, json.dumps(EMPTY | changes))


def encoded(digits, kind="PNG", turned=0, **options):
    file = io.BytesIO()
    Image.fromarray(np.rot90(sheet(digits, **options), -turned // 90)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def test_a_drawing_is_read_drawn_again_and_makes_a_hand():
    first = ask(version=7, strokes=SIX)
    assert (first.version, first.read, first.current.label) == (7, 6, 6)
    assert sorted(first.hand.digits) == [6]
    expected = MODEL.sampler.write("0123456789", hand=first.hand)
    np.testing.assert_array_equal(np.hstack(first.all_digits), expected)
    np.testing.assert_array_equal(first.again, first.all_digits[6])
    corrected = ask(strokes=SIX, digit=8)
    assert (corrected.read, corrected.current.label) == (6, 8)
    assert sorted(corrected.hand.digits) == [8]


def test_the_digits_of_the_hand_count_with_the_drawing_and_without_it():
    kept = [{"ink": hands.to_text(ask(strokes=SIX).current.ink), "digit": 6}, KEPT]
    both, alone = ask(strokes=SIX, digit=6, digits=kept[1:]), ask(digits=kept)
    assert both.hand.to_text() == alone.hand.to_text()
    assert (alone.current, alone.again, alone.seen) == (None, None, None)
    assert ask().hand is None


def test_digits_in_a_photo_are_zero_to_nine_or_what_the_reader_sees():
    found = hands.find(MODEL, "data:image/jpeg;base64," + encoded([7, 1, 4], "JPEG"))
    assert labels_of(found) == [7, 1, 4]
    assert found.seen.shape == (3, 32, 32)
    with pytest.raises(UserError, match="31 digits were found in the picture instead of 1–30"):
        hands.find(MODEL, encoded([1] * 31, lines=4))


@pytest.mark.parametrize(
    ("digits", "reordered"),
    [
        (list(range(10)), False),
        ([*range(1, 10), 0], True),
        ([0, 1, 2, 3, 4, 5, 6, 7, 9, 8], True),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 1], False),  # a 9 that is read as another digit
        ([1, 3, 8, 0, 0, 1, 3, 8, 0, 0], True),
    ],
    ids=str,
)
def test_ten_digits_in_a_photo_are_in_order_unless_they_clearly_look_otherwise(digits, reordered):
    found = hands.find(MODEL, encoded(digits, lines=2))
    assert labels_of(found) == (digits if reordered else list(range(10)))
    assert (found.turned, found.reordered) == (0, reordered)


def test_strokes_that_stand_apart_are_a_digit_if_it_looks_like_the_one_that_is_missing():
    ten = [0, 1, 2, 3, "apart", 5, 6, 7, 8, 9]
    found = hands.find(MODEL, encoded(ten, lines=2))
    assert (labels_of(found), found.reordered) == (list(range(10)), False)
    assert hands.from_photo(MODEL, HandSettings(encoded(["apart", 7]), "47"))
    with pytest.raises(UnreadableSheet, match=r"^3 digits"):
        hands.from_photo(MODEL, HandSettings(encoded(["11", 7]), "17"))


def labels_of(photo):
    return [digit.label for digit in photo.digits]


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_photo_that_is_not_upright_is_turned_and_that_is_said(turned):
    found = hands.find(MODEL, encoded(range(10), lines=2, turned=turned))
    assert labels_of(found) == list(range(10))
    assert (found.turned, found.reordered) == (360 - turned, False)


def test_the_api_refuses_a_photo_of_other_digits_or_one_that_is_not_upright():
    def hand(digits, named, **photo):
        return hands.from_photo(MODEL, HandSettings(encoded(digits, **photo), named))

    assert sorted(json.loads(hand([7, 1, 4], "714"))["digits"]) == ["1", "4", "7"]
    with pytest.raises(OtherDigits, match="look like 714, not like 147"):
        hand([7, 1, 4], "147")
    with pytest.raises(NotUpright, match="by 90 degrees clockwise"):
        hand(range(10), "0123456789", lines=2, turned=270)
    assert hand([7, 1], "17")  # of two digits, the reader isn't believed against their writer


def test_weights_without_an_encoder_say_so_and_hide_the_tab(tiny_model):
    for action in (lambda: ask(tiny_model), lambda: hands.find(tiny_model, "")):
        with pytest.raises(NoEncoder):
            action()


def test_the_tab_is_hidden_where_the_weights_have_no_encoder(tiny_weights):
    for references, shown in (([], True), ([str(tiny_weights)], False)):
        demo = page.build(Models(references), check_values)
        (tab,) = (one for one in demo.blocks.values() if getattr(one, "id", None) == "hand")
        assert tab.visible == shown
        demo.close()


def test_weights_without_a_reader_ask_which_digit_it_is():
    model = Model(random_sampler(replace(TINY, encoder=True)))
    unknown = ask(model, strokes=SIX)
    assert (unknown.read, unknown.current, unknown.hand) == (None, None, None)
    assert unknown.seen is not None
    assert labels_of(hands.find(model, encoded(range(10), lines=2, turned=90)))[:2] == [0, 0]
    assert labels_of(hands.find(model, encoded(range(10), lines=2))) == list(range(10))
    known = ask(model, strokes=SIX, digit=3)
    again = OwnHand.from_text(known.hand.to_text(), model.sampler.config, model.sampler.sha256)
    assert sorted(again.digits) == [3]


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"},
        {"version": -1},
        {"more": 1},
        {"digits": {}},
        {"digits": [KEPT] * 41},
        {"digits": [KEPT | {"digit": 10}]},
        {"digits": [KEPT | {"digit": True}]},
        {"digits": [KEPT | {"ink": INK[4:]}]},
        {"digits": [KEPT | {"ink": NOTHING}]},
        {"digits": [KEPT | {"ink": "é" * 1048}]},
        {"digits": [KEPT | {"ink": None}]},
        {"digits": [[]]},
        {"digit": "3"},
        {"strokes": "x"},
        {"strokes": []},
        {"strokes": [[]]},
        {"strokes": [[[1, 2]]]},
        {"strokes": [[[1, 2, 0]]]},
        {"strokes": [[[1, 2, 1e9]]]},
        {"strokes": [[[1, 2001, 60]]]},
        {"strokes": [[[1, 2, 60]]] * 65},
        {"strokes": [[[1, 2, 60]] * 5000]},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_any_other_question_is_refused_in_a_sentence(changes):
    with pytest.raises(UserError, match="draw"):
        ask(**changes)


def test_the_version_of_a_question_is_known_though_it_is_refused():
    assert hands.version_of(json.dumps(EMPTY | {"version": 7, "strokes": []})) == 7
    for text in ("x", None, "[]", "{}", '{"version": "7"}', '{"version": -1}', "[" * 100_000):
        assert hands.version_of(text) is None


@pytest.mark.parametrize("text", [None, 5, "", "[]", "{}", "x", "[" * 100_000, "1" * 300_000])
def test_what_is_no_question_is_refused_in_a_sentence(text):
    with pytest.raises(UserError, match="draw the digit again"):
        hands.answer(MODEL, text)
