"""The files of the API's answers: where Gradio serves them from, and until when.

Gradio's own way (6.31.0) has three faults: `save_bytes_to_cache` writes a file again in place while
another caller is downloading it; the task that deletes old files ends if one is added while it
looks through them; and folders stay. Here each answer has a file of its own, which is written once.
"""

import shutil
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

from cgan.common.errors import UserError

# How long a file can be downloaded (seconds), and how much space all of them may take (bytes).
MAX_AGE = 600
MAX_BYTES = 1 << 30


class SavedFiles:
    """Files that are deleted in time; threads may share it."""

    def __init__(self) -> None:
        """Begin with no file."""
        self._kept: deque[tuple[float, Path, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    def save(self, data: bytes, name: str, folder: str) -> str:
        """Save a file under its name in a new folder in `folder`; return its path.

        Raises:
            UserError: it can't be written, such as on a full disk.
        """
        made = None
        try:
            # Whoever deletes old temporary files may have deleted this one, too.
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
        with self._lock:
            self._kept.append((time.monotonic(), path, len(data)))
            self._bytes += len(data)
        return str(path)

    def delete_old(self) -> None:
        """Delete the files that are old enough, and the oldest ones if all take too much space."""
        while path := self._next_old():
            shutil.rmtree(path.parent, ignore_errors=True)

    def _next_old(self) -> Path | None:
        with self._lock:
            if not self._kept:
                return None
            saved, path, size = self._kept[0]
            if time.monotonic() - saved < MAX_AGE and self._bytes <= MAX_BYTES:
                return None
            self._kept.popleft()
            self._bytes -= size
            return path
