"""The third tab: one number turning into another."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from cgan.writing.morph import FORMATS
from cgan.writing.settings import MorphSettings
from demo import actions, api
from demo.actions import Morphed
from demo.page import views
from demo.page.controls import Controls
from demo.page.events import (
    LIVE,
    PRIVATE,
    Shared,
    hidden_row,
    hidden_text,
    problem_place,
    settle,
)
from demo.page.write_tab import WriteTab


class MorphTab:
    """The components and their events.

    Attributes:
        controls: the components of the morph's settings.
    """

    def __init__(self, shared: Shared, write: WriteTab) -> None:
        """Add the tab to the tabs that are being built; the first tab has its look and ink."""
        self._shared, self._write = shared, write
        words = shared.words
        with words.tab("morph") as self._tab:
            self.controls: Controls[MorphSettings] = Controls(
                words,
                shared.kinds.morph,
                look=write.controls["look"],
                ink=write.controls["ink"],
                variation=write.controls["variation"],
                hand=write.controls["hand"],
                row=hidden_row(shared.kinds.morph().row),
            )
            # What the film shows: its language, and the weights and settings that made it.
            self._shown = hidden_text("film")
            with gr.Row(elem_classes="entry"):
                self.controls.add("start")
                self.controls.add("end")
                self._make = words.button("make_morph", variant="primary")
                self._problem = problem_place()
            self._film = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="film",
                js_on_load="cgan.film(element, trigger, watch)",
            )
            with gr.Row(elem_classes="controls"):
                self.controls.add("start_seed")
                self.controls.add("end_seed")
                self.controls.add("frames")
            self.controls.add_others()
            with gr.Row(elem_classes="take"):
                self._files = {kind: words.button(kind, size="sm") for kind in FORMATS}
        # The numbers wait for Enter or the button; what changes on the first tab, for this tab to
        # be selected.
        others = ("start", "end", "look", "ink", "variation", "hand")
        changes = [one for name, one in self.controls.all().items() if name not in others]
        shared.values.draw("morph", [*changes, shared.switched, shared.weights])
        shared.values.draw("morph", [shared.carried], hidden=True)

    def answer(self) -> None:
        """Add the events."""
        shared, controls = self._shared, self.controls.all()
        inputs = [self._shown, shared.language, shared.weights, *controls.values()]
        shared.values.watch([shared.switched, shared.carried])
        asked = [
            self._tab.select,
            controls["start"].submit,
            controls["end"].submit,
            self._make.click,
            shared.drawn["morph"].click,
        ]
        drawing = shared.values.ask(
            partial(gr.on, asked),
            self.film,
            inputs,
            [self._film, self._problem, self._shown],
            **{**LIVE, **api.MORPHING},
        )
        settle(drawing, "draw-morph")
        # "Undo", beside the note on the hand that a cell of the grid brought.
        first = json.dumps(shared.kinds.morph().row)
        self._film.click(None, None, controls["row"], js=f"() => {first}", **PRIVATE)
        for kind, button in self._files.items():
            given = [self._shown, shared.weights, *controls.values()]
            shared.offer(button, self._file(kind), given, self._problem, api.MORPHING)

    def film(self, shown: str, language: str, *given: Any) -> list[Any]:
        """Return film, problem and what is shown.

        If there is a problem, the film stays as it is, except for its language.
        """
        problem = ""
        try:
            made = self._morph(*given)
        except UserError as error:
            problem = views.problem(error, language)
            last, given = self._read(shown) if shown else (language, given)
            if last == language:
                return [gr.skip(), problem, gr.skip()]
            try:
                made = self._morph(*given)
            except UserError:  # other weights may draw since
                return [gr.skip(), problem, gr.skip()]
        return [views.film_html(made, language), problem, json.dumps([language, given])]

    def _read(self, shown: str) -> tuple[Any, tuple[Any, ...]]:
        """Return the language of the film that is shown, and what made it.

        Raises:
            gr.Error: `film` hasn't written it.
        """
        try:
            language, (weights, *values) = json.loads(shown)
            self.controls.settings(values)  # as many as there are
        except (ValueError, TypeError, RecursionError):
            sentence = "The film that is shown can't be read: send what its event has returned."
            raise gr.Error(sentence, print_exception=False) from None
        return language, (weights, *values)

    def _morph(self, weights: str, *values: Any) -> Morphed:
        return actions.make_morph(self._shared.models[weights], self.controls.settings(values))

    def _file(self, kind: str) -> Callable[..., File]:
        def file(shown: str, *given: Any) -> File:
            if shown:  # not what was typed since
                _, given = self._read(shown)
            return actions.morph_file(self._morph(*given), kind)

        return file
