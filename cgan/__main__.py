"""Use a generator from the command line: `python -m cgan write 13812345678 -o result.png`."""

import argparse
import sys

from cgan.commands import convert, deploy, draw, evaluate, push
from cgan.common.command_line import Parser, run

_COMMANDS = (draw, convert, evaluate, push, deploy)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line's values; `do` is the function that takes them."""
    parser = Parser(prog="python -m cgan", description="Use a trained generator.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser.parse_args(arguments)


def use(arguments: list[str] | None) -> None:
    """Do what the command line says."""
    values = parse(arguments)
    values.do(values)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    return run(lambda: use(arguments))


if __name__ == "__main__":
    sys.exit(main())
