"""Gradio components whose texts follow the page's language."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from cgan.writing.setting import Choice, Digits, Setting
from demo import compat
from demo.components import component
from demo.text.texts import say

Texts = Callable[[str], dict[str, Any]]


class Widgets:
    """Makes components in English, and can switch their texts to another language."""

    def __init__(self) -> None:
        """Start without components."""
        self._made: list[tuple[Any, Texts]] = []

    @property
    def components(self) -> list[Any]:
        """All components with texts, in the order of `updates`."""
        return [component for component, _ in self._made]

    def updates(self, language: str) -> list[Any]:
        """Return an update for each component, with its texts in a language."""
        return [gr.update(**texts(language)) for _, texts in self._made]

    def texts(self, language: str) -> list[tuple[int, dict[str, Any]]]:
        """Return each component's number and its texts in a language."""
        return [(compat.number_of(component), texts(language)) for component, texts in self._made]

    def button(self, key: str, **options: Any) -> Any:
        """Return a button."""
        return self._add(gr.Button(say("en", key), **options), _text(key, "value"))

    def control(self, setting: Setting, **options: Any) -> Any:
        """Return the control of a setting: a slider, a choice, or a box to type a number into.

        Args:
            setting: has the values, the default and the label.
            options: of Gradio's component.
        """
        key = setting.text or setting.name
        if isinstance(setting, Choice):
            keys = {choice: setting.prefix + choice for choice in setting.choices}
            return self._add_choice(setting, key, keys, **options)
        label = say("en", key)
        if isinstance(setting, Digits):
            # A long text scrolls in its box: what is wrong with it stays in view.
            options = {"max_lines": 4} | options
            box = component(setting, label, elem_id=key, elem_classes="number", **options)
            return self._add(box, _text(key))
        return self._add(component(setting, label, **options), _text(key))

    def radio(self, key: str, keys: Mapping[str, str], value: str) -> Any:
        """Return a choice that is no setting; `keys` has the key of each value's text."""
        return self._add_choice(Choice(choices=tuple(keys), default=value), key, keys)

    def _add_choice(
        self, setting: Choice, key: str, keys: Mapping[str, str], **options: Any
    ) -> Any:
        def names(language: str) -> list[tuple[str, str]]:
            return [(say(language, text), choice) for choice, text in keys.items()]

        radio = component(setting, say("en", key), names=names("en"), **options)
        return self._add(
            radio, lambda language: {"label": say(language, key), "choices": names(language)}
        )

    def choice(self, key: str, names: list[str]) -> Any:
        """Return a choice between names, the same in every language; the first one is chosen."""
        return self._add(gr.Dropdown(names, value=names[0], label=say("en", key)), _text(key))

    def html(self, make: Callable[[str], str], **options: Any) -> Any:
        """Return HTML that `make` makes in a language."""
        html = gr.HTML(make("en"), apply_default_css=False, **options)
        return self._add(html, lambda language: {"value": make(language)})

    def tab(self, key: str, **options: Any) -> Any:
        """Return a tab, for use in a `with` statement."""
        return self._add(gr.Tab(say("en", key), id=key, **options), _text(key))

    def accordion(self, key: str, **options: Any) -> Any:
        """Return a collapsed section, for use in a `with` statement."""
        return self._add(gr.Accordion(say("en", key), open=False, **options), _text(key))

    def _add(self, component: Any, texts: Texts) -> Any:
        self._made.append((component, texts))
        return component


def _text(key: str, name: str = "label") -> Texts:
    return lambda language: {name: say(language, key)}
