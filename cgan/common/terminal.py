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
def despite_closed_pipes() -> Iterator["Mended"]:
    """Go on where nobody reads any more what is printed, as after `| head`: drop the rest.

    Yields:
        Standard output, which knows whether something else than that befell it.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = mended = Mended(before[0]), Mended(before[1])
    try:
        yield mended[0]
    finally:
        for stream in mended:
            stream.flush()
        sys.stdout, sys.stderr = before


class Mended:
    """A text stream that goes nowhere once its pipe is closed, its disk is full, or without one.

    What its encoding doesn't have is escaped.

    Attributes:
        error: why what was written is lost; None where nobody wanted it.
    """

    def __init__(self, stream: Any) -> None:
        """Take the stream; None where the process was started without it."""
        self.error: OSError | None = None
        self._stream = open(os.devnull, "w") if stream is None else stream  # noqa: SIM115

    def __getattr__(self, name: str) -> Any:
        """Return what the stream has."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, if it can be."""
        try:
            self._stream.write(self._encodable(text))
        except OSError as error:
            self._drop(error)
        return len(text)

    def flush(self) -> None:
        """Write what is in the buffer, if it can be."""
        try:
            self._stream.flush()
        except OSError as error:
            self._drop(error)

    def _encodable(self, text: str) -> str:
        encoding = getattr(self._stream, "encoding", None)
        if encoding is None:
            return text
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def _drop(self, error: OSError) -> None:
        if not isinstance(error, BrokenPipeError):
            self.error = error
        # What is still in the stream's buffer goes there, too, also when Python ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
