"""The one exception for what a user can put right."""


def printable(text: str) -> str:
    """Escape line ends and control characters, which may come from a file or a server."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class UserError(Exception):
    """Bad input, a missing or damaged file, a machine that lacks something.

    The message is shown to the user as it is: a sentence that says what is wrong and what to do.
    It may quote what a file or a person said, so control characters are escaped.

    Attributes:
        template: the sentence, with names in braces where there are `values`: it is the same
            whatever they are, so that a translation can be found by it.
        values: what stands in those places; an error stands for its own sentence.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        """Fill in the values, if there are any, as `str.format` does; keep it on one line."""
        self.template, self.values = template, values
        super().__init__(printable(template.format(**values) if values else template))
