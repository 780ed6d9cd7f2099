"""Packages that only some uses need, and the sentence for one that is missing."""

import importlib.util

from cgan.common.errors import UserError


def is_installed(module: str) -> bool:
    """Return whether a top-level module can be found, without importing it."""
    return importlib.util.find_spec(module) is not None


def missing_package(use: str, package: str, extra: str) -> UserError:
    """Return the error of a use whose package is not installed.

    Args:
        use: the beginning of the sentence, such as "Training needs".
        package: its name on the package index.
        extra: which of this project's extras brings it.
    """
    return UserError(f"{use} the package {package}: pip install 'cgan[{extra}]'.")
