"""What is said where the first of several processes can't say it: another one was lost.

If a process is killed, or its computer fails, the first one waits for it inside MPI, where Python's
signal handlers don't run, until mpirun ends it, a second after SIGTERM. So a small process beside
it speaks then. It also does so if the first process itself is killed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cgan.backend import ranks
from cgan.training import checkpoint

_HEARD, _DONE = b"h", b"d"
# Reads what the first process writes and, by `signal.set_wakeup_fd`, the numbers of its signals.
_SCRIPT = """
import os, select, signal, sys
pipe, last, previous, saved, unsaved = int(sys.argv[1]), *sys.argv[2:]
wait = None
while True:
    said = os.read(pipe, 1) if select.select([pipe], [], [], wait)[0] else b""
    if said == b"d":
        break
    if said == b"":
        kept = os.path.exists(last) or os.path.exists(previous)
        print(saved if kept else unsaved, file=sys.stderr, flush=True)
        break
    if said == b"h":
        wait = None
    elif said[0] in (signal.SIGINT, signal.SIGTERM):
        wait = 0.5
"""
_pipe: int | None = None


@contextmanager
def ready(again: str, last: Path) -> Iterator[None]:
    """Have somebody speak if several processes don't come to the end of this block.

    Args:
        again: the command that continues the run.
        last: file of its last checkpoint, which may not be there yet.
    """
    global _pipe
    if ranks.count() == 1:
        yield
        return
    lost = "Training ended in the middle of a step: probably one of its processes was killed."
    saved = f"{lost} The last checkpoint is safe. Continue with: {again}"
    unsaved = f"{lost} There was no checkpoint yet: {again} begins anew."
    reads, _pipe = os.pipe()
    os.set_blocking(_pipe, False)
    # mpirun ends a process's group, in which this one must not be.
    speaker = subprocess.Popen(
        [
            *(sys.executable, "-c", _SCRIPT, str(reads)),
            *(str(last), str(checkpoint.previous(last)), saved, unsaved),
        ],
        pass_fds=[reads],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    before = signal.set_wakeup_fd(_pipe, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.write(_pipe, _DONE)
        os.close(_pipe)
        _pipe = None
        os.close(reads)  # until now: if that process is killed, what is written is no error
        speaker.wait()


def heard() -> None:
    """Say that this process has noticed a signal, and will speak for itself."""
    if _pipe is not None:
        os.write(_pipe, _HEARD)
