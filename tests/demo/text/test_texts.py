"""What the page says: texts with their values, and errors in the visitor's language."""

import re
import string
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cgan.common.errors import BadValue, UserError, printable
from cgan.model.encoder import NoEncoder
from cgan.model.reader import NoReader
from cgan.model.weights import load
from cgan.writing.checks import NotOffered, OutOfRange, one_of, real, whole
from cgan.writing.drawn import BadStrokes, SmallDrawing, ink_of
from cgan.writing.hand import BadRedrawn, parse_redrawn
from cgan.writing.left_out import left_out
from cgan.writing.look import INKS, LOOKS
from cgan.writing.morph import DifferentLengths
from cgan.writing.normalise import NoInk, normalise
from cgan.writing.number import BadCharacter, NoDigit, TooLong, parse, read_limited
from cgan.writing.own_hand import BadHand, ForeignHand, OwnHand
from cgan.writing.photo import BadPhoto, read_photo
from cgan.writing.setting import specified
from cgan.writing.settings import MorphSettings, WritingSettings
from cgan.writing.sheet import UnreadableSheet, find_digits
from cgan.writing.upright import NotUpright, OtherDigits
from demo.models import Models, OnlyBundled
from demo.text.texts import explain, joined, language_of, languages, say
from tests.conftest import TINY, random_sampler

LANGUAGES = list(languages())
VALUES = {
    "marks": "+ (",
    "position": 3,
    "digit": 7,
    "digits": "138",
    "row": 2,
    "rows": 9,
    "seed": 15,
    "classes": 10,
    "start": "12",
    "end": "34",
    "ms": 1.25,
    "parameters": 1234567,
    "weights": "W",
    "sha": "abc",
    "name": "N",
    "message": "M",
    "count": 6,
    "most": 40,
    "wanted": "ann/digits",
    "reason": "R",
    "share": 99.33,
    "place": 4,
    "right": 5,
    "played": 8,
    "number": "The number",
    "note": "A note",
    "taken": 2,
    "degrees": 90,
}


def has_chinese(text):
    return any(unicodedata.name(character, "").startswith("CJK") for character in text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", languages()["en"].texts)
def test_a_text_can_be_said(language, key):
    said = say(language, key, **VALUES)
    assert not re.search("[{}]", said)
    for _, name, spec, _ in string.Formatter().parse(languages()[language].texts[key]):
        if name:
            assert format(VALUES[name], spec) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_look_and_ink_has_a_name_of_its_own(language):
    looks = [say(language, f"look_{look}") for look in LOOKS]
    inks = [say(language, ink) for ink in INKS]
    assert len({*looks, *inks}) == len(LOOKS) + len(INKS)


def test_values_are_not_read_as_placeholders():
    assert "{position}" in explain(UserError("{position}"), "zh")
    assert "{position}" in explain(NotOffered("look", ["{position}"]), "zh")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-TW", "zh"),
        ("ZH-hans-cn", "zh"),
        ("en-US", "en"),
        ("en", "en"),
        ("qtz", "en"),
        ("zhqtz", "en"),
        ("", "en"),
        (None, "en"),
        (3, "en"),
    ],
)
def test_the_language_is_the_browsers_where_there_is_one(tag, language):
    assert language_of(tag) == language


def different_lengths():
    raise DifferentLengths(3, 11)


def no_reader():
    raise NoReader


def too_few():
    raise UnreadableSheet(2, 3)


def not_upright():
    raise NotUpright(90)


def other_digits():
    raise OtherDigits([1, 2, 3], [7, 8, 9])


NOTHING = np.zeros((9, 9), np.uint8)
ERRORS = [
    (NoDigit, lambda: read_limited("-"), ["13812345678"]),
    (TooLong, lambda: read_limited("1" * 65), ["64"]),
    (BadCharacter, lambda: parse("12é"), ["3", "“é” (U+00E9)", "+ - ( ) . / [ ]"]),
    (BadCharacter, lambda: parse("12é", marks=True), ["+ - ( ) . , / [ ]"]),
    (BadCharacter, lambda: parse("1+2"), ["2", "“+”", "加号"]),
    (DifferentLengths, different_lengths, ["3", "11"]),
    (OutOfRange, lambda: whole("seed", 5.5, 0, 9999), ["种子", "0", "9999"]),
    (OutOfRange, lambda: real("truncation", None, 0, 1.5), ["变化幅度", "0", "1.5"]),
    (NoReader, no_reader, ["1"]),
    (BadRedrawn, lambda: parse_redrawn("x"), ["redrawn", "2.1-5.3"]),
    (NotOffered, lambda: one_of("look", "glass", LOOKS), ["外观", "paper, mnist, clear"]),
    (OutOfRange, lambda: whole("row", 77, 0, 19), ["笔迹", "0", "19"]),
    (UserError, lambda: read_limited(None), ["13812345678"]),
    (NoEncoder, lambda: random_sampler(TINY).encode(NOTHING, []), ["--add-encoder"]),
    (NoInk, lambda: normalise(NOTHING, 32), ["画布"]),
    (BadStrokes, lambda: ink_of(7), ["清空"]),
    (SmallDrawing, lambda: ink_of([[[500, 500, 60]]]), ["大一些"]),
    (BadPhoto, lambda: read_photo(b""), ["JPEG、PNG 或 WebP"]),
    (BadPhoto, lambda: read_photo(bytes((20 << 20) + 1)), ["20 MB", "5000 万像素"]),
    (BadPhoto, lambda: read_photo(b"\x89PNG\r\n\x1a\n"), ["损坏"]),
    (UnreadableSheet, lambda: find_digits(NOTHING, 3), ["没有找到"]),
    (UnreadableSheet, too_few, ["2", "3"]),
    (NotUpright, not_upright, ["90"]),
    (OtherDigits, other_digits, ["789", "123"]),
    (BadHand, lambda: OwnHand.from_dict({}, TINY, ""), ["笔迹"]),
    (BadValue, lambda: load(Path(__file__)), ["文件夹", str(Path(__file__).parent)]),
    (ForeignHand, lambda: OwnHand("", NOTHING).check_fits("x"), ["另一组权重"]),
]


@pytest.mark.parametrize(("kind", "action", "parts"), ERRORS)
def test_an_error_is_explained_in_english_and_chinese(kind, action, parts):
    with pytest.raises(kind) as caught:
        action()
    english, chinese = (explain(caught.value, language) for language in ("en", "zh"))
    assert english == str(caught.value)
    assert not has_chinese(english)
    assert has_chinese(chinese)
    for part in parts:
        assert part in chinese


def test_an_error_in_an_error_is_explained_in_chinese():
    error = UserError("the key {key!r} is missing", text_id="config.missing_key", key="x")
    error = UserError(
        "{path}: {error}.", text_id="weights.in_file", path="config.json", error=error
    )
    error = UserError(
        "{repository}@{commit}: {error}",
        text_id="hub.at_commit",
        repository="a/b",
        commit="c0",
        error=error,
    )
    assert str(error) == "a/b@c0: config.json: the key 'x' is missing."
    assert explain(error, "zh") == "a/b@c0：config.json：缺少键 'x'。"


def test_what_an_error_quotes_stays_on_one_line_in_chinese():
    error = UserError("{path} ({why})", text_id="weights.not_json", path="config.json", why="a\nb")
    assert explain(error, "zh") == "config.json 不是 JSON（a\\nb）。"


def test_sentences_are_joined_as_their_language_does():
    assert joined(["One.", "", "Two."]) == "One. Two."
    assert joined(["一。", "二。"]) == "一。二。"
    assert joined([]) == ""


def test_what_has_no_translation_is_marked():
    assert explain(UserError("Something else."), "zh") == "出错了（原文为英文）：Something else."


def test_every_kind_of_error_is_tried():
    kinds = BadValue.__subclasses__()
    ours = {kind for kind in kinds if kind.__module__.startswith("cgan.writing.")}
    assert ours <= {kind for kind, _, _ in ERRORS}
    assert len(ours) == 16


@given(st.text("0123456789 -", max_size=9), st.characters(exclude_categories=["Nd", "Zs"]))
def test_any_other_character_is_explained_in_one_line(digits, character):
    said = left_out(digits + character)
    assume(said is not None)
    chinese = explain(said, "zh")
    assert chinese.isprintable()
    assert has_chinese(chinese)
    assert f"“{printable(character)}”" in chinese


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("seed", "种子必须是 0 到 9999 之间的整数。"),
        ("start_seed", "起始种子必须是 0 到 9999 之间的整数。"),
        ("end_seed", "目标种子必须是 0 到 9999 之间的整数。"),
    ],
)
def test_a_setting_is_called_in_chinese_what_the_page_calls_it(name, said):
    explained = explain(OutOfRange(name, 0, 9999, True), "zh")
    assert explained == said
    text = {**specified(WritingSettings), **specified(MorphSettings)}[name].text or name
    assert explained.startswith(say("zh", text))


def test_unknown_weights_are_explained_in_both_languages():
    with pytest.raises(OnlyBundled) as caught:
        Models()["ann/x"]
    assert "only the bundled ones" in explain(caught.value, "en")
    assert "只有内置权重" in explain(caught.value, "zh")
