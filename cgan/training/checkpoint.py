"""Everything that a resumed run needs, in one file that is replaced as a whole.

Random generators have no state to save: the random numbers of step n depend on (seed, n) alone.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import safetensors.numpy
from safetensors import SafetensorError, safe_open

from cgan.common import files
from cgan.common.errors import BadValue, MissingFile, kind_of
from cgan.model.layers import Tensors
from cgan.model.weights import to_safetensors

_POSITION_KEY = "position"


@dataclass(frozen=True)
class Position:
    """How far a run has come.

    Attributes:
        step: steps done, in the whole run.
        steps_per_epoch: for checking that the data are still the same.
        seed: seed of all randomness.
    """

    step: int
    steps_per_epoch: int
    seed: int


def save(path: Path, tensors: Tensors, position: Position) -> None:
    """Write a checkpoint beside `path` and rename it: the old one stays until the new one is ready.

    Raises:
        UserError: it can't be written, for example because the disk is full; the old one stays.
    """
    metadata = {_POSITION_KEY: json.dumps(vars(position))}
    path.parent.mkdir(exist_ok=True)
    files.write_bytes(path, to_safetensors(tensors, metadata))


def load(path: Path) -> tuple[Tensors, Position]:
    """Read a checkpoint.

    Raises:
        MissingFile: there is none.
        BadValue: it is damaged.
        UserError: it can't be read.
    """
    if not path.is_file():
        raise MissingFile(f"There is no checkpoint {path} to resume from. Start a new run.")
    try:
        with safe_open(path, framework="numpy") as file:
            position = Position(**json.loads(file.metadata()[_POSITION_KEY]))
        return safetensors.numpy.load_file(path), position
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        kind = kind_of(error) if isinstance(error, OSError) else BadValue
        raise kind(f"The checkpoint {path} is damaged: {error}.") from error
