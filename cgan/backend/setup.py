"""Import Jittor on any ordinary machine: with or without a GPU, `nvcc` or the internet.

`import jittor` alone crashes if `nvcc` has no CUDA runtime, or if its download server can't be
reached. So whatever needs Jittor gets it from `load_jittor()`, which checks the machine, sets
environment variables of this process only, and imports it. A variable that the user has set is
never changed, and nothing is written outside Jittor's own cache.
"""

import atexit
import importlib
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from cgan.backend import compat
from cgan.backend.cuda import why_no_cuda
from cgan.backend.onednn import provide_onednn
from cgan.backend.openmp import available_cpus
from cgan.backend.toolchain import (
    check_compiler,
    check_mpi,
    check_paths,
    provide_python_headers,
)
from cgan.common.errors import BadValue, NeedsNewProcess, UserError, last_line
from cgan.common.packages import is_installed, missing_package
from cgan.common.terminal import note
from cgan.common.values import is_one_of

DEVICES = ("auto", "cpu", "cuda")


def load_jittor(device: str = "auto", threads: int | None = None) -> Any:
    """Prepare this process for Jittor, import it, and return the module.

    Later calls return the same module and ignore the arguments: Jittor reads its settings once,
    when it is imported.

    Args:
        device: "auto" (a GPU if one is usable), "cpu" or "cuda".
        threads: CPU threads that operators use; None leaves `OMP_NUM_THREADS` as it is.

    Raises:
        UserError: Jittor, a compiler or Python's headers are not installed, or a path that
            Jittor can't compile with; "cuda" without a usable GPU; no folder for Jittor's cache;
            or Jittor's own import failed.
        NeedsNewProcess: Jittor has compiled a part of itself that this process had loaded.
    """
    if sys.modules.get("jittor") is not None:
        return sys.modules["jittor"]
    if not is_installed("jittor"):
        raise missing_package("Training and evaluation need", "jittor", "train")
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)
    check_compiler()
    provide_python_headers()
    check_paths()
    check_mpi()
    use_cuda = _choose_device(device)
    compat.set_import_settings()
    # Jittor's kernels flush subnormal numbers to zero, and NumPy warns about that in the first
    # `finfo` afterwards, such as Matplotlib's. NumPy keeps the answer, so ask first.
    np.finfo(np.float64), np.finfo(np.float32)
    with compat.kept_process_state(), compat.mpi_if_needed():
        # The place of the cache depends on the variables set so far; oneDNN is put there.
        try:
            utilities = _import(compat.UTILITIES)
            provide_onednn(compat.used_home(utilities))
        except UserError:
            raise
        except OSError as error:
            raise UserError(
                f"Jittor can't write its cache into the home folder: {error}. Set the "
                "environment variable HOME to a folder that you can write to."
            ) from error
        except Exception as error:
            raise UserError(
                f"Jittor could not be prepared: {last_line(error)}. Check the C++ compiler "
                f"({compat.COMPILER}, if set) and ~/{compat.CONFIG_FILE}."
            ) from error
        jittor = _import_announced(utilities)
        compat.stop_compilers(utilities)
    compat.take_over_mpi(jittor)
    # After the import, so that it is called before what Jittor does at the end.
    atexit.register(compat.let_threads_begin)
    jittor.flags.use_cuda = int(use_cuda)
    return jittor


def _choose_device(device: str) -> bool:
    """Return whether to compute on the GPU; if not, keep Jittor from looking for one."""
    if not is_one_of(device, DEVICES):
        raise BadValue(f"--device must be one of {', '.join(DEVICES)}, not {device!r}.")
    reason = None if device == "cpu" else _why_no_gpu()
    if device == "cuda" and reason:
        raise UserError(f"--device cuda: {reason} Use --device cpu to train without it.")
    if device == "cpu" or reason:
        compat.hide_cuda()
        return False
    return True


def _why_no_gpu() -> str | None:
    if compat.mpi_number(compat.MPI_COUNT, 1) > 1:
        return "several processes train on the CPU."
    return why_no_cuda()


def _import(name: str) -> Any:
    """Import one of Jittor's modules, hiding Python's warnings about its source code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def _import_announced(utilities: Any) -> Any:
    """Import Jittor; if it compiles its core first, announce that and report when it is done."""
    cache_path = compat.cache_path(utilities)
    compiled = compat.core_is_compiled(cache_path)
    if compiled:
        compat.check_without_compilers(utilities)
    else:
        note(
            "Jittor is compiling its core with g++: about two minutes on 2 cores, once on this "
            "machine for this environment. Each operator is also compiled at its first use: "
            "about another minute in the first training step."
        )
    start = time.monotonic()
    try:
        jittor = _import("jittor")
    except compat.Restart as error:
        raise NeedsNewProcess(
            "Jittor has compiled part of itself and needs to be restarted: run the same command "
            "again."
        ) from error
    except Exception as error:
        raise UserError(
            f"Jittor could not be imported: {last_line(error)} "
            f"(its cache is {cache_path}; deleting that folder makes it compile afresh)."
        ) from error
    if not compiled:
        note(f"Jittor's core is compiled ({time.monotonic() - start:.0f} s).")
    return jittor


@contextmanager
def compile_race_told(advice: str = "Run the same command again.") -> Iterator[None]:
    """Tell in a sentence if two threads of Jittor's compiler get in each other's way: see `compat`.

    What was compiled and isn't whole is removed, so that it is compiled again.

    Args:
        advice: what to do then.

    Raises:
        NeedsNewProcess: that happened; a `UserError` in one of several processes, of which none
            can be replaced by another.
    """
    try:
        yield
    except RuntimeError as error:
        library = compat.half_written_library(error)
        if library is not None:
            what = "A file that Jittor has compiled isn't whole. It will be compiled again."
            with suppress(OSError):
                library.unlink()
        elif compat.is_compile_race(error):
            what = "Two threads of Jittor's compiler got in each other's way, which is rare."
        else:
            raise
        alone = compat.mpi_number(compat.MPI_COUNT, 1) == 1
        raise (NeedsNewProcess if alone else UserError)(f"{what} {advice}") from error


def usable_threads(wanted: int) -> int:
    """Return how many CPU threads to use: `wanted`, but at most one per CPU we may run on.

    With more threads than CPUs, the operators wait for each other. Several processes on a machine
    share its CPUs, unless mpirun has given each its own.
    """
    neighbours = compat.mpi_number(compat.MPI_LOCAL_COUNT, 1)
    return min(wanted, available_cpus(), max(1, (os.cpu_count() or 1) // neighbours))
