"""ZeroGPU, the free kind of Space: it stops apps that don't use its GPU.

When Gradio launches, it looks for a function that was given to `spaces.GPU`. The platform installs
the package `spaces` in the version it wants, so no requirements file names it.
"""

import importlib
import os


def declare() -> None:
    """Give ZeroGPU its function before Gradio launches; do nothing anywhere else.

    Drawing needs no GPU: the function is never called, so it uses up nobody's quota.
    """
    if os.environ.get("SPACES_ZERO_GPU", "").lower() not in ("1", "t", "true"):
        return
    try:
        spaces = importlib.import_module("spaces")
    except ImportError:
        return
    spaces.GPU(_nothing)


def _nothing() -> None:
    """Stand in for a function that uses the GPU."""
