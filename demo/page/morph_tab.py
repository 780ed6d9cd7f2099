"""The third tab: one number turning into another."""

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.drawing import MAX_FRAMES, MAX_SEED, MIN_FRAMES
from demo import actions
from demo.actions import STYLES, Settings
from demo.page import morph as morphs
from demo.page.events import LIVE, PRIVATE, Shared, hidden_row, hidden_text, problem_place


class MorphTab:
    """The components and their events.

    Attributes:
        start, end: the numbers.
        start_seed, end_seed: their seeds.
        frames: how many, one way.
        style, row: the hand of both.
    """

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built."""
        self._shared = shared
        words, first = shared.words, Settings()
        with words.tab("morph") as self._tab:
            self.row = hidden_row(first.row)
            # What the film shows: its language, and what it was made with.
            self._shown = hidden_text("film")
            with gr.Row(elem_classes="entry"):
                self.start = words.number("from", first.digits, "from")
                self.end = words.number("to", "024 6802 4680", "to")
                self._make = words.button("make_morph", variant="primary")
            self._problem = problem_place()
            self._film = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="film",
                js_on_load="cgan.film(element, trigger, watch)",
            )
            with gr.Row(elem_classes="controls"):
                self.start_seed = words.slider("from_seed", 0, MAX_SEED, first.seed)
                self.end_seed = words.slider("to_seed", 0, MAX_SEED, first.seed)
                self.frames = words.slider("frames", MIN_FRAMES, MAX_FRAMES, 30)
            self.style = words.radio("style", {s: s for s in STYLES}, first.style)
            with gr.Row(elem_classes="take"):
                self._files = {kind: words.button(kind, size="sm") for kind in morphs.FORMATS}

    def answer(self, ink: Any) -> None:
        """Add the events; `ink` is the component that says in which ink."""
        models, weights = self._shared.models, self._shared.weights

        def make(weights: str, *values: Any) -> morphs.Morph:
            return actions.make_morph(models[weights], *values)

        def film(shown: str, language: str, ink: str, *values: Any) -> list[Any]:
            problem = ""
            try:
                made = make(*values)
            except UserError as error:
                problem = actions.problem(error, language)
                # The film stays as it is, but for its language.
                last, *before = json.loads(shown or "[null]")
                if last in (None, language):
                    return [gr.skip(), problem, gr.skip()]
                ink, *values = before
                made = make(*values)
            shown = json.dumps([language, ink, *values])
            *_, style, row = values
            note = actions.row_note(style == "one", row, language)
            return [morphs.html(made, ink, language, note), problem, shown]

        def film_file(kind: str) -> Callable[..., tuple[str, str, bytes]]:
            def file(shown: str, ink: str, *values: Any) -> tuple[str, str, bytes]:
                if shown:  # not what one has typed since
                    _, ink, *values = json.loads(shown)
                return actions.morph_file(make(*values), ink, kind)

            return file

        inputs = [
            ink, weights, self.start, self.end, self.start_seed, self.end_seed, self.frames,
            self.style, self.row,
        ]  # fmt: skip
        triggers = [
            self._tab.select, self.start.submit, self.end.submit, self._make.click,
            self.start_seed.change, self.end_seed.change, self.frames.change, self.style.input,
            self._shared.carried.change, self._shared.switched.change, weights.change,
            self.row.change,
        ]  # fmt: skip
        gr.on(
            triggers,
            film,
            [self._shown, self._shared.language, *inputs],
            [self._film, self._problem, self._shown],
            **LIVE,
        )
        # "Undo", beside the hand that a cell of the grid has brought.
        self._film.click(None, None, self.row, js="() => 0", **PRIVATE)
        for kind, button in self._files.items():
            self._shared.offer(button, film_file(kind), [self._shown, *inputs], self._problem)
