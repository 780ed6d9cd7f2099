"""What the page's events and the API's endpoints do: plain functions on a `Model`."""

import json
import urllib.parse
from dataclasses import dataclass
from html import escape
from typing import Any

from cgan import UserError
from cgan.writing import export, number
from cgan.writing import morph as morphs
from cgan.writing.drawing import Drawing, draw
from cgan.writing.export import File
from cgan.writing.hand import Hand
from cgan.writing.memory import Memory
from cgan.writing.settings import (
    FORMAT,
    LARGE,
    SCALE,
    GridSettings,
    MorphSettings,
    Number,
    WritingSettings,
    checked,
    setting_field,
    specified,
)
from demo.models import Model, Models
from demo.page import paper, sheet
from demo.text.texts import explain, say

# Shared by all visitors.
_MEMORY = Memory()
# The order in which links name the settings; new ones follow.
_LINK_ORDER = (
    "digits", "seed", "style", "row", "truncation", "redrawn", "look", "ink", "size", "best_of",
    "weights",
)  # fmt: skip


@dataclass(frozen=True)
class Settings(WritingSettings):
    """Everything that a link restores, by its names in the link, with the page's defaults."""

    size: int = setting_field(72, Number(low=24, high=160, strokes=False))
    weights: str = ""  # one of the `Models`


def facts(model: Model, milliseconds: float, language: str) -> str:
    """Return the line that says what drew the number, and how fast."""
    sampler = model.sampler
    key = "weights_named" if model.source else "weights_bundled"
    weights = say(language, key, name=escape(model.source), sha=sampler.sha256[:12])
    if model.metrics is not None:
        weights = say(language, "measured", weights=weights, share=100 * model.metrics.gan_test)
    if model.reason is not None:
        reason = escape(explain(model.reason, language))
        wanted = escape(model.wanted)
        weights = say(language, "instead", weights=weights, wanted=wanted, reason=reason)
    parameters = sampler.parameter_count
    return say(language, "facts", ms=milliseconds, parameters=parameters, weights=weights)


def problem(error: UserError | None, language: str) -> str:
    """Return the HTML next to the box: a sentence, or nothing."""
    return "" if error is None else f'<p role="alert">{escape(explain(error, language))}</p>'


def paper_html(model: Model, settings: Settings, language: str) -> tuple[str, str]:
    """Draw the number; return (paper, line of facts) as HTML.

    Raises:
        UserError: a setting is wrong.
    """
    right, drawing = _draw(model, settings)
    note = _note(right.hand(), len(drawing.pixels), language)
    html = paper.html(drawing, right.look, right.ink, right.size, language, note)
    return html, facts(model, drawing.milliseconds, language)


def _draw(model: Model, settings: Settings) -> tuple[Settings, Drawing]:
    """Return checked settings, and the number."""
    right = checked(settings)
    return right, draw(model.sampler, number.parse(right.digits), right.hand(), _MEMORY)


def _note(hand: Hand, count: int, language: str) -> str:
    """Return what, besides the seed, made the number; empty if nothing did."""
    parts = []
    if note := row_note(hand.one_hand, hand.row, language):
        parts.append(note)
    if redrawn := sum(position < count for position in hand.redrawn):
        parts.append(say(language, "redrawn_note", count=redrawn))
    return " · ".join(parts)


def row_note(one_hand: bool, row: int, language: str) -> str:
    """Return which hand of its seed it is; empty for the first one, the default."""
    return say(language, "row_note", row=row + 1) if one_hand and row else ""


def number_file(model: Model, settings: Settings, kind: str) -> File:
    """Return the number as "png", "large" (also PNG) or "svg".

    Raises:
        UserError: a setting is wrong.
    """
    if kind != "svg":
        return number_png(model, settings, LARGE if kind == "large" else 1)
    right, drawing = _draw(model, settings)
    return export.svg(drawing, right)


def number_png(model: Model, settings: Settings, scale: Any) -> File:
    """Return the number as PNG, `scale` times as large as the generator's.

    Raises:
        UserError: a setting is wrong.
    """
    factor = int(SCALE.check(scale))
    right, drawing = _draw(model, settings)
    return export.png(drawing, right, factor)


def grid_html(model: Model, settings: GridSettings, language: str) -> str:
    """Return the class grid as HTML.

    Raises:
        UserError: a setting is wrong.
    """
    right = checked(settings)
    columns = model.sampler.config.n_classes
    return sheet.html(grid_file(model, right, 4), right, columns, language)


def grid_file(model: Model, settings: GridSettings, scale: int) -> File:
    """Return the class grid as PNG.

    Raises:
        UserError: a setting is wrong.
    """
    right = checked(settings)
    grid = model.sampler.grid(right.rows, seed=right.seed)
    return export.grid_png(grid, right, scale, model.sampler.fields)


def make_morph(model: Model, settings: MorphSettings) -> morphs.Morph:
    """Return the frames between two numbers, both in the same style and row.

    Raises:
        UserError: a setting is wrong.
    """
    right = checked(settings)
    start, end = number.parse(right.start), number.parse(right.end)
    return morphs.morph(model.sampler, start, end, *right.hands(), right.frames, _MEMORY)


def morph_file(morphed: morphs.Morph, ink: Any, kind: Any) -> File:
    """Return a morph as "gif" or "webp".

    Raises:
        UserError: an unknown format.
    """
    name = f"{morphed.start}-to-{morphed.end}.{FORMAT.check(kind)}"
    return File(name, f"image/{kind}", morphs.animation(morphed, ink, kind))


def courier(file: File) -> str:
    """Return a file as the JSON that the page saves under its name."""
    return json.dumps({"name": file.name, "address": paper.data_uri(file.data, file.mime)})


def names(settings: type[Settings]) -> list[str]:
    """Return the names of all settings, in the order of the links."""
    known = vars(settings())
    return [name for name in dict.fromkeys((*_LINK_ORDER, *known)) if name in known]


def fragment(settings: Settings) -> str:
    """Return a link's fragment, without the "#", that `restore` reads."""
    values = {name: getattr(settings, name) for name in names(type(settings))}
    return urllib.parse.urlencode({name: text for name, text in values.items() if text != ""})


def restore(
    fragment: Any, models: Models, kind: type[Settings] = Settings
) -> tuple[Settings, UserError | None]:
    """Read the settings in a link's fragment, such as "#digits=138&seed=7".

    A missing or wrong setting is as on a new page.

    Returns:
        The settings, and the error of the first wrong one.
    """
    values = dict(urllib.parse.parse_qsl(str(fragment or "").lstrip("#")))
    specification = specified(kind)
    restored: dict[str, Any] = {"weights": models.chosen}
    wrong = None
    for name in names(kind):
        if name not in values:
            continue
        try:
            if name == "weights":
                models[values[name]]  # raises if the page doesn't offer it
                restored[name] = values[name]
            else:
                restored[name] = specification[name].read(values[name])
        except UserError as error:
            wrong = wrong or error
    return kind(**restored), wrong
