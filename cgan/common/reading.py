"""Reading files that may be damaged, hostile, endless, or no files at all."""

import errno
import json
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any

_MAX_DEPTH = 32
# What a clone without Git LFS has in place of a large file:
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class TooLarge(ValueError):
    """A file is larger than its reader allows."""


def open_file(path: Path) -> BufferedReader:
    """Open a file to read its bytes.

    A pipe would wait for somebody to write into it, and a device such as /dev/zero has no end.

    Raises:
        OSError: it can't be opened, is no ordinary file, or stands for one in Git LFS.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a pipe, a socket or a device, not a file")
    file = open(path, "rb")  # noqa: SIM115 (the caller closes it)
    if file.peek(len(_LFS_POINTER)).startswith(_LFS_POINTER):
        file.close()
        raise OSError(
            errno.EINVAL,
            "it is a Git LFS pointer, not the file itself, which git lfs pull fetches",
        )
    return file


def read(path: Path, limit: int) -> bytes:
    """Return the content of a file.

    Args:
        path: of the file.
        limit: the largest size allowed, in bytes. Nothing is read of a larger file.

    Raises:
        OSError: it can't be read, or is no ordinary file.
        TooLarge: it is larger than `limit`.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise TooLarge(f"it is larger than the limit of {limit:,} bytes")
        data = file.read(size + 1)
    if len(data) != size:
        raise OSError(errno.EIO, "it changed while it was read")
    return data


def parse_json(data: bytes) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it isn't JSON, or is nested too deep to be passed on safely.
    """
    try:
        content = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    level = [content]
    for _ in range(_MAX_DEPTH):
        level = [part for value in level for part in _parts(value)]
        if not level:
            return content
    raise ValueError("it is nested too deep")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
