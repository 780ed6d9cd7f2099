"""Something to keep: the number in the clipboard, in the phone's share sheet, and on a card."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import gradio as gr

from cgan.writing.card import SHEETS
from cgan.writing.export import File
from cgan.writing.formats import FIRST_CARD, OF_CARDS
from demo import actions
from demo.actions import Settings
from demo.page.controls import Controls
from demo.page.events import Shared
from demo.text.texts import say


class Keep:
    """The components and their events."""

    def __init__(self, shared: Shared) -> None:
        """Add the buttons to the row that is being built."""
        self._shared = shared
        self._pictures = [
            shared.words.button("copy_picture", size="sm", elem_id="copy-picture"),
            # Hidden by the style where the browser has no share sheet.
            shared.words.button("share", size="sm", elem_id="share"),
        ]

    def add_card(self) -> None:
        """Add what is below that row and what is said of it."""
        words = self._shared.words
        with words.accordion("card"):
            sheets = {name: f"sheet_{name}" for name in SHEETS}
            self._card = words.radio("sheet", sheets, FIRST_CARD)
            with gr.Row(elem_classes="take"):
                self._cards = {kind: words.button(f"card_{kind}", size="sm") for kind in OF_CARDS}

    def answer(self, controls: Controls[Settings], problem: Any) -> None:
        """Add the events.

        Args:
            controls: of the number.
            problem: where a sentence is shown if there is no picture.
        """
        shared, models = self._shared, self._shared.models
        values = list(controls.all().values())

        def picture(*given: Any) -> File:
            settings = controls.settings(given)
            return actions.number_file(models[settings.weights], settings, "large")

        for button in self._pictures:
            shared.offer(button, picture, values, problem, taken="deliver")
        for kind, button in self._cards.items():
            shared.offer(button, self._file(controls, kind), [self._card, *values], problem)

    def _file(self, controls: Controls[Settings], kind: str) -> Callable[..., File]:
        def make(sheet: str, *values: Any) -> File:
            settings = controls.settings(values)
            model = self._shared.models[settings.weights]
            return actions.card_file(model, settings, sheet, kind)

        return make


def said(language: str) -> str:
    """Return where the browser reports what it did with the link or the picture."""
    texts: Mapping[str, str] = {
        "copied": say(language, "copied"),
        "by-hand": say(language, "copy_by_hand"),
        "picture-copied": say(language, "picture_copied"),
        "picture-not-copied": say(language, "picture_not_copied"),
        "picture-not-shared": say(language, "picture_not_shared"),
    }
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in texts.items())
    return f'<p role="status" {data}></p>'
