"""This process's memory and its folder for temporary files."""

import atexit
import ctypes
import os
import shutil
import tempfile
from pathlib import Path

from cgan.common.errors import kind_of

_M_ARENA_MAX = -8  # in glibc's malloc.h


def share_arenas() -> None:
    """Let all threads share two of glibc's memory pools: saves 16 MB with 16 visitors at once."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc
        mallopt(_M_ARENA_MAX, 2)


def make_temporary_folder() -> None:
    """Have Gradio keep its files in a folder that only this user can read; delete it at the end.

    Raises:
        UserError: no folder can be made there.
    """
    parent = os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()
    try:
        Path(parent).mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="cgan-demo-", dir=parent)
    except OSError as error:
        raise kind_of(error)(
            f"Can't make a folder for temporary files in {parent}: {error.strerror}. Set "
            "GRADIO_TEMP_DIR to one that you can write to."
        ) from error
    os.environ["GRADIO_TEMP_DIR"] = folder
    # `atexit` waits for all threads, one of which may still be writing.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
