"""The tab with the game "Which one is real?"."""

from functools import partial
from typing import Any

import gradio as gr

from cgan.writing.checks import whole
from demo import compat
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
            # Hidden: the number of the round and, after a dot, what the visitor chose.
            self._state = hidden_text("round")

    def answer(self) -> None:
        """Add the events."""
        shared = self._shared
        given = [shared.language, shared.weights]
        outputs = [self._game, self._state]
        played = shared.values.ask(self._game.click, self.play, given, outputs, **LIVE)
        shown = shared.values.ask(
            partial(gr.on, [self._tab.select, shared.switched.change]),
            self.next_round,
            [self._state, *given],
            outputs,
            js=f"cgan.given(IDS, cgan.roundShown({compat.number_of(self._state)}))",
            **LIVE,
        )
        for event in (played, shown):
            settle(event)

    def play(self, event: gr.EventData, language: str, weights: str) -> list[Any]:
        """Return a new round, or the answer to a choice in one, and the state."""
        sent = compat.event_data(event)
        place = sent.get("place")
        return self._shown(sent.get("round"), place, language, weights)

    def next_round(self, state: str, language: str, weights: str) -> list[Any]:
        """Return a round as it was left, in a language, and the state."""
        number, _, place = (str(state) or "0").partition(".")
        return self._shown(_number(number), _number(place) if place else None, language, weights)

    def _shown(self, number: Any, place: Any, language: str, weights: str) -> list[Any]:
        with told_to_the_caller():
            number = whole("round", number, 0, game.MAX_ROUND)
            choice = None if place is None else whole("place", place, 0, game.CHOICES - 1)
            made = game.make_round(self._shared.models[weights].sampler, number)
        state = str(number) if choice is None else f"{number}.{choice}"
        return [game.html(number, made, choice, language), state]


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdecimal() else text
