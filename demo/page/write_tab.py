"""The first tab: the number on paper, its controls, and its files and link."""

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from cgan.writing.look import LOOKS
from cgan.writing.number import NoDigit
from cgan.writing.setting import Number
from demo import actions, compat
from demo.actions import Settings
from demo.page import hand_html, keep, other_hands, views
from demo.page.controls import Controls
from demo.page.events import (
    AT_ONCE,
    LIVE,
    PRIVATE,
    Shared,
    hidden_button,
    hidden_row,
    hidden_text,
    problem_place,
    settle,
)
from demo.page.keep import Keep


class WriteTab:
    """The components, in the order in which they are on the page, and their events.

    Attributes:
        controls: the components of the settings that a link restores.
        shown: stands for what is on the paper: its language and, after a "#", its settings as in a
            link. The script knows it.
    """

    def __init__(self, shared: Shared) -> None:
        """Add the tab to the tabs that are being built."""
        self._shared = shared
        self._words = shared.words
        with self._words.tab("write"):
            defaults = shared.kinds.write()
            self.controls: Controls[Settings] = Controls(
                self._words,
                shared.kinds.write,
                weights=shared.weights,
                row=hidden_row(defaults.row),
                redrawn=hidden_text("redrawn", defaults.redrawn),
                style=hidden_text("style", defaults.style),
                hand=hidden_text("hand", defaults.hand),
            )
            self.shown = hidden_text("shown")
            self._add_number()
            self._add_controls()
            self._add_details()
            self._facts = gr.HTML("", apply_default_css=False, elem_id="facts")

    def _add_number(self) -> None:
        words = self._words
        with gr.Row(elem_classes="entry"):
            self.controls.add("digits")
            self._draw_button = words.button("draw", variant="primary", elem_id="draw")
            self._problem = problem_place(elem_id="problem")
        self._own = words.html(
            hand_html.left, elem_id="whose-hand", js_on_load="cgan.leaveHand(element, trigger)"
        )
        self._paper = gr.HTML(
            "",
            apply_default_css=False,
            elem_id="paper",
            js_on_load="cgan.paper(element, trigger, watch)",
        )
        words.html(views.hint("digit"), elem_classes="hint")

    def _add_controls(self) -> None:
        words = self._words
        with gr.Row(elem_classes="controls"):
            self.controls.add("seed", elem_id="seed")
            self._dice = words.button("dice", elem_id="dice")
            self._back = words.button("hand_back", elem_id="hand-back")
            self.controls.add("variation", elem_id="variation")
            self._hand_problem = problem_place()
        self._others = gr.HTML(
            "",
            apply_default_css=False,
            elem_id="others",
            js_on_load="cgan.otherHands(element, trigger, watch)",
        )
        self._draw_others = hidden_button("draw-others")
        with gr.Row(elem_classes="take"):
            self._take = {
                "png": words.button("png", size="sm"),
                "large": words.button("png_large", size="sm"),
                "svg": words.button("svg", size="sm"),
                "strokes": words.button("strokes", size="sm"),
            }
            # The browser alone answers this one: it works without the server.
            words.button("copy", size="sm", elem_id="copy")
            self._keep = Keep(self._shared)
        words.html(keep.said, elem_id="said")
        self._keep.add_card()

    def _add_details(self) -> None:
        with self._words.accordion("more", elem_id="more"):
            self.controls.add("look")
            self.controls.add("ink")
            self.controls.add("spacing")
            with gr.Row(elem_classes="level"):
                self.controls.add("pen")
                self.controls.add("truncation")
                self.controls.add("best_of")
            self.controls.add_others(besides="rows_show")  # it stands above the rows

    def _draw(self, shown: str, language: str, *values: Any) -> list[Any]:
        """Return paper, and what is wrong with the number and with its hand.

        If there is a problem, the paper stays as it is, except for its language.
        """
        settings, problems = self.controls.settings(values), ["", ""]
        try:
            html = self._on_paper(settings, language)
        except UserError as error:
            # A + or a bracket is the beginning of a number, not a mistake.
            begun = isinstance(error, NoDigit) and error.begun
            if not begun:
                place = int(error.values.get("setting") in ("Seed", "Variation"))
                problems[place] = views.problem(error, language)
            shown_language, _, fragment = shown.partition("#")
            if shown_language == language:
                return [gr.skip(), *problems]
            settings, _ = actions.restore(fragment, self._shared.models, self._shared.kinds.write)
            html = self._on_paper(settings, language)
        return [html, *problems]

    def _other_hands(self, language: str, shown: str) -> Any:
        """Return the number that is shown in other hands."""
        fragment = shown.partition("#")[2]
        settings, _ = actions.restore(fragment, self._shared.models, self._shared.kinds.write)
        try:
            return other_hands.html(self._shared.models[settings.weights], settings, language)
        except UserError:
            return gr.skip()

    def _on_paper(self, settings: Settings, language: str) -> str:
        """Return the number and, for the script, the line of facts and what is shown.

        One output rather than three: Gradio lays the page out again for each.
        """
        html, line = views.paper_html(self._shared.models[settings.weights], settings, language)
        shown = escape(self._as_shown(settings, language))
        return f'{html}<i hidden data-shown="{shown}" data-facts="{line}"></i>'

    def _as_shown(self, settings: Settings, language: str) -> str:
        """Return the value of `shown`."""
        link = actions.fragment(settings, self._shared.models[settings.weights])
        return f"{language}#{link}"

    def _first(self) -> Settings:
        """Return what is on the paper when the page opens."""
        return actions.restore("", self._shared.models, self._shared.kinds.write)[0]

    def first_facts(self, language: str) -> tuple[int, dict[str, Any]]:
        """Return the number of the line of facts, and its text when the page opens."""
        settings = self._first()
        _, line = views.paper_html(self._shared.models[settings.weights], settings, language)
        return compat.number_of(self._facts), {"value": f"<p>{line}</p>"}

    def draw_at_changes(self) -> None:
        """Let changes draw the number; one of the controls is on another tab."""
        shared = self._shared
        changes = [*self.controls.all().values(), shared.language, shared.renewed]
        shared.values.draw("write", changes, hidden=True)

    def answer(self) -> None:
        """Draw, and add the events."""
        shared, language = self._shared, self._shared.language
        first = self._first()
        self._paper.value = self._on_paper(first, "en")
        self._facts.value = self.first_facts("en")[1]["value"]
        self.shown.value = self._as_shown(first, "en")
        controls = list(self.controls.all().values())
        drawing = shared.values.ask(
            shared.drawn["write"].click,
            self._draw,
            [self.shown, language, *controls],
            [self._paper, self._problem, self._hand_problem],
            js="cgan.askForNumber(IDS)",
            progress=False,  # the script shows it: Gradio's way costs some of the page's time
            **AT_ONCE,
        )
        drawing.failure(None, None, None, js="cgan.notDrawn", **PRIVATE)
        drawn = f"() => cgan.drawn({compat.number_of(self.shown)})"
        drawing.success(None, None, None, js=drawn, **PRIVATE)
        gr.on(
            [self.controls["digits"].submit, self._draw_button.click],
            *(None, None, None),
            js='() => cgan.draw("write")',
            **PRIVATE,
        )
        # MNIST's look has no ink.
        look = self.controls["look"]
        look.change(_ink_for, look, self.controls["ink"], **PRIVATE)
        # In the browser, so that no click is lost if there are many quick ones.
        redrawn = [self.controls["row"], self.controls["redrawn"]]
        number = [*redrawn, *(self.controls[name] for name in ("digits", "seed", "hand"))]
        self._paper.click(None, number, redrawn, js="cgan.redraw", **PRIVATE)
        seeds = self.controls.specified["seed"]
        assert isinstance(seeds, Number)
        hand = [self.controls["seed"], *redrawn, self.controls["hand"]]
        js = f"(...now) => cgan.takeHand(cgan.throwSeed({seeds.high}), ...now)"
        self._dice.click(None, hand, hand, js=js, **PRIVATE)
        js = "(...now) => cgan.takeHand(cgan.seedTaken, ...now)"
        self._others.click(None, hand, hand, js=js, **PRIVATE)
        self._back.click(None, hand, hand, js="cgan.handBefore", **PRIVATE)
        others = [language, self.shown]
        asked = (self._draw_others.click, self._other_hands, others, self._others)
        settle(shared.values.ask(*asked, **LIVE), "draw-others")
        self._own.click(None, None, self.controls["hand"], js="() => ''", **PRIVATE)
        self._keep.answer(self.controls, self._problem)
        for kind, button in self._take.items():
            shared.offer(button, self._file(kind), controls, self._problem)

    def _file(self, kind: str) -> Callable[..., File]:
        def make(*values: Any) -> File:
            settings = self.controls.settings(values)
            return actions.number_file(self._shared.models[settings.weights], settings, kind)

        return make


def _ink_for(look: Any) -> Any:
    """Return the update of the choice of ink that a look asks for."""
    return gr.update(interactive=look not in LOOKS or not LOOKS[look].pixelated)
