"""The errors that a user can fix."""

from pathlib import Path
from typing import Any

# Of a sentence, in characters, and of its end, which says what to do. A path may be long.
_MAX_LENGTH, _END_LENGTH = 2000, 500


def printable(text: str) -> str:
    """Escape line ends and control characters, which may come from a file or a server."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str) -> str:
    """Leave out the middle of a long text, such as a sentence that quotes a file."""
    if len(text) <= _MAX_LENGTH:
        return text
    return f"{text[: _MAX_LENGTH - _END_LENGTH]} ... {text[-_END_LENGTH:]}"


def last_line(error: BaseException) -> str:
    """Return the last line of what an error says, which says most; its class if it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


class UserError(Exception):
    """Bad input, a missing or damaged file, or something missing on the machine.

    The message is shown to the user as it is: a sentence that says what is wrong and what to do.
    It may quote a file or user input, so control characters are escaped and a long one is cut.

    Raise `BadValue` for a wrong value and `MissingFile` for a missing file, so that Python callers
    can catch what they expect.

    Attributes:
        text_id: names the sentence, so that a translation can be found: "weights.missing_tensor".
            Empty for a sentence that the page never shows.
        template: the English sentence, with names in braces where there are `values`.
        values: what replaces those names; an error is replaced by its own sentence.
    """

    def __init__(self, template: str, /, *, text_id: str = "", **values: object) -> None:
        """Fill in the values, if there are any, as `str.format` does; keep it on one line."""
        self.text_id, self.template, self.values = text_id, template, values
        super().__init__(shortened(printable(template.format(**values) if values else template)))

    @property
    def names_a_path(self) -> bool:
        """Whether the sentence says where something is on this machine."""
        return any(
            isinstance(value, Path) or (isinstance(value, UserError) and value.names_a_path)
            for value in self.values.values()
        )

    def __str__(self) -> str:
        """Return the sentence, even where a base class such as OSError would write its own."""
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how it is copied or sent to another process.

        An exception would be made anew from the sentence, which the classes' own `__init__` don't
        take.
        """
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[UserError], arguments: tuple[Any, ...]) -> UserError:
    error = kind.__new__(kind)
    error.args = arguments
    return error


class BadValue(UserError, ValueError):
    """An argument, an option or a setting is wrong."""


class MissingFile(UserError, FileNotFoundError):
    """A file or folder is missing."""


class NeedsNewProcess(UserError):
    """A library can't go on in this process, but can in a new one.

    Attributes:
        arguments: of the command that goes on; None for those of this one.
    """

    arguments: list[str] | None = None


def kind_of(error: Exception) -> type[UserError]:
    """Return the class of a sentence that says more about `error`, or says it in our words.

    A missing file stays one, and a wrong value, too: ours as well as Python's.
    """
    if isinstance(error, FileNotFoundError):
        return MissingFile
    return BadValue if isinstance(error, ValueError) else UserError
