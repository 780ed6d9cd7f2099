"""What the command line prints: results on standard output, the rest on standard error."""

import sys

from cgan.common.errors import printable


def result(line: str) -> None:
    """Print a line of the result."""
    print(printable(line), flush=True)


def note(message: str) -> None:
    """Say what is happening."""
    print(printable(message), file=sys.stderr, flush=True)


def warn(message: str) -> None:
    """Print a warning about something unexpected."""
    note(f"Warning: {message}")
