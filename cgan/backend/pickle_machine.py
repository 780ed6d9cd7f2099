"""Follow the instructions of a pickle that make a dictionary of arrays, and no others.

A pickle is a program that calls functions by name, and a small one can fill the memory or never
end. So nothing is left to Python's unpickler. The functions that NumPy's arrays need are replaced
here, and memory and time are bounded by the number of instructions and the size of the pickle.
"""

import pickletools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend.compat import PICKLED_VAR

# An array takes about forty.
_MAX_INSTRUCTIONS = 100_000

# Plain numbers: bool, integers and floats of 1 to 8 bytes.
_DTYPE_NAME = re.compile(r"[biuf][1248]")


class _Refused(ValueError):
    """The pickle holds something other than a dictionary of arrays."""


class _Dtype:
    """Stands for a `numpy.dtype` in a pickle."""

    def __init__(self, name: Any, *_: Any) -> None:
        if not isinstance(name, str) or not _DTYPE_NAME.fullmatch(name):
            raise _Refused("it holds values of another type than numbers")
        self.dtype = np.dtype(name)

    def set_state(self, state: Any) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands for a `numpy.ndarray` in a pickle: NumPy itself would follow forged addresses."""

    array: NDArray[Any] | None = None

    def set_state(self, state: Any) -> None:
        _, shape, dtype, is_fortran, data = state
        self.array = _from_bytes(data, dtype, shape, "F" if is_fortran else "C").array


def _reconstruct(*_: Any) -> _Array:
    """Replace NumPy's function, which makes an empty array that its state fills."""
    return _Array()


def _from_bytes(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    """Replace NumPy's `_frombuffer`."""
    if not isinstance(data, bytes | bytearray) or not isinstance(dtype, _Dtype):
        raise _Refused("it holds a malformed array")
    result = _Array()
    result.array = np.frombuffer(data, dtype.dtype).reshape(shape, order=order)
    return result


def _var(array: Any) -> Any:
    """Replace `jittor.Var`, which Jittor wraps around each array."""
    return array


def _ordered_dict() -> dict[Any, Any]:
    """Replace `OrderedDict`, which is filled after it is made."""
    return {}


def _latin1(text: Any, encoding: Any) -> bytes:
    """Replace `codecs.encode`, which old protocols write bytes with."""
    if encoding != "latin1":
        raise _Refused("it encodes text in another way than bytes are written")
    return bytes(text.encode(encoding))


# The functions that a pickled array calls, as NumPy 1 and 2 name them, and our replacements.
_FUNCTIONS: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.numeric", "_frombuffer"): _from_bytes,
    ("numpy._core.numeric", "_frombuffer"): _from_bytes,
    PICKLED_VAR: _var,
    ("collections", "OrderedDict"): _ordered_dict,
    ("_codecs", "encode"): _latin1,
}
# The instructions that push their argument.
_LITERALS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}


def arrays(data: bytes) -> dict[str, NDArray[Any]] | None:
    """Return the arrays in a pickled dictionary by name, or None if it holds anything else.

    Raises:
        Exception: of any kind: the pickle is damaged, or made by other instructions.
    """
    content = _Machine(data).run()
    if not isinstance(content, dict):
        return None
    found = {}
    for name, value in content.items():
        if not isinstance(value, _Array) or value.array is None:
            return None
        found[name] = value.array
    return found


class _Machine:
    """Works on a stack and a memo, as the instructions say."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._encoded = 0

    def run(self) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(self._data)):
            if opcode.name == "STOP":
                return self._stack.pop()
            if count == _MAX_INSTRUCTIONS:
                raise _Refused("it is longer than any dictionary of arrays")
            self._follow(opcode.name, argument)
        raise _Refused("it has no end")

    def _follow(self, name: str, argument: Any) -> None:
        stack = self._stack
        if name in _LITERALS:
            stack.append(argument)
            return
        match name:
            case "PROTO" | "FRAME":
                pass
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(name == "NEWTRUE")
            case "MARK":
                self._marks.append(len(stack))
            case "EMPTY_TUPLE":
                stack.append(())
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(self._take(len(stack) - int(name[-1])))
            case "TUPLE":
                stack.append(self._take(self._marks.pop()))
            case "EMPTY_DICT":
                stack.append({})
            case "DICT":
                pairs = self._take(self._marks.pop())
                stack.append({})
                self._set_items(pairs)
            case "SETITEM":
                self._set_items(self._take(len(stack) - 2))
            case "SETITEMS":
                self._set_items(self._take(self._marks.pop()))
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                self._memo[argument] = stack[-1]
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(self._memo[argument])
            case "GLOBAL":
                stack.append(_function(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                stack.append(_function(*self._take(len(stack) - 2)))
            case "REDUCE":
                self._call()
            case "BUILD":
                self._set_state()
            case _:
                raise _Refused(f"it has the instruction {name}")

    def _take(self, start: int) -> tuple[Any, ...]:
        """Remove the stack's values from a position on, and return them."""
        if start < 0:
            raise _Refused("it takes a value that is not there")
        values = tuple(self._stack[start:])
        del self._stack[start:]
        return values

    def _set_items(self, pairs: tuple[Any, ...]) -> None:
        target = self._stack[-1]
        names, values = pairs[::2], pairs[1::2]
        # Text alone: the hash of nested tuples may take for ever.
        if not isinstance(target, dict) or not all(isinstance(name, str) for name in names):
            raise _Refused("it is no dictionary by name")
        target.update(zip(names, values, strict=True))

    def _call(self) -> None:
        function, arguments = self._take(len(self._stack) - 2)
        if function not in _FUNCTIONS.values():
            raise _Refused("it calls something that is no function")
        result = function(*arguments)
        if isinstance(result, bytes):  # the same text may be encoded many times
            self._encoded += len(result)
            if self._encoded > len(self._data):
                raise _Refused("it encodes more text than it holds")
        self._stack.append(result)

    def _set_state(self) -> None:
        (state,) = self._take(len(self._stack) - 1)
        target = self._stack[-1]
        if not isinstance(target, _Dtype | _Array):
            raise _Refused("it sets the state of something that is no array")
        target.set_state(state)


def _function(module: Any, name: Any) -> Callable[..., Any]:
    if not isinstance(module, str) or not isinstance(name, str):
        raise _Refused("it asks for something without a name")
    if (module, name) not in _FUNCTIONS:
        raise _Refused(f"it asks for {module}.{name}")
    return _FUNCTIONS[module, name]
