"""What this machine has for training, found without importing, and so compiling, Jittor."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cgan.backend import compat, cuda, onednn, toolchain
from cgan.backend.openmp import available_cpus
from cgan.common.errors import UserError
from cgan.common.finding import Finding, look, shown

_SECONDS = 20
# Environment variables that Jittor reads, or that we read on its behalf.
_VARIABLES = ("OMP_NUM_THREADS", *compat.VARIABLES)


def find_machine() -> list[Finding]:
    """Look for what Jittor needs: a compiler, headers, oneDNN, perhaps CUDA; and its cache."""
    finders = {
        "CPUs": _cpus,
        "C++ compiler": _compiler,
        "Python headers": _headers,
        "paths": _paths,
        "GPU": _gpu,
        "nvcc": _nvcc,
        "oneDNN": _onednn,
        "MPI": _mpi,
        "Jittor cache": _cache,
        "variables": _variables,
    }
    with _kept_environment():
        return [look(name, find) for name, find in finders.items()]


@contextmanager
def _kept_environment() -> Iterator[None]:
    """Undo what the checks, which also prepare an import of Jittor, set in the environment."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _cpus() -> Finding:
    count = available_cpus()
    total = os.cpu_count() or count
    return Finding("CPUs", str(count) if count == total else f"{count} of {total} may be used")


def _compiler() -> Finding:
    try:
        toolchain.check_compiler()
    except UserError as error:
        return Finding("C++ compiler", f"training needs one. {error}", "note")
    compiler = os.environ.get(compat.COMPILER) or compat.default_compiler()
    version = _first_line(compiler, "--version")
    if version is None:
        text = f"{shutil.which(compiler)} does not run: reinstall it to train"
        return Finding("C++ compiler", text, "note")
    return Finding("C++ compiler", version)


def _headers() -> Finding:
    try:
        toolchain.provide_python_headers()
    except UserError as error:
        return Finding("Python headers", f"training needs them. {error}", "note")
    return Finding("Python headers", "installed")


def _paths() -> Finding:
    try:
        toolchain.check_paths()
    except UserError as error:
        return Finding("paths", f"training needs others. {error}", "note")
    return Finding("paths", "usable")


def _gpu() -> Finding:
    reason = cuda.why_no_cuda()
    cards = _output("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
    shown_cards = "; ".join(cards or ())
    if reason is None:
        return Finding("GPU", f"usable for training. {shown_cards}".strip())
    return Finding("GPU", f"training uses the CPU. {reason} {shown_cards}".strip())


def _nvcc() -> Finding:
    nvcc = os.environ.get(compat.NVCC) or cuda.find_nvcc()
    if nvcc is None:
        return Finding("nvcc", "not found: only training on a GPU needs it")
    if not cuda.runs(nvcc):
        return Finding("nvcc", f"{nvcc} does not run: training uses the CPU", "note")
    release = [line for line in _output(nvcc, "--version") or () if "release" in line]
    text = f"{nvcc}, {release[-1]}" if release else nvcc
    if not cuda.has_runtime(nvcc):
        advice = "without a CUDA runtime (libcudart.so): training uses the CPU"
        return Finding("nvcc", f"{text}, {advice}", "note")
    return Finding("nvcc", text)


def _onednn() -> Finding:
    name = compat.USE_ONEDNN
    if name in os.environ:
        return Finding("oneDNN", f"left to {name}={os.environ[name]}, which is set", "note")
    place = onednn.find(compat.home_folder())
    if place is not None:
        return Finding("oneDNN", place)
    cost = "training is about 19 times slower"
    return Finding("oneDNN", f"not installed: {cost}. {onednn.ADVICE}", "note")


def _mpi() -> Finding:
    mpicc, mpirun = toolchain.mpi_compiler(), shutil.which("mpirun")
    if mpicc is None or mpirun is None:
        lacks = " and ".join(
            name for name, it in {"mpirun": mpirun, "mpicc": mpicc}.items() if not it
        )
        advice = "only training on several processes needs it (openmpi-bin, libopenmpi-dev)"
        return Finding("MPI", f"{lacks} not found: {advice}")
    version = _first_line(mpirun, "--version")
    if version is None:
        return Finding("MPI", f"{mpirun} does not run: reinstall it to train on several processes")
    if "Open MPI" not in version:
        advice = "training on several processes needs OpenMPI's"
        return Finding("MPI", f"{mpirun} is of {version}: {advice}", "note")
    return Finding("MPI", f"{version}: mpirun starts training on several processes")


def _cache() -> Finding:
    folder = compat.home_folder() / compat.CACHE_FOLDER
    writable = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(writable, os.W_OK):
        advice = "can't be written: to train, set HOME to a writable folder"
        return Finding("Jittor cache", f"{shown(folder)} {advice}", "note")
    if not compat.core_is_compiled(str(folder)):
        advice = "empty: Jittor compiles for about two minutes when training first starts"
        return Finding("Jittor cache", f"{shown(folder)}, {advice}")
    return Finding("Jittor cache", f"{shown(folder)}, with a compiled core")


def _variables() -> Finding:
    values = [f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ]
    return Finding("variables", ", ".join(values) or "none that Jittor reads")


def _first_line(*command: str) -> str | None:
    lines = _output(*command)
    return None if lines is None else next(iter(lines), sys.platform)


def _output(*command: str) -> list[str] | None:
    """Return the lines that a program prints, or None if it fails or is missing."""
    try:
        ran = subprocess.run(
            command, capture_output=True, timeout=_SECONDS, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return ran.stdout.decode(errors="replace").splitlines()
