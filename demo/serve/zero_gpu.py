"""ZeroGPU, the kind of Space that is free: it stops an app that has no use for its GPU.

What it looks for, when Gradio launches, is a function given to `spaces.GPU`. The package `spaces`
is installed by the platform, in the version it wants, so it is in no requirements file.
"""

import importlib
import os


def declare() -> None:
    """Give ZeroGPU its function, before Gradio launches; do nothing anywhere else.

    Drawing needs no GPU: the function is never called, so nobody's share is used up.
    """
    if os.environ.get("SPACES_ZERO_GPU", "").lower() not in ("1", "t", "true"):
        return
    try:
        spaces = importlib.import_module("spaces")
    except ImportError:
        return
    spaces.GPU(_nothing)


def _nothing() -> None:
    """Stand for what an app would do on a GPU."""
