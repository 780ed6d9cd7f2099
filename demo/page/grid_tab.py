"""The second tab: the class grid, of which one carries a digit over to another tab."""

import time
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.drawing import MAX_ROWS, MAX_SEED, whole
from demo import actions
from demo.actions import Settings
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
        words = shared.words
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
                self._rows = words.slider("rows", 1, MAX_ROWS, 10, elem_id="rows")
                self._seed = words.slider("seed", 0, MAX_SEED, Settings().seed)
            self._target = words.radio("target", {"write": "write", "morph": "morph"}, "write")
            with gr.Row(elem_classes="take"):
                self._png = words.button("png", size="sm")

    def answer(self, write: WriteTab, morph: MorphTab, tabs: Any) -> None:
        """Add the events; a click on a cell carries it over to one of the other tabs."""
        models, weights = self._shared.models, self._shared.weights

        def show(
            language: str, weights: str, rows: Any, seed: Any, look: str, ink: str
        ) -> list[Any]:
            try:
                html = actions.grid_html(models[weights], rows, seed, look, ink, language)
                return [html, ""]
            except UserError as error:
                return [gr.skip(), actions.problem(error, language)]

        def carry(event: gr.EventData, target: str) -> dict[Any, Any]:
            # The seed that the cell shows: another one's grid may be on its way.
            cell = event._data if isinstance(event._data, dict) else {}
            with told_to_the_caller():
                digit, row, seed = (
                    whole(name, cell.get(name), 0, high)
                    for name, high in (("digit", 9), ("row", MAX_ROWS - 1), ("seed", MAX_SEED))
                )
            tab: WriteTab | MorphTab
            if target == "morph":
                tab = morph
                values = {
                    morph.start: str(digit),
                    morph.end: str((digit + 1) % 10),
                    morph.start_seed: seed,
                    morph.end_seed: seed,
                    self._shared.carried: str(time.monotonic_ns()),
                }
            else:
                tab = write
                values = {
                    write.digits: str(digit),
                    write.seed: seed,
                    write.truncation: 1,
                    write.best_of: 1,
                    write.redrawn: "",
                }
            return values | {tab.style: "one", tab.row: row, tabs: gr.Tabs(selected=target)}

        def png(weights: str, rows: Any, seed: Any, look: str, ink: str) -> tuple[str, str, bytes]:
            return actions.grid_file(models[weights], rows, seed, look, ink, 4)

        inputs = [weights, self._rows, self._seed, write.look, write.ink]
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
        carried = [
            write.digits, write.seed, write.truncation, write.best_of, write.redrawn, write.style,
            write.row, morph.start, morph.end, morph.start_seed, morph.end_seed, morph.style,
            morph.row, self._shared.carried, tabs,
        ]  # fmt: skip
        self._grid.click(carry, self._target, carried, **LIVE).then(
            None, None, None, js="() => cgan.focusTab()", **PRIVATE
        )
        self._shared.offer(self._png, png, inputs, self._problem)
