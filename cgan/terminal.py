"""What the command line says besides its results: notes and warnings, on standard error."""

import sys


def note(message: str) -> None:
    """Tell what is happening."""
    print(message, file=sys.stderr, flush=True)


def warn(message: str) -> None:
    """Tell what may not be as the user expects."""
    print(f"Warning: {message}", file=sys.stderr, flush=True)
