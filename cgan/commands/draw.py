"""`write` and `grid`: draw with a generator."""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cgan.common.command_line import Commands, Parser
from cgan.common.errors import UserError
from cgan.common.terminal import note, warn
from cgan.sampler import Sampler
from cgan.writing import picture

_MAX_GRID_ROWS = 1000


def add(commands: Commands) -> None:
    """Add both commands."""
    writer = commands.add_parser("write", help="write a number by hand")
    writer.add_argument("number", help="digits; spaces, -, ., brackets and a leading + are gaps")
    writer.add_option(
        "best_of", type=int, default=1, help="latents per digit to choose the most legible of"
    )
    _add_common(writer, "result.png")
    writer.set_defaults(do=write)
    drawer = commands.add_parser("grid", help="draw every class in several variations")
    drawer.add_option("rows", type=int, default=10, help="variations (default 10)")
    _add_common(drawer, "grid.png")
    drawer.set_defaults(do=grid)


def _add_common(parser: Parser, output: str) -> None:
    parser.add_option("seed", type=int, default=0, help="which variation (default 0)")
    parser.add_option(
        "weights",
        help="weights folder, or user/name[@revision] on the Hugging Face Hub "
        "(default: the bundled ones)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(output), help=f"PNG to write (default {output})"
    )


def write(values: argparse.Namespace) -> None:
    """Write a number."""
    sampler = _load(values.weights)
    _save(values, sampler, sampler.write(values.number, seed=values.seed, best_of=values.best_of))


def grid(values: argparse.Namespace) -> None:
    """Draw a grid."""
    if not 1 <= values.rows <= _MAX_GRID_ROWS:
        raise UserError(f"--rows must be from 1 to {_MAX_GRID_ROWS}, not {values.rows}.")
    sampler = _load(values.weights)
    _save(values, sampler, sampler.grid(values.rows, seed=values.seed))


def _save(values: argparse.Namespace, sampler: Sampler, drawn: NDArray[np.uint8]) -> None:
    """Write the picture; the file says which seed and which weights drew it."""
    picture.save_png(values.output, drawn, {"seed": str(values.seed), **sampler.fields})
    note(f"Wrote {values.output} ({drawn.shape[1]}x{drawn.shape[0]}).")


def _load(weights: str | None) -> Sampler:
    sampler = Sampler.from_pretrained(weights)
    source = sampler.source
    if source.problem:
        warn(f"drawn with {source.name} as it was at commit {source.commit[:7]}. {source.problem}")
    return sampler
