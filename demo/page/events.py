"""What all parts of the page share: hidden components and the settings of their events."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from demo import api, compat
from demo.actions import Kinds
from demo.models import Models
from demo.page import views
from demo.page.paper import data_uri
from demo.page.values import Values
from demo.page.widgets import Widgets

# Gradio's own checks of values print a traceback and say less than ours do.
PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    # Or Gradio would update all outputs of all events at each message about one.
    "show_progress_on": [],
    "preprocess": False,
}
# While a visitor types or drags, only the last state counts.
LIVE: dict[str, Any] = {**PRIVATE, **api.DRAWING, "trigger_mode": "always_last"}
# The same beside the queue, whose two requests take longer than drawing. `serve/beside.py` has the
# line in which these wait.
AT_ONCE: dict[str, Any] = {**LIVE, "queue": False}


class Shared:
    """The models, and what every part of the page needs.

    Attributes:
        models: the models that draw.
        kinds: the classes of the tabs' settings.
        words: makes the components with texts.
        values: what events send.
        weights: the reference of the model that the visitor has chosen.
        language: hidden; the page's language.
        switched: hidden; changes when the visitor chooses the other language.
        renewed: hidden; changes if the first drawing of the page is out of date.
        carried: hidden; changes when a cell of the grid is carried over to the morph tab.
        drawn: hidden; a button for each tab with a picture of the controls, which draws it.
    """

    def __init__(self, models: Models, kinds: Kinds) -> None:
        """Make the hidden components."""
        self.models = models
        self.kinds = kinds
        self.words = Widgets()
        self.values = Values(hidden_text("values"), PRIVATE)
        self.language = hidden_text("language", "en")
        self.switched = hidden_text("switched")
        self.renewed = hidden_text("renewed")
        self.carried = hidden_text("carried")
        self._courier = hidden_text("download")
        self._press = hidden_text("press")
        self._restored = hidden_text("restored")
        # The script presses them when a control has changed; outside the tabs, since what is in a
        # tab isn't there before it is opened.
        self.drawn = {name: hidden_button(f"draw-{name}") for name in ("write", "grid", "morph")}

    def add_weights(self) -> None:
        """Add the choice between the models, where there are several."""
        if self.models.chosen:
            self.weights = self.words.choice("weights", self.models.names)
        else:
            self.weights = hidden_text("weights")

    def restore(
        self,
        event: Callable[..., Any],
        function: Callable[..., tuple[list[Any], list[Any]]],
        inputs: list[Any],
        outputs: list[Any],
        components: list[Any],
        **settings: Any,
    ) -> tuple[Any, Any]:
        """Let an event set components, but for those that the visitor has changed meanwhile.

        Args:
            event: takes what Gradio's events take, such as `button.click`.
            function: gets the values of `inputs`; returns those of `outputs` and of `components`,
                None for those that stay.
            inputs: components.
            outputs: components that are set in any case.
            components: with values of JSON.
            settings: of Gradio's event, as `Values.ask` takes them.

        Returns:
            Gradio's event, and the one after the components are set.
        """

        @wraps(function)
        def told(*given: Any) -> list[Any]:
            values, restored = function(*given)
            return [*values, json.dumps(restored)]

        self.values.watch(components)
        asked = self.values.ask(event, told, inputs, [*outputs, self._restored], **settings)
        js = f"(text) => cgan.restored(text, {[compat.number_of(one) for one in components]})"
        return asked, asked.success(None, self._restored, components, js=js, **PRIVATE)

    def offer(
        self,
        button: Any,
        make: Callable[..., File],
        inputs: list[Any],
        problem: Any,
        line: Mapping[str, Any] = api.DRAWING,
        taken: str = "save",
    ) -> None:
        """Let `button` bring the file that `make` makes; it is never written on the server.

        Each press brings what was set then, however soon another one follows.

        Args:
            button: to press.
            make: gets the values of `inputs`.
            inputs: components.
            problem: where a sentence is shown if there is no file.
            line: where the call waits.
            taken: the script's function that takes the file.
        """

        def send(press: str, language: str, *values: Any) -> str:
            try:
                return courier(make(*values), press)
            except UserError as error:
                return json.dumps({"press": press, "problem": views.problem(error, language)})

        sent = self.values.ask(
            button.click,
            send,
            [self._press, self.language, *inputs],
            self._courier,
            js=f"cgan.press({compat.number_of(button)}, IDS)",
            trigger_mode="multiple",
            **PRIVATE,
            **line,
        )
        js = f"(text) => cgan.{taken}(text)"
        sent.success(None, self._courier, problem, js=js, **PRIVATE)
        sent.failure(None, None, None, js="cgan.fileEnded", **PRIVATE)
        settle(sent)


def settle(event: Any, button: str = "") -> None:
    """Remove the message that the server doesn't answer, once this event has an answer.

    Args:
        event: Gradio's.
        button: name of a hidden button that asks the same; without an answer it is pressed again, a
            few times.
    """
    event.success(None, None, None, js=f"() => cgan.settled({button!r})", **PRIVATE)
    if button:
        event.failure(None, None, None, js=f"() => cgan.failed({button!r})", **PRIVATE)


def courier(file: File, press: str) -> str:
    """Return a file as the JSON that the page takes as the answer to a press."""
    address = data_uri(file.data, file.mime)
    return json.dumps({"press": press, "name": file.name, "address": address})


def hidden_text(label: str, value: str = "") -> Any:
    """Return a text that a link or an event carries and the page doesn't show."""
    return gr.Textbox(value, visible="hidden", label=label)


def hidden_button(name: str) -> Any:
    """Return a button that the script alone presses."""
    return gr.Button(visible="hidden", elem_id=name)


def hidden_row(value: int) -> Any:
    """Return the hidden number of a row of the class grid."""
    return gr.Number(value, visible="hidden", label="row", precision=0)


def problem_place(**settings: Any) -> Any:
    """Return where a sentence appears when something is wrong."""
    return gr.HTML("", elem_classes="problem", **settings)
