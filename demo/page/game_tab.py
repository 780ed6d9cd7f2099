"""The tab with the game "Which one is real?"."""

from functools import partial
from typing import Any

import gradio as gr

from cgan.writing.checks import whole
from demo.api import told_to_the_caller
from demo.page import game
from demo.page.events import LIVE, Shared, hidden_text, settle


class GameTab:
    """The components and their events."""

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built."""
        self._shared = shared
        with shared.words.tab("game") as self._tab:
            self._game = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="game",
                js_on_load="cgan.game(element, trigger, watch)",
            )
            shared.words.html(game.result, elem_id="game-result")
            # Hidden: the number of the round and, after a dot, what the visitor chose. The script
            # alone keeps it: a visitor may do more before the server has answered.
            self._state = hidden_text("round")

    def answer(self) -> None:
        """Add the event: one for all, so that the last answer is to what was done last."""
        shared = self._shared
        asked = [self._game.click, self._tab.select, shared.switched.change]
        shown = shared.values.ask(
            partial(gr.on, asked),
            self.show_round,
            [self._state, shared.language, shared.weights],
            self._game,
            js="cgan.given(IDS, cgan.roundShown())",
            **LIVE,
        )
        settle(shown)

    def show_round(self, state: str, language: str, weights: str) -> str:
        """Return a round; with the answer, once the visitor has chosen."""
        number, _, place = (str(state) or "0").partition(".")
        with told_to_the_caller():
            which = whole("round", _number(number), 0, game.MAX_ROUND)
            choice = whole("place", _number(place), 0, game.CHOICES - 1) if place else None
            made = game.make_round(self._shared.models[weights].sampler, which)
        return game.html(which, made, choice, language)


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdecimal() else text
