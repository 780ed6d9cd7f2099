"""The tab "My hand": a visitor draws digits, or sends a photo of some, and writes in that hand."""

import json
import re
from functools import partial
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from cgan import UserError
from cgan.writing import outline
from cgan.writing.settings import of_one_hand
from demo import api, compat, hands
from demo.hands import Digit
from demo.page import hand_html
from demo.page.events import LIVE, PRIVATE, Shared, hidden_button, hidden_text, settle
from demo.page.write_tab import WriteTab
from demo.text.texts import explain

# The side of the square in which hand.js shows a digit.
_SQUARE = 32
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class HandTab:
    """The components and their events. The digits that a visitor draws are in the page alone."""

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built; it is hidden where no model can use it."""
        self._shared = shared
        words = shared.words
        with words.tab("hand", visible=self._can_make("")) as self._tab:
            self._desk = words.html(
                hand_html.html, elem_id="own-hand", js_on_load="cgan.hand(element, trigger, watch)"
            )
            self._asked, self._answered = hidden_text("asked"), hidden_text("answered")

    def _can_make(self, name: str) -> bool:
        return hands.can_make(self._shared.models[name])

    def answer(self, write: WriteTab, tabs: Any) -> None:
        """Add the events: a hand is written with on the first tab."""
        shared = self._shared
        inputs = [self._asked, shared.language, shared.weights]
        # It is pressed if there was no answer. A photo is chosen again by the visitor.
        again = hidden_button("ask-hand")
        questions = partial(gr.on, [self._desk.click, again.click])
        for event, function, given, line, button in (
            (questions, self._answer, "cgan.ownHand.question()", api.DRAWING, "ask-hand"),
            (self._desk.upload, self._find, "cgan.ownHand.photo()", api.READING, ""),
        ):
            js, settings = f"cgan.given(IDS, {given})", {**LIVE, **line}
            asked = shared.values.ask(event, function, inputs, self._answered, js=js, **settings)
            settle(asked, button)
            taken = "(text) => cgan.ownHand.take(text)"
            asked.success(None, self._answered, None, js=taken, **PRIVATE)
        hand, variation = write.controls["hand"], write.controls["variation"]
        self._variations = write.controls.specified["variation"]
        writing = shared.values.ask(
            self._desk.submit,
            self._write,
            [self._asked, shared.language, shared.weights, variation],
            [self._answered, hand, variation, tabs],
            js="cgan.given(IDS, cgan.ownHand.text)",
            **LIVE,
        )
        settle(writing)
        written = "(text) => cgan.ownHand.written(text)"
        writing.success(None, self._answered, None, js=written, **PRIVATE)
        translate = "() => cgan.ownHand?.translate()"
        shared.switched.change(None, None, None, js=translate, **PRIVATE)
        # A hand is for the weights that made it.
        made_again = "() => cgan.ownHand?.begin()"
        shared.weights.change(None, None, None, js=made_again, **PRIVATE)
        if shared.models.names != [""]:  # other weights may be chosen, or arrive from the Hub
            gr.on(
                [compat.current_page().load, shared.weights.change],
                lambda name: gr.update(visible=self._can_make(name)),
                shared.weights,
                self._tab,
                **PRIVATE,
            )

    def _answer(self, text: str, language: str, weights: str) -> str:
        """Answer a question, as JSON; or say why there is no answer to this one."""
        try:
            found = hands.answer(self._shared.models[weights], text)
        except UserError as error:
            return json.dumps(
                {"version": hands.version_of(text), "error": explain(error, language)}
            )
        current = found.current
        return json.dumps(
            {
                "version": found.version,
                "read": found.read,
                "seen": _path(found.seen),
                "again": _path(found.again),
                "current": None if current is None else _kept(current, found.seen),
                "hand": "" if found.hand is None else found.hand.to_text(),
                "all": [] if found.all_digits is None else list(map(_path, found.all_digits)),
            }
        )

    def _find(self, photo: str, language: str, weights: str) -> str:
        """Return the digits in a photo, as JSON; or the sentence that says why there are none."""
        try:
            photographed = hands.find(self._shared.models[weights], photo)
        except UserError as error:
            return json.dumps({"found": [], "error": explain(error, language)})
        digits = zip(photographed.digits, photographed.seen, strict=True)
        return json.dumps(
            {
                "found": [_kept(digit, seen) for digit, seen in digits],
                "turned": photographed.turned,
                "reordered": photographed.reordered,
            }
        )

    def _write(self, text: str, language: str, weights: str, variation: Any) -> list[Any]:
        """Return the hand for the first tab, and a variation that shows it; select that tab.

        First, as JSON, what is wrong with it.
        """
        try:
            own = self._shared.models[weights].own_hand(text)
            seen = of_one_hand(self._variations.check(variation))
        except UserError as error:
            return [json.dumps({"error": explain(error, language)}), *[gr.skip()] * 3]
        if seen == variation:  # it may be moved before this answer
            seen = gr.skip()
        return ["{}", "" if own is None else own.to_text(), seen, gr.Tabs(selected="write")]


def _kept(digit: Digit, seen: NDArray[np.uint8] | None) -> dict[str, Any]:
    """Return a digit as the page keeps it."""
    return {"ink": hands.to_text(digit.ink), "digit": digit.label, "seen": _path(seen)}


def _path(pixels: NDArray[np.uint8] | None) -> str:
    """Return the outline of a digit as an SVG path in a square of the page's `glyph`."""
    if pixels is None:
        return ""
    path, size = outline.path(pixels), len(pixels)
    if size == _SQUARE:
        return path
    return _NUMBER.sub(lambda found: f"{float(found[0]) * _SQUARE / size:.2f}", path)
