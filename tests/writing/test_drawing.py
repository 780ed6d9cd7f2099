"""Which latent each digit of a drawing has, and what changes which digit."""

import functools
import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.model.reader import NoReader
from cgan.writing import drawing
from cgan.writing.hand import Hand
from cgan.writing.latents import candidates, slerp
from cgan.writing.memory import Memory
from cgan.writing.number import parse
from cgan.writing.own_hand import OwnHand

digit_texts = st.text(string.digits, min_size=1, max_size=12)
seeds = st.integers(0, 9999)
redrawings = st.dictionaries(st.integers(0, 63), st.integers(1, 999), max_size=8)
hands = st.builds(
    Hand,
    seed=seeds,
    variation=st.sampled_from([0.0, 0.22, 1.0]),
    row=st.integers(0, 19),
    truncation=st.floats(0, 1.5, allow_subnormal=False),
    redrawn=redrawings,
)


LABELS = np.arange(64) % 10
MEMORY = Memory()


def draw(sampler, text, hand, memory=MEMORY):
    return drawing.draw(sampler, parse(text), hand, memory)


def changed(first, second):
    """Return the positions whose pixels differ."""
    return [i for i in range(len(first)) if not np.array_equal(first[i], second[i])]


@given(digit_texts, st.data(), hands)
def test_changing_a_digit_changes_no_other(tiny_sampler, text, data, hand):
    position = data.draw(st.integers(0, len(text) - 1))
    digit = data.draw(st.sampled_from(string.digits))
    other = text[:position] + digit + text[position + 1 :]
    before, after = (draw(tiny_sampler, each, hand).pixels for each in (text, other))
    assert changed(before, after) == ([] if digit == text[position] else [position])


@given(digit_texts, st.data(), seeds, st.sampled_from([0.0, 0.22, 1.0]), st.integers(1, 998))
def test_redrawing_a_digit_changes_that_one_alone(
    tiny_sampler, text, data, seed, variation, redrawing
):
    position = data.draw(st.integers(0, len(text) - 1))
    pictures = [
        draw(tiny_sampler, text, Hand(seed, variation, redrawn=redrawn)).pixels
        for redrawn in ({}, {position: redrawing}, {position: redrawing + 1})
    ]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert changed(pictures[i], pictures[j]) == [position]


@pytest.mark.parametrize("variation", [0.0, 0.22, 1.0])
def test_redrawing_a_digit_changes_no_mark(tiny_sampler, variation):
    parts = parse("+12 (3)", marks=True)
    pictures = [
        drawing.draw(tiny_sampler, parts, Hand(7, variation, redrawn=redrawn)).pixels
        for redrawn in ({}, {0: 1})
    ]
    first_digit = [part for part in parts if part is not None].index(1)
    assert changed(*pictures) == [first_digit]


def chosen(hand, sampler, labels):
    """Return a `Latent` for each digit."""
    return hand.latents(
        labels, sampler.config.n_classes, functools.partial(MEMORY.latents, sampler)
    )


def latents(hand, sampler, labels):
    """Return (N, latent_dim): what the digits are drawn from."""
    return np.stack([latent.values for latent in chosen(hand, sampler, labels)])


@given(hands, st.integers(1, 64))
def test_a_latent_depends_on_its_own_digit_alone(tiny_sampler, hand, count):
    z = latents(hand, tiny_sampler, LABELS)
    assert (z.shape, z.dtype) == ((64, 3), np.float32)
    np.testing.assert_array_equal(latents(hand, tiny_sampler, LABELS[:count]), z[:count])


def test_all_variations_of_all_digits_have_latents_of_their_own(tiny_sampler):
    drawn_from = [
        latents(Hand(7, redrawn=dict.fromkeys(range(64), variation)), tiny_sampler, LABELS)
        for variation in (0, 1, 2, 999)
    ]
    assert len(np.unique(np.concatenate(drawn_from), axis=0)) == 4 * 64


def test_digits_of_their_own_style_differ(tiny_sampler):
    pixels = draw(tiny_sampler, "7777", Hand(3)).pixels
    assert len(np.unique(pixels, axis=0)) == 4


def test_one_hand_writes_with_one_latent(tiny_sampler):
    hand = Hand(3, variation=0.0, row=2)
    assert len(np.unique(latents(hand, tiny_sampler, LABELS), axis=0)) == 1
    pixels = draw(tiny_sampler, "7787", hand).pixels
    assert changed(pixels, pixels[[0, 0, 0, 0]]) == [2]


def test_one_hand_writes_all_but_what_was_redrawn_with_one_latent(tiny_sampler):
    z = latents(Hand(3, variation=0.0, redrawn={2: 1}), tiny_sampler, LABELS[:5])
    assert changed(z, z[[0] * 5]) == [2]


def test_rows_and_seeds_are_different_hands(tiny_sampler):
    drawn_from = [
        latents(Hand(seed, variation=0.0, row=row), tiny_sampler, LABELS[:1])
        for seed in (0, 1)
        for row in range(20)
    ]
    assert len(np.unique(np.concatenate(drawn_from), axis=0)) == 40


def test_without_truncation_left_every_digit_has_the_average_latent(tiny_sampler):
    hand = Hand(3, truncation=0.0, redrawn={1: 4})
    np.testing.assert_array_equal(latents(hand, tiny_sampler, LABELS[:6]), np.zeros((6, 3)))
    pixels = draw(tiny_sampler, "4444", hand).pixels
    assert len(np.unique(pixels, axis=0)) == 1


@pytest.mark.parametrize("truncation", [0.5, 1.5])
def test_truncation_scales_the_latents(tiny_sampler, truncation):
    z = latents(Hand(3, truncation=truncation), tiny_sampler, LABELS[:4])
    whole_z = latents(Hand(3), tiny_sampler, LABELS[:4])
    np.testing.assert_array_equal(z, whole_z * np.float32(truncation))


@given(digit_texts, seeds, st.integers(2, 8))
def test_the_most_legible_is_what_the_sampler_writes(reading_sampler, text, seed, best_of):
    np.testing.assert_array_equal(
        draw(reading_sampler, text, Hand(seed, best_of=best_of)).row,
        reading_sampler.write(text, seed=seed, best_of=best_of),
    )


@given(digit_texts, st.data(), hands, st.integers(2, 4))
def test_choosing_the_most_legible_changes_no_other_digit(
    reading_sampler, text, data, hand, best_of
):
    position = data.draw(st.integers(0, len(text) - 1))
    other = text[:position] + data.draw(st.sampled_from(string.digits)) + text[position + 1 :]
    hand = replace(hand, best_of=best_of)
    before, after = (draw(reading_sampler, each, hand).pixels for each in (text, other))
    assert changed(before, after) in ([], [position])


def test_one_hand_is_the_most_legible_one_in_all_digits(reading_sampler):
    hand = Hand(4, variation=0.0, best_of=8)
    z = latents(hand, reading_sampler, LABELS)
    assert len(np.unique(z, axis=0)) == 1
    choices = candidates(4, 0, 8, 3)
    np.testing.assert_array_equal(z[0], choices[reading_sampler.best(choices, range(10))])


def test_weights_without_a_reader_are_told_so(tiny_sampler):
    with pytest.raises(NoReader):
        draw(tiny_sampler, "138", Hand(best_of=2))


@given(st.text("0123456789１٣ -.()[]", max_size=30).map(lambda text: f"+{text}7"), seeds)
def test_own_style_is_what_the_sampler_writes(tiny_sampler, text, seed):
    np.testing.assert_array_equal(
        draw(tiny_sampler, text, Hand(seed)).row, tiny_sampler.write(text, seed=seed)
    )


@pytest.mark.parametrize("index", [0, 1, 7, 19])
def test_one_hand_is_a_row_of_the_grid(tiny_sampler, index):
    grid = tiny_sampler.grid(20, seed=6)
    drawn = draw(tiny_sampler, string.digits, Hand(6, variation=0.0, row=index))
    np.testing.assert_array_equal(drawn.row, grid[8 * index : 8 * index + 8])


def test_a_drawing_has_the_pixels_of_each_digit_and_knows_the_number(tiny_sampler):
    drawn = draw(tiny_sampler, "+86 １", Hand())
    assert (drawn.pixels.shape, drawn.pixels.dtype) == ((3, 8, 8), np.uint8)
    assert drawn.parts == [8, 6, None, 1]
    assert drawn.digits == "861"
    assert drawn.milliseconds > 0


def test_the_time_of_a_digit_that_is_drawn_once_counts_once(tiny_sampler):
    hand = Hand(seed=4322, variation=0.0)
    single = draw(tiny_sampler, "4", hand)
    assert draw(tiny_sampler, "4" * 64, hand).milliseconds == single.milliseconds


def test_the_time_includes_that_of_choosing_the_most_legible(reading_sampler):
    """Here it takes many times as long as drawing, of a digit that is in memory, too."""
    first = draw(reading_sampler, "138", Hand(seed=4323, best_of=8))
    again = draw(reading_sampler, "138", Hand(seed=4323, best_of=8))
    latents = chosen(Hand(4323, best_of=8), reading_sampler, [1, 3, 8])
    assert all(latent.milliseconds for latent in latents)
    choosing = sum(latent.milliseconds for latent in latents)
    assert first.milliseconds == again.milliseconds > choosing
    # One hand for all is chosen once.
    hand = Hand(seed=4323, variation=0.0, best_of=8)
    latents = chosen(hand, reading_sampler, [1, 3, 8])
    assert len({latent.milliseconds for latent in latents}) == 1


def test_changing_a_picture_changes_no_other(tiny_sampler):
    hand = Hand(seed=4321, redrawn={1: 2})
    first = draw(tiny_sampler, "305", hand)
    again = draw(tiny_sampler, "305", hand)
    again.pixels[:] = 7
    np.testing.assert_array_equal(draw(tiny_sampler, "305", hand).pixels, first.pixels)


def test_sixty_four_digits_are_written_with_the_gaps_between_them(tiny_sampler):
    drawn = draw(tiny_sampler, "1 " * 64, Hand())
    assert drawn.digits == "1" * 64
    assert drawn.row.shape == (8, 64 * (8 + 4) - 4)
    assert drawn.lines.shape == (4 * 8, 16 * (8 + 4) - 4)


@given(digit_texts, hands)
def test_what_is_remembered_is_the_same_as_drawn_anew(tiny_sampler, text, hand):
    anew = draw(tiny_sampler, text, hand, None)
    np.testing.assert_array_equal(draw(tiny_sampler, text, hand).pixels, anew.pixels)


@pytest.mark.parametrize("row", [0, 3])
def test_variation_lies_between_the_hand_and_each_digits_own(tiny_sampler, row):
    own, hand, mixed = (
        latents(Hand(3, variation=variation, row=row), tiny_sampler, LABELS[:5])
        for variation in (1.0, 0.0, 0.22)
    )
    shorter = np.minimum(1, np.linalg.norm(hand, axis=1) / np.linalg.norm(own, axis=1))
    expected = slerp(hand, own * shorter[:, None].astype(np.float32), 0.22)
    np.testing.assert_allclose(mixed, expected, rtol=1e-5, atol=1e-6)


def test_marks_stay_when_a_digit_changes(tiny_sampler):
    first, second = (
        drawing.draw(tiny_sampler, parse(text, marks=True), Hand(3, variation=0.22)).pixels
        for text in ("+1(2)-3", "+1(7)-3")
    )
    assert changed(first, second) == [3]


def test_somebodys_own_hand_is_left_as_far_as_variation_says(tiny_sampler):
    own = OwnHand("", np.array([0.5, -0.25, 0.25], np.float32), {})
    away = [
        np.linalg.norm(
            latents(Hand(3, variation, own=own), tiny_sampler, LABELS[:8]) - own.latent, axis=1
        )
        for variation in (0.0, 0.22, 1.0)
    ]
    assert away[0].max() == 0
    assert 0 < away[1].max() < np.linalg.norm(own.latent) * 0.8
    assert away[1].mean() < away[2].mean() / 2


def test_without_variation_a_redrawn_digit_leaves_somebodys_own_hand_a_little(tiny_sampler):
    own = OwnHand("", np.array([0.5, -0.25, 0.25], np.float32), {})
    plain, once, again, varied = (
        latents(Hand(3, variation, own=own, redrawn=redrawn), tiny_sampler, LABELS[:5])
        for variation, redrawn in ((0.0, {}), (0.0, {2: 1}), (0.0, {2: 2}), (0.22, {2: 1}))
    )
    assert changed(plain, once) == changed(plain, again) == changed(once, again) == [2]
    np.testing.assert_array_equal(once[2], varied[2])
