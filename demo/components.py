"""Gradio's component for each kind of setting, which the page and the API share.

It knows settings and Gradio; it must not know languages, what is drawn, or where it is shown.
"""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from cgan.writing.setting import (
    NOT_GIVEN,
    Choice,
    Digits,
    Number,
    OptionalNumber,
    PictureText,
    Setting,
)

# A choice on the page: (text, name). In the API, names alone.
Names = Sequence[str] | Sequence[tuple[str, str]]


def component(setting: Setting, label: str, **options: Any) -> Any:
    """Return a slider, a choice, or a box to type a number into, with the setting's default.

    Args:
        setting: has the values and the default.
        label: of the component.
        options: of Gradio's component.

    Raises:
        KeyError: no component is made for this kind of setting.
    """
    return _MAKERS[type(setting)](setting, label, **options)


def _slider(setting: Number, label: str, **options: Any) -> Any:
    """Return a slider; it gives whole numbers if the number has to be whole."""
    return gr.Slider(
        setting.low,
        setting.high,
        setting.default,
        step=setting.step,
        precision=0 if setting.step == 1 else 2,
        label=label,
        **options,
    )


def _radio(setting: Choice, label: str, names: Names | None = None, **options: Any) -> Any:
    """Return a choice; `names` has the texts of its values, if they aren't the values."""
    return gr.Radio(names or list(setting.choices), value=setting.default, label=label, **options)


def _box(setting: Setting, label: str, **options: Any) -> Any:
    return gr.Textbox(setting.default, label=label, **options)


def _slider_or_nothing(setting: OptionalNumber, label: str, **options: Any) -> Any:
    """Return a slider, or a box for a number where none is given by default."""
    if setting.default == NOT_GIVEN:
        return gr.Number(NOT_GIVEN, label=label, **options)
    return _slider(setting, label, **options)


_MAKERS: dict[type[Setting], Callable[..., Any]] = {
    Number: _slider,
    OptionalNumber: _slider_or_nothing,
    Choice: _radio,
    Digits: _box,
    PictureText: _box,
}
