"""The one exception for what a user can put right."""


class UserError(Exception):
    """Bad input, a missing or damaged file, a machine that lacks something.

    The message is shown to the user as it is: a sentence that says what is wrong and what to do.
    It may quote what a file or a person said, so control characters are escaped.
    """

    def __init__(self, message: str) -> None:
        """Keep `message` on one line."""
        shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
        super().__init__("".join(shown))
