"""The endpoints `/write`, `/grid` and `/morph`, for `gradio_client`, plain HTTP and MCP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.responses import JSONResponse
from gradio.processing_utils import save_bytes_to_cache
from gradio.route_utils import FnIndexInferError
from gradio.utils import get_function_description

from cgan import UserError
from cgan.writing.drawing import MAX_ROWS, MAX_SEED
from demo import actions
from demo.actions import Settings
from demo.models import Models
from demo.page.morph import FORMATS
from demo.serve.gate import NO_ENDPOINT

# Drawing is computation: more at a time than there are cores only makes all of them slower.
CONCURRENCY: dict[str, Any] = {"concurrency_id": "draw", "concurrency_limit": 2}


@contextmanager
def told_to_the_caller() -> Iterator[None]:
    """Turn a `UserError` into Gradio's, without a traceback on the server."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """Say which event or parameter there is not, where Gradio would print a traceback.

    Raises:
        Exception: it is another error.
    """
    # Of the number of a function.
    unknown = isinstance(error, KeyError) and error.args != () and isinstance(error.args[0], int)
    if unknown or isinstance(error, FnIndexInferError):
        return JSONResponse({"error": NO_ENDPOINT}, status_code=404)
    if isinstance(error, TypeError) and "/call/v2/" in request.url.path:
        said = str(error).partition(" Please click")[0]
        return JSONResponse({"error": said}, status_code=422)
    raise error


# For FastAPI.
EXCEPTION_HANDLERS = dict.fromkeys((FnIndexInferError, KeyError, TypeError), _refuse)


def _describe(component: Any, text: str) -> None:
    """Let `client.view_api()` say what a parameter is, which Gradio takes from its component."""
    schema = component.api_info() | {"additional_description": text.rstrip(".")}
    component.api_info = lambda: schema


def add(models: Models, settings: Sequence[Any], frames: Any) -> None:
    """Add the endpoints to the page that is being built.

    Args:
        models: what draws.
        settings: components of `Settings`, whose types and values are those of the parameters.
        frames: component of the number of frames.
    """
    digits, seed, style, row, truncation, redrawn, look, ink, _, best_of, weights = settings
    image = gr.Image(visible=False, type="filepath", format="png", label="picture")
    animation = gr.File(visible=False, label="animation")
    with gr.Row(visible=False):
        scale = gr.Slider(1, 8, 4, step=1, precision=0, label="scale")
        rows = gr.Slider(1, MAX_ROWS, 10, step=1, precision=0, label="rows")
        start, end = (
            gr.Textbox(text, label=label)
            for text, label in (
                (Settings.digits, "digits to begin with"),
                ("024 6802 4680", "digits to end with"),
            )
        )
        start_seed, end_seed = (
            gr.Slider(0, MAX_SEED, Settings.seed, step=1, precision=0, label=label)
            for label in ("seed to begin with", "seed to end with")
        )
        kind = gr.Radio(list(FORMATS), value="gif", label="format")
        trigger = gr.Button()

    def save(file: tuple[str, str, bytes], component: Any) -> str:
        # Named without the digits: what is typed should not be read in a list of files.
        name, _, data = file
        path = str(save_bytes_to_cache(data, f"picture{Path(name).suffix}", component.GRADIO_CACHE))
        component.temp_files.add(path)
        return path

    def write(
        digits: str,
        seed: int = Settings.seed,
        style: str = "own",
        truncation: float = 1.0,
        redrawn: str = "",
        look: str = "paper",
        ink: str = "black",
        scale: int = 4,
        row: int = 0,
        weights: str = "",
        best_of: int = 1,
    ) -> str:
        """Write a number by hand, as a PNG file.

        The same digits, settings and weights give the same picture for ever.

        Args:
            digits: 1 to 64 digits; spaces, hyphens, dots, brackets and a leading + are gaps.
            seed: 0 to 9999.
            style: "own" (each digit its own latent) or "one" (one hand for all).
            truncation: what latents are multiplied by, 0 to 1.5.
            redrawn: variations by position from 0, such as "2.1-5.3" (third digit's first).
            look: "paper", "mnist" or "clear".
            ink: "black", "blue", "red", "green" or "sepia".
            scale: 1 (32 pixels high) to 8.
            row: with one hand, which latent of the seed: the class grid's row, 0 to 19.
            weights: one of those that the page offers; empty for its first.
            best_of: of how many candidates the most legible is taken, 1 to 8, for each digit.
        """
        settings = Settings(
            digits, seed, style, row, truncation, redrawn, look, ink, best_of=best_of
        )
        with told_to_the_caller():
            return save(actions.number_png(models[weights], settings, scale), image)

    def grid(
        rows: int = 10,
        seed: int = Settings.seed,
        look: str = "paper",
        ink: str = "black",
        weights: str = "",
    ) -> str:
        """Draw every digit (columns) in several hands (rows), as a PNG file.

        Args:
            rows: 1 to 20.
            seed: 0 to 9999.
            look: "paper", "mnist" or "clear".
            ink: "black", "blue", "red", "green" or "sepia".
            weights: one of those that the page offers; empty for its first.
        """
        with told_to_the_caller():
            return save(actions.grid_file(models[weights], rows, seed, look, ink, 4), image)

    def morph(
        start: str,
        end: str,
        start_seed: int = Settings.seed,
        end_seed: int = Settings.seed,
        frames: int = 30,
        ink: str = "black",
        format: str = "gif",  # noqa: A002  (the endpoint's parameter)
        weights: str = "",
    ) -> str:
        """Turn one written number into another, as an animation there and back.

        Args:
            start: digits to begin with.
            end: as many digits to end with.
            start_seed: 0 to 9999.
            end_seed: 0 to 9999.
            frames: 8 to 60, one way.
            ink: "black", "blue", "red", "green" or "sepia".
            format: "gif" or "webp".
            weights: one of those that the page offers; empty for its first.
        """
        with told_to_the_caller():
            made = actions.make_morph(models[weights], start, end, start_seed, end_seed, frames)
            return save(actions.morph_file(made, ink, format), animation)

    for name, function, inputs, output in (
        (
            "write",
            write,
            [digits, seed, style, truncation, redrawn, look, ink, scale, row, weights, best_of],
            image,
        ),
        ("grid", grid, [rows, seed, look, ink, weights], image),
        (
            "morph",
            morph,
            [start, end, start_seed, end_seed, frames, ink, kind, weights],
            animation,
        ),
    ):
        _, told, _ = get_function_description(function)
        for component, parameter in zip(inputs, told, strict=True):
            _describe(component, told[parameter])
        trigger.click(
            function,
            inputs,
            output,
            api_name=name,
            preprocess=False,  # Gradio's own checks print a traceback and say less than ours
            **CONCURRENCY,
        )
