"""Training on several processes at once: which one this is, and what they tell each other.

`mpirun -np 2 python train.py ...` starts the program twice. The first process, of rank 0, leads: it
reads the options, the data and the run folder, and writes whatever is written. The others follow:
they hear from it what to train, do their share of each step, and end when it says so. So only the
first needs the data and the run folder, and an error has one who tells it.

Without mpirun, or with `-np 1`, there is one process, to which nothing here makes a difference.
Jittor's MPI does the sending; what it would do by itself is turned off (`cgan.backend.compat`).
"""

import os
import pickle
import shlex
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.backend import compat
from cgan.backend.setup import load_jittor
from cgan.common.command_line import EXIT_FAULT
from cgan.common.errors import NeedsNewProcess, UserError

_END, _STEP = 0, 1
# Jittor counts the bytes that it sends in 32 bits.
_MOST_BYTES = 1 << 26
# How long a process that follows waits with its error: the first one probably tells the same.
_SECONDS = 30.0
# OpenMPI's names for mpirun.
_STARTERS = ("mpirun", "mpiexec", "orterun", "prterun")


class Share(NamedTuple):
    """What one process does of a batch.

    Attributes:
        images: their positions in the batch.
        weight: their number, divided by that of the whole batch. A mean over the batch is the sum
            of the shares' means times their weights.
        batch: images in the whole batch.
    """

    images: slice
    weight: float
    batch: int


@dataclass
class _State:
    """What this process knows of the training that all take part in.

    Attributes:
        weight: of this process's share of the present batch.
        in_step: the others are in a step, or were when this process failed.
        dismissed: the first process has said that training is over.
        wants_to_stop: this process was asked to stop.
        all_stop: some process was, as all know since the last step.
    """

    weight: float = 1.0
    in_step: bool = False
    dismissed: bool = False
    wants_to_stop: bool = False
    all_stop: bool = False


_state = _State()


def count() -> int:
    """Return the number of processes that train together."""
    return compat.mpi_number(compat.MPI_COUNT, 1)


def rank() -> int:
    """Return this process's number, from 0."""
    return compat.mpi_number(compat.MPI_RANK, 0)


def leads() -> bool:
    """Return whether this process is the first one, or the only one."""
    return rank() == 0


def command() -> str:
    """Return how to start Python as it was started here, for a sentence.

    mpirun's own options are known where it is this process's parent. Elsewhere dots stand for them.
    """
    if count() == 1:
        return "python"
    started, ours = _parents_arguments(), sys.orig_argv
    if Path(started[0]).name in _STARTERS and started[-len(ours) :] == ours:
        return shlex.join([*started[: -len(ours)], "python"])
    return f"mpirun -np {count()} ... python"


def _parents_arguments() -> list[str]:
    """Return the command line of the process that started this one; [""] where it isn't told."""
    try:
        told = Path(f"/proc/{os.getppid()}/cmdline").read_bytes()
    except OSError:  # not on Linux, for example
        return [""]
    return os.fsdecode(told).removesuffix("\0").split("\0")


def run(main: Callable[[], int]) -> int:
    """Run the program of one of the processes to its end, and return the exit code.

    No process waits for one that has failed: where the others can't be told, this function ends the
    process at once, and mpirun then ends the rest.
    """
    if count() == 1:
        return main()
    code = EXIT_FAULT
    try:
        code = main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else EXIT_FAULT
    except BaseException:
        traceback.print_exc()
    if leads() and _may_dismiss(code):
        dismiss()
    elif code or _state.in_step:
        _leave(code or EXIT_FAULT)
    return code


def _may_dismiss(code: int) -> bool:
    """Return whether the others wait for what the first process says next."""
    if compat.is_imported():
        return not _state.in_step
    if code == 0:  # `--help`, for example: the others wait in their import, which takes all
        load_jittor("cpu", 1)
    return code == 0


def _leave(code: int) -> None:
    """End this process without MPI's farewell, for which all would have to wait."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def patiently(main: Callable[[], None]) -> None:
    """Run `main` in a process that follows.

    The first process probably fails for the same reason, and says so. Only if it doesn't, this one
    does.
    """
    try:
        main()
    except NeedsNewProcess:
        raise
    except UserError:
        time.sleep(_SECONDS)
        raise


def share(images: int, pack: int = 1) -> Share:
    """Take this process's share of a batch; packs stay whole.

    The shares differ by at most one pack, and follow each other in the order of ranks. If there are
    fewer packs than processes, some take the first pack with a weight of 0.

    Args:
        images: in the batch, a multiple of `pack`.
        pack: images that belong together.
    """
    packs = images // pack
    start, stop = (packs * number // count() * pack for number in (rank(), rank() + 1))
    _state.weight = (stop - start) / images
    own = slice(start, stop) if stop > start else slice(0, pack)
    return Share(own, _state.weight, images)


def mean(values: Any) -> Any:
    """Return the means over the batch from those over this share; gradients flow through.

    Args:
        values: Jittor's, float32, of any shape, the same in all processes.
    """
    return compat.mpi_sum(values * _state.weight)


def weighted(loss: Any) -> Any:
    """Return this share's part of a loss that is a mean over the batch."""
    return loss if count() == 1 else loss * _state.weight


def add_up(flat: Any) -> None:
    """Add up Jittor's array of all processes in place; it must share its memory with no other."""
    flat.sync()
    compat.mpi_sum_in_place(load_jittor(), flat)


def whole_batch(rows: NDArray[np.float32], share: Share) -> NDArray[np.float32]:
    """Return the rows of all images in the batch from those of this share."""
    if count() == 1:
        return rows
    whole = np.zeros((share.batch, *rows.shape[1:]), np.float32)
    if share.weight:
        whole[share.images] = rows
    flat = load_jittor().array(whole)
    add_up(flat)
    every: NDArray[np.float32] = flat.numpy()
    return every


def batch_losses(d_loss: float, g_loss: float) -> tuple[float, float]:
    """Return the losses of the batch from those of this share; learn whether some want to stop."""
    if count() == 1:
        return d_loss, g_loss
    weight, jt = _state.weight, load_jittor()
    flat = jt.array(np.array([d_loss * weight, g_loss * weight, _state.wants_to_stop], np.float32))
    add_up(flat)
    d_loss, g_loss, wishes = flat.numpy().tolist()
    _state.all_stop = wishes > 0
    return d_loss, g_loss


def ask_to_stop() -> None:
    """Let training end after the next step."""
    _state.wants_to_stop = True


def asked_to_stop() -> bool:
    """Return whether another process was asked to stop; the first one then ends training."""
    return _state.all_stop


@contextmanager
def step() -> Iterator[bool]:
    """Do a step together; False in a process that follows if training is over.

    The step begins when the first process gets here. If it fails in one process, the others wait
    for that one: then `run` ends it.
    """
    if count() == 1:
        yield True
        return
    goes_on = not _state.dismissed and int(_from_first(np.array([_STEP]))[0]) == _STEP
    _state.dismissed = not goes_on
    _state.in_step = goes_on
    yield goes_on
    _state.in_step = False


def tell(job: Any) -> None:
    """Tell the processes that follow what to train; `hear` returns it there."""
    if count() == 1:
        return
    data = np.frombuffer(bytearray(pickle.dumps(job)), np.uint8)
    _from_first(np.array([len(data)]))
    _state.in_step = True
    _send(data)
    _state.in_step = False


def hear() -> Any:
    """Return what the first process tells; None if there is nothing to train."""
    (size,) = _from_first(np.array([_END]))
    if size == _END:
        _state.dismissed = True
        return None
    data = np.empty(size, np.uint8)
    _send(data)
    # It comes from this very program: the network between the processes must be trusted, as mpirun
    # says, too.
    return pickle.loads(data.data)


def equalise(arrays: list[Any]) -> None:
    """Give Jittor's arrays the first process's values, in place."""
    if count() > 1:
        compat.mpi_copy_first(load_jittor(), arrays)


def equalise_own(arrays: Iterable[NDArray[Any]]) -> None:
    """Give contiguous NumPy arrays the first process's values, in place."""
    if count() > 1:
        for values in arrays:
            _send(values.reshape(-1))


def dismiss() -> None:
    """Say that training is over, or wait in the other processes until the first one says so."""
    if count() > 1 and not _state.dismissed:
        _state.dismissed = True
        _from_first(np.array([_END]))


def _from_first(number: Any) -> Any:
    """Return the first process's number."""
    _send(number)
    return number


def _send(array: Any) -> None:
    """Change a one-dimensional NumPy array to the first process's, in place."""
    jt, length = load_jittor(), _MOST_BYTES // array.itemsize
    for start in range(0, len(array), length):
        compat.mpi_send(jt, array[start : start + length])
