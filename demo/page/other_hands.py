"""Other hands: six of the visitor's own number, small, of which a click takes one; and any one."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from html import escape

from cgan import Sampler
from cgan.writing import inked
from cgan.writing import look as looks
from cgan.writing.curves import outlines
from cgan.writing.drawing import Drawing, draw
from cgan.writing.hand import Hand
from cgan.writing.setting import Number, specified
from cgan.writing.spacing import space, wrap
from demo import actions
from demo.actions import Settings
from demo.models import Model
from demo.text.texts import say

COUNT = 6
# How many more the browser is told of.
MORE = 6
# From one seed to the next: prime to the number of seeds, so that one meets all of them.
_STEP = 1013
# So many seeds are tried at most: some hands write blobs.
_TRIED = 48
# The holes in digits that have some.
_LOOPS = {0: 1, 6: 1, 8: 2, 9: 1}
# Lines of a small picture are at most so wide, in pixels of a digit.
_WIDTH = 260.0


def html(model: Model, settings: Settings, language: str) -> str:
    """Return a button for each hand, with its seed and the number in it.

    Args:
        model: draws.
        settings: what the number on the paper was made with.
        language: of the labels.

    Raises:
        UserError: a setting is wrong.
    """
    right = settings
    buttons = []
    shown, more = _others(model, settings.seed)
    for seed in shown:
        other = replace(settings, seed=seed, row=0, redrawn="", hand="")
        right, drawing = actions.write(model, other)
        label = escape(say(language, "take_hand", seed=seed))
        buttons.append(
            f'<button type="button" class="other {right.look}" data-seed="{seed}" '
            f'aria-label="{label}" title="{label}">{_picture(drawing, right)}</button>'
        )
    ink = looks.LOOKS[right.look].ink_of(right.ink)
    title = escape(say(language, "other_hands"))
    return (
        f'<p id="others-name">{title}</p>'
        f'<div class="others" role="group" aria-labelledby="others-name" '
        f'data-more="{" ".join(map(str, more))}" '
        f'style="--ink:rgb{ink}">{"".join(buttons)}</div>'
    )


def _others(model: Model, seed: int) -> tuple[list[int], list[int]]:
    """Return the seeds of six other hands, and of some more that "Another hand" may take.

    They are the first ones that are open; where there are too few, the six are what there is.
    """
    tried = list(_next_seeds(seed))
    seeds = (one for one in tried if _is_open(model.sampler, one))
    open_ones = list(itertools.islice(seeds, COUNT + MORE))
    return list(dict.fromkeys([*open_ones, *tried]))[:COUNT], open_ones[COUNT:]


def _next_seeds(seed: int) -> Iterator[int]:
    seeds = specified(Settings)["seed"]
    assert isinstance(seeds, Number)
    for place in range(1, _TRIED + 1):
        yield (seed + place * _STEP) % (int(seeds.high) + 1)


@lru_cache(maxsize=4096)
def _is_open(sampler: Sampler, seed: int) -> bool:
    """Return whether the loops of digits are open in a seed's first hand, rather than blobs."""
    drawing = draw(sampler, list(_LOOPS), Hand(seed, variation=0.0))
    found = outlines(list(drawing.pixels))
    # Each hole has an outline, and so has the stroke around it.
    return all(len(one.loops) > holes for one, holes in zip(found, _LOOPS.values(), strict=True))


def _picture(drawing: Drawing, settings: Settings) -> str:
    page = wrap(space(drawing.parts, drawing.pixels, settings.pen), _WIDTH)
    paths = "".join(
        f'<path transform="{inked.placed(glyph)}" d="{glyph.outline.path}"/>'
        for glyph in page.glyphs
    )
    return f'<svg viewBox="0 0 {page.width:g} {page.height:g}" aria-hidden="true">{paths}</svg>'
