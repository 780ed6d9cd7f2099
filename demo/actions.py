"""What the page's events and the API's endpoints do: plain functions on a `Sampler`."""

import json
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from cgan import UserError
from cgan.writing import look as looks
from cgan.writing.drawing import (
    MAX_BEST_OF,
    MAX_FRAMES,
    MAX_ROWS,
    MAX_SEED,
    MAX_TRUNCATION,
    MIN_FRAMES,
    Hand,
    draw,
    format_redrawn,
    make_hand,
    one_of,
    parse_digits,
    parse_redrawn,
    real,
    whole,
)
from demo.models import Model, Models
from demo.page import morph as morphs
from demo.page import paper, sheet
from demo.text.texts import explain, say

STYLES = ("own", "one")
MIN_SIZE, MAX_SIZE = 24, 160


@dataclass(frozen=True)
class Settings:
    """All that a link restores; the names are the link's, the defaults the page's."""

    digits: str = "138 1234 5678"
    seed: int = 27
    style: str = "own"
    row: int = 0
    truncation: float = 1.0
    redrawn: str = ""
    look: str = "paper"
    ink: str = "black"
    size: int = 72
    best_of: int = 1
    weights: str = ""

    def hand(self) -> Hand:
        """Return the checked settings of the hand."""
        one_of("style", self.style, STYLES)
        redrawn = parse_redrawn(self.redrawn)
        one_hand = self.style == "one"
        return make_hand(self.seed, one_hand, self.row, self.truncation, redrawn, self.best_of)


def facts(model: Model, milliseconds: float, language: str) -> str:
    """Return the line on what drew the number."""
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
    """Return what stands next to the box: a sentence, or nothing."""
    return "" if error is None else f'<p role="alert">{escape(explain(error, language))}</p>'


def paper_html(model: Model, settings: Settings, language: str) -> tuple[str, str]:
    """Draw the number; return (paper, line of facts) as HTML.

    Raises:
        UserError: a setting is not right.
    """
    size = whole("size", settings.size, MIN_SIZE, MAX_SIZE)
    hand = settings.hand()
    drawing = draw(model.sampler, settings.digits, hand)
    note = _note(hand, len(drawing.pixels), language)
    html = paper.html(drawing, settings.look, settings.ink, size, language, note)
    return html, facts(model, drawing.milliseconds, language)


def _note(hand: Hand, count: int, language: str) -> str:
    """Return what else than the seed has made the number; empty where nothing has."""
    parts = []
    if note := row_note(hand.one_hand, hand.row, language):
        parts.append(note)
    if redrawn := sum(position < count for position in hand.redrawn):
        parts.append(say(language, "redrawn_note", count=redrawn))
    return " · ".join(parts)


def row_note(one_hand: bool, row: int, language: str) -> str:
    """Return which hand of its seed it is; empty where it is the first, as it is unless chosen."""
    return say(language, "row_note", row=row + 1) if one_hand and row else ""


def number_file(model: Model, settings: Settings, kind: str) -> tuple[str, str, bytes]:
    """Return (file name, MIME type, content) of the number as "png", "large" or "svg".

    Raises:
        UserError: a setting is not right.
    """
    if kind != "svg":
        return number_png(model, settings, paper.LARGE if kind == "large" else 1)
    hand = settings.hand()
    drawing = draw(model.sampler, settings.digits, hand)
    text = paper.svg(drawing, hand, settings.look, settings.ink, model.fields)
    return paper.file_name(drawing, hand, "svg"), "image/svg+xml", text.encode()


def number_png(model: Model, settings: Settings, scale: Any) -> tuple[str, str, bytes]:
    """Return (file name, MIME type, content) of the number as PNG, `scale` times as large.

    Raises:
        UserError: a setting is not right.
    """
    factor = whole("scale", scale, 1, paper.LARGE)
    hand = settings.hand()
    drawing = draw(model.sampler, settings.digits, hand)
    data = paper.png(drawing, hand, settings.look, settings.ink, factor, model.fields)
    extension = "large.png" if factor == paper.LARGE else "png"
    return paper.file_name(drawing, hand, extension), "image/png", data


def grid_html(model: Model, rows: Any, seed: Any, look: str, ink: str, language: str) -> str:
    """Return the class grid as HTML.

    Raises:
        UserError: a setting is not right.
    """
    return sheet.html(model, *_grid_settings(rows, seed), look, ink, language)


def grid_file(
    model: Model, rows: Any, seed: Any, look: str, ink: str, scale: int
) -> tuple[str, str, bytes]:
    """Return (file name, MIME type, content) of the class grid.

    Raises:
        UserError: a setting is not right.
    """
    count, checked_seed = _grid_settings(rows, seed)
    data = sheet.png(model, count, checked_seed, look, ink, scale)
    return f"grid-seed-{checked_seed}.png", "image/png", data


def _grid_settings(rows: Any, seed: Any) -> tuple[int, int]:
    return whole("rows", rows, 1, MAX_ROWS), whole("seed", seed, 0, MAX_SEED)


def make_morph(
    model: Model,
    start: Any,
    end: Any,
    start_seed: Any,
    end_seed: Any,
    frames: Any,
    style: Any = "own",
    row: Any = 0,
) -> morphs.Morph:
    """Return the frames between two numbers, both in the same style and row.

    Raises:
        UserError: a setting is not right.
    """
    start_hand, end_hand = (
        Settings(seed=seed, style=style, row=row).hand() for seed in (start_seed, end_seed)
    )
    count = whole("frames", frames, MIN_FRAMES, MAX_FRAMES)
    return morphs.morph(model.sampler, start, end, start_hand, end_hand, count)


def morph_file(morphed: morphs.Morph, ink: str, kind: Any) -> tuple[str, str, bytes]:
    """Return (file name, MIME type, content) of a morph as "gif" or "webp".

    Raises:
        UserError: no such format.
    """
    one_of("format", kind, morphs.FORMATS)
    looks.check("paper", ink)
    data, mime = morphs.animation(morphed, ink, kind)
    return f"{morphed.start}-to-{morphed.end}.{kind}", mime, data


def courier(file: tuple[str, str, bytes]) -> str:
    """Return a file as the JSON that the page saves under its name."""
    name, mime, data = file
    return json.dumps({"name": name, "address": paper.data_uri(data, mime)})


def fragment(settings: Settings) -> str:
    """Return a link's fragment, without the "#", that `restore` reads."""
    return urllib.parse.urlencode(
        {name: text for name, text in vars(settings).items() if text != ""}
    )


def restore(fragment: Any, models: Models) -> tuple[Settings, UserError | None]:
    """Read the settings in a link's fragment, such as "#digits=138&seed=7".

    What is not there, or not right, is as on a new page.

    Returns:
        The settings, and the first thing that was not right.
    """
    values = dict(urllib.parse.parse_qsl(str(fragment or "").lstrip("#")))
    settings, wrong = Settings(weights=models.chosen), None
    checks: dict[str, Callable[[str], Any]] = {
        "digits": lambda text: (parse_digits(text), text)[1],
        "seed": lambda text: whole("seed", _number(text), 0, MAX_SEED),
        "style": lambda text: one_of("style", text, STYLES),
        "row": lambda text: whole("row", _number(text), 0, MAX_ROWS - 1),
        "truncation": lambda text: real("truncation", _number(text), 0, MAX_TRUNCATION),
        "redrawn": lambda text: format_redrawn(parse_redrawn(text)),
        "look": lambda text: one_of("look", text, looks.LOOKS),
        "ink": lambda text: one_of("ink", text, looks.INKS),
        "size": lambda text: whole("size", _number(text), MIN_SIZE, MAX_SIZE),
        "best_of": lambda text: whole("best_of", _number(text), 1, MAX_BEST_OF),
        "weights": lambda text: (models[text], text)[1],
    }
    restored = {}
    for name, check in checks.items():
        if name in values:
            try:
                restored[name] = check(values[name])
            except UserError as error:
                wrong = wrong or error
    return Settings(**{**vars(settings), **restored}), wrong


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
