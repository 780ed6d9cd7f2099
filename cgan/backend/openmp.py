"""How many threads the operators of Jittor and oneDNN use, after they are loaded."""

import contextlib
import ctypes
from collections.abc import Iterator


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Let what this thread computes use `count` threads, to the end of the `with` block.

    Sums over a batch are split among threads, so their number decides the last bits of a trained
    network. Does nothing where GCC's OpenMP library, which Jittor uses, is not to be found.
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
