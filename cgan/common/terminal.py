"""What the command line prints: results on standard output, the rest on standard error."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

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


@contextlib.contextmanager
def despite_closed_pipes() -> Iterator[None]:
    """Go on where nobody reads any more what is printed, as after `| head`: drop the rest."""
    before = sys.stdout, sys.stderr
    mended = [_Mended(stream) for stream in before]
    sys.stdout, sys.stderr = mended
    try:
        yield
    finally:
        for stream in mended:
            stream.flush()
        sys.stdout, sys.stderr = before


class _Mended:
    """A text stream that goes nowhere once its pipe is closed."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
        except BrokenPipeError:
            self._drop()
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._drop()

    def _drop(self) -> None:
        # What is still in the stream's buffer goes there, too, also when Python ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
