"""The class grid: every class in several hands, as a picture with a button on each cell."""

from html import escape

from cgan.writing import look as looks
from demo.models import Model
from demo.page.paper import data_uri
from demo.text.texts import say


def png(model: Model, rows: int, seed: int, look: str, ink: str, scale: int = 1) -> bytes:
    """Return the grid as a PNG file: a column a class, a row a latent of the seed."""
    image = looks.colour(model.sampler.grid(rows, seed=seed), look, ink, scale)
    fields = {"seed": str(seed), "rows": str(rows), **model.fields}
    return looks.png(image, fields)


def html(model: Model, rows: int, seed: int, look: str, ink: str, language: str) -> str:
    """Return the grid with a button on each cell; its data say class and row."""
    image = data_uri(png(model, rows, seed, look, ink, scale=4), "image/png")
    columns = model.sampler.config.n_classes
    cells = []
    for row in range(rows):
        for column in range(columns):
            label = escape(say(language, "cell_label", digit=column, row=row + 1, seed=seed))
            # One stop for the Tab key; from there arrow keys go on.
            stop = "0" if row == column == 0 else "-1"
            cells.append(
                f'<button type="button" data-class="{column}" data-row="{row}" tabindex="{stop}" '
                f'aria-label="{label}" title="{label}"></button>'
            )
    alt = escape(say(language, "grid_label", classes=columns, rows=rows, seed=seed))
    return (
        f'<div class="cells {look}" role="group" aria-label="{alt}" '
        f'data-seed="{seed}" style="--columns:{columns};--rows:{rows}">'
        f'<img alt="" src="{image}">{"".join(cells)}</div>'
        f'<p class="cell-name" aria-live="polite"></p>'
    )
