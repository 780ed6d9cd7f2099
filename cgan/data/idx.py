"""Read IDX files, the format of MNIST (http://yann.lecun.com/exdb/mnist/), plain or gzipped."""

import gzip
import hashlib
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue, kind_of

_UINT8 = 0x08


def read_bytes(path: Path) -> bytes:
    """Return the uncompressed bytes of a plain or .gz file.

    Raises:
        MissingFile: there is no such file.
        UserError: it can't be read, or its compression is damaged.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as file:
                return file.read()
        return path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, f"its compression is broken ({error})") from error
    except OSError as error:
        raise kind_of(error)(f"Could not read {path}: {error.strerror or error}.") from error


def parse(data: bytes, path: Path) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes, read-only, in its own shape.

    Raises:
        BadValue: not IDX, not unsigned bytes, or not as long as its header says.
    """
    if len(data) < 4 or data[0] or data[1] or not 1 <= data[3] <= 4:
        raise damaged(path, "it does not begin like an IDX file")
    if data[2] != _UINT8:
        raise damaged(path, "its values are not unsigned bytes")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise damaged(path, "it is not as long as its header says")
    shape = tuple(int(n) for n in np.frombuffer(data[4:start], ">u4"))
    if len(data) - start != math.prod(shape):
        raise damaged(path, "it is not as long as its header says")
    try:
        return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
    except ValueError as error:  # no values, but dimensions too large for NumPy
        raise damaged(path, "its header gives an impossible size") from error


def md5(data: bytes) -> str:
    """Return the md5 that identifies a file's content (for integrity, not security)."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def damaged(path: Path, how: str) -> BadValue:
    """Return the error for a file that is not what it should be."""
    return BadValue(
        f"{path} is damaged: {how}. Delete it: MNIST will be downloaded again, other data must be "
        "copied there again."
    )
