"""The page's texts: complete in both languages."""

import ast
import importlib
import inspect
import json
import re
import string
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cgan.common.errors import BadValue, UserError
from cgan.hub.source import BUNDLED
from cgan.model.reader import NoReader
from cgan.writing.checks import NotOffered, OutOfRange, real, whole
from cgan.writing.hand import BadRedrawn, parse_redrawn
from cgan.writing.look import INKS, LOOKS, check
from cgan.writing.morph import DifferentLengths
from cgan.writing.number import BadCharacter, NoDigit, TooLong, parse_limited
from demo.actions import Settings
from demo.models import Models, OnlyBundled
from demo.page import about
from demo.text.texts import _CHINESE_ERRORS, _TEXTS, explain, language_of, say
from tests.conftest import message

LANGUAGES = ("en", "zh")
VALUES = {
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
    "wanted": "ann/digits",
    "reason": "R",
    "share": 99.33,
}


def has_chinese(text):
    return any(unicodedata.name(character, "").startswith("CJK") for character in text)


def parts_of(character):
    """Return what `character` becomes after a digit; nothing where it is refused."""
    try:
        return parse_limited(f"1{character}")
    except UserError:
        return []


def placeholders(text):
    return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("key", _TEXTS)
def test_a_text_is_in_every_language(key):
    texts = _TEXTS[key]
    assert len(texts) == len(LANGUAGES)
    english, chinese = texts
    assert english.strip()
    assert chinese.strip()
    assert placeholders(english) == placeholders(chinese)


@pytest.mark.parametrize("key", _TEXTS)
def test_a_text_is_in_its_language(key):
    english, chinese = _TEXTS[key]
    if key == "other_language":
        english, chinese = chinese, english
    assert not has_chinese(english)
    if key not in ("png", "svg", "gif", "webp"):
        assert has_chinese(chinese)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", _TEXTS)
def test_a_text_can_be_said(language, key):
    said = say(language, key, **VALUES)
    assert not re.search("[{}]", said)
    text = _TEXTS[key][LANGUAGES.index(language)]
    for name, spec in placeholders(text):
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
        ("fr", "en"),
        ("zha", "en"),
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


ERRORS = [
    (NoDigit, lambda: parse_limited("-"), ["13812345678"]),
    (TooLong, lambda: parse_limited("1" * 65), ["64"]),
    (BadCharacter, lambda: parse_limited("12é"), ["3", "'é' (U+00E9)"]),
    (BadCharacter, lambda: parse_limited("1+2"), ["2", "'+'", "加号"]),
    (DifferentLengths, different_lengths, ["3", "11"]),
    (OutOfRange, lambda: whole("seed", 5.5, 0, 9999), ["种子", "0", "9999"]),
    (OutOfRange, lambda: real("truncation", None, 0, 1.5), ["截断", "0", "1.5"]),
    (NoReader, no_reader, ["1"]),
    (BadRedrawn, lambda: parse_redrawn("x"), ["redrawn", "2.1-5.3"]),
    (NotOffered, lambda: check("glass", "black"), ["外观", "paper, mnist, clear"]),
    (OutOfRange, lambda: whole("row", 77, 0, 19), ["笔迹", "0", "19"]),
    (UserError, lambda: parse_limited(None), ["13812345678"]),
]


@pytest.mark.parametrize(("kind", "action", "parts"), ERRORS)
def test_an_error_is_explained_in_both_languages(kind, action, parts):
    with pytest.raises(kind) as caught:
        action()
    english, chinese = (explain(caught.value, language) for language in LANGUAGES)
    assert english == str(caught.value)
    assert not has_chinese(english)
    assert has_chinese(chinese)
    for part in parts:
        assert part in chinese


def sentences(name):
    """Return the templates of the errors that a module makes, however they are made."""
    found = []
    module = importlib.import_module(name)
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called not in ("UserError", "BadValue", "HubError", "super().__init__"):
            continue
        first = node.args[0] if node.args else ast.Constant("")
        if ast.unparse(first) in ("error.template", "template"):  # handed on
            continue
        for part in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
            found.append(ast.literal_eval(part))  # fails where a value is in it already
    return [sentence for sentence in found if sentence]


# What is shown on the page is made in these.
MODULES = [
    "cgan.model.config",
    "cgan.hub.errors",
    "cgan.writing.checks",
    "cgan.writing.hand",
    "cgan.writing.morph",
    "cgan.writing.number",
    "cgan.hub.pull",
    "cgan.model.reader",
    "cgan.hub.source",
    "cgan.model.weights",
    "demo.models",
]


def test_every_sentence_of_an_error_is_there_in_chinese():
    made = {sentence for module in MODULES for sentence in sentences(module)}
    assert len(made) > 60
    assert made == set(_CHINESE_ERRORS)


@pytest.mark.parametrize("english", _CHINESE_ERRORS)
def test_an_error_says_the_same_in_chinese(english):
    chinese = _CHINESE_ERRORS[english]
    assert not has_chinese(english)
    assert has_chinese(chinese) or not has_words(english)
    assert set(placeholders(chinese)) == set(placeholders(english))


def has_words(template):
    return re.search("[a-z]", re.sub("{[^}]*}", "", template)) is not None


def test_an_error_in_an_error_is_explained_in_chinese():
    error = UserError("the key {key!r} is missing", key="x")
    error = UserError("{path}: {error}.", path="config.json", error=error)
    error = UserError("{repository}@{commit}: {error}", repository="a/b", commit="c0", error=error)
    assert str(error) == "a/b@c0: config.json: the key 'x' is missing."
    assert explain(error, "zh") == "a/b@c0：config.json：缺少键 'x'。"


def test_what_an_error_quotes_stays_on_one_line_in_chinese():
    error = UserError("{path} is not JSON ({why}).", path="config.json", why="a\nb")
    assert explain(error, "zh") == "config.json 不是 JSON（a\\nb）。"


def test_what_has_no_translation_is_marked():
    assert explain(UserError("Something else."), "zh") == "出错了（原文为英文）：Something else."


def test_every_kind_of_error_is_tried():
    kinds = BadValue.__subclasses__()
    ours = {kind for kind in kinds if kind.__module__.startswith("cgan.writing.")}
    assert ours <= {kind for kind, _, _ in ERRORS}
    assert len(ours) == 7


@given(st.text("0123456789 -", max_size=9), st.characters(exclude_categories=["Nd", "Zs"]))
def test_any_other_character_is_explained_in_one_line(digits, character):
    assume(not parts_of(character))
    with pytest.raises(UserError) as caught:
        parse_limited(digits + character)
    chinese = explain(caught.value, "zh")
    message(caught)
    assert chinese.isprintable()
    assert has_chinese(chinese)
    assert f"(U+{ord(character):04X})" in chinese or repr(character) in chinese


@pytest.mark.parametrize("name", [*vars(Settings()), "rows", "frames", "scale", "format"])
def test_every_setting_has_a_chinese_name(name):
    if name not in ("digits", "redrawn"):  # whose errors have sentences of their own
        assert re.match(r"[\u4e00-\u9fff]+必须是", explain(OutOfRange(name, 0, 1, True), "zh"))


def test_other_weights_than_there_are_is_explained_in_both_languages():
    with pytest.raises(OnlyBundled) as caught:
        Models()["ann/x"]
    assert "only the bundled ones" in explain(caught.value, "en")
    assert "只有内置权重" in explain(caught.value, "zh")


@pytest.mark.parametrize(("language", "hinge"), [("en", "hinge loss"), ("zh", "合页损失")])
def test_the_about_page_tells_how_the_bundled_weights_were_made(language, hinge):
    training = json.loads((BUNDLED / "config.json").read_text())["training"]
    assert (training["loss"], training["reader_weight"] > 0) == ("hinge", True)
    assert hinge in about.html(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_about_page_is_complete_in_every_language(language):
    html = about.html(language)
    assert not re.search("[{}]", html)
    assert has_chinese(html) == (language == "zh")
    assert html.count("<h2>") == html.count("</h2>") == 6
    assert html.count("<p>") + html.count('<p class="equation">') == html.count("</p>") == 8
    assert '<svg viewBox="0 0 640 145" role="img" aria-label="' in html
