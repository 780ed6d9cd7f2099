"""Links and files are exact, and anything else is refused in a sentence."""

import io
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
from cgan.model.encoder import NoEncoder
from cgan.model.weights import Weights, save_tensors
from cgan.writing.drawing import draw
from cgan.writing.look import LOOKS
from cgan.writing.number import parse
from cgan.writing.own_hand import ForeignHand
from cgan.writing.setting import checked
from cgan.writing.settings import GridSettings, MorphSettings, WritingSettings
from demo import actions
from demo.actions import Settings
from demo.models import BUNDLED_BEFORE, Model, Models
from tests.conftest import TINY, message, random_tensors
from tests.demo.strategies import (
    any_ink,
    any_look,
    any_seed,
    any_settings,
    any_text,
    right_settings,
    strange,
    worked,
)

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
    variation=0.0,
    spacing="grid",
)


# What a link has that names no setting of these.
UNNAMED = Settings(seed=WritingSettings.seed, variation=1.0, spacing="grid")


def make_morph(model, *values, **named):
    return actions.make_morph(model, MorphSettings(*values, **named))


def fragment(settings):
    return "#" + urllib.parse.urlencode(vars(settings))


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@given(right_settings)
def test_a_link_brings_back_every_setting(settings):
    assert actions.restore("#" + actions.fragment(settings, MODELS[""]), MODELS) == (settings, None)


def test_a_link_tells_of_other_weights(tiny_weights, tmp_path):
    other = shutil.copytree(tiny_weights, tmp_path / "other")
    models = Models([str(tiny_weights), str(other)])
    link = actions.fragment(Settings(), models[""])

    def changed(link, models):
        return actions.weights_changed(link, actions.restore(link, models)[0], models)

    assert not changed(f"#{link}", models)
    assert changed(f"#{link}", MODELS)
    save_tensors(other, TINY, random_tensors(TINY, seed=5))
    assert changed(f"#{link}&weights={other}", Models([str(tiny_weights), str(other)]))
    # The page's links without them are from before, when the bundled weights were others, or
    # others' own. All of them have an ink; what somebody has typed says nothing of weights.
    older = MODELS[""].sampler.sha256 != BUNDLED_BEFORE
    assert changed("#seed=7&ink=black", MODELS) == older
    assert not changed("#seed=7&ink=black", models)
    assert not changed("#seed=7", MODELS)
    assert not changed("#tab=grid", MODELS)


@pytest.mark.parametrize("nothing", ["", "#", None, "#a=b", "#digits", "#digits=", "#&&=&"])
def test_a_link_that_says_nothing_is_a_new_page(nothing):
    assert actions.restore(nothing, MODELS) == (Settings(), None)


def test_a_link_may_leave_settings_out():
    restored, wrong = actions.restore("#ink=blue&seed=7", MODELS)
    assert (restored, wrong) == (replace(UNNAMED, ink="blue", seed=7), None)


def test_a_link_without_weights_takes_the_first_of_several(tiny_weights, tmp_path):
    other = shutil.copytree(tiny_weights, tmp_path / "other")
    models = Models([str(tiny_weights), str(other)])
    for link in ("", "#seed=7", "#weights=ben/none"):
        assert actions.restore(link, models)[0].weights == "weights"
    for named in ("other", other):  # older links name the folder
        assert actions.restore(f"#weights={named}", models)[0].weights == "other"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("digits", "x", "no digit"),
        ("digits", "--", "no digit"),
        ("digits", "1" * 65, "the limit is 64 digits"),
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
    # The wrong one is as if the link didn't name it.
    usual = getattr(WritingSettings(), name, getattr(Settings(), name))
    assert restored == Settings(**{**vars(OTHER), name: usual})
    assert isinstance(wrong, UserError)
    assert said in str(wrong)


def test_of_several_faults_in_a_link_the_first_is_named_and_all_are_left_out():
    restored, wrong = actions.restore("#size=1&ink=pink&seed=x&row=4", MODELS)
    assert restored == replace(UNNAMED, row=4)
    assert str(wrong).startswith("Seed must be")


def test_a_link_carries_a_hand_of_ones_own():
    sampler = MODELS[""].sampler
    hand = sampler.hand(sampler.generate(sampler.latents(1, seed=3), [5]), [5])
    given = replace(UNNAMED, digits="5 1", hand=hand.to_text(), variation=0.0)
    link = "#" + actions.fragment(given, MODELS[""])
    settings, wrong = actions.restore(link, MODELS)
    assert wrong is None
    drawing = actions.write(MODELS[""], settings).drawing
    np.testing.assert_array_equal(drawing.row, sampler.write("5 1", hand=hand))
    text = opened(actions.number_png(MODELS[""], settings, 1).data).text
    assert text["hand"] == "own"
    assert hand.to_text() not in str(text)


def test_a_hand_for_other_weights_is_named_and_the_rest_of_the_link_drawn(tiny_model):
    settings, wrong = actions.restore(f"#ink=blue&hand=1.0123456789ab.{'A' * 134}", MODELS)
    assert settings == replace(UNNAMED, ink="blue")
    assert isinstance(wrong, ForeignHand)
    with pytest.raises(ForeignHand):
        actions.write(MODELS[""], Settings(hand=f"1.0123456789ab.{'A' * 134}"))
    with pytest.raises(NoEncoder):  # "make it again" would be no help
        actions.write(tiny_model, Settings(hand=f"1.0123456789ab.{'A' * 134}"))


@given(st.text(max_size=40) | st.text("digtsrown=&%#0123456789.+-", max_size=60))
def test_any_fragment_gives_settings_that_can_be_drawn(tiny_model, text):
    restored, wrong = actions.restore(text, MODELS)
    assert wrong is None or str(wrong).isprintable()
    assert actions.write(tiny_model, restored)


@given(
    st.sampled_from([*vars(OTHER)]),
    st.text(max_size=12) | st.text("0123456789.-+einfa_ ", max_size=12),
)
def test_any_value_in_a_link_is_taken_or_named(tiny_model, name, value):
    restored, wrong = actions.restore(
        "#" + urllib.parse.urlencode({name: value}, errors="ignore"), MODELS
    )
    shown = vars(UNNAMED) if value else vars(Settings())
    changed = {name, "variation"} if name == "style" else {name}
    assert vars(restored) == {**shown, **{one: getattr(restored, one) for one in changed}}
    if wrong is not None:
        assert restored == UNNAMED
    assert actions.write(tiny_model, restored)


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


@pytest.mark.parametrize(("kind", "scale"), [("png", 4), ("large", 8)])
def test_a_png_says_what_made_it(reading_sampler, tiny_model, kind, scale):
    image = opened(actions.number_file(tiny_model, OTHER, kind)[2])
    assert image.size == (scale * (9 * 8 + 4 * 4), scale * 8)
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
    image = opened(actions.number_file(tiny_model, replace(UNNAMED, digits="7"), "png")[2])
    assert image.text == {
        "digits": "7",
        "seed": str(UNNAMED.seed),
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
    data = actions.number_png(tiny_model, replace(UNNAMED, digits="12"), scale)[2]
    assert opened(data).size == (16 * scale, 8 * scale)


@pytest.mark.parametrize("scale", [0, 9, -1, 1.5, float("nan"), "2", True, None])
def test_another_scale_is_refused(tiny_model, scale):
    with pytest.raises(UserError, match=r"^Scale must be a whole number from 1 to 8") as caught:
        actions.number_png(tiny_model, Settings(), scale)
    message(caught)


def test_settings_with_an_unknown_style_are_refused():
    with pytest.raises(UserError, match="style must be one of own, one") as caught:
        checked(Settings(style="two"))
    message(caught)


def test_a_grid_file_shows_the_samplers_grid(reading_sampler, tiny_model):
    name, mime, data = actions.make_grid(tiny_model, GridSettings(3, 4, "mnist"), 1).file
    assert (name, mime) == ("grid-seed-4.png", "image/png")
    image = opened(data)
    np.testing.assert_array_equal(np.asarray(image), reading_sampler.grid(3, seed=4))
    assert image.text == {"seed": "4", "rows": "3", "weights-sha256": reading_sampler.sha256}


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
    with pytest.raises(UserError, match=said):
        actions.make_grid(tiny_model, GridSettings(rows, seed))


@pytest.mark.parametrize(("kind", "mime"), [("gif", "image/gif"), ("webp", "image/webp")])
def test_a_morph_file_is_named_after_both_numbers(tiny_model, kind, mime):
    morphed = make_morph(tiny_model, "1 2", "34", 0, 1, 8, ink="blue")
    name, given_mime, data = actions.morph_file(morphed, kind)
    assert (name, given_mime) == (f"12-to-34.{kind}", mime)
    assert opened(data).format == kind.upper()
    assert actions.morph_file(morphed, kind)[2] == data


@pytest.mark.parametrize("kind", ["png", "GIF", "", None, 3])
def test_another_format_of_a_morph_is_refused(tiny_model, kind):
    morphed = make_morph(tiny_model, "1", "2", 0, 1, 8)
    with pytest.raises(UserError, match="format must be one of gif, webp") as caught:
        actions.morph_file(morphed, kind)
    message(caught)


def test_another_ink_of_a_morph_is_refused(tiny_model):
    with pytest.raises(UserError, match="ink must be one of"):
        make_morph(tiny_model, "1", "2", 0, 1, 8, ink="pink")


@pytest.mark.parametrize("frames", [7, 61, 8.5, "8", None, True])
def test_too_few_or_too_many_frames_are_refused(tiny_model, frames):
    with pytest.raises(UserError, match=r"^Frames must be a whole number from 8 to 60"):
        make_morph(tiny_model, "1", "2", 0, 1, frames)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("", "12", "no digit"),
        ("12", "-", "no digit"),
        ("1" * 65, "1" * 65, "the limit is 64 digits"),
        (12, "12", "must be text"),
        ("1", "12", "they have 1 and 2"),
    ],
)
def test_text_that_is_not_a_number_does_not_morph(tiny_model, start, end, said):
    with pytest.raises(UserError, match=said):
        make_morph(tiny_model, start, end)


def test_a_morph_is_in_one_hand_and_its_row(reading_sampler, tiny_model):
    _, morphed = make_morph(tiny_model, "12", "34", 5, 6, 8, 0.0, 4)
    start = Settings(digits="12", seed=5, variation=0.0, row=4)
    drawing = draw(reading_sampler, parse(start.digits), start.to_hand())
    np.testing.assert_array_equal(morphed.frames[0], np.concatenate(drawing.pixels, axis=1))


def test_a_picture_from_the_hub_names_repository_and_commit():
    config = replace(TINY, reader=True)
    source = Source("hub", "ann/digits@v1", "c0ffee")
    model = Model(Sampler(Weights(config, random_tensors(config)), source))
    for data in (
        actions.number_file(model, OTHER, "png")[2],
        actions.make_grid(model, GridSettings(3, 4, "mnist"), 1).file.data,
    ):
        assert opened(data).text["weights"] == "ann/digits@c0ffee"
    svg = actions.number_file(model, OTHER, "svg")[2].decode()
    assert "weights: ann/digits@c0ffee" in svg


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
    drawing = draw(reading_sampler, parse(settings.digits), settings.to_hand())
    assert name.startswith(f"{drawing.digits}-seed-{settings.seed}.")
    assert drawing.digits.encode() in data


@examples(max_examples=40)
@given(st.integers(1, 20) | strange, any_seed, any_look, any_ink, st.integers(1, 4))
def test_any_grid_is_drawn_or_refused(tiny_model, rows, seed, look, ink, scale):
    result = worked(
        lambda: actions.make_grid(tiny_model, GridSettings(rows, seed, look, ink), scale)
    )
    if result is not None:
        assert opened(result.file.data).size == (80 * scale, 8 * rows * scale)


@examples(max_examples=40)
@given(any_text, any_text, any_seed, any_seed, st.integers(8, 12) | strange, any_settings)
def test_any_morph_is_made_or_refused(tiny_model, start, end, first, last, frames, settings):
    result = worked(
        lambda: make_morph(
            tiny_model, start, end, first, last, frames, settings.style, settings.row
        )
    )
    if result is not None:
        assert len(result.morph.frames) == frames
        assert len(result.morph.start) == len(result.morph.end)


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
    _, morphed = make_morph(tiny_model, *numbers, first, last, 8, 0.0, row)
    assert (morphed.start, morphed.end) == numbers
    assert morphed.frames.shape == (8, 8, 8 * len(numbers[0]))


@pytest.mark.parametrize(("kind", "scale"), [("png", 4), ("large", 8), ("svg", None)])
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
        name: value
        for name, value in vars(settings).items()
        if name not in ("digits", "size", "rows_show")
    }
    if scale:
        options["scale"] = scale
    given = [f"--{name}={value}" for name, value in options.items() if value != ""]
    assert main(["write", settings.digits, *given, "-o", str(path)]) == 0
    assert path.read_bytes() == file.data
