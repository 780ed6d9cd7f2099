"""The page's events: links and files are exact, and anything else is refused in a sentence."""

import base64
import io
import json
import shutil
import urllib.parse
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from cgan import Sampler
from cgan.__main__ import main
from cgan.common.errors import UserError
from cgan.hub.source import Source
from cgan.model.weights import Weights
from cgan.writing.drawing import draw
from cgan.writing.look import INKS, LOOKS
from cgan.writing.number import parse
from cgan.writing.settings import STYLES, GridSettings, MorphSettings, checked
from demo import actions
from demo.actions import Settings
from demo.models import Loading, Model, Models
from demo.text.texts import explain
from tests.conftest import TINY, message, random_tensors

MODELS = Models()
OTHER = Settings(
    digits="+86 (138) 0013",
    seed=9999,
    style="one",
    row=19,
    truncation=0.35,
    redrawn="0.1-7.999",
    look="clear",
    ink="sepia",
    size=24,
    best_of=3,
)

numbers = st.text("0123456789１٣ -.()[]+", max_size=70)
any_text = numbers | st.text(max_size=20) | st.none() | st.integers()
# No subnormal floats: where Jittor has been imported before, the process flushes them to zero.
strange = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_subnormal=False)
    | st.text(max_size=4)
)
any_seed = st.integers(0, 9999) | strange
any_truncation = st.floats(0, 1.5, allow_subnormal=False) | strange
any_redrawn = (
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 1100)), max_size=5).map(
        lambda pairs: "-".join(f"{position}.{variation}" for position, variation in pairs)
    )
    | st.text("0123456789.-_ ", max_size=12)
    | strange
)
any_look = st.sampled_from([*LOOKS, "", "PAPER"])
any_ink = st.sampled_from([*INKS, "", "pink"])
any_settings = st.builds(
    Settings,
    digits=any_text,
    seed=any_seed,
    style=st.sampled_from(["own", "one"]) | strange,
    row=st.integers(0, 19) | strange,
    truncation=any_truncation,
    redrawn=any_redrawn,
    look=any_look,
    ink=any_ink,
    size=st.integers(24, 160) | strange,
    best_of=st.integers(1, 8) | strange,
)
right_settings = st.builds(
    Settings,
    digits=st.text("0123456789 -.()", max_size=40).map(lambda text: f"+{text}7"),
    seed=st.integers(0, 9999),
    style=st.sampled_from(tuple(STYLES)),
    row=st.integers(0, 19),
    truncation=st.floats(0, 1.5, allow_subnormal=False),
    redrawn=st.dictionaries(st.integers(0, 63), st.integers(1, 999), max_size=4).map(
        lambda redrawn: "-".join(f"{i}.{redrawn[i]}" for i in sorted(redrawn))
    ),
    look=st.sampled_from(tuple(LOOKS)),
    ink=st.sampled_from(tuple(INKS)),
    size=st.integers(24, 160),
    best_of=st.integers(1, 3),
)


@pytest.fixture(scope="session")
def tiny_model(reading_sampler):
    return Model(reading_sampler)


def make_morph(model, *values):
    return actions.make_morph(model, MorphSettings(*values))


def fragment(settings):
    return "#" + urllib.parse.urlencode(vars(settings))


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def worked(action):
    """Return what `action` returns, or None where it is refused in one line in each language."""
    try:
        return action()
    except UserError as error:
        for language in ("en", "zh"):
            said = explain(error, language)
            assert said
            assert said.isprintable()
        return None


@given(right_settings)
def test_a_link_brings_back_every_setting(settings):
    assert actions.restore("#" + actions.fragment(settings), MODELS) == (settings, None)


@pytest.mark.parametrize("nothing", ["", "#", None, "#a=b", "#digits", "#digits=", "#&&=&"])
def test_a_link_that_says_nothing_is_a_new_page(nothing):
    assert actions.restore(nothing, MODELS) == (Settings(), None)


def test_a_link_may_leave_settings_out():
    restored, wrong = actions.restore("#ink=blue&seed=7", MODELS)
    assert (restored, wrong) == (Settings(ink="blue", seed=7), None)


def test_a_link_without_weights_takes_the_first_of_several(tiny_weights, tmp_path):
    other = shutil.copytree(tiny_weights, tmp_path / "other")
    models = Models([str(tiny_weights), str(other)])
    for link in ("", "#seed=7", "#weights=ben/none"):
        assert actions.restore(link, models)[0].weights == str(tiny_weights)
    assert actions.restore(f"#weights={other}", models)[0].weights == str(other)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("digits", "13x", "Character 3, 'x',"),
        ("digits", "--", "no digit"),
        ("digits", "1" * 65, "at most 64 digits"),
        ("seed", "10000", "Seed must be"),
        ("seed", "-1", "Seed must be"),
        ("seed", "1.5", "Seed must be"),
        ("seed", "seven", "Seed must be"),
        ("seed", "nan", "Seed must be"),
        ("style", "two", "style must be one of own, one"),
        ("row", "20", "Row must be"),
        ("truncation", "1.6", "Truncation must be"),
        ("truncation", "inf", "Truncation must be"),
        ("redrawn", "3", "redrawn must be"),
        ("redrawn", "64.1", "redrawn must be"),
        ("look", "glass", "look must be one of paper, mnist, clear"),
        ("ink", "Blue", "ink must be one of black"),
        ("size", "161", "Size must be"),
        ("best_of", "9", "Best_of must be"),
    ],
)
def test_a_broken_link_keeps_what_is_right_and_names_what_is_wrong(name, value, said):
    restored, wrong = actions.restore(fragment(Settings(**{**vars(OTHER), name: value})), MODELS)
    assert restored == Settings(**{**vars(OTHER), name: getattr(Settings(), name)})
    assert isinstance(wrong, UserError)
    assert said in str(wrong)


def test_of_several_faults_in_a_link_the_first_is_named_and_all_are_left_out():
    restored, wrong = actions.restore("#size=1&ink=pink&seed=x&row=4", MODELS)
    assert restored == Settings(row=4)
    assert str(wrong).startswith("Seed must be")


@given(st.text(max_size=40) | st.text("digtsrown=&%#0123456789.+-", max_size=60))
def test_any_fragment_gives_settings_that_can_be_drawn(tiny_model, text):
    restored, wrong = actions.restore(text, MODELS)
    assert wrong is None or str(wrong).isprintable()
    assert actions.paper_html(tiny_model, restored, "en")


@given(
    st.sampled_from([*vars(OTHER)]),
    st.text(max_size=12) | st.text("0123456789.-+einfa_ ", max_size=12),
)
def test_any_value_in_a_link_is_taken_or_named(tiny_model, name, value):
    restored, wrong = actions.restore(
        "#" + urllib.parse.urlencode({name: value}, errors="ignore"), MODELS
    )
    assert vars(restored) == {**vars(Settings()), name: getattr(restored, name)}
    if wrong is not None:
        assert restored == Settings()
    assert actions.paper_html(tiny_model, restored, "zh")


@pytest.mark.parametrize(
    ("kind", "name", "mime"),
    [
        ("png", "8613800-seed-9999.png", "image/png"),
        ("large", "8613800-seed-9999.large.png", "image/png"),
        ("svg", "8613800-seed-9999.svg", "image/svg+xml"),
    ],
)
def test_a_file_is_named_after_digits_and_seed(tiny_model, kind, name, mime):
    settings = Settings(digits="+86 (138) 00", seed=9999)
    assert actions.number_file(tiny_model, settings, kind)[:2] == (name, mime)


@pytest.mark.parametrize("kind", ["png", "large", "svg"])
@pytest.mark.parametrize("look", LOOKS)
def test_the_same_settings_give_the_same_bytes(tiny_model, kind, look):
    settings = Settings(**{**vars(OTHER), "look": look})
    first = actions.number_file(tiny_model, settings, kind)
    assert actions.number_file(tiny_model, settings, kind) == first
    other = Settings(**{**vars(settings), "seed": 3})
    assert actions.number_file(tiny_model, other, kind)[2] != first[2]


@pytest.mark.parametrize(("kind", "scale"), [("png", 1), ("large", 8)])
def test_a_png_says_what_made_it(reading_sampler, tiny_model, kind, scale):
    image = opened(actions.number_file(tiny_model, OTHER, kind)[2])
    assert image.size == (scale * (9 * 8 + 5 * 4), scale * 8)
    assert image.text == {
        "digits": "861380013",
        "seed": "9999",
        "style": "one hand, row 19",
        "truncation": "0.35",
        "weights-sha256": reading_sampler.sha256,
        "redrawn": "0.1-7.999",
        "best_of": "3",
    }


def test_a_plain_png_says_no_more_than_needed(reading_sampler, tiny_model):
    image = opened(actions.number_file(tiny_model, Settings(digits="7"), "png")[2])
    assert image.text == {
        "digits": "7",
        "seed": str(Settings.seed),
        "style": "each digit its own",
        "truncation": "1",
        "weights-sha256": reading_sampler.sha256,
    }


def test_an_svg_says_what_made_it(reading_sampler, tiny_model):
    text = actions.number_file(tiny_model, OTHER, "svg")[2].decode()
    for part in ("digits: 861380013", "seed: 9999", "redrawn: 0.1-7.999", reading_sampler.sha256):
        assert part in text


@pytest.mark.parametrize("scale", [1, 2, 7, 8, 3.0])
def test_a_png_may_be_up_to_eight_times_as_large(tiny_model, scale):
    data = actions.number_png(tiny_model, Settings(digits="12"), scale)[2]
    assert opened(data).size == (16 * scale, 8 * scale)


@pytest.mark.parametrize("scale", [0, 9, -1, 1.5, float("nan"), "2", True, None])
def test_another_scale_is_refused(tiny_model, scale):
    with pytest.raises(UserError, match=r"^Scale must be a whole number from 1 to 8") as caught:
        actions.number_png(tiny_model, Settings(), scale)
    message(caught)


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({}, None, None),
        ({"row": 3}, None, None),
        ({"style": "one"}, None, None),
        ({"style": "one", "row": 3}, "Hand 4 of this seed", "此种子的第 4 种笔迹"),
        ({"redrawn": "0.2-2.1"}, "Written anew: 2", "已重写 2 个"),
        ({"redrawn": "0.2-11.1"}, "Written anew: 1", "已重写 1 个"),
        ({"redrawn": "11.1"}, None, None),
        (
            {"style": "one", "row": 1, "redrawn": "0.2"},
            "Hand 2 of this seed · Written anew: 1",
            "此种子的第 2 种笔迹 · 已重写 1 个",
        ),
    ],
)
def test_what_else_than_the_seed_made_the_number_is_said_and_may_be_undone(
    tiny_model, changes, english, chinese
):
    settings = Settings(**changes)
    for language, note in (("en", english), ("zh", chinese)):
        html, _ = actions.paper_html(tiny_model, settings, language)
        assert html.count('class="undo"') == (note is not None)
        assert note is None or f'<p class="note">{note} <button' in html


def test_settings_with_an_unknown_style_are_refused():
    with pytest.raises(UserError, match="style must be one of own, one") as caught:
        checked(Settings(style="two"))
    message(caught)


def test_a_grid_file_shows_the_samplers_grid(reading_sampler, tiny_model):
    name, mime, data = actions.grid_file(tiny_model, GridSettings(3, 4, "mnist"), 1)
    assert (name, mime) == ("grid-seed-4.png", "image/png")
    image = opened(data)
    np.testing.assert_array_equal(np.asarray(image), reading_sampler.grid(3, seed=4))
    assert image.text == {"seed": "4", "rows": "3", "weights-sha256": reading_sampler.sha256}


def test_a_grid_on_the_page_has_a_button_for_each_cell(tiny_model):
    html = actions.grid_html(tiny_model, GridSettings(3, 4, "paper", "red"), "en")
    assert html.count("<button") == 30
    for row in range(3):
        for column in range(10):
            assert html.count(f'data-class="{column}" data-row="{row}"') == 1
    assert html.count('tabindex="0"') == 1
    assert 'aria-label="9 in hand 3, seed 4"' in html
    assert 'aria-label="9，第 3 种笔迹，种子 4"' in actions.grid_html(
        tiny_model, GridSettings(3, 4, "paper", "red"), "zh"
    )


@pytest.mark.parametrize(
    ("rows", "seed", "said"),
    [
        (0, 0, "Rows must be a whole number from 1 to 20"),
        (21, 0, "Rows must be"),
        (2.5, 0, "Rows must be"),
        (2, -1, "Seed must be a whole number from 0 to 9999"),
        (2, "0", "Seed must be"),
    ],
)
def test_a_bad_grid_is_refused(tiny_model, rows, seed, said):
    for action in (
        lambda: actions.grid_html(tiny_model, GridSettings(rows, seed), "en"),
        lambda: actions.grid_file(tiny_model, GridSettings(rows, seed), 1),
    ):
        with pytest.raises(UserError, match=said):
            action()


@pytest.mark.parametrize(("kind", "mime"), [("gif", "image/gif"), ("webp", "image/webp")])
def test_a_morph_file_is_named_after_both_numbers(tiny_model, kind, mime):
    morphed = make_morph(tiny_model, "1 2", "34", 0, 1, 8)
    name, given_mime, data = actions.morph_file(morphed, "blue", kind)
    assert (name, given_mime) == (f"12-to-34.{kind}", mime)
    assert opened(data).format == kind.upper()
    assert actions.morph_file(morphed, "blue", kind)[2] == data


@pytest.mark.parametrize("kind", ["png", "GIF", "", None, 3])
def test_another_format_of_a_morph_is_refused(tiny_model, kind):
    morphed = make_morph(tiny_model, "1", "2", 0, 1, 8)
    with pytest.raises(UserError, match="format must be one of gif, webp") as caught:
        actions.morph_file(morphed, "black", kind)
    message(caught)


def test_another_ink_of_a_morph_is_refused(tiny_model):
    with pytest.raises(UserError, match="ink must be one of"):
        make_morph(tiny_model, "1", "2", 0, 1, 8, "own", 0, "pink")


@pytest.mark.parametrize("frames", [7, 61, 8.5, "8", None, True])
def test_too_few_or_too_many_frames_are_refused(tiny_model, frames):
    with pytest.raises(UserError, match=r"^Frames must be a whole number from 8 to 60"):
        make_morph(tiny_model, "1", "2", 0, 1, frames)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("1x", "12", "Character 2, 'x',"),
        ("12", "1x", "Character 2, 'x',"),
        ("", "12", "no digit"),
        ("12", "-", "no digit"),
        ("1" * 65, "1" * 65, "at most 64 digits"),
        (12, "12", "must be text"),
        ("1", "12", "they have 1 and 2"),
    ],
)
def test_what_is_no_number_does_not_morph(tiny_model, start, end, said):
    with pytest.raises(UserError, match=said):
        make_morph(tiny_model, start, end)


def test_a_morph_is_in_one_hand_and_its_row(reading_sampler, tiny_model):
    morphed = make_morph(tiny_model, "12", "34", 5, 6, 8, "one", 4)
    start = Settings(digits="12", seed=5, style="one", row=4)
    drawing = draw(reading_sampler, parse(start.digits), start.hand())
    np.testing.assert_array_equal(morphed.frames[0], np.concatenate(drawing.pixels, axis=1))


def test_a_file_travels_as_json_and_stays_the_same(tiny_model):
    file = actions.number_file(tiny_model, OTHER, "png")
    sent = json.loads(actions.courier(file))
    start, content = sent["address"].split(",")
    assert (sent["name"], start) == (file[0], "data:image/png;base64")
    assert base64.b64decode(content) == file[2]


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
        line = actions.facts(model, 1.25, language)
        assert line.endswith(f"· {name}")
        assert f"{tiny_sampler.parameter_count:,} " in line


def test_the_line_of_facts_says_why_it_is_not_what_was_asked_for(reading_sampler):
    for reason, english, chinese in [
        (
            Loading(),
            "it is on its way from the Hugging Face Hub.",
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
        assert actions.facts(model, 1, "en").endswith(f", instead of ann/x: {english}")
        line = actions.facts(model, 1, "zh")
        assert "，因为尚未取得最新的 ann/x：" in line
        assert line.endswith(chinese)


def test_a_picture_from_the_hub_names_repository_and_commit():
    config = replace(TINY, reader=True)
    source = Source("hub", "ann/digits@v1", "c0ffee")
    model = Model(Sampler(Weights(config, random_tensors(config)), source))
    for data in (
        actions.number_file(model, OTHER, "png")[2],
        actions.grid_file(model, GridSettings(3, 4, "mnist"), 1)[2],
    ):
        assert opened(data).text["weights"] == "ann/digits@c0ffee"
    svg = actions.number_file(model, OTHER, "svg")[2].decode()
    assert "weights: ann/digits@c0ffee" in svg


def test_the_sentence_of_a_bad_character_names_it(tiny_model):
    for character in ("a", "é", "二", "\n", "\u202e", "<", "{", "\udcff", "📞"):
        with pytest.raises(UserError) as caught:
            actions.paper_html(tiny_model, Settings(digits=f"12{character}4"), "en")
        assert message(caught).startswith(f"Character 3, {ascii_or_itself(character)}")
        said = explain(caught.value, "zh")
        assert said.startswith(f"第 3 个字符 {ascii_or_itself(character)}")


def ascii_or_itself(character):
    return repr(character) if character.isprintable() else ascii(character)


def test_a_problem_is_an_alert_without_markup_of_its_own():
    assert actions.problem(None, "en") == ""
    shown = actions.problem(UserError("<script>&"), "en")
    assert shown == '<p role="alert">&lt;script&gt;&amp;</p>'


@examples(max_examples=60)
@given(any_settings, st.sampled_from(["en", "zh"]))
def test_any_settings_are_drawn_on_the_page_or_refused(tiny_model, settings, language):
    result = worked(lambda: actions.paper_html(tiny_model, settings, language))
    if result is not None:
        assert result[0].startswith("<div")
        assert "data-index" in result[0]


@examples(max_examples=60)
@given(numbers, right_settings)
def test_any_number_in_right_settings_has_a_button_for_each_digit(tiny_model, text, settings):
    changed = Settings(**{**vars(settings), "digits": text})
    result = worked(lambda: actions.paper_html(tiny_model, changed, "en"))
    if result is not None:
        assert result[0].count("data-index") == sum(character.isdecimal() for character in text)


@examples(max_examples=60)
@given(any_settings, st.integers(1, 8) | strange)
def test_any_settings_become_a_png_or_are_refused(tiny_model, settings, scale):
    result = worked(lambda: actions.number_png(tiny_model, settings, scale))
    if result is not None:
        assert opened(result[2]).height == 8 * scale


@examples(max_examples=60)
@given(right_settings, st.sampled_from(["png", "large", "svg"]))
def test_right_settings_become_a_file(reading_sampler, tiny_model, settings, kind):
    name, _, data = actions.number_file(tiny_model, settings, kind)
    drawing = draw(reading_sampler, parse(settings.digits), settings.hand())
    assert name.startswith(f"{drawing.digits}-seed-{settings.seed}.")
    assert drawing.digits.encode() in data


@examples(max_examples=40)
@given(st.integers(1, 20) | strange, any_seed, any_look, any_ink, st.integers(1, 4))
def test_any_grid_is_drawn_or_refused(tiny_model, rows, seed, look, ink, scale):
    result = worked(
        lambda: actions.grid_file(tiny_model, GridSettings(rows, seed, look, ink), scale)
    )
    if result is not None:
        assert opened(result[2]).size == (80 * scale, 8 * rows * scale)


@examples(max_examples=40)
@given(any_text, any_text, any_seed, any_seed, st.integers(8, 12) | strange, any_settings)
def test_any_morph_is_made_or_refused(tiny_model, start, end, first, last, frames, settings):
    result = worked(
        lambda: make_morph(
            tiny_model, start, end, first, last, frames, settings.style, settings.row
        )
    )
    if result is not None:
        assert len(result.frames) == frames
        assert len(result.start) == len(result.end)


@examples(max_examples=40)
@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(*[st.text("0123456789", min_size=n, max_size=n)] * 2)
    ),
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.integers(0, 19),
)
def test_numbers_of_the_same_length_morph(tiny_model, numbers, first, last, row):
    morphed = make_morph(tiny_model, *numbers, first, last, 8, "one", row)
    assert (morphed.start, morphed.end) == numbers
    assert morphed.frames.shape == (8, 8, 8 * len(numbers[0]))


@pytest.mark.parametrize(("kind", "scale"), [("png", 1), ("large", 8), ("svg", None)])
@pytest.mark.parametrize(
    "settings",
    [
        Settings(digits="+86 138", seed=5, look="mnist"),
        Settings(digits="138", seed=7, ink="blue", truncation=0.5, redrawn="0.1-2.3"),
        Settings(digits="44", style="one", row=3, look="clear", ink="red", best_of=2),
    ],
)
def test_the_command_line_writes_the_pages_files(tmp_path, settings, kind, scale):
    file = actions.number_file(MODELS[""], settings, kind)
    path = tmp_path / file.name
    options = {
        name: value for name, value in vars(settings).items() if name not in ("digits", "size")
    }
    if scale:
        options["scale"] = scale
    given = [f"--{name}={value}" for name, value in options.items() if value != ""]
    assert main(["write", settings.digits, *given, "-o", str(path)]) == 0
    assert path.read_bytes() == file.data
