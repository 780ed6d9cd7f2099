"""The endpoints `/write`, `/grid` and `/morph`, for `gradio_client`, plain HTTP and MCP."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from cgan.writing.settings import (
    FORMAT,
    SCALE,
    GridSettings,
    MorphSettings,
    specified,
)
from demo import actions, compat
from demo.actions import Settings
from demo.models import Model, Models
from demo.page.widgets import slider

# Drawing keeps a core busy: more drawings at a time than there are cores would slow down all.
CONCURRENCY: dict[str, Any] = {"concurrency_id": "draw", "concurrency_limit": 2}

# The order in which callers may give `/write` its values; new settings follow.
_WRITE_ORDER = (
    "digits", "seed", "style", "truncation", "redrawn", "look", "ink", "scale", "row", "weights",
    "best_of",
)  # fmt: skip
_WEIGHTS = "one of those that the page offers; empty for its first"
_GRID_SCALE = 4


@contextmanager
def told_to_the_caller() -> Iterator[None]:
    """Turn a `UserError` into Gradio's error, without a traceback on the server."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error


@dataclass(frozen=True)
class Parameter:
    """A parameter of an endpoint.

    Attributes:
        description: what its values are.
        component: has its type and its default.
    """

    description: str
    component: Any


@dataclass(frozen=True)
class Endpoint:
    """An endpoint.

    Attributes:
        name: in its address.
        description: what it does.
        parameters: by name, in the order in which callers may give their values.
        make: gets the model and the values by name, without the weights.
        output: component of the file's type.
    """

    name: str
    description: str
    parameters: dict[str, Parameter]
    make: Callable[..., File]
    output: Any


def add(models: Models, kind: type[Settings], controls: Mapping[str, Any], frames: Any) -> None:
    """Add the endpoints to the page that is being built.

    Args:
        models: what draws.
        kind: the class of the page's settings.
        controls: component of each of them, whose type and value are those of the parameter.
        frames: component of the number of frames.
    """
    image = gr.Image(visible=False, type="filepath", format="png", label="picture")
    animation = gr.File(visible=False, label="animation")
    with gr.Row(visible=False):
        endpoints = [
            _write(kind, controls, image),
            _grid(controls, image),
            _morph(controls, frames, animation),
        ]
        trigger = gr.Button()
    for endpoint in endpoints:
        for parameter in endpoint.parameters.values():
            compat.describe(parameter.component, parameter.description)
        trigger.click(
            _function(endpoint, models),
            [parameter.component for parameter in endpoint.parameters.values()],
            endpoint.output,
            api_name=endpoint.name,
            api_description=endpoint.description,
            preprocess=False,  # Gradio's own checks print a traceback and say less than ours do
            **CONCURRENCY,
        )


def _write(kind: type[Settings], controls: Mapping[str, Any], output: Any) -> Endpoint:
    settings = specified(kind)
    parameters = {
        name: Parameter(setting.describe(), controls[name])
        for name, setting in settings.items()
        if setting.description
    }
    parameters["scale"] = Parameter(SCALE.describe(), slider(SCALE, "scale"))
    parameters["weights"] = Parameter(_WEIGHTS, controls["weights"])

    def make(model: Model, scale: Any, **values: Any) -> File:
        return actions.number_png(model, kind(**values), scale)

    return Endpoint(
        "write",
        "Write a number by hand, as a PNG file. The same digits, settings and weights give the "
        "same picture for ever.",
        {name: parameters[name] for name in dict.fromkeys((*_WRITE_ORDER, *parameters))},
        make,
        output,
    )


def _grid(controls: Mapping[str, Any], output: Any) -> Endpoint:
    settings = specified(GridSettings)
    rows = slider(settings["rows"], "rows")
    parameters = {
        name: Parameter(setting.describe(), rows if name == "rows" else controls[name])
        for name, setting in settings.items()
    }

    def make(model: Model, **values: Any) -> File:
        return actions.grid_file(model, GridSettings(**values), _GRID_SCALE)

    return Endpoint(
        "grid",
        "Draw every digit (columns) in several hands (rows), as a PNG file.",
        {**parameters, "weights": Parameter(_WEIGHTS, controls["weights"])},
        make,
        output,
    )


def _morph(controls: Mapping[str, Any], frames: Any, output: Any) -> Endpoint:
    settings = specified(MorphSettings)
    components = {
        name: gr.Textbox(settings[name].default, label=label)
        for name, label in (("start", "digits to begin with"), ("end", "digits to end with"))
    }
    components |= {
        name: slider(settings[name], label)
        for name, label in (
            ("start_seed", "seed to begin with"),
            ("end_seed", "seed to end with"),
        )
    }
    components |= {"frames": frames, "ink": controls["ink"]}
    parameters = {
        name: Parameter(settings[name].describe(), component)
        for name, component in components.items()
    }
    formats = gr.Radio(list(FORMAT.choices), value=FORMAT.default, label="format")

    def make(model: Model, format: Any, **values: Any) -> File:  # noqa: A002
        made = actions.make_morph(model, MorphSettings(**values))
        return actions.morph_file(made, values["ink"], format)

    return Endpoint(
        "morph",
        "Turn one written number into another, as an animation there and back.",
        {
            **parameters,
            "format": Parameter(FORMAT.describe(), formats),
            "weights": Parameter(_WEIGHTS, controls["weights"]),
        },
        make,
        output,
    )


def _function(endpoint: Endpoint, models: Models) -> Callable[..., str]:
    """Return a function of the endpoint's parameters, which Gradio reads from its signature."""
    names = list(endpoint.parameters)

    def call(*given: Any) -> str:
        values = dict(zip(names, given, strict=True))
        with told_to_the_caller():
            model = models[values.pop("weights")]
            return _save(endpoint.make(model, **values), endpoint.output)

    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    )
    return call


def _save(file: File, component: Any) -> str:
    """Return where Gradio serves the file from."""
    # Named without the digits: they shouldn't appear in a list of files.
    name = f"picture{Path(file.name).suffix}"
    return compat.save_file(file.data, name, component)
