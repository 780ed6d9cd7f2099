"""All that a resumed run needs, in one file that is replaced as a whole.

Randomness needs no state of its own: that of step n comes from (seed, n) alone, so the position
says it all.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from cgan.common import files
from cgan.common.errors import UserError
from cgan.model.weights import to_safetensors

_POSITION_KEY = "position"


@dataclass(frozen=True)
class Position:
    """How far a run has come.

    Attributes:
        step: steps done, in the whole run.
        steps_per_epoch: to check that the data are still the same.
        seed: of all randomness.
    """

    step: int
    steps_per_epoch: int
    seed: int


def save(path: Path, tensors: dict[str, NDArray[np.float32]], position: Position) -> None:
    """Write a checkpoint beside `path` and rename it: the old one stays until the new is whole.

    Raises:
        UserError: it can't be written, a full disk for example; the old one is still there.
    """
    metadata = {_POSITION_KEY: json.dumps(vars(position))}
    path.parent.mkdir(exist_ok=True)
    files.write_bytes(path, to_safetensors(tensors, metadata))


def load(path: Path) -> tuple[dict[str, NDArray[np.float32]], Position]:
    """Read a checkpoint.

    Raises:
        UserError: there is none, or it is damaged.
    """
    if not path.is_file():
        raise UserError(f"There is no checkpoint {path} to go on from: start the run anew.")
    try:
        with safe_open(path, framework="numpy") as file:
            position = Position(**json.loads(file.metadata()[_POSITION_KEY]))
        return safetensors.numpy.load_file(path), position
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"The checkpoint {path} is damaged: {error}.") from error
