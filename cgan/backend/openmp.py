"""CPU threads: how many there can be, and how many the operators of Jittor and oneDNN use."""

import contextlib
import ctypes
import os
from collections.abc import Iterator


def available_cpus() -> int:
    """Return how many CPUs this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Let this thread's computations use `count` threads until the end of the `with` block.

    Sums over a batch are split among threads, so their number decides the last bits of a trained
    network. Does nothing if GCC's OpenMP library, which Jittor uses, isn't found.
    """
    try:
        library = ctypes.CDLL("libgomp.so.1")
    except OSError:
        yield
        return
    before = library.omp_get_max_threads()
    library.omp_set_num_threads(count)
    try:
        yield
    finally:
        library.omp_set_num_threads(before)
