"""`export`: weights as ONNX files, for every other runtime."""

import argparse
from pathlib import Path

from cgan.common import files
from cgan.common.command_line import Commands, ending, named_path
from cgan.common.errors import BadValue
from cgan.common.terminal import note, warn
from cgan.export.exported import PARTS, export, file_name, require
from cgan.hub.source import HELP, read

_ENDING = ".onnx"


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        help="write weights as ONNX files, for onnxruntime in any language and in the browser",
        description="Write the generator as an ONNX file and, beside it, the reader and the "
        "encoder, if the weights have them. All are checked against NumPy first. Needs "
        "pip install '.[onnx]' in the clone.",
    )
    parser.add_argument("weights", nargs="?", help=f"{HELP} (default: the bundled ones)")
    parser.add_argument(
        "-o",
        "--output",
        type=named_path,
        default=Path("model.onnx"),
        help="the generator's file (default model.onnx); the others are then model-reader.onnx "
        "and model-encoder.onnx",
    )
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Export, and write all files or none."""
    output: Path = values.output
    if ending(output) != _ENDING:
        raise BadValue(f"The output must end in {_ENDING}, not {output.name!r}.")
    require("Exporting needs")
    weights, _ = read(values.weights)
    made, difference = export(weights)
    paths = {
        part: output if part == PARTS[0] else output.with_name(file_name(part, output.stem))
        for part in made
    }
    files.write_all({paths[part]: content for part, content in made.items()})
    for part, path in paths.items():
        note(f"Wrote {path}: the {part}, {len(made[part]) / 1e6:.1f} MB.")
    missing = [part for part in PARTS if part not in made]
    if missing:
        note(f"These weights have no {' and no '.join(missing)}.")
    for part in missing:
        left = output.with_name(file_name(part, output.stem))
        if left.exists():
            warn(
                f"{left} is the {part} of other weights: delete it, since it doesn't fit {output}."
            )
    note(f"In onnxruntime they compute what NumPy does, within {difference:.0e}.")
