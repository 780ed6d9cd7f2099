"""The page: where its components are, and which function answers which event."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from cgan import Sampler, UserError
from demo import about, api, handlers
from demo import look as looks
from demo import morph as morphs
from demo.drawing import MAX_FRAMES, MAX_ROWS, MAX_SEED, MAX_TRUNCATION, MIN_FRAMES
from demo.handlers import MAX_SIZE, MIN_SIZE, STYLES, Settings
from demo.texts import LANGUAGES, explain, language_of, say
from demo.widgets import Widgets

STATIC = Path(__file__).parent / "static"

# Files that the API made are deleted when they are this old, looked for as often (seconds).
_FILE_AGE = 600
# Requests that may wait; more are turned away at once, with a sentence.
QUEUE_SIZE = 128

# Gradio's own checks of values print a traceback and say less than ours.
_PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "preprocess": False,
}
# While one types or drags, only the last state counts.
_LIVE: dict[str, Any] = {**_PRIVATE, **api.CONCURRENCY, "trigger_mode": "always_last"}


class _Blocks(gr.Blocks):
    """Blocks whose endpoints may be called with fewer values than they have."""

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Fill in the components' values; Gradio would log what was sent, digits and all."""
        inputs.extend(component.value for component in block_fn.inputs[len(inputs) :])
        del inputs[len(block_fn.inputs) :]


class _Page:
    """The components, made in the order in which one meets them, and their events."""

    def __init__(self, sampler: Sampler, weights: str) -> None:
        self._sampler = sampler
        self._weights = weights
        self._words = Widgets()
        self._first = Settings()
        self._add_hidden()
        with gr.Row(elem_id="head"):
            self._words.html(
                lambda lang: f"<h1>{say(lang, 'title')}</h1><p>{say(lang, 'subtitle')}</p>"
            )
            self._switch = self._words.button("other_language", elem_id="language", size="sm")
        with gr.Tabs() as self._tabs:
            self._add_write()
            self._add_grid()
            self._add_morph()
            with self._words.tab("about"):
                self._words.html(about.html)
        self._facts = gr.HTML("", apply_default_css=False, elem_id="facts")
        self._paper.value, _, self._facts.value = self._draw(self._first, "en")

        self._settings = [
            self._digits, self._seed, self._style, self._row, self._truncation, self._redrawn,
            self._look, self._ink, self._size,
        ]  # fmt: skip
        self._inputs = [*self._settings, self._language]
        self._drawn = [self._paper, self._problem, self._facts]
        self._answer_write()
        self._answer_grid()
        self._answer_morph()
        self._answer_languages()
        api.add(
            sampler, self._digits, self._seed, self._style, self._truncation, self._redrawn,
            self._look, self._ink, self._frames,
        )  # fmt: skip

    # ---- Components ----

    def _add_hidden(self) -> None:
        """Add what a link or an event carries, but nobody sees."""
        self._language = gr.Textbox("en", visible="hidden", label="language")
        self._fragment = gr.Textbox("", visible="hidden", label="fragment")
        self._courier = gr.Textbox("", visible="hidden", label="download")
        self._row = gr.Number(self._first.row, visible="hidden", label="row", precision=0)
        self._redrawn = gr.Textbox(self._first.redrawn, visible="hidden", label="redrawn")

    def _add_write(self) -> None:
        words, first = self._words, self._first
        with words.tab("write"):
            with gr.Row(elem_classes="entry"):
                self._digits = words.number("number", first.digits, "number")
                self._draw_button = words.button("draw", variant="primary")
            self._link_problem = gr.HTML("", elem_classes="problem")
            self._problem = gr.HTML("", elem_classes="problem", elem_id="problem")
            self._paper = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="paper",
                js_on_load="cgan.paper(element, trigger, watch)",
            )
            words.html(lambda lang: f"<p>{say(lang, 'click_hint')}</p>", elem_classes="hint")
            with gr.Row(elem_classes="controls"):
                self._seed = words.slider("seed", 0, MAX_SEED, first.seed, elem_id="seed")
                self._dice = words.button("dice", elem_id="dice")
                self._style = words.radio("style", {s: s for s in STYLES}, first.style)
            with gr.Row(elem_classes="take"):
                self._take = {
                    "png": words.button("png", size="sm"),
                    "large": words.button("png_large", size="sm"),
                    "svg": words.button("svg", size="sm"),
                }
                self._copy = words.button("copy", size="sm", elem_id="copy")
            words.html(_said, elem_id="said")
            with words.accordion("more", elem_id="more"):
                self._look = words.radio(
                    "look", {look: f"look_{look}" for look in looks.LOOKS}, first.look
                )
                self._ink = words.radio("ink", {ink: ink for ink in looks.INKS}, first.ink)
                with gr.Row():
                    self._truncation = words.slider(
                        "truncation", 0, MAX_TRUNCATION, first.truncation, step=0.05
                    )
                    self._size = words.slider("size", MIN_SIZE, MAX_SIZE, first.size)

    def _add_grid(self) -> None:
        words = self._words
        with words.tab("grid") as self._grid_tab:
            words.html(lambda lang: f"<p>{say(lang, 'grid_hint')}</p>", elem_classes="hint")
            self._grid_problem = gr.HTML("", elem_classes="problem")
            self._grid = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="grid",
                js_on_load="cgan.cells(element, trigger)",
            )
            with gr.Row(elem_classes="controls"):
                self._rows = words.slider("rows", 1, MAX_ROWS, 10, elem_id="rows")
                self._grid_seed = words.slider("seed", 0, MAX_SEED, self._first.seed)
            self._target = words.radio("target", {"write": "write", "morph": "morph"}, "write")
            with gr.Row(elem_classes="take"):
                self._grid_png = words.button("png", size="sm")

    def _add_morph(self) -> None:
        words, seed = self._words, self._first.seed
        with words.tab("morph") as self._morph_tab:
            with gr.Row(elem_classes="entry"):
                self._start = words.number("from", self._first.digits, "from")
                self._end = words.number("to", "024 6802 4680", "to")
                self._make = words.button("make_morph", variant="primary")
            self._morph_problem = gr.HTML("", elem_classes="problem")
            self._film = gr.HTML(
                "",
                apply_default_css=False,
                elem_id="film",
                js_on_load="cgan.film(element, watch)",
            )
            with gr.Row(elem_classes="controls"):
                self._start_seed = words.slider("from_seed", 0, MAX_SEED, seed)
                self._end_seed = words.slider("to_seed", 0, MAX_SEED, seed)
                self._frames = words.slider("frames", MIN_FRAMES, MAX_FRAMES, 30)
            with gr.Row(elem_classes="take"):
                self._film_files = {kind: words.button(kind, size="sm") for kind in morphs.FORMATS}

    # ---- Events ----

    def _draw(self, settings: Settings, language: str) -> list[Any]:
        """Return paper, problem and facts; where there is a problem, the paper stays."""
        try:
            html, line = handlers.paper_html(self._sampler, self._weights, settings, language)
        except UserError as error:
            return [gr.skip(), handlers.problem(error, language), gr.skip()]
        return [html, "", f"<p>{line}</p>"]

    def _answer_write(self) -> None:
        def draw(*values: Any) -> list[Any]:
            return self._draw(Settings(*values[:-1]), values[-1])

        def redraw(event: gr.EventData, *values: Any) -> list[Any]:
            settings, language = Settings(*values[:-1]), values[-1]
            try:
                redrawn = handlers.redraw(settings.redrawn, event._data["index"])
            except UserError as error:
                return [gr.skip(), gr.skip(), handlers.problem(error, language), gr.skip()]
            changed = Settings(**{**vars(settings), "redrawn": redrawn})
            return [redrawn, *self._draw(changed, language)]

        self._draw_again: tuple[Any, ...] = (draw, self._inputs, self._drawn)
        gr.on(
            [
                # Gradio's `input` misses what is pasted, deleted or composed in a text box, and
                # what a number is corrected to when one leaves its box.
                self._digits.change, self._digits.submit, self._draw_button.click,
                self._seed.change, self._style.input, self._truncation.change,
                self._look.input, self._ink.input, self._size.change,
            ],
            *self._draw_again,
            **_LIVE,
        )  # fmt: skip
        random_seed = f"() => Math.floor(Math.random() * {MAX_SEED + 1})"
        self._dice.click(None, None, self._seed, js=random_seed, **_PRIVATE)
        self._paper.click(redraw, self._inputs, [self._redrawn, *self._drawn], **_LIVE)
        self._copy.click(None, self._settings, None, js="cgan.copyLink", **_PRIVATE)
        for kind, button in self._take.items():
            self._offer(button, _number_file(self._sampler, kind), self._inputs, self._problem)

    def _answer_grid(self) -> None:
        def show(rows: Any, seed: Any, ink: str, language: str) -> list[Any]:
            try:
                return [handlers.grid_html(self._sampler, rows, seed, ink, language), ""]
            except UserError as error:
                return [gr.skip(), handlers.problem(error, language)]

        def carry(event: gr.EventData, seed: int, target: str) -> list[Any]:
            digit, row = event._data["digit"], event._data["row"]
            hand = [seed, "one", row, ""]
            if target == "morph":
                following = str((digit + 1) % 10)
                return [gr.skip(), *hand, str(digit), following, seed, gr.Tabs(selected="morph")]
            return [str(digit), *hand, *[gr.skip()] * 3, gr.Tabs(selected="write")]

        def png(rows: Any, seed: Any, look: str, ink: str, _: str) -> tuple[str, str, bytes]:
            return handlers.grid_file(self._sampler, rows, seed, look, ink, 4)

        self._grid_again: tuple[Any, ...] = (
            show,
            [self._rows, self._grid_seed, self._ink, self._language],
            [self._grid, self._grid_problem],
        )
        triggers = [self._grid_tab.select, self._rows.change, self._grid_seed.change]
        gr.on(triggers, *self._grid_again, **_LIVE)
        carried = [
            self._digits, self._seed, self._style, self._row, self._redrawn, self._start,
            self._end, self._start_seed, self._tabs,
        ]  # fmt: skip
        self._carry = self._grid.click(
            carry, [self._grid_seed, self._target], carried, **_LIVE
        ).then(*self._draw_again, **_LIVE)
        inputs = [self._rows, self._grid_seed, self._look, self._ink, self._language]
        self._offer(self._grid_png, png, inputs, self._grid_problem)

    def _answer_morph(self) -> None:
        def make(values: tuple[Any, ...]) -> morphs.Morph:
            start, end, start_seed, end_seed, frames, *settings, _ = values
            return handlers.make_morph(
                self._sampler, start, end, start_seed, end_seed, frames, Settings(*settings)
            )

        def film(*values: Any) -> list[Any]:
            ink, language = Settings(*values[5:-1]).ink, values[-1]
            try:
                return [morphs.html(make(values), ink, language), ""]
            except UserError as error:
                return [gr.skip(), handlers.problem(error, language)]

        def film_file(kind: str) -> Callable[..., tuple[str, str, bytes]]:
            return lambda *values: handlers.morph_file(
                make(values), Settings(*values[5:-1]).ink, kind
            )

        inputs = [
            self._start, self._end, self._start_seed, self._end_seed, self._frames, *self._inputs,
        ]  # fmt: skip
        triggers = [
            self._morph_tab.select, self._start.submit, self._end.submit, self._make.click,
            self._start_seed.change, self._end_seed.change, self._frames.change,
        ]  # fmt: skip
        self._film_again: tuple[Any, ...] = (film, inputs, [self._film, self._morph_problem])
        gr.on(triggers, *self._film_again, **_LIVE)
        self._carry.then(*self._film_again, **_LIVE)
        for kind, button in self._film_files.items():
            self._offer(button, film_file(kind), inputs, self._morph_problem)

    def _answer_languages(self) -> None:
        """Restore a link and choose the language at the start; switch the language later."""

        def load(fragment: str, tag: str) -> list[Any]:
            language = language_of(tag)
            settings, wrong = handlers.restore(fragment)
            told = ""
            if wrong is not None:
                sentence = say(language, "bad_link", message=explain(wrong, language))
                told = handlers.problem(UserError(sentence), "en")
            texts = [gr.skip()] * len(self._words.components)
            if language != "en":
                texts = self._words.updates(language)
            drawn = self._draw(settings, language)
            return [language, told, *vars(settings).values(), *drawn, *texts]

        def switch(language: str, *values: Any) -> list[Any]:
            other = LANGUAGES[1 - LANGUAGES.index(language)]
            return [other, *self._draw(Settings(*values), other), *self._words.updates(other)]

        texts = self._words.components
        page = gr.context.Context.root_block
        assert page is not None
        page.load(
            load,
            [self._fragment, self._language],
            [self._language, self._link_problem, *self._settings, *self._drawn, *texts],
            js="() => cgan.begin()",
            **_PRIVATE,
        ).then(None, self._language, None, js="cgan.speak", **_PRIVATE)
        self._switch.click(
            switch,
            [self._language, *self._settings],
            [self._language, *self._drawn, *texts],
            **_PRIVATE,
        ).then(None, self._language, None, js="cgan.chooseLanguage", **_PRIVATE).then(
            *self._grid_again, **_LIVE
        ).then(*self._film_again, **_LIVE)

    def _offer(
        self,
        button: Any,
        make: Callable[..., tuple[str, str, bytes]],
        inputs: list[Any],
        problem: Any,
    ) -> None:
        """Let `button` save the file that `make` makes; it is never written on the server."""

        def send(*values: Any) -> list[Any]:
            try:
                return [handlers.courier(make(*values)), ""]
            except UserError as error:
                return ["", handlers.problem(error, values[-1])]

        button.click(send, inputs, [self._courier, problem], **_PRIVATE).then(
            None, self._courier, None, js="cgan.save", **_PRIVATE
        )


def _number_file(sampler: Sampler, kind: str) -> Callable[..., tuple[str, str, bytes]]:
    return lambda *values: handlers.number_file(sampler, Settings(*values[:-1]), kind)


def _said(language: str) -> str:
    """Return the place for what "Copy link" says, with its sentences."""
    copied, by_hand = say(language, "copied"), say(language, "copy_by_hand")
    return f'<p role="status" data-copied="{copied}" data-by-hand="{by_hand}"></p>'


def build(sampler: Sampler, weights: str = "") -> gr.Blocks:
    """Return the page on a generator.

    Args:
        sampler: what draws; conditional, with the ten digits among its classes.
        weights: where its weights come from, for people; empty for the bundled ones.
    """
    sampler.generate(sampler.latents(1, seed=0), [0])  # the first time takes ten times as long
    with _Blocks(
        title=say("en", "title"), analytics_enabled=False, delete_cache=(_FILE_AGE, _FILE_AGE)
    ) as page:
        _Page(sampler, weights)
    built: gr.Blocks = page.queue(max_size=QUEUE_SIZE)
    return built
