"""The first tab: the number on paper, its controls, and its files and link."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from cgan.writing.settings import Number
from demo import actions
from demo.actions import Settings
from demo.page.events import LIVE, PRIVATE, Shared, hidden_row, hidden_text, problem_place
from demo.text.texts import say


class WriteTab:
    """The components, in the order in which they are on the page, and their events.

    Attributes:
        controls: the component of each setting that a link restores, by name.
    """

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built."""
        self._shared = shared
        self._words = shared.words
        self._settings = shared.specified
        made = {"weights": shared.weights}
        with self._words.tab("write"):
            made["row"] = hidden_row(self._settings["row"].default)
            made["redrawn"] = hidden_text("redrawn", self._settings["redrawn"].default)
            # What is on the paper: its language and, after a "#", the settings as in a link.
            self._shown = hidden_text("shown")
            self._add_number(made)
            self._add_controls(made)
            self._add_details(made)
            self._facts = gr.HTML("", apply_default_css=False, elem_id="facts")
        self.controls = {name: made[name] for name in actions.names(shared.kind)}

    def _add_number(self, made: dict[str, Any]) -> None:
        words = self._words
        with gr.Row(elem_classes="entry"):
            self._add(made, "digits")
            self._draw_button = words.button("draw", variant="primary")
        self.link_problem = problem_place(elem_id="link-problem")
        self._problem = problem_place(elem_id="problem")
        self._paper = gr.HTML(
            "",
            apply_default_css=False,
            elem_id="paper",
            js_on_load="cgan.paper(element, trigger, watch)",
        )
        words.html(lambda lang: f"<p>{say(lang, 'click_hint')}</p>", elem_classes="hint")

    def _add_controls(self, made: dict[str, Any]) -> None:
        words = self._words
        with gr.Row(elem_classes="controls"):
            self._add(made, "seed", elem_id="seed")
            self._dice = words.button("dice", elem_id="dice")
            self._add(made, "style")
        with gr.Row(elem_classes="take"):
            self._take = {
                "png": words.button("png", size="sm"),
                "large": words.button("png_large", size="sm"),
                "svg": words.button("svg", size="sm"),
            }
            self._copy = words.button("copy", size="sm", elem_id="copy")
        words.html(_said, elem_id="said")

    def _add_details(self, made: dict[str, Any]) -> None:
        with self._words.accordion("more", elem_id="more"):
            self._add(made, "look")
            self._add(made, "ink")
            with gr.Row():
                self._add(made, "truncation")
                self._add(made, "best_of")
            for name in self._settings:  # the others
                if name not in made:
                    self._add(made, name)

    def _add(self, made: dict[str, Any], name: str, **settings: Any) -> None:
        made[name] = self._words.control(self._settings[name], **settings)

    def settings(self, values: Sequence[Any]) -> Settings:
        """Return the settings of the controls' values."""
        return self._shared.kind(**dict(zip(self.controls, values, strict=True)))

    def _draw(self, shown: str, language: str, *values: Any) -> list[Any]:
        """Return paper, problem, facts and what is shown.

        If there is a problem, the paper stays as it is, except for its language.
        """
        settings, problem = self.settings(values), ""
        try:
            html, line = self._on_paper(settings, language)
        except UserError as error:
            problem = actions.problem(error, language)
            shown_language, _, fragment = shown.partition("#")
            if shown_language == language:
                return [gr.skip(), problem, gr.skip(), gr.skip()]
            settings, _ = actions.restore(fragment, self._shared.models, self._shared.kind)
            html, line = self._on_paper(settings, language)
        return [html, problem, f"<p>{line}</p>", f"{language}#{actions.fragment(settings)}"]

    def _on_paper(self, settings: Settings, language: str) -> tuple[str, str]:
        return actions.paper_html(self._shared.models[settings.weights], settings, language)

    def answer(self) -> None:
        """Draw, and add the events."""
        language = self._shared.language
        drawn = [self._paper, self._problem, self._facts, self._shown]
        settings, _ = actions.restore("", self._shared.models, self._shared.kind)
        first = self._draw("", "en", *(getattr(settings, name) for name in self.controls))
        for component, value in zip(drawn, first, strict=True):
            component.value = value
        # Gradio's `input` misses text that is pasted, deleted or composed in a box, and the number
        # to which a box corrects its value when it loses the focus.
        controls, renewed = list(self.controls.values()), self._shared.renewed
        changes = [component.change for component in (*controls, language, renewed)]
        gr.on(
            [*changes, self.controls["digits"].submit, self._draw_button.click],
            self._draw,
            [self._shown, language, *controls],
            drawn,
            **LIVE,
        )
        # In the browser, so that no click is lost if there are many quick ones.
        redrawn = [self.controls["row"], self.controls["redrawn"]]
        self._paper.click(None, redrawn, redrawn, js="cgan.redraw", **PRIVATE)
        seeds = self._settings["seed"]
        assert isinstance(seeds, Number)
        throw = f"() => [Math.floor(Math.random() * {seeds.high + 1}), 0, '']"
        self._dice.click(None, None, [self.controls["seed"], *redrawn], js=throw, **PRIVATE)
        self._copy.click(None, self._shown, None, js="cgan.copyLink", **PRIVATE)
        for kind, button in self._take.items():
            self._shared.offer(button, self._file(kind), controls, self._problem)

    def _file(self, kind: str) -> Callable[..., File]:
        def make(*values: Any) -> File:
            settings = self.settings(values)
            return actions.number_file(self._shared.models[settings.weights], settings, kind)

        return make


def _said(language: str) -> str:
    """Return the place where "Copy link" reports, with its sentences."""
    copied, by_hand = say(language, "copied"), say(language, "copy_by_hand")
    return f'<p role="status" data-copied="{copied}" data-by-hand="{by_hand}"></p>'
