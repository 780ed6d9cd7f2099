"""The page: its tabs, its language, and what a link restores."""

from pathlib import Path
from typing import Any

import gradio as gr

from cgan import UserError
from demo import actions, api, compat
from demo.actions import Settings
from demo.models import Models
from demo.page import about
from demo.page.events import PRIVATE, Shared, hidden_text
from demo.page.grid_tab import GridTab
from demo.page.morph_tab import MorphTab
from demo.page.write_tab import WriteTab
from demo.serve.gate import check_values
from demo.text.texts import explain, language_of, next_language, say, tag_of

STATIC = Path(__file__).parents[1] / "static"

# Files that the API made are deleted at this age; this is also how often they are checked
# (seconds).
_FILE_AGE = 600
# How many requests may wait; more are refused at once, with a sentence.
QUEUE_SIZE = 128


def _add(models: Models, kind: type[Settings]) -> None:
    """Add everything to the page that is being built."""
    shared = Shared(models, kind)
    words = shared.words
    fragment = hidden_text("fragment")
    with gr.Row(elem_id="head"):
        words.html(lambda lang: f"<h1>{say(lang, 'title')}</h1><p>{say(lang, 'subtitle')}</p>")
        switch = words.button("other_language", elem_id="language", size="sm")
    words.html(_trouble, elem_id="trouble")
    shared.add_weights()
    with gr.Tabs() as tabs:
        write = WriteTab(shared)
        grid = GridTab(shared)
        morph = MorphTab(shared)
        with words.tab("about"):
            words.html(about.html, js_on_load="cgan.about(element, watch)")
    write.answer()
    grid.answer(write, morph, tabs)
    morph.answer(write.controls["ink"])
    _answer_languages(shared, fragment, switch, write)
    api.add(models, kind, write.controls, morph.frames)


def _trouble(language: str) -> str:
    """Return the place for a sentence when the server doesn't answer, with the sentences."""
    busy, reset = say(language, "busy"), say(language, "reset")
    data = f'data-busy="{busy}" data-reset="{reset}" data-lang="{tag_of(language)}"'
    return f'<p role="alert" {data}></p>'


def _answer_languages(shared: Shared, fragment: Any, switch: Any, write: WriteTab) -> None:
    """Restore a link and choose the language at the start; switch the language later."""
    texts = shared.words.components
    drawn_with = shared.models[""]

    def load(fragment: str, tag: str) -> list[Any]:
        language = language_of(tag)
        settings, wrong = actions.restore(fragment, shared.models, shared.kind)
        told = ""
        if wrong is not None:
            sentence = say(language, "bad_link", message=explain(wrong, language))
            told = actions.problem(UserError(sentence), "en")
        # What was typed already, on a slow line, stays if there is nothing to restore.
        restored = [getattr(settings, name) if fragment else gr.skip() for name in write.controls]
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
        [shared.language, write.link_problem, shared.renewed, *write.controls.values(), *texts],
        js="() => cgan.begin()",
        **PRIVATE,
    ).then(None, shared.language, None, js="cgan.speak", **PRIVATE)
    outputs = [shared.language, shared.switched, *texts]
    switch.click(change, shared.language, outputs, **PRIVATE).then(
        None, shared.language, None, js="cgan.chooseLanguage", **PRIVATE
    )


def build(models: Models, kind: type[Settings] = Settings) -> gr.Blocks:
    """Return the page on one or more generators, with the settings of a class."""
    with compat.LenientBlocks(
        check_values,
        title=say("en", "title"),
        analytics_enabled=False,
        delete_cache=(_FILE_AGE, _FILE_AGE),
    ) as page:
        _add(models, kind)
    built: gr.Blocks = page.queue(max_size=QUEUE_SIZE)
    return built
