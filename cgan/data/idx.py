"""Read IDX files, the format of MNIST (http://yann.lecun.com/exdb/mnist/), plain or gzipped."""

import gzip
import hashlib
import math
import os
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cgan.common import reading
from cgan.common.errors import BadValue, kind_of

_UINT8 = 0x08
_MAGIC_BYTES, _SIZE_BYTES = 4, 4
_MAX_DIMENSIONS = 4
# The largest data set in this format, EMNIST, has 547 MB in a file.
_MAX_BYTES = 640 << 20


class TooLarge(BadValue):
    """A file is larger, or announces more, than any data set."""


def read_bytes(path: Path) -> bytes:
    """Return the uncompressed bytes of a plain or .gz file.

    No more is unpacked than the IDX header announces, and one byte that shows whether there is
    more: a small .gz may hold gigabytes.

    Raises:
        MissingFile: there is no such file.
        TooLarge: it is larger, or announces more, than any data set.
        BadValue: its compression is damaged.
        UserError: it can't be read, or is no file.
    """
    try:
        with reading.open_file(path) as file:
            if path.suffix == ".gz":
                return unpack(file, path)
            return _read_announced(file, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, f"its compression is broken ({error})") from error
    except OSError as error:
        raise kind_of(error)(f"Could not read {path}: {error.strerror or error}.") from error


def unpack(file: BinaryIO, path: Path) -> bytes:
    """Return the bytes in a gzipped file as `read_bytes` does.

    Raises:
        TooLarge: it is larger, or announces more, than any data set.
        OSError, EOFError, zlib.error: it can't be read, or its compression is damaged.
    """
    packed = file.seek(0, os.SEEK_END)
    if packed > _MAX_BYTES:
        raise TooLarge(f"{path} is {packed:,} bytes; the limit is {_MAX_BYTES:,} bytes.")
    file.seek(0)
    with gzip.GzipFile(fileobj=file, mode="rb") as content:
        return _read_announced(content, path)


def _read_announced(file: BinaryIO | gzip.GzipFile, path: Path) -> bytes:
    header = file.read(_MAGIC_BYTES + _SIZE_BYTES * _MAX_DIMENSIONS)
    dimensions = header[_MAGIC_BYTES - 1] if len(header) >= _MAGIC_BYTES else 0
    if dimensions > _MAX_DIMENSIONS:
        return header  # not IDX: no more is needed to see that
    start = _MAGIC_BYTES + _SIZE_BYTES * dimensions
    announced = start + math.prod(_sizes(header[:start]))
    if announced > _MAX_BYTES:
        raise TooLarge(f"{path} announces {announced:,} bytes; the limit is {_MAX_BYTES:,} bytes.")
    file.seek(0)
    return file.read(announced + 1)


def _sizes(data: bytes) -> tuple[int, ...]:
    """Return the dimensions in an IDX header, as far as they are there."""
    sizes = data[_MAGIC_BYTES : len(data) - len(data) % _SIZE_BYTES]
    return tuple(int(n) for n in np.frombuffer(sizes, ">u4"))


def parse(data: bytes, path: Path) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes, read-only, in its own shape.

    Raises:
        BadValue: not IDX, not unsigned bytes, or not as long as its header says.
    """
    if len(data) < _MAGIC_BYTES or data[0] or data[1] or not 1 <= data[3] <= _MAX_DIMENSIONS:
        raise damaged(path, "it does not begin like an IDX file")
    if data[2] != _UINT8:
        raise damaged(path, "its values are not unsigned bytes")
    start = _MAGIC_BYTES + _SIZE_BYTES * data[3]
    if len(data) < start:
        raise damaged(path, "it is not as long as its header says")
    shape = _sizes(data[:start])
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
