"""The class grid: every class in several hands, as a picture with a button on each cell."""

from html import escape

from cgan.writing.export import File
from cgan.writing.settings import GridSettings
from demo.page.paper import data_uri
from demo.text.texts import say


def html(picture: File, settings: GridSettings, columns: int, language: str) -> str:
    """Return the grid with a button on each cell, whose data attributes give class and row.

    Args:
        picture: the grid.
        settings: what it was made with, checked.
        columns: how many classes it has.
        language: of the labels.
    """
    rows, seed = settings.rows, settings.seed
    cells = []
    for row in range(rows):
        for column in range(columns):
            label = escape(say(language, "cell_label", digit=column, row=row + 1, seed=seed))
            # The Tab key stops here once; the arrow keys move within the grid.
            stop = "0" if row == column == 0 else "-1"
            cells.append(
                f'<button type="button" data-class="{column}" data-row="{row}" tabindex="{stop}" '
                f'aria-label="{label}" title="{label}"></button>'
            )
    alt = escape(say(language, "grid_label", classes=columns, rows=rows, seed=seed))
    return (
        f'<div class="cells {settings.look}" role="group" aria-label="{alt}" '
        f'data-seed="{seed}" style="--columns:{columns};--rows:{rows}">'
        f'<img alt="" src="{data_uri(picture.data, picture.mime)}">{"".join(cells)}</div>'
        f'<p class="cell-name" aria-live="polite"></p>'
    )
