"""Everything that a resumed run needs, in one file with a checksum, and the one before it.

Random generators have no state to save: the random numbers of step n depend on (seed, n) alone.

The checkpoint before the last stays beside it. If the last one turns out to be damaged, for example
by a failing disk, the run continues from there, and ends the same.
"""

from dataclasses import dataclass
from pathlib import Path

from cgan.common import files, reading
from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.common.terminal import warn
from cgan.common.values import is_whole
from cgan.model import checked
from cgan.model.layers import Tensors

_KEY = "position"
# Room for safetensors' header, with the names and shapes of a few hundred tensors.
_HEADER_BYTES = 1 << 20


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
    path.parent.mkdir(exist_ok=True)
    data = checked.pack(tensors, _KEY, vars(position))
    kept = previous(path) if _is_whole(path, len(data)) else None
    with files.replacing(path, kept) as temporary:
        temporary.write_bytes(data)


def load(path: Path, tensor_bytes: int) -> tuple[Tensors, Position]:
    """Read a checkpoint; if it is damaged or missing, warn and read the one before it.

    Args:
        path: of the checkpoint.
        tensor_bytes: what its tensors take; a much larger file isn't read.

    Raises:
        MissingFile: there is none.
        BadValue: it is damaged, and so is the one before it, if there is one.
        UserError: it can't be read.
    """
    try:
        return _load(path, tensor_bytes)
    except UserError as error:
        older = previous(path)
        if not older.exists():
            raise kind_of(error)(f"{error} Start a new run.") from error
        try:
            found = _load(older, tensor_bytes)
        except UserError as another:
            raise kind_of(another)(f"{error} {another} Start a new run.") from another
        warn(f"{error} The run continues from the one before it, of step {found[1].step:,}.")
        return found


def position(path: Path) -> Position:
    """Return how far the run of a checkpoint has come; otherwise as `load`."""
    sizes = (one.stat().st_size for one in (path, previous(path)) if one.exists())
    return load(path, max(sizes, default=0))[1]


def _is_whole(path: Path, tensor_bytes: int) -> bool:
    try:
        _load(path, tensor_bytes)
    except UserError:
        return False
    return True


def _load(path: Path, tensor_bytes: int) -> tuple[Tensors, Position]:
    try:
        data = reading.read(path, tensor_bytes + _HEADER_BYTES)
    except FileNotFoundError as error:
        raise MissingFile(f"There is no checkpoint {path} to resume from.") from error
    except OSError as error:
        raise kind_of(error)(f"Could not read the checkpoint {path}: {error.strerror}.") from error
    except reading.TooLarge as error:
        raise BadValue(f"The checkpoint {path} does not fit this run: {error}.") from error
    try:
        tensors, values = checked.unpack(data, _KEY)
        return tensors, Position(**values)
    except (ValueError, TypeError) as error:
        why = str(error).removesuffix(".")
        raise BadValue(f"The checkpoint {path} is damaged: {why}.") from error
