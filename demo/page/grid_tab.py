"""The tab of styles: the class grid, from which a click carries a hand over to another tab."""

import time
from functools import partial
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.checks import one_of
from cgan.writing.export import File
from cgan.writing.settings import GridSettings, of_one_hand
from demo import actions, compat
from demo.api import told_to_the_caller
from demo.page import number_rows, views
from demo.page.controls import Controls
from demo.page.events import LIVE, PRIVATE, Shared, problem_place, settle
from demo.page.morph_tab import MorphTab
from demo.page.number_rows import Rows
from demo.page.write_tab import WriteTab


class GridTab:
    """The components and their events.

    Attributes:
        controls: the components of the grid's settings.
    """

    def __init__(self, shared: Shared, write: WriteTab) -> None:
        """Add the tab to the tabs that are being built; the first tab has its look and ink."""
        self._shared = shared
        words = shared.words
        with words.tab("grid") as self._tab:
            words.html(views.hint("hand"), elem_classes="hint")
            write.controls.add("rows_show", elem_id="rows-show")
            self._grid = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="grid",
                js_on_load="cgan.cells(element, trigger, watch)",
            )
            self.controls: Controls[GridSettings] = Controls(
                words, shared.kinds.grid, look=write.controls["look"], ink=write.controls["ink"]
            )
            with gr.Row(elem_classes="controls"):
                self.controls.add("rows", elem_id="rows")
                self.controls.add("seed")
                self.controls.add_others()
                self._problem = problem_place()
            self._target = words.radio("target", {"write": "write", "morph": "morph"}, "write")
            with gr.Row(elem_classes="take"):
                self._png = words.button("png", size="sm")
        # Look and ink change on the first tab: selecting this one shows them.
        changes = [one for name, one in self.controls.all().items() if name not in ("look", "ink")]
        rows_show = write.controls["rows_show"]
        shared.values.draw("grid", [*changes, rows_show, shared.switched, shared.weights])

    def answer(self, write: WriteTab, morph: MorphTab, tabs: Any) -> None:
        """Add the events; a click on a cell writes the visitor's number in the cell's hand."""
        self._write, self._morph, self._tabs = write, morph, tabs
        shared, controls = self._shared, self.controls.all()
        number = [write.controls["rows_show"], write.shown]
        inputs = [shared.weights, *number, *controls.values()]
        drawing = shared.values.ask(
            partial(gr.on, [self._tab.select, shared.drawn["grid"].click]),
            self.show,
            [shared.language, *inputs],
            [self._grid, self._problem],
            **LIVE,
        )
        settle(drawing, "draw-grid")
        given = [self._target, write.controls["variation"]]
        shared.values.ask(self._grid.click, self.carry, given, self._carried(), **LIVE).then(
            None, None, None, js="() => cgan.focusTab()", **PRIVATE
        )
        # One seed for all tabs, wherever the visitor changes it.
        seed, own = write.controls["seed"], controls["seed"]
        gr.on([own.input, own.release], None, own, seed, js="(seed) => seed", **PRIVATE)
        shared.offer(self._png, self._file, inputs, self._problem)

    def show(
        self, language: str, weights: str, rows_show: str, shown: str, *values: Any
    ) -> list[Any]:
        """Return grid and problem; if there is a problem, the grid stays as it is."""
        settings = self.controls.settings(values)
        try:
            if rows_show == "number":
                rows = self._rows(weights, shown, settings)
                return [number_rows.html(rows, language), ""]
            return [views.grid_html(self._shared.models[weights], settings, language), ""]
        except UserError as error:
            return [gr.skip(), views.problem(error, language)]

    def _rows(self, weights: str, shown: str, settings: GridSettings) -> Rows:
        """Return the number on the paper in each hand."""
        models = self._shared.models
        number, _ = actions.restore(shown.partition("#")[2], models, self._shared.kinds.write)
        return number_rows.make(models[weights], number, settings)

    def carry(self, event: gr.EventData, target: str, variation: Any) -> dict[Any, Any]:
        """Return the values with which the other tab draws in the cell's hand, and select that tab.

        The visitor's own numbers stay, and the variation, if a hand can still be seen with it.
        """
        # The cell's own seed: a grid with another seed may be loading.
        cell = compat.event_data(event)
        specified = self._write.controls.specified
        targets = {"write": self._to_write, "morph": self._to_morph}
        with told_to_the_caller():
            row, seed = (specified[name].check(cell.get(name)) for name in ("row", "seed"))
            variation = specified["variation"].check(variation)
            one_of("target", target, targets)
        if cell.get("number") and target == "write":  # as it is shown in that row
            hand = number_rows.hand_of(row, seed, variation)
            values = {self._write.controls[name]: value for name, value in hand.items()}
        else:
            values = targets[target](row, seed, of_one_hand(variation))
        slider = self._write.controls["variation"]
        if values[slider] == variation:  # it may be moved before this answer
            del values[slider]
        return values | {self._tabs: gr.Tabs(selected=target)}

    def _to_write(self, row: int, seed: int, variation: float) -> dict[Any, Any]:
        return self._write.controls.with_default_strokes(seed=seed, row=row, variation=variation)

    def _to_morph(self, row: int, seed: int, variation: float) -> dict[Any, Any]:
        values = self._morph.controls.with_default_strokes(
            start_seed=seed, end_seed=seed, row=row, variation=variation
        )
        return values | {self._shared.carried: str(time.monotonic_ns())}

    def _carried(self) -> list[Any]:
        """Return all components that `carry` may have a value for."""
        tabs = (self._write, self._morph)
        controls = [one for tab in tabs for one in tab.controls.with_default_strokes()]
        return [*controls, self._shared.carried, self._tabs]

    def _file(self, weights: str, rows_show: str, shown: str, *values: Any) -> File:
        settings = self.controls.settings(values)
        if rows_show == "number":
            return self._rows(weights, shown, settings).file
        return actions.make_grid(self._shared.models[weights], settings).file
