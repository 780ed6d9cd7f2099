"""What the page shows of what is drawn, and the sentences beside it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cgan import Sampler
from cgan.common.errors import UserError
from cgan.hub.source import Source
from cgan.model.weights import Weights
from cgan.writing.settings import GridSettings, MorphSettings
from demo import actions
from demo.actions import Settings
from demo.models import Loading, Model
from demo.page import events, views
from tests.conftest import TINY
from tests.demo.strategies import any_settings, numbers, right_settings, worked


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({}, None, None),
        ({"row": 3, "variation": 1.0}, None, None),
        ({"row": 3}, "Hand 4 of this seed", "此种子的第 4 种笔迹"),
        ({"redrawn": "0.2-2.1"}, "Rewritten: 2", "已重写 2 个"),
        ({"redrawn": "0.2-11.1"}, "Rewritten: 1", "已重写 1 个"),
        ({"redrawn": "11.1"}, None, None),
        (
            {"row": 1, "redrawn": "0.2"},
            "Hand 2 of this seed · Rewritten: 1",
            "此种子的第 2 种笔迹 · 已重写 1 个",
        ),
    ],
)
def test_what_made_the_number_besides_the_seed_is_shown_and_can_be_undone(
    tiny_model, changes, english, chinese
):
    settings = Settings(**changes)
    for language, note in (("en", english), ("zh", chinese)):
        html, _ = views.paper_html(tiny_model, settings, language)
        assert html.count('class="undo"') == (note is not None)
        assert note is None or f'<p class="note"><span>{note}</span> <button' in html


def test_what_is_not_written_is_said_below_the_number_and_the_film(tiny_model):
    settings = Settings(digits="Tel. <b>12", redrawn="0.2")
    for language, said in (("en", "Not written: "), ("zh", "以下内容写不出来，已略去：")):
        html, _ = views.paper_html(tiny_model, settings, language)
        assert f"<span>{said}“Tel.” “&lt;b&gt;”" in html
        assert html.count('class="undo"') == 1
        morphed = actions.make_morph(tiny_model, MorphSettings("12", "x34"))
        assert f"<span>{said}“x”" in views.film_html(morphed, language)


@pytest.mark.parametrize(("language", "said"), [("en", "marks: “+ ( )”."), ("zh", "：“+ ( )”。")])
def test_marks_that_are_gaps_alone_are_named(tiny_model, language, said):
    for spacing, named in (("grid", True), ("ink", False)):
        settings = Settings(digits="+49 (0)", spacing=spacing)
        assert (said in views.paper_html(tiny_model, settings, language)[0]) == named
    # A comma is named as what can't be written there, and not once more.
    comma, _ = views.paper_html(tiny_model, Settings(digits="1,2", spacing="grid"), language)
    assert (comma.count("“,”"), said[-5:] in comma) == (1, False)
    morphed = actions.make_morph(tiny_model, MorphSettings("+1", "(2)"))
    assert said in views.film_html(morphed, language)


def test_a_grid_on_the_page_has_a_button_for_each_cell(tiny_model):
    html = views.grid_html(tiny_model, GridSettings(3, 4, "paper", "red"), "en")
    assert html.count("<button") == 30
    for row in range(3):
        for column in range(10):
            assert html.count(f'data-class="{column}" data-row="{row}"') == 1
    assert html.count('tabindex="0"') == 1
    assert 'aria-label="9 in hand 3, seed 4"' in html
    assert 'aria-label="9，第 3 种笔迹，种子 4"' in views.grid_html(
        tiny_model, GridSettings(3, 4, "paper", "red"), "zh"
    )


def test_the_line_of_facts_names_the_weights(tiny_sampler, tiny_tensors):
    sha = tiny_sampler.sha256[:12]
    hub = Source("hub", "ann/digits@main", "c0ffee")
    for source, language, name in [
        (Source("bundled"), "en", f"bundled weights {sha}"),
        (Source("bundled"), "zh", f"内置权重 {sha}"),
        (Source("folder", "runs/<b>"), "en", f"weights &lt;b&gt; {sha}"),
        (hub, "en", f"weights ann/digits@c0ffee {sha}"),
        (hub, "zh", f"权重 ann/digits@c0ffee {sha}"),
    ]:
        model = Model(Sampler(Weights(TINY, tiny_tensors), source))
        line = views.facts(model, 1.25, language)
        assert line.endswith(f"· {name}")
        assert f"{tiny_sampler.parameter_count:,} " in line


def test_the_line_of_facts_says_why_it_is_not_what_was_asked_for(reading_sampler):
    for reason, english, chinese in [
        (
            Loading(),
            "it is still loading from the Hugging Face Hub.",
            "正在从 Hugging Face Hub 获取。",
        ),
        (
            UserError("{path}: no object", text_id="weights.not_object", path="<b>"),
            "&lt;b&gt;: no object",
            "：&lt;b&gt; 的内容必须是一个 JSON 对象。",
        ),
        (UserError("Gone <b>."), "Gone &lt;b&gt;.", "出错了（原文为英文）：Gone &lt;b&gt;."),
    ]:
        model = Model(reading_sampler, None, "ann/x", reason)
        assert views.facts(model, 1, "en").endswith(f", instead of ann/x: {english}")
        line = views.facts(model, 1, "zh")
        assert "，因为尚未取得最新的 ann/x：" in line
        assert line.endswith(chinese)


def test_a_problem_is_an_alert_without_markup_of_its_own():
    shown = views.problem(UserError("<script>&"), "en")
    assert shown == '<p role="alert">&lt;script&gt;&amp;</p>'


@examples(max_examples=60)
@given(any_settings, st.sampled_from(["en", "zh"]))
def test_any_settings_are_drawn_on_the_page_or_refused(tiny_model, settings, language):
    result = worked(lambda: views.paper_html(tiny_model, settings, language))
    if result is not None:
        assert result[0].startswith("<div")
        assert "data-index" in result[0]


@examples(max_examples=60)
@given(numbers, right_settings)
def test_any_number_in_right_settings_has_a_button_for_each_digit(tiny_model, text, settings):
    changed = Settings(**{**vars(settings), "digits": text})
    result = worked(lambda: views.paper_html(tiny_model, changed, "en"))
    if result is not None:
        assert result[0].count("data-index") == sum(character.isdecimal() for character in text)


def test_a_file_travels_as_json_and_stays_the_same(tiny_model):
    file = actions.number_file(tiny_model, Settings(ink="blue"), "png")
    sent = json.loads(events.courier(file, "7"))
    assert sent["press"] == "7"
    start, content = sent["address"].split(",")
    assert (sent["name"], start) == (file[0], "data:image/png;base64")
    assert base64.b64decode(content) == file[2]
