"""Whether this machine has a GPU that Jittor can use, found without importing Jittor."""

import ctypes
import os
import shutil
import subprocess
import sys

from cgan.backend import compat

# Asks the driver for the number of GPUs, in a separate process: a broken driver may crash or
# hang, and a process that has asked can't fork compilers safely.
_COUNT_GPUS = """
import ctypes
driver = ctypes.CDLL("libcuda.so.1")
count = ctypes.c_int()
failed = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
print(0 if failed else count.value)
"""
_PROBE_SECONDS = 30


def why_no_cuda() -> str | None:
    """Return None if Jittor can train on a GPU here, else the reason, as a sentence."""
    if os.environ.get(compat.NVCC) == "":
        return f'The environment variable {compat.NVCC} is set to "", which makes Jittor CPU-only.'
    if _count_gpus() == 0:
        return "No usable NVIDIA GPU was found on this machine."
    if compat.NVCC not in os.environ and compat.has_downloaded_cuda():
        return None
    nvcc = os.environ.get(compat.NVCC) or find_nvcc()
    if nvcc is None:
        return (
            "There is a GPU, but no CUDA compiler (nvcc): install the CUDA toolkit, or let "
            f"Jittor download one with python -m {compat.UTILITIES}.install_cuda."
        )
    if not runs(nvcc):
        return f"There is a GPU, but the CUDA compiler {nvcc} does not run."
    if not has_runtime(nvcc):
        return f"There is a GPU and {nvcc}, but no CUDA runtime (libcudart.so) beside it."
    return None


def _count_gpus() -> int:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:  # no driver: the common case, which needs no process
        return 0
    try:
        answer = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _COUNT_GPUS],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=True,
        )
        return int(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def find_nvcc() -> str | None:
    """Return the CUDA compiler that Jittor would find, or None."""
    return shutil.which("nvcc") or next(filter(os.path.isfile, compat.NVCC_PLACES), None)


def runs(nvcc: str) -> bool:
    """Return whether a CUDA compiler can be run."""
    try:
        subprocess.run([nvcc, "--version"], capture_output=True, timeout=_PROBE_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def has_runtime(nvcc: str) -> bool:
    """Return whether an nvcc's runtime library is where Jittor will look for it."""
    return compat.cuda_runtime(nvcc).exists()
