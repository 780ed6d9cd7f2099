"""What the page shows of each thing that is drawn, and the sentences beside it, as HTML."""

from collections.abc import Callable
from html import escape

from cgan import UserError
from cgan.writing.hand import Hand
from cgan.writing.left_out import left_out
from cgan.writing.number import scan
from cgan.writing.settings import GridSettings
from demo import actions
from demo.actions import Morphed, Settings
from demo.models import Model
from demo.page import film, paper, sheet
from demo.text.texts import explain, joined, say


def paper_html(model: Model, settings: Settings, language: str) -> tuple[str, str]:
    """Draw the number; return (paper, line of facts).

    Raises:
        UserError: a setting is wrong.
    """
    right, drawing = actions.write(model, settings)
    note = _number_note(right.to_hand(), len(drawing.digits), language)
    left_out = _left_out(language, right.digits, marks=right.spacing == "ink")
    html = paper.html(drawing, right, language, note, left_out)
    return html, facts(model, drawing.milliseconds, language)


def grid_html(model: Model, settings: GridSettings, language: str) -> str:
    """Draw the class grid.

    Raises:
        UserError: a setting is wrong.
    """
    grid = actions.make_grid(model, settings)
    return sheet.html(grid.file, grid.settings, grid.columns, language)


def film_html(morphed: Morphed, language: str) -> str:
    """Show a morph."""
    settings = morphed.settings
    note = _row_note(settings.hands()[0], language)
    said = _left_out(language, settings.start, settings.end)
    return film.html(morphed.morph, settings.look, settings.ink, language, note, said)


def paragraph(key: str) -> Callable[[str], str]:
    """Return a function of the language that makes a paragraph of a text."""
    return lambda language: f"<p>{content(language, key)}</p>"


def hint(key: str) -> Callable[[str], str]:
    """Return a function of the language that makes a hint, for a pointer and for a finger."""

    def make(language: str) -> str:
        click, tap = content(language, f"click_{key}"), content(language, f"tap_{key}")
        return f'<p><span class="by-click">{click}</span><span class="by-tap">{tap}</span></p>'

    return make


def content(language: str, key: str) -> str:
    """Return a text as the content of an element."""
    return escape(say(language, key), quote=False)


def facts(model: Model, milliseconds: float, language: str) -> str:
    """Return the line that says what drew the number, and how fast."""
    sampler = model.sampler
    key = "weights_named" if model.source else "weights_bundled"
    weights = say(language, key, name=model.source, sha=sampler.sha256[:12])
    if model.metrics is not None:
        weights = say(language, "measured", weights=weights, share=100 * model.metrics.gan_test)
    if model.reason is not None:
        reason = explain(model.reason, language)
        weights = say(language, "instead", weights=weights, wanted=model.wanted, reason=reason)
    parameters = sampler.parameter_count
    return escape(say(language, "facts", ms=milliseconds, parameters=parameters, weights=weights))


def problem(error: UserError, language: str) -> str:
    """Return what is shown beside a control when its value is wrong."""
    return alert(explain(error, language))


def alert(sentence: str) -> str:
    """Return a sentence that says what is wrong."""
    return f'<p role="alert">{escape(sentence)}</p>'


def _number_note(hand: Hand, count: int, language: str) -> str:
    """Return a note on what made the number besides the seed; empty if nothing did."""
    parts = []
    if note := _row_note(hand, language):
        parts.append(note)
    if redrawn := sum(position < count for position in hand.redrawn):
        parts.append(say(language, "redrawn_note", count=redrawn))
    return " · ".join(parts)


def _left_out(language: str, *numbers: str, marks: bool = False) -> str:
    """Return a sentence or two on what isn't written of numbers; empty if all is."""
    sentence = left_out(*numbers, marks=marks)
    said = [] if sentence is None else [explain(sentence, language)]
    if not marks and (left := _marks_in(numbers)):
        said.append(say(language, "marks_left_out", marks=" ".join(left)))
    return joined(said)


def _marks_in(numbers: tuple[str, ...]) -> list[str]:
    """Return the marks that aren't written in even cells, but for those that a sentence names."""
    found = dict.fromkeys(
        part for text in numbers for part in scan(text, marks=True).parts if isinstance(part, str)
    )
    named = "".join(piece.text for text in numbers for piece in scan(text).left_out)
    return [mark for mark in found if mark not in named]


def _row_note(hand: Hand, language: str) -> str:
    """Return a note on which of the seed's hands it is; empty for the first, the default."""
    return say(language, "row_note", row=hand.row + 1) if hand.variation < 1 and hand.row else ""
