"""The second tab: the class grid, from which a click carries a digit over to another tab."""

import time
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.checks import whole
from cgan.writing.export import File
from cgan.writing.settings import GridSettings, specified
from demo import actions, compat
from demo.api import told_to_the_caller
from demo.page.events import LIVE, PRIVATE, Shared, problem_place
from demo.page.morph_tab import MorphTab
from demo.page.write_tab import WriteTab
from demo.text.texts import say


class GridTab:
    """The components and their events."""

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built."""
        self._shared = shared
        words, settings = shared.words, specified(GridSettings)
        with words.tab("grid") as self._tab:
            words.html(lambda lang: f"<p>{say(lang, 'grid_hint')}</p>", elem_classes="hint")
            self._problem = problem_place()
            self._grid = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="grid",
                js_on_load="cgan.cells(element, trigger)",
            )
            with gr.Row(elem_classes="controls"):
                self._rows = words.control(settings["rows"], elem_id="rows")
                self._seed = words.control(settings["seed"])
            self._target = words.radio("target", {"write": "write", "morph": "morph"}, "write")
            with gr.Row(elem_classes="take"):
                self._png = words.button("png", size="sm")

    def answer(self, write: WriteTab, morph: MorphTab, tabs: Any) -> None:
        """Add the events; a click on a cell carries it over to one of the other tabs."""
        models, weights = self._shared.models, self._shared.weights

        def show(
            language: str, weights: str, rows: Any, seed: Any, look: str, ink: str
        ) -> list[Any]:
            settings = GridSettings(rows=rows, seed=seed, look=look, ink=ink)
            try:
                return [actions.grid_html(models[weights], settings, language), ""]
            except UserError as error:
                return [gr.skip(), actions.problem(error, language)]

        def carry(event: gr.EventData, target: str) -> dict[Any, Any]:
            # The cell's own seed: a grid of another seed may be on its way.
            cell = compat.event_data(event)
            with told_to_the_caller():
                digit = whole("digit", cell.get("digit"), 0, 9)
                row, seed = (
                    self._shared.specified[name].check(cell.get(name)) for name in ("row", "seed")
                )
            if target == "morph":
                style, hand = morph.style, morph.row
                values = {
                    morph.start: str(digit),
                    morph.end: str((digit + 1) % 10),
                    morph.start_seed: seed,
                    morph.end_seed: seed,
                    self._shared.carried: str(time.monotonic_ns()),
                }
            else:
                style, hand = write.controls["style"], write.controls["row"]
                values = {
                    write.controls["digits"]: str(digit),
                    write.controls["seed"]: seed,
                    write.controls["truncation"]: 1,
                    write.controls["best_of"]: 1,
                    write.controls["redrawn"]: "",
                }
            return values | {style: "one", hand: row, tabs: gr.Tabs(selected=target)}

        def png(weights: str, rows: Any, seed: Any, look: str, ink: str) -> File:
            settings = GridSettings(rows=rows, seed=seed, look=look, ink=ink)
            return actions.grid_file(models[weights], settings, 4)

        inputs = [
            weights, self._rows, self._seed, write.controls["look"], write.controls["ink"],
        ]  # fmt: skip
        gr.on(
            [
                self._tab.select,
                self._rows.change,
                self._seed.change,
                self._shared.switched.change,
                weights.change,
            ],
            show,
            [self._shared.language, *inputs],
            [self._grid, self._problem],
            **LIVE,
        )
        written = ("digits", "seed", "truncation", "best_of", "redrawn", "style", "row")
        carried = [
            *(write.controls[name] for name in written), morph.start, morph.end, morph.start_seed,
            morph.end_seed, morph.style, morph.row, self._shared.carried, tabs,
        ]  # fmt: skip
        self._grid.click(carry, self._target, carried, **LIVE).then(
            None, None, None, js="() => cgan.focusTab()", **PRIVATE
        )
        self._shared.offer(self._png, png, inputs, self._problem)
