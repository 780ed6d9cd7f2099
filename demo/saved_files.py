"""The files of the API's answers: where Gradio serves them from, and until when.

Gradio's own way (6.31.0) has three faults: `save_bytes_to_cache` writes a file again in place while
another caller is downloading it; the task that deletes old files ends if one is added while it
looks through them; and folders stay. Here a file is written once, before anybody gets its path.
"""

import hashlib
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from cgan.common.errors import UserError

# How long a file can be downloaded after the last answer that names it (seconds), and how much
# space all of them may take (bytes).
MAX_AGE = 600
MAX_BYTES = 1 << 30


@dataclass
class _Saved:
    path: Path
    size: int
    answered: float  # in seconds of `time.monotonic`


class SavedFiles:
    """Files that are deleted in time; threads may share it. Equal answers share a file."""

    def __init__(self) -> None:
        """Begin with no file."""
        # By name and content; that of the last answer is the last.
        self._kept: OrderedDict[tuple[str, bytes], _Saved] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def save(self, data: bytes, name: str, folder: str) -> str:
        """Save a file under its name in a new folder in `folder`; return its path.

        Raises:
            UserError: it can't be written, such as on a full disk.
        """
        key = (name, hashlib.sha256(data).digest())
        with self._lock:
            if found := self._find(key):
                return found
        path = _write(data, name, folder)
        with self._lock:
            if found := self._find(key):  # another thread was faster
                shutil.rmtree(path.parent, ignore_errors=True)
                return found
            self._kept[key] = _Saved(path, len(data), time.monotonic())
            self._bytes += len(data)
        return str(path)

    def _find(self, key: tuple[str, bytes]) -> str | None:
        saved = self._kept.get(key)
        if saved is None:
            return None
        if not saved.path.exists():  # somebody deletes old temporary files
            self._bytes -= self._kept.pop(key).size
            return None
        saved.answered = time.monotonic()
        self._kept.move_to_end(key)
        return str(saved.path)

    def delete_old(self) -> None:
        """Delete the files that are old enough, and the oldest ones if all take too much space."""
        while saved := self._next_old():
            shutil.rmtree(saved.path.parent, ignore_errors=True)

    def _next_old(self) -> _Saved | None:
        with self._lock:
            if not self._kept:
                return None
            oldest = next(iter(self._kept.values()))
            if time.monotonic() - oldest.answered < MAX_AGE and self._bytes <= MAX_BYTES:
                return None
            self._bytes -= oldest.size
            return self._kept.popitem(last=False)[1]


def _write(data: bytes, name: str, folder: str) -> Path:
    made = None
    try:
        # Whoever deletes old temporary files may have deleted this folder, too.
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder)).resolve()
        path = made / name
        path.write_bytes(data)
    except OSError as error:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        raise UserError(
            f"The server can't save the picture: {error.strerror}. Try again later."
        ) from error
    return path
