"""The first tab: the number on paper, its controls, and what one takes away."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing import look as looks
from cgan.writing.drawing import MAX_BEST_OF, MAX_SEED, MAX_TRUNCATION
from demo import actions
from demo.actions import MAX_SIZE, MIN_SIZE, STYLES, Settings
from demo.page.events import LIVE, PRIVATE, Shared, hidden_row, hidden_text, problem_place
from demo.text.texts import say

_THROW = f"() => [Math.floor(Math.random() * {MAX_SEED + 1}), 0, '']"


class WriteTab:
    """The components, made in the order in which one meets them, and their events.

    Attributes:
        settings: components of what a link restores, in the order of `Settings`.
        digits, seed, ...: each of them.
    """

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built."""
        self._shared = shared
        self._words = shared.words
        first = Settings()
        with self._words.tab("write"):
            self.row = hidden_row(first.row)
            self.redrawn = hidden_text("redrawn", first.redrawn)
            # What is on the paper: its language and, after a "#", the settings as in a link.
            self._shown = hidden_text("shown")
            self._add_number(first)
            self._add_controls(first)
            self._add_details(first)
            self._facts = gr.HTML("", apply_default_css=False, elem_id="facts")
        self.settings = [
            self.digits, self.seed, self.style, self.row, self.truncation, self.redrawn,
            self.look, self.ink, self.size, self.best_of, shared.weights,
        ]  # fmt: skip

    def _add_number(self, first: Settings) -> None:
        words = self._words
        with gr.Row(elem_classes="entry"):
            self.digits = words.number("number", first.digits, "number")
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

    def _add_controls(self, first: Settings) -> None:
        words = self._words
        with gr.Row(elem_classes="controls"):
            self.seed = words.slider("seed", 0, MAX_SEED, first.seed, elem_id="seed")
            self._dice = words.button("dice", elem_id="dice")
            self.style = words.radio("style", {s: s for s in STYLES}, first.style)
        with gr.Row(elem_classes="take"):
            self._take = {
                "png": words.button("png", size="sm"),
                "large": words.button("png_large", size="sm"),
                "svg": words.button("svg", size="sm"),
            }
            self._copy = words.button("copy", size="sm", elem_id="copy")
        words.html(_said, elem_id="said")

    def _add_details(self, first: Settings) -> None:
        words = self._words
        with words.accordion("more", elem_id="more"):
            self.look = words.radio(
                "look", {look: f"look_{look}" for look in looks.LOOKS}, first.look
            )
            self.ink = words.radio("ink", {ink: ink for ink in looks.INKS}, first.ink)
            with gr.Row():
                self.truncation = words.slider(
                    "truncation", 0, MAX_TRUNCATION, first.truncation, step=0.05
                )
                self.best_of = words.slider("best_of", 1, MAX_BEST_OF, first.best_of)
            self.size = words.slider("size", MIN_SIZE, MAX_SIZE, first.size)

    def _draw(self, shown: str, language: str, *values: Any) -> list[Any]:
        """Return paper, problem, facts and what is shown.

        Where there is a problem, the paper stays as it is, but for its language.
        """
        settings, problem = Settings(*values), ""
        try:
            html, line = self._on_paper(settings, language)
        except UserError as error:
            problem = actions.problem(error, language)
            shown_language, _, fragment = shown.partition("#")
            if shown_language == language:
                return [gr.skip(), problem, gr.skip(), gr.skip()]
            settings, _ = actions.restore(fragment, self._shared.models)
            html, line = self._on_paper(settings, language)
        return [html, problem, f"<p>{line}</p>", f"{language}#{actions.fragment(settings)}"]

    def _on_paper(self, settings: Settings, language: str) -> tuple[str, str]:
        return actions.paper_html(self._shared.models[settings.weights], settings, language)

    def answer(self) -> None:
        """Draw, and add the events."""
        language = self._shared.language
        drawn = [self._paper, self._problem, self._facts, self._shown]
        settings = Settings(weights=self._shared.models.chosen)
        first = self._draw("", "en", *vars(settings).values())
        for component, value in zip(drawn, first, strict=True):
            component.value = value
        # Gradio's `input` misses what is pasted, deleted or composed in a text box, and what a
        # number is corrected to when one leaves its box.
        renewed = self._shared.renewed
        changes = [component.change for component in (*self.settings, language, renewed)]
        gr.on(
            [*changes, self.digits.submit, self._draw_button.click],
            self._draw,
            [self._shown, language, *self.settings],
            drawn,
            **LIVE,
        )
        # In the browser, so that not one of many quick clicks is lost.
        redrawn = [self.row, self.redrawn]
        self._paper.click(None, redrawn, redrawn, js="cgan.redraw", **PRIVATE)
        self._dice.click(None, None, [self.seed, *redrawn], js=_THROW, **PRIVATE)
        self._copy.click(None, self._shown, None, js="cgan.copyLink", **PRIVATE)
        for kind, button in self._take.items():
            self._shared.offer(button, self._file(kind), self.settings, self._problem)

    def _file(self, kind: str) -> Callable[..., tuple[str, str, bytes]]:
        def make(*values: Any) -> tuple[str, str, bytes]:
            settings = Settings(*values)
            return actions.number_file(self._shared.models[settings.weights], settings, kind)

        return make


def _said(language: str) -> str:
    """Return the place for what "Copy link" says, with its sentences."""
    copied, by_hand = say(language, "copied"), say(language, "copy_by_hand")
    return f'<p role="status" data-copied="{copied}" data-by-hand="{by_hand}"></p>'
