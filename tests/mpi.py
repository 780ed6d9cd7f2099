"""Several processes, as Debian's OpenMPI starts them."""

import os
import shutil
import sys
from pathlib import Path

import pytest


def command(count, *arguments):
    """Return how to start Python `count` times; without OpenMPI, skip the test, but not in CI."""
    if not (shutil.which("mpirun") and shutil.which("mpicc")):
        reason = "OpenMPI is missing: sudo apt-get install openmpi-bin libopenmpi-dev"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # On any number of CPUs, which other tests use, too: whoever waits lets others work.
    sharing = ["--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1"]
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    # Without mpirun's own remarks.
    options = ["--quiet", *root, *sharing, "-np", str(count)]
    return ["mpirun", *options, sys.executable, *map(str, arguments)]


def ranks(process):
    """Return the process number of each rank that an mpirun has started, by rank."""
    found = {}
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        for value in Path(f"/proc/{child}/environ").read_bytes().split(b"\0"):
            if value.startswith(b"OMPI_COMM_WORLD_RANK="):
                found[int(value.partition(b"=")[2])] = int(child)
    return found


def is_running(number):
    """Return whether a process is there that has not ended, whoever has yet to hear of its end."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
