"""The API's endpoints `/write`, `/grid`, `/morph` and `/hand`, for `gradio_client`, HTTP and MCP.

They share the page's controls, but must not know what it shows or says.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from cgan import UserError
from cgan.writing.export import File
from cgan.writing.formats import CARD, FILE
from cgan.writing.setting import Setting, specified, unnamed
from cgan.writing.settings import FORMAT, SCALE, GridSettings, MorphSettings
from demo import actions, compat, hands
from demo.actions import Kinds, Settings
from demo.components import component
from demo.models import Model, Models
from demo.saved_files import SavedFiles
from demo.turns import TOGETHER

# The lines that calls wait in. Drawing keeps a core busy: many at a time would slow them all down.
# A morph takes up to some seconds, and a photograph one, so drawings don't wait for them.
DRAWING: dict[str, Any] = {"concurrency_id": "draw", "concurrency_limit": TOGETHER}
MORPHING: dict[str, Any] = {"concurrency_id": "morph", "concurrency_limit": 1}
READING: dict[str, Any] = {"concurrency_id": "photo", "concurrency_limit": 1}

_WEIGHTS = "one of the weights that the page offers; empty for the first"
# Components of the files that endpoints return.
_OUTPUTS: dict[str, Callable[[], Any]] = {
    "picture": lambda: gr.Image(visible=False, type="filepath", format="png", label="picture"),
    "animation": lambda: gr.File(visible=False, label="animation"),
    "hand": lambda: gr.Textbox(visible=False, label="hand"),
}


@contextmanager
def told_to_the_caller() -> Iterator[None]:
    """Turn a `UserError` into Gradio's error, without a traceback on the server."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error


@dataclass(frozen=True)
class Endpoint:
    """An endpoint. Its parameters are settings that have a description, and the weights.

    Attributes:
        name: in its address; its settings have this name in `Kinds`.
        description: what it does.
        order: the order in which callers may give the values; new settings follow.
        make: gets the model, the settings, and the values of `besides` by name; returns a file, or
            a text that is the answer itself.
        output: what it returns, a key of `_OUTPUTS`.
        line: where its calls wait.
        besides: other settings that `make` takes.
    """

    name: str
    description: str
    order: tuple[str, ...]
    make: Callable[..., File | str]
    output: str
    line: Mapping[str, Any]
    besides: tuple[Setting, ...] = ()

    def kind(self, kinds: Kinds) -> type[Any]:
        """Return the class of its settings."""
        found: type[Any] = getattr(kinds, self.name)
        return found

    def parameters(self, kinds: Kinds) -> dict[str, Setting]:
        """Return the settings that callers may give, by name."""
        settings = [*specified(self.kind(kinds)).values(), *self.besides]
        return {setting.name: setting for setting in settings if setting.description}


def _write(
    model: Model,
    settings: Settings,
    scale: Any,
    format: Any,  # noqa: A002
    card: Any,
) -> File:
    return actions.write_file(model, settings, scale, FILE.check(format), card)


def _grid(model: Model, settings: GridSettings) -> File:
    return actions.make_grid(model, settings).file


def _morph(model: Model, settings: MorphSettings, format: Any) -> File:  # noqa: A002
    return actions.morph_file(actions.make_morph(model, settings), format)


ENDPOINTS = (
    Endpoint(
        "write",
        "Write a number by hand, as a PNG, SVG or PDF file. The same digits, settings and weights "
        "give the same picture every time.",
        (
            "digits", "seed", "style", "truncation", "redrawn", "look", "ink", "scale", "row",
            "weights", "best_of", "format", "variation", "spacing", "pen", "hand", "card",
        ),
        _write,
        "picture",
        DRAWING,
        besides=(SCALE, FILE, CARD),
    ),
    Endpoint(
        "grid",
        "Draw every digit (columns) in several hands (rows), as a PNG file.",
        ("rows", "seed", "look", "ink", "weights"),
        _grid,
        "picture",
        DRAWING,
    ),
    Endpoint(
        "morph",
        "Turn one written number into another, as an animation that plays forwards and back.",
        ("start", "end", "start_seed", "end_seed", "frames", "ink", "format", "weights", "look"),
        _morph,
        "animation",
        MORPHING,
        besides=(FORMAT,),
    ),
    Endpoint(
        "hand",
        "Make a hand of one's own from a picture of handwritten digits: JSON, for the parameter "
        "hand of /write. Nothing of it is kept.",
        ("picture", "digits", "weights"),
        hands.from_photo,
        "hand",
        READING,
    ),
)  # fmt: skip


def add(
    models: Models,
    kinds: Kinds,
    controls: Mapping[str, Mapping[str, Any]],
    weights: Any,
    files: SavedFiles,
) -> None:
    """Add the endpoints to the page that is being built.

    Args:
        models: the models that draw.
        kinds: the classes of the settings.
        controls: by endpoint and setting, the page's components. A parameter without a label of
            its own has the type, the value and the label of the component.
        weights: component of the choice between the models.
        files: where the answers are saved.
    """
    outputs = {name: make() for name, make in _OUTPUTS.items()}
    for output in outputs.values():
        compat.keep_no_names(output)
    compat.return_files(outputs["picture"])
    with gr.Row(visible=False):
        added = [
            (endpoint, _components(endpoint, kinds, controls[endpoint.name], weights))
            for endpoint in ENDPOINTS
        ]
        trigger = gr.Button()
    for endpoint, components in added:
        described = endpoint.parameters(kinds)
        told = {
            name: described[name].describe() if name in described else _WEIGHTS
            for name in components
        }
        for name, one in components.items():
            compat.describe(one, told[name])
        output = outputs[endpoint.output]
        save = functools.partial(_save, files, compat.cache_folder(output))
        trigger.click(
            _function(endpoint, endpoint.kind(kinds), told, models, save),
            list(components.values()),
            output,
            api_name=endpoint.name,
            api_description=endpoint.description,
            preprocess=False,  # Gradio's own checks print a traceback and say less than ours do
            **endpoint.line,
        )


def _components(
    endpoint: Endpoint, kinds: Kinds, controls: Mapping[str, Any], weights: Any
) -> dict[str, Any]:
    """Return the component of each parameter, in the order of the values."""
    defaults = unnamed(endpoint.kind(kinds))
    components = {
        name: component(_with_default(setting, defaults), setting.api_label)
        if setting.api_label
        else controls[name]
        for name, setting in endpoint.parameters(kinds).items()
    }
    components["weights"] = weights
    return {name: components[name] for name in dict.fromkeys((*endpoint.order, *components))}


def _with_default(setting: Setting, defaults: Mapping[str, Any]) -> Setting:
    """Return the setting with the default of calls, which may be another than the page's."""
    return replace(setting, default=defaults.get(setting.name, setting.default))


def _function(
    endpoint: Endpoint,
    kind: type[Any],
    told: Mapping[str, str],
    models: Models,
    save: Callable[[File], str],
) -> Callable[..., str]:
    """Return a function of the endpoint's parameters.

    Gradio reads them from its signature, and MCP's tool and its parameters from its name and its
    documentation.

    Args:
        endpoint: to be called.
        kind: the class of its settings.
        told: what each parameter may be, in the order of the values.
        models: the models that draw.
        save: returns where Gradio serves a file from.
    """

    def call(*given: Any) -> str:
        values = dict(zip(told, given, strict=True))
        with told_to_the_caller():
            model = models[values.pop("weights")]
            besides = {setting.name: values.pop(setting.name) for setting in endpoint.besides}
            made = endpoint.make(model, kind(**values), **besides)
            return save(made) if isinstance(made, File) else made

    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in told]
    )
    call.__name__ = call.__qualname__ = endpoint.name
    arguments = "".join(f"    {name}: {text}\n" for name, text in told.items())
    call.__doc__ = f"{endpoint.description}\n\nArgs:\n{arguments}"
    return call


def _save(files: SavedFiles, folder: str, file: File) -> str:
    """Return where Gradio serves the file from."""
    # Named without the digits: they shouldn't appear in a list of files.
    return files.save(file.data, f"picture{Path(file.name).suffix}", folder)
