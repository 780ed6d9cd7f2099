"""What all command lines share: options in either spelling, errors in one sentence."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from cgan.common import terminal
from cgan.common.errors import BadValue, NeedsNewProcess, UserError, printable
from cgan.common.packages import explain_missing
from cgan.common.signals import Interrupted

EXIT_FAULT = 1
EXIT_USER_ERROR = 2
EXIT_SIGNAL_BASE = 128  # plus the signal's number, as shells do

# Set in a process that has been started again, so that it isn't another time.
_STARTED_AGAIN = "CGAN_STARTED_AGAIN"


class Exit(SystemExit):
    """A command ends here on purpose, with this exit code and nothing more to say."""


class Parser(argparse.ArgumentParser):
    """An argument parser that doesn't guess abbreviations, and whose errors are one line."""

    def __init__(self, *, hint: str = "", **settings: Any) -> None:
        """Take argparse's settings, and what to say where an error names no option."""
        super().__init__(allow_abbrev=False, **settings)
        self._hint = hint

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what isn't known.

        argparse would leave it to the parser above a command's, whose help has no options.
        """
        values, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return values, unknown

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where to find help, and exit with code 2."""
        hint = f"; {self._hint}" if self._hint and "--" not in message else ""
        said = printable(f"{self.prog}: {message}{hint} (see {self.prog} --help)")
        self.exit(EXIT_USER_ERROR, f"{said}\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Print the message, if there is one, and exit; `--help` exits with code 0."""
        sys.stderr.write(message or "")
        raise Exit(status)

    def add_option(self, name: str, **settings: Any) -> None:
        """Add the option `--some_name`, which may also be written `--some-name`."""
        spellings = dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}"))
        self.add_argument(*spellings, **settings)


def named_path(text: str) -> Path:
    """Return the path that an argument names; an empty one, as of an unset variable, names none."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: name a file or a folder")
    if text == "-":  # to other programs, standard input or output
        raise argparse.ArgumentTypeError("- is no file: name one, or write ./- for one called -")
    return Path(text)


def ending(path: Path) -> str:
    """Return the ending of a file's name in small letters, such as ".svg"; "" if it has none.

    Raises:
        BadValue: the name is nothing else, as after an unset variable.
    """
    if path.name.startswith(".") and path.name[1:].isalnum():
        raise BadValue(
            f"{path} is an ending without a name: choose a name such as result{path.name}."
        )
    return path.suffix.lower()


# What `add_subparsers` returns; a string, since the class can't be subscripted at run time.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def run(main: Callable[[], None], *, whole_process: bool = False) -> int:
    """Call `main` and return the exit code; print a `UserError` as one line.

    A missing optional package is also reported in one line, and so is a file or folder that can't
    be used. `Interrupted` gives the exit code of its signal. An exit with code 0 that isn't ours is
    no success: some libraries leave like this when they want to be started again. A closed pipe
    ends the printing, not the program.

    Args:
        main: what to do.
        whole_process: this process does nothing else, so it may be replaced by a new one, once,
            where a library needs that.
    """
    environment = dict(os.environ)  # `main` may change it
    may_start_again = whole_process and os.environ.pop(_STARTED_AGAIN, None) is None
    with terminal.despite_closed_pipes() as lost:
        try:
            code = _run(main)
            is_lost = _told_if_lost(lost)
            return code or (EXIT_USER_ERROR if is_lost else 0)
        except Exit as stop:
            if _told_if_lost(lost):
                raise Exit(stop.code or EXIT_USER_ERROR) from stop
            raise
        except NeedsNewProcess as error:
            if not may_start_again:
                print(f"Error: {error}", file=sys.stderr)
                return EXIT_USER_ERROR
            terminal.note("Starting again: a library needs a new process.")
            sys.stdout.flush()
            command = sys.orig_argv
            if error.arguments is not None:
                command = command[: len(command) - len(sys.argv[1:])] + error.arguments
            os.execve(sys.executable, command, environment | {_STARTED_AGAIN: "1"})


def _told_if_lost(output: terminal.Mended) -> bool:
    """Return whether something of the output could not be written, and say why."""
    output.flush()
    if output.error is None:
        return False
    why = output.error.strerror or output.error
    print(f"Error: The output could not be written: {why}.", file=sys.stderr)
    return True


def _run(main: Callable[[], None]) -> int:
    try:
        main()
    except NeedsNewProcess:
        raise
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except ModuleNotFoundError as error:
        explained = explain_missing(error)
        if explained is None:
            raise
        print(f"Error: {explained}", file=sys.stderr)
        return EXIT_USER_ERROR
    except OSError as error:
        # A name that is too long, a folder that may not be entered: whichever place met it first.
        if error.errno is None:  # not the system's
            raise
        why = f"{error.filename} can't be used: {error.strerror}. Choose another."
        if error.filename is None:
            why = (
                f"The system refused something ({error.strerror}): see that the folder that you "
                "are in is still there, and that the disk isn't full, and try again."
            )
        print(f"Error: {printable(why)}", file=sys.stderr)
        return EXIT_USER_ERROR
    except Exit:
        raise
    except SystemExit as stop:
        if stop.code:
            raise
        print("Error: A library ended the program early: run the command again.", file=sys.stderr)
        return EXIT_FAULT
    except Interrupted as stop:
        print(stop, file=sys.stderr)
        return EXIT_SIGNAL_BASE + stop.signal_number
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_SIGNAL_BASE + signal.SIGINT
    return 0
