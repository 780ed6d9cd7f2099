"""Six other hands of the visitor's own number, small; a click takes one."""

from dataclasses import replace
from html import escape

from cgan.writing import inked
from cgan.writing import look as looks
from cgan.writing.drawing import Drawing
from cgan.writing.settings import Number, specified
from cgan.writing.spacing import space, wrap
from demo import actions
from demo.actions import Settings
from demo.models import Model
from demo.text.texts import say

COUNT = 6
# From one seed to the next: prime to the number of seeds, so that one meets all of them.
_STEP = 1013
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
    seeds = specified(settings)["seed"]
    assert isinstance(seeds, Number)
    right = settings
    buttons = []
    for place in range(1, COUNT + 1):
        seed = (int(settings.seed) + place * _STEP) % (int(seeds.high) + 1)
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
        f'<div class="others" role="group" aria-label="{title}" '
        f'style="--ink:rgb{ink}">{"".join(buttons)}</div>'
    )


def _picture(drawing: Drawing, settings: Settings) -> str:
    page = wrap(space(drawing.parts, drawing.pixels, settings.pen), _WIDTH)
    paths = "".join(
        f'<path transform="{inked.placed(glyph)}" d="{glyph.outline.path}"/>'
        for glyph in page.glyphs
    )
    return f'<svg viewBox="0 0 {page.width:g} {page.height:g}" aria-hidden="true">{paths}</svg>'
