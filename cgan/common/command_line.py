"""What both command lines share: options in either spelling, errors in one sentence."""

import argparse
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from cgan.common.errors import UserError

EXIT_USER_ERROR = 2
EXIT_SIGNAL_BASE = 128  # plus the signal's number, as shells do
_SIGINT = 2


class Parser(argparse.ArgumentParser):
    """An argument parser without guesses: no abbreviations, and errors of one line."""

    def __init__(self, **settings: Any) -> None:
        """Take argparse's settings."""
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with code 2."""
        self.exit(EXIT_USER_ERROR, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def add_option(self, name: str, **settings: Any) -> None:
        """Add `--some_name`, to be written `--some-name` as well."""
        spellings = dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}"))
        self.add_argument(*spellings, **settings)


# What `add_subparsers` returns; at run time, the class takes no brackets.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def run(main: Callable[[], None]) -> int:
    """Call `main` and return the exit code; what the user can put right is one line."""
    try:
        main()
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_SIGNAL_BASE + _SIGINT
    return 0
