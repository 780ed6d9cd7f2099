"""Use a generator from the command line: `python -m cgan write 13812345678 -o result.png`."""

import argparse
import sys
from pathlib import Path

from cgan import picture
from cgan.command_line import Parser, run
from cgan.convert import convert
from cgan.errors import UserError
from cgan.sampler import Sampler
from cgan.terminal import note

_MAX_GRID_ROWS = 1000


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line's values; `command` says which command."""
    parser = Parser(prog="python -m cgan", description="Use a trained generator.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    write = commands.add_parser("write", help="write a number by hand")
    write.add_argument("number", help="digits; spaces, -, ., brackets and a leading + are gaps")
    grid = commands.add_parser("grid", help="draw every class in several variations")
    grid.add_option("rows", type=int, default=10, help="variations (default 10)")
    for command, name in ((write, "result.png"), (grid, "grid.png")):
        command.add_option("seed", type=int, default=0, help="which variation (default 0)")
        command.add_option(
            "weights",
            help="weights folder, or user/name[@revision] on the Hugging Face Hub (default: the "
            "bundled ones)",
        )
        command.add_argument(
            "-o", "--output", type=Path, default=Path(name), help=f"PNG to write (default {name})"
        )

    converter = commands.add_parser("convert", help="convert the article's generator_last.pkl")
    converter.add_argument("pickle", type=Path, help="what generator.save() wrote")
    converter.add_argument("folder", type=Path, help="weights folder to make")
    return parser.parse_args(arguments)


def use(arguments: list[str] | None) -> None:
    """Do what the command line says."""
    values = parse(arguments)
    if values.command == "convert":
        config = convert(values.pickle, values.folder)
        note(
            f"Wrote {values.folder}: {config.n_classes} classes, latents of {config.latent_dim}, "
            f"images of {config.img_size}x{config.img_size}."
        )
        return
    sampler = Sampler.from_pretrained(values.weights)
    if values.command == "write":
        result = sampler.write(values.number, seed=values.seed)
    else:
        if not 1 <= values.rows <= _MAX_GRID_ROWS:
            raise UserError(f"--rows must be from 1 to {_MAX_GRID_ROWS}, not {values.rows}.")
        result = sampler.grid(values.rows, seed=values.seed)
    picture.save_png(values.output, result)
    note(f"Wrote {values.output} ({result.shape[1]}x{result.shape[0]}).")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    return run(lambda: use(arguments))


if __name__ == "__main__":
    sys.exit(main())
