"""Morphs on the page: a film for each digit."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from cgan.writing import look as looks
from cgan.writing.hand import Hand
from cgan.writing.morph import Morph, animation, morph
from cgan.writing.number import parse
from demo.page.film import html


@pytest.fixture(scope="module")
def tiny_morph(tiny_sampler):
    return morph(tiny_sampler, parse("12"), parse("34"), Hand(3), Hand(4), 8)


def films(html):
    """Return the pictures of all frames, one a digit."""
    addresses = re.findall(r"url\('data:image/png;base64,([^']+)'\)", html)
    return [Image.open(io.BytesIO(base64.b64decode(address))) for address in addresses]


def test_the_page_gets_all_frames_of_a_digit_in_one_picture(tiny_sampler):
    morphed = morph(tiny_sampler, parse("+1 2"), parse("34"), Hand(3), Hand(4), 8)
    made = html(morphed, "paper", "green", "en")
    assert " ".join(re.findall('class="(gap|group|frame)"', made)) == (
        "group frame gap group frame"
    )
    plain = morph(tiny_sampler, parse("12"), parse("34"), Hand(3), Hand(4), 8).frames
    for strip, left in zip(films(made), (0, 8), strict=True):
        expected = looks.colour(plain[:, :, left : left + 8].reshape(64, 8), "paper", "green", 4)
        np.testing.assert_array_equal(strip.convert("RGB"), expected.convert("RGB"))


@pytest.mark.parametrize(
    ("language", "label"),
    [("en", "The number 12 turning into 34"), ("zh", "号码 12 渐变为 34")],
)
def test_the_film_says_what_it_shows_and_how_long_it_is(tiny_morph, language, label):
    made = html(tiny_morph, "paper", "green", language)
    assert f'role="img" aria-label="{label}"' in made
    assert 'data-frames="8"' in made
    assert 'min="0" max="7"' in made


@pytest.mark.parametrize(("digits", "frames", "scale"), [(1, 8, 4), (11, 60, 4), (64, 60, 2)])
def test_long_numbers_are_not_too_large_to_send_and_to_save(digits, frames, scale):
    ink = np.zeros((frames, 32, 32 * digits), np.uint8)
    morphed = Morph("1" * digits, "2" * digits, ink, [1] * digits)
    strips = films(html(morphed, "paper", "black", "en"))
    assert [strip.size for strip in strips] == [(32 * scale, 32 * scale * frames)] * digits
    data = animation(morphed, "paper", "black", "gif")
    lines = 1 + (digits > 24) * 2
    assert Image.open(io.BytesIO(data)).size == (
        32 * -(-digits // lines) * scale,
        32 * scale * lines,
    )
