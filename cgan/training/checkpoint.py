"""Everything that a resumed run needs, in one file with a checksum, and the one before it.

Random generators have no state to save: the random numbers of step n depend on (seed, n) alone.

The checkpoint before the last stays beside it. If the last one turns out to be damaged, for example
by a failing disk, the run continues from there, and ends the same.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from cgan.common import files, reading
from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.common.terminal import warn
from cgan.common.values import is_whole
from cgan.model.layers import Tensors
from cgan.model.weights import to_safetensors

# The one key of the file's metadata, whose value is a JSON object.
_METADATA_KEY = "position"
# In that object; checkpoints of older versions have none.
_CHECKSUM_KEY = "sha256"
# Where a safetensors file keeps its metadata: the length of a JSON header, in 8 bytes, then that.
_LENGTH_BYTES = 8
_HEADER_METADATA = "__metadata__"
# More than the largest networks that the options allow have with their optimisers.
_MAX_BYTES = 4 << 30


@dataclass(frozen=True)
class Position:
    """How far a run has come.

    Attributes:
        step: steps done, in the whole run.
        steps_per_epoch: for checking that the data are still the same.
        seed: seed of all randomness.

    Raises:
        BadValue: one of them isn't a whole number, or is too small.
    """

    step: int
    steps_per_epoch: int
    seed: int

    def __post_init__(self) -> None:
        """Check every field."""
        for name, least in {"step": 0, "steps_per_epoch": 1, "seed": 0}.items():
            value = getattr(self, name)
            if not is_whole(value, least):
                raise BadValue(f"{name} can't be {value!r}")


def previous(path: Path) -> Path:
    """Return where the checkpoint before the one in `path` is kept."""
    return path.with_name(f"previous{path.suffix}")


def exists(path: Path) -> bool:
    """Return whether there is a checkpoint in `path`, or the one before it."""
    return path.exists() or previous(path).exists()


def save(path: Path, tensors: Tensors, position: Position) -> None:
    """Write a checkpoint; what was in `path` becomes the previous one, unless it is damaged.

    Raises:
        UserError: it can't be written, for example because the disk is full; the old ones stay.
    """
    values = vars(position) | {_CHECKSUM_KEY: _checksum(tensors, position)}
    path.parent.mkdir(exist_ok=True)
    kept = previous(path) if _is_whole(path) else None
    with files.replacing(path, kept) as temporary:
        temporary.write_bytes(to_safetensors(tensors, {_METADATA_KEY: json.dumps(values)}))


def load(path: Path) -> tuple[Tensors, Position]:
    """Read a checkpoint; if it is damaged or missing, warn and read the one before it.

    Raises:
        MissingFile: there is none.
        BadValue: it is damaged, and so is the one before it, if there is one.
        UserError: it can't be read.
    """
    try:
        return _load(path)
    except UserError as error:
        older = previous(path)
        if not older.exists():
            raise kind_of(error)(f"{error} Start a new run.") from error
        try:
            found = _load(older)
        except UserError as another:
            raise kind_of(another)(f"{error} {another} Start a new run.") from another
        warn(f"{error} The run continues from the one before it, of step {found[1].step:,}.")
        return found


def _is_whole(path: Path) -> bool:
    try:
        _load(path)
    except UserError:
        return False
    return True


def _load(path: Path) -> tuple[Tensors, Position]:
    try:
        data = reading.read(path, _MAX_BYTES)
    except FileNotFoundError as error:
        raise MissingFile(f"There is no checkpoint {path} to resume from.") from error
    except OSError as error:
        raise kind_of(error)(f"Could not read the checkpoint {path}: {error.strerror}.") from error
    except reading.TooLarge as error:
        raise BadValue(f"{path} is no checkpoint: {error}.") from error
    try:
        values = _metadata(data)
        checksum = values.pop(_CHECKSUM_KEY, None)
        position = Position(**values)
        tensors = safetensors.numpy.load(data)
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        why = str(error).removesuffix(".")
        raise BadValue(f"The checkpoint {path} is damaged: {why}.") from error
    if checksum is not None and checksum != _checksum(tensors, position):
        raise BadValue(
            f"The checkpoint {path} is damaged: its checksum does not match its content."
        )
    return tensors, position


def _metadata(data: bytes) -> dict[str, Any]:
    """Return the JSON object in the metadata of a safetensors file.

    Raises:
        ValueError: there is none; other errors of the kind if the file is something else.
    """
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    header = reading.parse_json(data[_LENGTH_BYTES : _LENGTH_BYTES + length])
    values = reading.parse_json(header[_HEADER_METADATA][_METADATA_KEY].encode())
    if not isinstance(values, dict):
        raise ValueError("its position is not an object")
    return values


def _checksum(tensors: Mapping[str, Any], position: Position) -> str:
    """Return the sha256 of a checkpoint's content, in hexadecimal."""
    digest = hashlib.sha256(json.dumps(vars(position)).encode())
    for name in sorted(tensors):
        tensor = np.ascontiguousarray(tensors[name])
        digest.update(repr((name, tensor.dtype.str, tensor.shape)).encode())
        digest.update(tensor.data)
    return digest.hexdigest()
