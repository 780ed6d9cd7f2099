"""The rows of the class grid as the visitor's number, each in its own hand."""

import unicodedata
from dataclasses import replace
from html import escape
from typing import Any, NamedTuple

from cgan.writing import export
from cgan.writing.export import File
from cgan.writing.setting import checked
from cgan.writing.settings import GridSettings, of_one_hand
from demo import actions
from demo.actions import GRID_SCALE, Settings
from demo.models import Model
from demo.page.paper import data_uri
from demo.text.texts import say

# Longer numbers are shortened: their rows would be several lines each on a phone, and slow.
_MOST_DIGITS = 18


class Rows(NamedTuple):
    """A number in several hands.

    Attributes:
        settings: of the grid, checked.
        digits: the number, maybe shortened.
        shortened: whether it is.
        file: its picture, in rows of one height.
    """

    settings: GridSettings
    digits: str
    shortened: bool
    file: File


def hand_of(row: int, seed: int, variation: float) -> dict[str, Any]:
    """Return the settings of a row's hand.

    Args:
        row: of the class grid.
        seed: of the class grid.
        variation: the visitor's, which is kept if a hand can be seen with it.
    """
    return {
        "seed": seed,
        "row": row,
        "variation": of_one_hand(variation),
        "redrawn": "",
        "hand": "",
    }


def make(model: Model, number: Settings, grid: GridSettings) -> Rows:
    """Write a number in each hand of a grid.

    Args:
        model: draws.
        number: what the number on the paper was made with.
        grid: which hands, and their look and ink.

    Raises:
        UserError: a setting is wrong.
    """
    right = checked(grid)
    text = _beginning(number.digits)
    short = replace(number, digits=text, look=right.look, ink=right.ink)
    written = [
        actions.write(model, replace(short, **hand_of(row, right.seed, short.variation)))
        for row in range(right.rows)
    ]
    drawings = [one.drawing for one in written]
    file = export.rows_png(drawings, written[0].settings, GRID_SCALE)
    return Rows(right, drawings[0].digits, text != number.digits, file)


def html(rows: Rows, language: str) -> str:
    """Return the rows with a button on each, whose data attribute gives its number."""
    settings, file = rows.settings, rows.file
    width, height = export.size_of(file)
    buttons = []
    for row in range(settings.rows):
        label = escape(say(language, "rows_cell", row=row + 1, seed=settings.seed))
        # The Tab key stops here once; the arrow keys move within the grid.
        stop = "-1" if row else "0"
        buttons.append(
            f'<button type="button" data-class="0" data-row="{row}" tabindex="{stop}" '
            f'aria-label="{label}" title="{label}"></button>'
        )
    shape = f"--columns:1;--cell:{width * settings.rows / height:.4f}"
    alt = say(language, "rows_label", digits=rows.digits, rows=settings.rows, seed=settings.seed)
    note = escape(say(language, "rows_shortened", count=_MOST_DIGITS))
    return (
        f'<div class="cells {settings.look}" role="group" aria-label="{escape(alt)}" '
        f'data-seed="{settings.seed}" data-shows="number" style="{shape}">'
        f'<img alt="" src="{data_uri(file.data, file.mime)}">{"".join(buttons)}</div>'
        + (f'<p class="note">{note}</p>' if rows.shortened else "")
        + '<p class="cell-name" aria-live="polite"></p>'
    )


def _beginning(text: str) -> str:
    """Return a number as typed, up to its last digit that is shown."""
    places = [at for at, one in enumerate(text) if unicodedata.decimal(one, None) is not None]
    return text[: places[_MOST_DIGITS - 1] + 1] if len(places) > _MOST_DIGITS else text
