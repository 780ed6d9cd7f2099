"""Languages: what one lacks or has in excess, and how a new one is added."""

import ast
import json
import re
import string
import sys
import unicodedata
from html import unescape
from html.parser import HTMLParser

import pytest

import demo.text
from cgan.common.errors import UserError
from cgan.hub.sentences import SENTENCES
from cgan.hub.source import BUNDLED
from cgan.publish import demo_files
from cgan.writing.formats import CARD, FILE
from cgan.writing.setting import specified
from cgan.writing.settings import FORMAT, SCALE, GridSettings, MorphSettings
from demo.actions import Settings
from demo.page import about, keep, page
from demo.page.widgets import Widgets
from demo.text import texts
from demo.text.texts import explain, language_of, languages, next_language, say, tag_of
from tests.conftest import ROOT

CODES = list(languages())
TRANSLATIONS = [code for code in CODES if code != texts.ENGLISH]
# A code that stands for no language (ISO 639-2), so that no file has it.
NEW = "qtz"
# What the API and the tabs take; `Settings` are those of the first tab.
SETTINGS = [
    *(one for kind in (Settings, GridSettings, MorphSettings) for one in specified(kind).values()),
    *(CARD, SCALE, FILE, FORMAT),
]
# Where the errors that the page shows are raised: these files, except for those it can't meet.
SHOWN = (
    *("cgan/hub", "cgan/model", "cgan/model/architectures", "cgan/writing"),
    *("demo/addresses.py", "demo/models.py"),
)
NOT_SHOWN = (
    "cgan/hub/repository.py",  # command lines alone take a reference that may be invalid
    "cgan/model/article.py",
    "cgan/model/metric_groups.py",
    "cgan/model/metrics.py",
    "cgan/model/option_fields.py",
    "cgan/writing/latents.py",
    "cgan/writing/limits.py",  # of Python's arguments; the page's settings are checked before
)
ERRORS = ("UserError", "BadValue", "MissingFile", "HubError", "super().__init__", "kind_of(error)")


MARKUP = "new <b>&\"'"


def has_chinese(text):
    return any(unicodedata.name(character, "").startswith("CJK") for character in text)


def placeholders(text):
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name}


def branches(node):
    """Return the values of an expression: two where it is a condition, else one."""
    parts = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return [ast.literal_eval(part) for part in parts]  # fails where a value is in it already


def sentences(source):
    """Yield (id, template) of the errors that a module makes; "" for a missing id."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ERRORS or not node.args:
            continue
        if not isinstance(node.args[0], ast.Constant | ast.IfExp | ast.JoinedStr):
            continue  # passed on
        templates = branches(node.args[0])
        named = next((word.value for word in node.keywords if word.arg == "text_id"), None)
        ids = [""] * len(templates) if named is None else branches(named)
        yield from zip(ids, templates, strict=True)


@pytest.fixture(scope="module")
def english():
    """Return the English sentences of the errors that the page can show, by their ids."""
    found = dict(SENTENCES)
    files = [path for name in SHOWN for path in ([ROOT / name, *(ROOT / name).glob("*.py")])]
    for path in files:
        if path.is_file() and path.relative_to(ROOT).as_posix() not in NOT_SHOWN:
            for text_id, template in sentences(path.read_text(encoding="utf-8")):
                if template.startswith("--"):
                    continue  # about an option of the command line
                assert text_id, f"{path}: {template!r} has no text_id"
                assert found.setdefault(text_id, template) == template, text_id
    return found


def test_a_missing_id_is_noticed():
    source = """
raise UserError("x {a}", a=1)
raise BadValue("y" if b else "z", text_id="i" if b else "j")
"""
    assert list(sentences(source)) == [("", "x {a}"), ("i", "y"), ("j", "z")]


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_a_translation_has_the_pages_texts_and_no_others(code):
    texts_in_english, translated = languages()["en"].texts, languages()[code].texts
    assert translated.keys() == texts_in_english.keys()
    for key, text in translated.items():
        assert text.strip(), key
        assert placeholders(text) == placeholders(texts_in_english[key]), key


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_a_translation_has_the_errors_sentences_and_no_others(code, english):
    translated = languages()[code].errors
    assert translated.keys() == english.keys()
    for text_id, sentence in translated.items():
        assert sentence.strip(), text_id
        assert placeholders(sentence) == placeholders(english[text_id]), text_id


def named_setting(setting):
    """Return the name in the sentence about a wrong value; "" where the sentence needs none."""
    with pytest.raises(UserError) as caught:
        setting.check(object())
    return str(caught.value.values.get("setting", "")).lower()


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_a_translation_names_the_settings_of_the_errors_sentences(code):
    names = {named_setting(setting) for setting in SETTINGS} - {""}
    assert names >= {"seed", "start_seed", "rows", "frames", "size", "scale", "format", "look"}
    # The picker of weights has its own check.
    assert languages()[code].settings.keys() == names | {"weights"}
    for name, translated in languages()[code].settings.items():
        assert translated.strip(), name


def test_english_is_english_and_chinese_is_chinese():
    page_texts = languages()["en"].texts, languages()["zh"].texts
    for key in page_texts[0]:
        english, chinese = (told[key] for told in page_texts)
        assert not has_chinese(english), key
        assert has_chinese(chinese) or chinese.isascii(), key  # PNG, API
    for sentence in languages()["zh"].errors.values():
        assert has_chinese(sentence) or not re.search("[a-z]", re.sub("{[^}]*}", "", sentence))


@pytest.mark.parametrize("code", CODES)
def test_the_about_tab_is_complete(code):
    html = unescape(about.html(code))
    assert not re.search("[{}]", html)
    for key, text in languages()[code].texts.items():
        if key.startswith("about_"):
            assert text in html, key


@pytest.mark.parametrize(("code", "hinge"), [("en", "hinge loss"), ("zh", "合页损失")])
def test_the_about_tab_tells_how_the_bundled_weights_were_made(code, hinge):
    training = json.loads((BUNDLED / "config.json").read_text())["training"]
    assert (training["loss"], training["reader_weight"] > 0) == ("hinge", True)
    assert hinge in about.html(code)


def test_the_button_names_the_next_language_and_switches_to_it():
    following = [*CODES[1:], CODES[0]]
    assert CODES[0] == "en"
    assert [next_language(code) for code in CODES] == following
    names = [languages()[code].name for code in following]
    assert [say(code, "other_language") for code in CODES] == names


def test_the_pages_lang_attribute():
    assert [tag_of(code) for code in ("en", "zh")] == ["en", "zh-CN"]


@pytest.mark.parametrize("code", [NEW, "", "texts", "__init__", None, 3])
def test_an_unknown_language_is_english(code):
    assert say(code, "draw") == "Write"
    assert next_language(code) == next_language("en")
    assert explain(UserError("the key {key!r} is missing", key="x"), code).isascii()


@pytest.fixture
def another_language(tmp_path, monkeypatch):
    """Add a language by one file."""
    translated = {key: f"new {text}" for key, text in languages()["en"].texts.items()}
    translated |= dict.fromkeys(("busy", "copied", "about_picture_alt", "about_idea"), MARKUP)
    errors = {"config.missing_key": "mankas {key!r}", "setting.whole": "{setting}: {low}-{high}"}
    (tmp_path / f"{NEW}.py").write_text(
        f"TAG = '{NEW}'\nNAME = 'Esperanto'\nTEXTS = {translated!r}\nERRORS = {errors!r}\n"
        "SETTINGS = {'seed': 'Semo'}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(demo.text, "__path__", [*demo.text.__path__, str(tmp_path)])
    languages.cache_clear()
    yield
    sys.modules.pop(f"demo.text.{NEW}", None)
    monkeypatch.undo()
    languages.cache_clear()


@pytest.mark.usefixtures("another_language")
def test_a_language_is_added_by_one_file():
    assert list(languages()) == ["en", *sorted([*TRANSLATIONS, NEW])]
    assert language_of(f"{NEW}-FR") == NEW
    assert tag_of(NEW) == NEW
    assert say(NEW, "row_note", row=3) == "new Hand 3 of this seed"
    assert "new A conditional GAN" in about.html(NEW)
    whole = UserError("", text_id="setting.whole", setting="Seed", low=0, high=9)
    assert explain(whole, NEW) == "Semo: 0-9"
    assert explain(UserError("Odd.", text_id="odd"), NEW) == "new Odd."


@pytest.mark.usefixtures("another_language")
def test_the_button_goes_through_all_languages():
    words = Widgets()
    codes = list(languages())
    names = [languages()[code].name for code in (*codes[1:], codes[0])]
    assert "Esperanto" in names
    assert words.button("other_language").value == names[0]
    assert [words.updates(code)[0]["value"] for code in codes] == names


@pytest.mark.usefixtures("another_language")
def test_a_text_with_quotation_marks_or_markup_is_shown_as_it_is():
    shown = [about.html(NEW), page.trouble(NEW), keep.said(NEW)]
    told = Attributes()
    told.feed("".join(shown))
    for name in ("data-busy", "data-copied", "aria-label"):
        assert MARKUP in told.values[name]
    assert "b" not in told.tags


class Attributes(HTMLParser):
    """Collects the tags and the attributes' values of some HTML."""

    def __init__(self):
        super().__init__()
        self.tags, self.values = set(), {}

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.values.setdefault(name, []).append(value)


def test_a_deployed_page_has_every_language():
    assert {f"demo/text/{code}.py" for code in CODES} <= set(demo_files.find_files())
