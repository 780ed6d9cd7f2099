"""What the command line says: results on standard output, the rest on standard error."""

import sys

from cgan.common.errors import printable


def result(line: str) -> None:
    """Print a line of what was asked for."""
    print(printable(line), flush=True)


def note(message: str) -> None:
    """Tell what is happening."""
    print(printable(message), file=sys.stderr, flush=True)


def warn(message: str) -> None:
    """Tell what may not be as the user expects."""
    note(f"Warning: {message}")
