"""Read the pickles that Jittor's `Module.save` writes, without executing them."""

import hashlib
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cgan.backend import pickle_machine
from cgan.backend.compat import PICKLE_MARK
from cgan.common import reading
from cgan.common.errors import BadValue, kind_of

_SHA1_BYTES = 20

_MAX_BYTES = 256 << 20
_MAX_REASON = 200  # characters


def read_parameters(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a Jittor checkpoint by name.

    Raises:
        MissingFile: there is no such file.
        BadValue: it is damaged, or isn't a dictionary of NumPy arrays.
        UserError: it can't be read.
    """
    try:
        data = reading.read(path, _MAX_BYTES)
    except OSError as error:
        raise kind_of(error)(f"Could not read {path}: {error.strerror}.") from error
    except reading.TooLarge as error:
        raise BadValue(
            f"{path} is larger than any checkpoint of the article ({_MAX_BYTES:,} bytes)."
        ) from error
    if data.endswith(PICKLE_MARK):
        end = len(data) - len(PICKLE_MARK)
        data, digest = data[: end - _SHA1_BYTES], data[end - _SHA1_BYTES : end]
        if hashlib.sha1(data, usedforsecurity=False).digest() != digest:
            raise BadValue(f"{path} is damaged: its checksum does not match its content.")
    try:
        arrays = pickle_machine.arrays(data)
    # A hostile or broken pickle may raise almost anything.
    except Exception as error:
        why = str(error).rstrip(".")[:_MAX_REASON]
        raise BadValue(f"{path} is not a Jittor checkpoint of NumPy arrays: {why}.") from error
    if arrays is None:
        raise BadValue(f"{path} does not hold a dictionary of NumPy arrays by name.")
    return arrays
