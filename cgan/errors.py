"""The one exception for what a user can put right."""


def printable(text: str) -> str:
    """Escape line ends and control characters, which may come from a file or a server."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class UserError(Exception):
    """Bad input, a missing or damaged file, a machine that lacks something.

    The message is shown to the user as it is: a sentence that says what is wrong and what to do.
    It may quote what a file or a person said, so control characters are escaped.
    """

    def __init__(self, message: str) -> None:
        """Keep `message` on one line."""
        super().__init__(printable(message))
