"""Gradio components whose texts follow the page's language."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from cgan.writing.settings import Choice, Number, Setting
from demo.text.texts import say

Texts = Callable[[str], dict[str, Any]]


class Widgets:
    """Makes components in English, and can switch their texts to another language."""

    def __init__(self) -> None:
        """No component yet."""
        self._made: list[tuple[Any, Texts]] = []

    @property
    def components(self) -> list[Any]:
        """All components with texts, in the order of `updates`."""
        return [component for component, _ in self._made]

    def updates(self, language: str) -> list[Any]:
        """Return an update for each component, with its texts in a language."""
        return [gr.update(**texts(language)) for _, texts in self._made]

    def button(self, key: str, **settings: Any) -> Any:
        """Return a button."""
        return self._add(gr.Button(say("en", key), **settings), _text(key, "value"))

    def control(self, setting: Setting, **settings: Any) -> Any:
        """Return the control of a setting: a slider, a choice, or a box to type a number into.

        Args:
            setting: has the values, the default and the label.
            settings: of the component.
        """
        key = setting.text or setting.name
        if isinstance(setting, Number):
            return self._add(slider(setting, say("en", key), **settings), _text(key))
        if isinstance(setting, Choice):
            names = {choice: setting.prefix + choice for choice in setting.choices}
            return self.radio(key, names, setting.default)
        box = gr.Textbox(
            setting.default, label=say("en", key), elem_id=key, elem_classes="number", **settings
        )
        return self._add(box, _text(key))

    def radio(self, key: str, names: Mapping[str, str], value: str) -> Any:
        """Return a choice; `names` has the text of each value."""

        def choices(language: str) -> list[tuple[str, str]]:
            return [(say(language, name), choice) for choice, name in names.items()]

        radio = gr.Radio(choices("en"), value=value, label=say("en", key))
        return self._add(
            radio, lambda language: {"label": say(language, key), "choices": choices(language)}
        )

    def choice(self, key: str, names: list[str]) -> Any:
        """Return a choice between names, the same in every language; the first one is chosen."""
        return self._add(gr.Dropdown(names, value=names[0], label=say("en", key)), _text(key))

    def html(self, make: Callable[[str], str], **settings: Any) -> Any:
        """Return HTML that `make` makes in a language."""
        html = gr.HTML(make("en"), apply_default_css=False, **settings)
        return self._add(html, lambda language: {"value": make(language)})

    def tab(self, key: str) -> Any:
        """Return a tab, to be entered by `with`."""
        return self._add(gr.Tab(say("en", key), id=key), _text(key))

    def accordion(self, key: str, **settings: Any) -> Any:
        """Return a folded part, to be entered by `with`."""
        return self._add(gr.Accordion(say("en", key), open=False, **settings), _text(key))

    def _add(self, component: Any, texts: Texts) -> Any:
        self._made.append((component, texts))
        return component


def slider(setting: Setting, label: str, **settings: Any) -> Any:
    """Return a slider for a number; it gives whole numbers if the number has to be whole."""
    assert isinstance(setting, Number)
    return gr.Slider(
        setting.low,
        setting.high,
        setting.default,
        step=setting.step,
        precision=0 if setting.step == 1 else 2,
        label=label,
        **settings,
    )


def _text(key: str, name: str = "label") -> Texts:
    return lambda language: {name: say(language, key)}
