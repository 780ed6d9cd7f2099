"""The one exception that a person is meant to read."""


class UserError(Exception):
    """Something the user can put right, said in one sentence: what is wrong and what to do.

    The command line prints it without a traceback and exits with code 2.
    """
