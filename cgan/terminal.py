"""What the command line says besides its results: notes and warnings, on standard error."""

import sys

from cgan.errors import printable


def note(message: str) -> None:
    """Tell what is happening."""
    print(printable(message), file=sys.stderr, flush=True)


def warn(message: str) -> None:
    """Tell what may not be as the user expects."""
    note(f"Warning: {message}")
