"""The folder for temporary files: only this user's, and gone with the process, however it ends.

A picture's file has the digits in its text. A process that is killed can't delete its folder, so
each one locks a file in its own, and deletes those whose lock nobody holds any more.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from cgan.common.errors import MissingFile, kind_of

_PREFIX = "cgan-demo-"
_LOCK = ".lock"
_PRIVATE = 0o700
# This process's folder, and the descriptor that holds its lock; None where it could get none.
_own: dict[Path, int | None] = {}


def make_folder() -> None:
    """Have Gradio keep its files in a folder that only this user can read; delete it at the end.

    Also deletes the folders that killed processes left beside it.

    Raises:
        UserError: no folder can be made there.
    """
    try:
        chosen = os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()
    except FileNotFoundError as error:
        raise MissingFile(
            "No folder for temporary files can be written to: set GRADIO_TEMP_DIR to one that can."
        ) from error
    parent = Path(chosen).absolute()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _delete_abandoned(parent)
        # Renamed when it is locked: another process that starts now must not think it abandoned.
        made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=parent))
        lock = _lock(made)
        folder = made.rename(made.with_name(made.name[1:]))
    except OSError as error:
        raise kind_of(error)(
            f"Can't make a folder for temporary files in {parent}: {error.strerror}. Set "
            "GRADIO_TEMP_DIR to one that you can write to."
        ) from error
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    _own[folder] = lock
    # `atexit` waits for all threads, one of which may still be writing.
    atexit.register(_delete, folder)


def keep_private() -> None:
    """Make the folder again if somebody has deleted it: Gradio would make one that all can read."""
    for folder, descriptor in list(_own.items()):
        with contextlib.suppress(OSError):  # saving a file will say it
            folder.mkdir(_PRIVATE, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o777 != _PRIVATE:
                folder.chmod(_PRIVATE)
            if descriptor is not None and not (folder / _LOCK).exists():
                os.close(descriptor)
                _own[folder] = _lock(folder)


def _lock(folder: Path) -> int | None:
    """Lock a folder's file, making it first; return its descriptor, or None if that can't be."""
    descriptor = None
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # some network file systems have no locks
        if descriptor is not None:
            os.close(descriptor)
        return None
    return descriptor


def _delete_abandoned(parent: Path) -> None:
    """Delete the folders of this user's processes that have ended without doing so."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid != os.getuid() or folder.is_symlink():
                continue
            if not (folder / _LOCK).is_file():  # not made by this program
                continue
            descriptor = _lock(folder)
            if descriptor is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(descriptor)


def _delete(folder: Path) -> None:
    _own.pop(folder, None)
    shutil.rmtree(folder, ignore_errors=True)
