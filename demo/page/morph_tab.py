"""The third tab: one number turning into another."""

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from cgan.writing.morph import FORMATS, Morph
from cgan.writing.settings import MorphSettings, specified
from demo import actions
from demo.page import film as films
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
        words, settings = shared.words, specified(MorphSettings)
        with words.tab("morph") as self._tab:
            self.row = hidden_row(settings["row"].default)
            # What the film shows: its language, and what it was made with.
            self._shown = hidden_text("film")
            with gr.Row(elem_classes="entry"):
                self.start = words.control(settings["start"])
                self.end = words.control(settings["end"])
                self._make = words.button("make_morph", variant="primary")
            self._problem = problem_place()
            self._film = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="film",
                js_on_load="cgan.film(element, trigger, watch)",
            )
            with gr.Row(elem_classes="controls"):
                self.start_seed = words.control(settings["start_seed"])
                self.end_seed = words.control(settings["end_seed"])
                self.frames = words.control(settings["frames"])
            self.style = words.control(settings["style"])
            with gr.Row(elem_classes="take"):
                self._files = {kind: words.button(kind, size="sm") for kind in FORMATS}

    def answer(self, ink: Any) -> None:
        """Add the events; `ink` is the component of the ink."""
        models, weights = self._shared.models, self._shared.weights

        inputs = {
            "ink": ink, "weights": weights, "start": self.start, "end": self.end,
            "start_seed": self.start_seed, "end_seed": self.end_seed, "frames": self.frames,
            "style": self.style, "row": self.row,
        }  # fmt: skip

        def make(weights: str, **values: Any) -> Morph:
            return actions.make_morph(models[weights], MorphSettings(**values))

        def film(shown: str, language: str, *given: Any) -> list[Any]:
            values, problem = dict(zip(inputs, given, strict=True)), ""
            try:
                made = make(**values)
            except UserError as error:
                problem = actions.problem(error, language)
                # The film stays as it is, except for its language.
                last, before = json.loads(shown or "[null, null]")
                if last in (None, language):
                    return [gr.skip(), problem, gr.skip()]
                values = before
                made = make(**values)
            note = actions.row_note(values["style"] == "one", values["row"], language)
            html = films.html(made, values["ink"], language, note)
            return [html, problem, json.dumps([language, values])]

        def film_file(kind: str) -> Callable[..., File]:
            def file(shown: str, *given: Any) -> File:
                values = dict(zip(inputs, given, strict=True))
                if shown:  # not what was typed since
                    _, values = json.loads(shown)
                return actions.morph_file(make(**values), values["ink"], kind)

            return file

        triggers = [
            self._tab.select, self.start.submit, self.end.submit, self._make.click,
            self.start_seed.change, self.end_seed.change, self.frames.change, self.style.input,
            self._shared.carried.change, self._shared.switched.change, weights.change,
            self.row.change,
        ]  # fmt: skip
        gr.on(
            triggers,
            film,
            [self._shown, self._shared.language, *inputs.values()],
            [self._film, self._problem, self._shown],
            **LIVE,
        )
        # "Undo", beside the note on the hand that a cell of the grid brought.
        self._film.click(None, None, self.row, js="() => 0", **PRIVATE)
        for kind, button in self._files.items():
            shown = [self._shown, *inputs.values()]
            self._shared.offer(button, film_file(kind), shown, self._problem)
