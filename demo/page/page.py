"""The page: its tabs, its language, and what a link restores."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from cgan.writing.drawn import MAX_POINTS, MAX_STROKES, SIDE
from cgan.writing.hand import MAX_VARIATION
from cgan.writing.morph import FRAME_MILLISECONDS
from cgan.writing.photo import SENT
from cgan.writing.setting import Digits, specified
from demo import actions, api, compat, gradio_queue
from demo.actions import Kinds
from demo.hands import MAX_DIGITS
from demo.models import Models
from demo.page import about, views
from demo.page.events import PRIVATE, Shared, hidden_button, hidden_text, problem_place, settle
from demo.page.game import MAX_ROUND
from demo.page.game_tab import GameTab
from demo.page.grid_tab import GridTab
from demo.page.hand_tab import HandTab
from demo.page.kept import Kept
from demo.page.morph_tab import MorphTab
from demo.page.write_tab import WriteTab
from demo.saved_files import SavedFiles
from demo.text.texts import explain, joined, language_of, languages, next_language, say, tag_of
from demo.turns import PLACES

STATIC = Path(__file__).parents[1] / "static"
SCRIPTS = (
    *("page.js", "values.js", "history.js", "hands.js", "hand.js", "game.js", "keep.js"),
    *("repairs.js", "reload.js"),
)
PRINT = STATIC / "print.css"
# Runs before Gradio's own scripts.
FIRST_SCRIPT = STATIC / "first.js"

_KINDS = Kinds()


def script() -> str:
    """Return the browser's script, with what it shares with Python."""
    defaults = _KINDS.write()
    shared = {
        "digits": defaults.digits,
        "seed": defaults.seed,
        "end": _KINDS.morph().end,
        "variations": MAX_VARIATION,
        "frameMilliseconds": FRAME_MILLISECONDS,
        **{name: getattr(defaults, name) for name in _shared_names()},
        "row": defaults.row,
        "redrawn": defaults.redrawn,
        "rounds": MAX_ROUND,
        "hand": {
            "side": SIDE,
            "digits": MAX_DIGITS,
            "strokes": MAX_STROKES,
            "points": MAX_POINTS,
            "bytes": SENT.bytes,
            "pixels": SENT.pixels,
        },
    }
    text = "".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f"{text}cgan.shared = {json.dumps(shared)};\n"


def _add(models: Models, kinds: Kinds, files: SavedFiles) -> None:
    """Add everything to the page that is being built."""
    shared = Shared(models, kinds)
    words = shared.words
    fragment = hidden_text("fragment")
    words.html(trouble, elem_id="trouble")
    with gr.Row(elem_id="head"):
        words.html(_head)
        switch = words.button("other_language", elem_id="language", size="sm")
    # Not in a tab: links may open any of them.
    link_problem = problem_place(elem_id="link-problem")
    # Outside the tabs: what is hidden isn't read.
    gr.HTML('<p class="heard" role="status" data-announced></p>', apply_default_css=False)
    shared.add_weights()
    # Rather than a menu of those that a narrow phone has no room for.
    with gr.Tabs(overflow_behavior="wrap") as tabs:
        write = WriteTab(shared)
        hand = HandTab(shared)
        grid = GridTab(shared, write)
        morph = MorphTab(shared, write)
        game = GameTab(shared)
        with words.tab("about"):
            words.html(about.html, js_on_load="cgan.about(element, watch)")
    write.draw_at_changes()
    kept = Kept({"write": write.controls, "grid": grid.controls, "morph": morph.controls}, shared)
    _share_hand(shared, write, grid, morph)
    # Before other events of the controls, which Gradio runs one after the other.
    shared.values.watch([*kept.components, shared.language, shared.renewed])
    write.answer()
    hand.answer(write, tabs)
    grid.answer(write, morph, tabs)
    morph.answer()
    game.answer()
    _answer_links(shared, fragment, write, link_problem)
    _answer_languages(shared, fragment, switch, write, kept, link_problem)
    controls = {
        "write": write.controls.all(),
        "grid": grid.controls.all(),
        "morph": morph.controls.all(),
        "hand": {},
    }
    api.add(models, kinds, controls, shared.weights, files)
    # For the browser, which knows the visitor's language before the server does.
    translations = {
        code: [*words.texts(code), write.first_facts(code)] for code in languages() if code != "en"
    }
    hidden_text("translations", json.dumps(translations))


def _head(language: str) -> str:
    title, subtitle = (views.content(language, key) for key in ("title", "subtitle"))
    return f"<h1>{title}</h1><p>{subtitle}</p>"


def trouble(language: str) -> str:
    """Return the element that reports when the server doesn't answer, with its messages."""
    busy, reset = (escape(say(language, key)) for key in ("busy", "reset"))
    later = {name: f"{{{name}}}" for name in ("number", "seed", "note")}
    heard = escape(say(language, "number_heard", **later))
    data = f'data-busy="{busy}" data-reset="{reset}" data-heard="{heard}"'
    close = escape(say(language, "close"))
    return (
        f'<div class="told"><p role="alert" {data} data-lang="{escape(tag_of(language))}"></p>'
        f'<button type="button" class="close" aria-label="{close}" title="{close}">×</button></div>'
    )


def _restore(shared: Shared, fragment: str, language: str) -> tuple[str, Any]:
    """Return what is to be said about a link, and the settings that it restores."""
    settings, wrong = actions.restore(fragment, shared.models, shared.kinds.write)
    told = []
    if wrong is not None:
        told.append(say(language, "bad_link", message=explain(wrong, language)))
    if actions.weights_changed(fragment, settings, shared.models):
        told.append(say(language, "weights_changed"))
    return views.alert(joined(told)) if told else "", settings


def _answer_links(shared: Shared, fragment: Any, write: WriteTab, link_problem: Any) -> None:
    """Restore a link that is opened while the page is open; the script presses a hidden button."""
    opened = hidden_button("open-link")
    controls = write.controls.all()

    def restore(fragment: str, language: str) -> tuple[list[Any], list[Any]]:
        told, settings = _restore(shared, fragment, language)
        return [told], [getattr(settings, name) for name in controls]

    asked, restored = shared.restore(
        opened.click,
        restore,
        [fragment, shared.language],
        [link_problem],
        list(controls.values()),
        js="cgan.open(IDS)",
        trigger_mode="always_last",  # quick steps back end where the last one leads
        **PRIVATE,
    )
    restored.success(None, None, None, js="cgan.opened", **PRIVATE)
    asked.failure(None, None, None, js="cgan.notOpened", **PRIVATE)
    settle(asked)


def _share_hand(shared: Shared, write: WriteTab, grid: GridTab, morph: MorphTab) -> None:
    """Let the other tabs begin with the number and the hand of the first tab."""
    leaders, ends = write.controls, morph.controls
    followers = {
        ("seed", "seed"): [grid.controls["seed"], ends["start_seed"], ends["end_seed"]],
        ("digits", "digits"): [ends["start"]],
        ("digits", "end"): [ends["end"]],
    }
    for name in _shared_names():
        if leaders[name] is not ends[name]:
            followers[name, name] = [ends[name]]
    for (leader, name), ones in followers.items():
        if name != "end":  # which is another number
            for one in ones:
                one.value = leaders[leader].value
        shared.values.lead(name, leaders[leader], ones)
    moved = [one for ones in followers.values() for one in ones]
    js = f"() => cgan.followers({[compat.number_of(one) for one in moved]})"
    move = hidden_button("move-followers").click
    # Gradio would skip a click while the one before is under way.
    move(None, None, moved, js=js, trigger_mode="multiple", **PRIVATE)


def _shared_names() -> list[str]:
    """Return the settings of a hand that both tabs have a control for."""
    morph = specified(_KINDS.morph)
    return [
        name
        for name, setting in specified(_KINDS.write).items()
        if setting.strokes and name in morph and not isinstance(setting, Digits)
    ]


def _answer_languages(
    shared: Shared, fragment: Any, switch: Any, write: WriteTab, kept: Kept, link_problem: Any
) -> None:
    """Restore a link, or what was kept, and choose the language at the start; switch it later."""
    texts, controls = shared.words.components, write.controls.all()
    drawn_with = shared.models[""]

    def load(fragment: str, tag: str, before: str, picture: str) -> tuple[list[Any], list[Any]]:
        language = language_of(tag)
        told, settings = _restore(shared, fragment, language)
        # What was typed while the page was loading stays if there is nothing to restore.
        drawn, _ = actions.restore(picture, shared.models, shared.kinds.write)
        restored = kept.restore(
            before, {one: getattr(drawn, name) for name, one in controls.items()}
        )
        if fragment:
            restored |= {one: getattr(settings, name) for name, one in controls.items()}
        updates = [gr.skip()] * len(texts)
        if language != "en":
            updates = shared.words.updates(language)
        # The page starts with a number on its paper; the weights may have been updated since.
        renewed = "" if shared.models[""] is drawn_with else "renewed"
        return [language, told, renewed, *updates], list(restored.values())

    def change(language: str) -> list[Any]:
        other = next_language(language)
        return [other, other, *shared.words.updates(other)]

    page = compat.current_page()
    loaded, restored = shared.restore(
        partial(gr.on, [page.load, hidden_button("begin-again").click]),
        load,
        [fragment, shared.language, kept.text, hidden_text("picture-before")],
        [shared.language, link_problem, shared.renewed, *texts],
        kept.components,
        js="cgan.begin()",
        **PRIVATE,
    )
    ready = f"() => cgan.ready({compat.number_of(write.shown)}, {kept.as_script()})"
    restored.success(None, None, None, js=ready, **PRIVATE)
    settle(loaded, "begin-again")
    outputs = [shared.language, shared.switched, *texts]
    shared.values.ask(switch.click, change, [shared.language], outputs, **PRIVATE).then(
        None, shared.language, None, js="cgan.chooseLanguage", **PRIVATE
    )


def build(
    models: Models, check: Callable[[Sequence[Any]], None], kinds: Kinds = _KINDS
) -> gr.Blocks:
    """Return the page.

    Args:
        models: one or more generators.
        check: refuses values of events that the server mustn't take, with `gr.Error`.
        kinds: the classes of the settings.
    """
    files = SavedFiles()
    page = compat.LenientBlocks(check, title=say("en", "title"), analytics_enabled=False)
    with page:
        _add(models, kinds, files)
    gradio_queue.install(page, PLACES, [files.delete_old])
    return page
