"""Morphs: exactly from the one written number to the other, by small steps."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from cgan.sampler import Sampler
from cgan.writing import look as looks
from cgan.writing import morph as morphs
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.morph import DifferentLengths
from cgan.writing.number import parse
from tests.conftest import message

hands = st.builds(
    Hand,
    seed=st.integers(0, 9999),
    variation=st.sampled_from([0.0, 0.22, 1.0]),
    row=st.integers(0, 19),
    truncation=st.floats(0, 1.5, allow_subnormal=False),
    redrawn=st.dictionaries(st.integers(0, 5), st.integers(1, 999), max_size=3),
)
pairs_of_numbers = st.integers(1, 6).flatmap(
    lambda n: st.tuples(*[st.text("0123456789", min_size=n, max_size=n)] * 2)
)


def morph(sampler, start, end, *others):
    return morphs.morph(sampler, parse(start), parse(end), *others)


@pytest.fixture(scope="module")
def pretrained():
    """The weights that come with the package."""
    return Sampler.from_pretrained()


@pytest.fixture(scope="module")
def morphed(pretrained):
    return morph(pretrained, "138 0", "2547", Hand(3), Hand(4), 30)


@pytest.fixture(scope="module")
def tiny_morph(tiny_sampler):
    return morph(tiny_sampler, "12", "34", Hand(3), Hand(4), 8)


@examples(max_examples=40)
@given(pairs_of_numbers, hands, hands, st.integers(2, 9))
def test_the_first_frame_is_the_start_and_the_last_the_end(
    tiny_sampler, numbers, start_hand, end_hand, frames
):
    start, end = numbers
    result = morph(tiny_sampler, start, end, start_hand, end_hand, frames)
    assert (result.start, result.end) == numbers
    assert result.frames.shape == (frames, 8, 8 * len(start))
    assert result.frames.dtype == np.uint8
    for frame, text, hand in ((0, start, start_hand), (-1, end, end_hand)):
        expected = draw(tiny_sampler, parse(text), hand).row
        np.testing.assert_array_equal(result.frames[frame], expected)


def test_the_ends_are_what_the_sampler_writes(pretrained):
    frames = morph(pretrained, "138", "254", Hand(3), Hand(4), 8).frames
    np.testing.assert_array_equal(frames[0], pretrained.write("138", seed=3))
    np.testing.assert_array_equal(frames[-1], pretrained.write("254", seed=4))


def test_between_the_ends_frames_move_gradually(morphed):
    frames = morphed.frames.astype(float)
    steps = abs(np.diff(frames, axis=0)).mean(axis=(1, 2))
    whole_way = abs(frames[-1] - frames[0]).mean()
    assert steps.min() > 0
    assert steps.max() < whole_way / 4
    from_start = abs(frames - frames[0]).mean(axis=(1, 2))
    assert from_start[3] < from_start[8] < from_start[-1]
    to_end = abs(frames - frames[-1]).mean(axis=(1, 2))
    assert to_end[-4] < to_end[-9] < to_end[0]


def test_frames_between_are_written_with_as_much_ink(morphed):
    ink = morphed.frames.mean(axis=(1, 2))
    assert ink.min() > 0.6 * min(ink[0], ink[-1])
    assert ink.max() < 1.5 * max(ink[0], ink[-1])


def test_the_way_back_is_the_same_way(tiny_sampler, tiny_morph):
    back = morph(tiny_sampler, "34", "12", Hand(4), Hand(3), 8)
    difference = tiny_morph.frames[::-1].astype(int) - back.frames
    assert abs(difference).max() <= 1


def test_a_number_morphs_to_itself_without_moving(tiny_sampler):
    frames = morph(tiny_sampler, "12", "12", Hand(3), Hand(3), 8).frames
    difference = frames.astype(int) - frames[0]
    assert abs(difference).max() <= 1


def test_the_gaps_are_those_of_the_start(tiny_sampler):
    frames = morph(tiny_sampler, "+1 2", "(3)-4", Hand(3), Hand(4), 8).frames
    assert frames.shape == (8, 8, 8 + 4 + 8)
    assert (frames[:, :, 8:12] == 0).all()
    plain = morph(tiny_sampler, "12", "34", Hand(3), Hand(4), 8).frames
    np.testing.assert_array_equal(
        frames[:, :, [*range(8), *range(12, 20)]],
        plain,
    )


@pytest.mark.parametrize(
    ("start", "end", "first", "second"),
    [("1", "22", 1, 2), ("138 1234 5678", "1", 11, 1), ("1" * 64, "2" * 63, 64, 63)],
)
def test_different_lengths_are_refused_with_both(tiny_sampler, start, end, first, second):
    with pytest.raises(DifferentLengths, match=f"they have {first} and {second}") as caught:
        morph(tiny_sampler, start, end, Hand(), Hand(), 8)
    message(caught)


@pytest.mark.parametrize("kind", morphs.FORMATS)
@pytest.mark.parametrize("frames", [8, 13])
def test_an_animation_goes_there_and_back_without_end(pretrained, kind, frames):
    morphed = morph(pretrained, "12", "34", Hand(3), Hand(4), frames)
    data = morphs.animation(morphed, "paper", "blue", kind)
    image = Image.open(io.BytesIO(data))
    assert image.format == kind.upper()
    assert image.size == (64 * 4, 32 * 4)
    assert image.n_frames == 2 * frames - 2
    assert image.info["loop"] == 0
    there_and_back = [*range(frames), *range(frames - 2, 0, -1)]
    for index, frame in enumerate(there_and_back):
        image.seek(index)
        image.load()
        assert image.info["duration"] == 50
        expected = looks.colour(morphed.frames[frame], "paper", "blue", 4).convert("RGB")
        difference = np.asarray(image.convert("RGB")).astype(int) - np.asarray(expected)
        assert abs(difference).max() <= 2


@pytest.mark.parametrize("kind", morphs.FORMATS)
def test_an_animation_has_its_look(pretrained, kind):
    morphed = morph(pretrained, "1", "7", Hand(3), Hand(4), 8)
    for look in looks.LOOKS:
        image = Image.open(io.BytesIO(morphs.animation(morphed, look, "red", kind)))
        for index in (0, 5):
            image.seek(index)
            shown = np.asarray(image.convert("RGBA")).astype(int)
            expected = looks.colour(morphed.frames[index], look, "red", 4).convert("RGBA")
            if look != "clear":
                assert abs(shown - np.asarray(expected)).max() <= 2
                continue
            alpha = np.asarray(expected)[..., 3]
            if kind == "gif":  # which knows no half transparency
                alpha = 255 * (alpha > 127)
            np.testing.assert_array_equal(shown[..., 3], alpha)
            assert abs(shown[shown[..., 3] > 0][:, :3] - looks.INKS["red"]).max() <= 2


@pytest.mark.parametrize("kind", morphs.FORMATS)
def test_an_animation_has_lines_and_says_what_is_asked_of_it(tiny_sampler, kind):
    morphed = morph(tiny_sampler, "1" * 64, "2" * 64, Hand(3), Hand(4), 8)
    image = Image.open(io.BytesIO(morphs.animation(morphed, "paper", "red", kind, "Left out: é")))
    assert image.size == (22 * 8 * morphed.scale, 3 * 8 * morphed.scale)
    said = image.info["comment"] if kind == "gif" else image.getexif()[0x010E].encode("latin-1")
    assert said.decode() == "Left out: é"
