"""The rounds of the game "Which one is real?": three generated digits, and one of MNIST's.

A round is made from its number alone, so that the server keeps nothing. The page gets the strokes
without a word on where they come from, until the visitor has chosen.
"""

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.writing import outline, picture
from cgan.writing.generator import DrawsImages
from cgan.writing.latents import candidates
from demo.text.texts import say

# docs/make_real_digits.py makes it: a row of so many images for each class.
REAL_DIGITS = Path(__file__).parents[1] / "static/real_digits.png"
CLASSES, EACH = 10, 20
CHOICES = 4
MAX_ROUND = 2**31 - 1


@dataclass(frozen=True)
class Round:
    """Four digits of one class.

    Attributes:
        digit: the class.
        inks: (4, H, W) uint8, 255 where there is ink.
        real: which one, from 0, a person wrote.
    """

    digit: int
    inks: NDArray[np.uint8]
    real: int


def make_round(sampler: DrawsImages, number: int) -> Round:
    """Return a round; the same number and weights give the same one.

    Args:
        sampler: the generator, of grey digits.
        number: of the round, from 0 to `MAX_ROUND`.
    """
    # A generator of its own: the real digit's place says nothing of the latents.
    random = np.random.default_rng(number)
    digit, which, real = (int(random.integers(high)) for high in (CLASSES, EACH, CHOICES))
    seed = int(random.integers(MAX_ROUND))
    latents = candidates(seed, 0, CHOICES - 1, sampler.config.latent_dim)
    written = picture.to_pixels(sampler.generate(latents, np.full(CHOICES - 1, digit)))
    one = real_digits(sampler.config.img_size)[digit, which]
    return Round(digit, np.insert(written, real, one, axis=0), real)


@cache
def real_digits(size: int) -> NDArray[np.uint8]:
    """Return the real digits, resized as those that generators are trained on.

    Returns:
        (10, 20, size, size) uint8.
    """
    with Image.open(REAL_DIGITS) as sheet:
        side = sheet.width // EACH
        images = [
            sheet.crop((left, top, left + side, top + side)).resize(
                (size, size), Image.Resampling.BILINEAR
            )
            for top in range(0, sheet.height, side)
            for left in range(0, sheet.width, side)
        ]
    digits: NDArray[np.uint8] = np.stack([np.asarray(image) for image in images])
    return digits.reshape(CLASSES, EACH, size, size)


def html(number: int, played: Round, choice: int | None, language: str) -> str:
    """Return a round as buttons; once the visitor has chosen, as pictures that say what they are.

    Args:
        number: of the round.
        played: the round.
        choice: which one the visitor takes for real, from 0; None before that.
        language: of the texts.
    """
    question = escape(say(language, "game_question"))
    shown = []
    for place, ink in enumerate(played.inks):
        height, width = ink.shape
        drawn = (
            f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
            f'<path d="{outline.path(ink)}"/></svg>'
        )
        name = escape(say(language, "game_choice", place=place + 1, digit=played.digit))
        if choice is None:
            shown.append(
                f'<button type="button" class="choice" data-place="{place}" '
                f'aria-label="{name}">{drawn}</button>'
            )
        else:
            source = escape(say(language, "game_real" if place == played.real else "game_made"))
            marks = " real" * (place == played.real) + " chosen" * (place == choice)
            shown.append(
                f'<figure class="choice{marks}" aria-label="{name}">{drawn}'
                f"<figcaption>{source}</figcaption></figure>"
            )
    said = button = ""
    if choice is not None:
        right = choice == played.real
        key = "game_right" if right else "game_wrong"
        told = escape(say(language, key, place=played.real + 1))
        said = f' data-said="{told}" data-right="{str(right).lower()}"'
        button = f'<button type="button" class="next">{escape(say(language, "game_next"))}</button>'
    return (
        f'<div class="game" data-round="{number}"{said}><p>{question}</p>'
        f'<div class="sheet choices" role="group" aria-label="{question}">'
        f"{''.join(shown)}</div>{button}</div>"
    )


def result(language: str) -> str:
    """Return where the answer and the score are told, which the browser keeps."""
    score = escape(say(language, "game_score", right="{right}", played="{played}"))
    return (
        '<p class="verdict" role="status"></p>'
        f'<p class="score" data-score="{score}"></p><p>{escape(say(language, "game_credit"))}</p>'
    )
