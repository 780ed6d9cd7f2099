"""The page: its tabs, its language, and what a link restores."""

import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from cgan.writing.hand import MAX_VARIATION
from cgan.writing.morph import FRAME_MILLISECONDS
from demo import actions, api, compat, gradio_queue
from demo.actions import Kinds
from demo.models import Models
from demo.page import about, views
from demo.page.events import PRIVATE, Shared, hidden_text
from demo.page.grid_tab import GridTab
from demo.page.morph_tab import MorphTab
from demo.page.write_tab import WriteTab
from demo.saved_files import SavedFiles
from demo.text.texts import explain, language_of, next_language, say, tag_of

STATIC = Path(__file__).parents[1] / "static"

# How many calls may wait in a line; more are refused at once, with a message.
QUEUE_SIZE = 256
_KINDS = Kinds()


def script() -> str:
    """Return the browser's script, with what it shares with Python."""
    defaults = _KINDS.write()
    shared = {
        "variations": MAX_VARIATION,
        "frameMilliseconds": FRAME_MILLISECONDS,
        "row": defaults.row,
        "redrawn": defaults.redrawn,
    }
    text = (STATIC / "page.js").read_text(encoding="utf-8")
    return f"{text}cgan.shared = {json.dumps(shared)};\n"


def _add(models: Models, kinds: Kinds, files: SavedFiles) -> None:
    """Add everything to the page that is being built."""
    shared = Shared(models, kinds)
    words = shared.words
    fragment = hidden_text("fragment")
    with gr.Row(elem_id="head"):
        words.html(_head)
        switch = words.button("other_language", elem_id="language", size="sm")
    words.html(trouble, elem_id="trouble")
    shared.add_weights()
    with gr.Tabs() as tabs:
        write = WriteTab(shared)
        grid = GridTab(shared, write)
        morph = MorphTab(shared, write)
        with words.tab("about"):
            words.html(about.html, js_on_load="cgan.about(element, watch)")
    write.answer()
    grid.answer(write, morph, tabs)
    morph.answer()
    _answer_languages(shared, fragment, switch, write)
    controls = {
        "write": write.controls.all(),
        # Seed, look and ink are those of /write in every endpoint.
        "grid": grid.controls.all() | {"seed": write.controls["seed"]},
        "morph": morph.controls.all(),
    }
    api.add(models, kinds, controls, shared.weights, files)


def _head(language: str) -> str:
    title, subtitle = (views.content(language, key) for key in ("title", "subtitle"))
    return f"<h1>{title}</h1><p>{subtitle}</p>"


def trouble(language: str) -> str:
    """Return the element that reports when the server doesn't answer, with its messages."""
    busy, reset = (escape(say(language, key)) for key in ("busy", "reset"))
    data = f'data-busy="{busy}" data-reset="{reset}" data-lang="{escape(tag_of(language))}"'
    return f'<p role="alert" {data}></p>'


def _answer_languages(shared: Shared, fragment: Any, switch: Any, write: WriteTab) -> None:
    """Restore a link and choose the language at the start; switch the language later."""
    texts, controls = shared.words.components, write.controls.all()
    drawn_with = shared.models[""]

    def load(fragment: str, tag: str) -> list[Any]:
        language = language_of(tag)
        settings, wrong = actions.restore(fragment, shared.models, shared.kinds.write)
        told = ""
        if wrong is not None:
            told = views.alert(say(language, "bad_link", message=explain(wrong, language)))
        # What was typed while the page was loading stays if there is nothing to restore.
        restored = [getattr(settings, name) if fragment else gr.skip() for name in controls]
        updates = [gr.skip()] * len(texts)
        if language != "en":
            updates = shared.words.updates(language)
        # The page starts with a number on its paper; the weights may have been updated since.
        renewed = "" if shared.models[""] is drawn_with else "renewed"
        return [language, told, renewed, *restored, *updates]

    def change(language: str) -> list[Any]:
        other = next_language(language)
        return [other, other, *shared.words.updates(other)]

    page = compat.current_page()
    page.load(
        load,
        [fragment, shared.language],
        [shared.language, write.link_problem, shared.renewed, *controls.values(), *texts],
        js="() => cgan.begin()",
        **PRIVATE,
    ).then(None, shared.language, None, js="cgan.speak", **PRIVATE)
    outputs = [shared.language, shared.switched, *texts]
    switch.click(change, shared.language, outputs, **PRIVATE).then(
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
    gradio_queue.install(page, QUEUE_SIZE, [files.delete_old])
    return page
