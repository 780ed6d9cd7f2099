"""Read the pickles that Jittor's `Module.save` writes, without executing them.

A pickle is a program that calls functions by name. The unpickler here knows plain containers and
replacements for the few functions that build arrays of numbers. It refuses every other name.
"""

import codecs
import hashlib
import io
import pickle
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend.compat import PICKLE_MARK, PICKLED_VAR
from cgan.common.errors import BadValue, kind_of

_SHA1_BYTES = 20

_MAX_BYTES = 256 << 20

# Plain numbers: bool, integers and floats of 1 to 8 bytes.
_DTYPE_NAME = re.compile(r"[biuf][1248]")


class _Dtype:
    """Replaces `numpy.dtype` in a pickle."""

    def __init__(self, name: str, *_: Any) -> None:
        if not _DTYPE_NAME.fullmatch(name):
            raise pickle.UnpicklingError(f"it holds values of type {name!r}")
        self.dtype = np.dtype(name)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Replaces `numpy.ndarray` in a pickle: NumPy itself would follow forged addresses."""

    array: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, data = state
        self.array = _from_bytes(data, dtype, shape, "F" if is_fortran else "C").array


def _reconstruct(*_: Any) -> _Array:
    """Replace NumPy's function, which makes an empty array that `__setstate__` fills."""
    return _Array()


def _from_bytes(data: bytes, dtype: _Dtype, shape: tuple[int, ...], order: Any) -> _Array:
    """Replace NumPy's `_frombuffer`."""
    if not isinstance(data, bytes | bytearray) or not isinstance(dtype, _Dtype):
        raise pickle.UnpicklingError("it holds a malformed array")
    result = _Array()
    result.array = np.frombuffer(data, dtype.dtype).reshape(shape, order=order)
    return result


def _var(array: _Array) -> _Array:
    """Replace `jittor.Var`, which Jittor wraps around each array."""
    return array


# The functions that a pickled array calls, as NumPy 1 and 2 name them, and our replacements.
_KNOWN: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.numeric", "_frombuffer"): _from_bytes,
    ("numpy._core.numeric", "_frombuffer"): _from_bytes,
    PICKLED_VAR: _var,
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): codecs.encode,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def read_parameters(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a Jittor checkpoint by name.

    Raises:
        MissingFile: there is no such file.
        BadValue: it is damaged, or isn't a dictionary of NumPy arrays.
        UserError: it can't be read.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise kind_of(error)(f"Could not read {path}: {error.strerror}.") from error
    if len(data) > _MAX_BYTES:
        raise BadValue(
            f"{path} is larger than any checkpoint of the article ({_MAX_BYTES:,} bytes)."
        )
    if data.endswith(PICKLE_MARK):
        end = len(data) - len(PICKLE_MARK)
        data, digest = data[: end - _SHA1_BYTES], data[end - _SHA1_BYTES : end]
        if hashlib.sha1(data, usedforsecurity=False).digest() != digest:
            raise BadValue(f"{path} is damaged: its checksum does not match its content.")
    try:
        content = _Unpickler(io.BytesIO(data)).load()
    # A hostile or broken pickle may raise almost anything.
    except Exception as error:
        why = str(error).rstrip(".")
        raise BadValue(f"{path} is not a Jittor checkpoint of NumPy arrays: {why}.") from error
    arrays = {}
    for name, value in content.items() if isinstance(content, dict) else [(None, content)]:
        if not isinstance(name, str) or not isinstance(value, _Array) or value.array is None:
            raise BadValue(f"{path} does not hold a dictionary of NumPy arrays by name.")
        arrays[name] = value.array
    return arrays
