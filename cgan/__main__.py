"""Use a generator from the command line: `python -m cgan write 13812345678 -o result.png`."""

import signal

_BY_DEFAULT = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if __name__ == "__main__" and _BY_DEFAULT:
    # Until everything is imported, Ctrl-C just ends the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from types import ModuleType  # noqa: E402

from cgan import __version__  # noqa: E402
from cgan.common.command_line import Parser, run  # noqa: E402
from cgan.common.errors import UserError  # noqa: E402
from cgan.common.signals import interrupted_afterwards  # noqa: E402


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the command line's values; `do` is the function that takes them."""
    # Once installed, it is a command of its own.
    name = "cgan" if Path(sys.argv[0]).name == "cgan" else "python -m cgan"
    parser = Parser(prog=name, description="Use a trained generator.")
    parser.add_argument("--version", action="version", version=f"cgan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _find_commands(arguments):
        command.add(commands)
    return parser.parse_args(arguments)


@interrupted_afterwards()
def _find_commands(arguments: list[str]) -> tuple[ModuleType, ...]:
    """Return the commands' modules; `doctor` alone if that is the command.

    It must run even where packages that the others import are missing or broken.
    """
    from cgan.commands import doctor

    if arguments[:1] == ["doctor"]:
        return (doctor,)
    try:
        from cgan.commands import convert, deploy, draw, evaluate, export, hand, push
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "cgan":
            raise
        raise UserError(
            f"A package is missing or broken ({error}): python -m cgan doctor says which, and "
            "what to do."
        ) from error
    return (draw, hand, convert, evaluate, export, push, deploy, doctor)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""

    def use() -> None:
        values = parse(sys.argv[1:] if arguments is None else arguments)
        values.do(values)

    return run(use, whole_process=arguments is None)


if __name__ == "__main__":
    if _BY_DEFAULT:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
