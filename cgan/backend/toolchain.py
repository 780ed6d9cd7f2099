"""What Jittor needs whenever it compiles an operator: compiler, Python headers, usable paths."""

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

from cgan.backend import compat
from cgan.backend.compat import (
    COMPILER,
    MPI_COMPILER,
    PYTHON_CONFIG,
    USE_MPI,
    default_compiler,
    python_config_places,
)
from cgan.common.errors import BadValue, UserError


def check_compiler() -> None:
    """Check that the compiler that Jittor will call is installed.

    Raises:
        UserError: it isn't; the message names the Debian package.
    """
    compiler = os.environ.get(COMPILER)
    if compiler:
        if shutil.which(compiler) is None:
            raise BadValue(
                f"The C++ compiler {compiler!r}, named by the environment variable {COMPILER}, "
                "was not found: correct the variable or unset it."
            )
        return
    os.environ.pop(COMPILER, None)  # Jittor would run even an empty one
    default = default_compiler()
    if shutil.which(default) is None:
        raise UserError(
            f"Jittor compiles its operators with {default}, which is not installed: "
            "on Debian or Ubuntu, sudo apt-get install g++."
        )


def mpi_compiler() -> str | None:
    """Return the `mpicc` with which Jittor compiles what sends between processes, if there is one.

    It belongs to OpenMPI.
    """
    return shutil.which(os.environ.get(MPI_COMPILER) or "mpicc")


def check_mpi() -> None:
    """Check that Jittor can talk to the other processes, if mpirun has started several.

    Raises:
        UserError: it can't; the message names the Debian package.
    """
    if compat.mpi_number(compat.MPI_COUNT, 1) == 1:
        return
    if os.environ.get(USE_MPI, "1") != "1":
        raise BadValue(
            f"mpirun has started several processes, which {USE_MPI}={os.environ[USE_MPI]} in the "
            "environment keeps apart: unset it."
        )
    if mpi_compiler() is None:
        raise UserError(
            "mpirun has started several processes, but mpicc, with which Jittor compiles what they "
            "need, was not found: on Debian or Ubuntu, sudo apt-get install libopenmpi-dev."
        )


def check_paths() -> None:
    """Check that Jittor's commands stand the characters in the paths that are in them.

    Raises:
        UserError: one of them has a space, for example; the message says what to do. Or the user
            has no home folder.
    """
    elsewhere = (
        "make the virtual environment in a folder without it, such as python3 -m venv ~/venv, "
        "install there and train with its Python."
    )
    cache = str(compat.home_folder().absolute() / compat.CACHE_FOLDER)
    variable = compat.JITTOR_HOME if os.environ.get(compat.JITTOR_HOME) else "HOME"
    home = f"set the environment variable {variable} to a folder without it."
    compiler = os.environ.get(COMPILER, "")
    config = next((path for path in _python_config() if path.is_file()), "")
    for path, unusable, advice in (
        (sys.executable, compat.NOT_IN_PROGRAM_PATHS, elsewhere),
        (_jittor_folder(), compat.NOT_IN_PROGRAM_PATHS, elsewhere),
        (str(config), compat.NOT_IN_PROGRAM_PATHS, "use a Python in a folder without it."),
        (sysconfig.get_path("include"), compat.NOT_IN_PROGRAM_PATHS, "use a Python without it."),
        (compiler, compat.NOT_IN_COMPILER_PATH, f"correct the environment variable {COMPILER}."),
        (cache, compat.NOT_IN_CACHE_PATH, home),
    ):
        if found := next((character for character in path if character in unusable), ""):
            name = {" ": "a space", "\t": "a tab", "\n": "a line end"}.get(found, found)
            raise UserError(f"Jittor can't compile with {name} in a path, as in {path}: {advice}")


def _jittor_folder() -> str:
    spec = importlib.util.find_spec("jittor")
    return "" if spec is None or spec.origin is None else str(Path(spec.origin).parent)


def _python_config() -> list[Path]:
    configured = os.environ.get(PYTHON_CONFIG)
    return [Path(configured)] if configured else python_config_places()


def provide_python_headers() -> None:
    """Check for Python's headers, and tell Jittor where they are if it wouldn't find them.

    Jittor looks for `python3.X-config` beside the interpreter and in /usr/bin. In a virtual
    environment of a Python that lives elsewhere (pyenv, conda, uv) it is beside the base
    interpreter instead.

    Raises:
        UserError: no headers, or no `python3.X-config`; the message names the Debian package.
    """
    version = f"python3.{sys.version_info.minor}"
    header = Path(sysconfig.get_path("include")) / "Python.h"
    configured = os.environ.get(PYTHON_CONFIG)
    found = configured or any(path.is_file() for path in python_config_places())
    if not found:
        base = Path(sys.base_prefix) / "bin" / f"{version}-config"
        if base.is_file():
            os.environ[PYTHON_CONFIG] = str(base)
            found = True
    if not header.is_file() or not found:
        raise UserError(
            f"Jittor needs the headers of Python 3.{sys.version_info.minor} to compile its "
            f"operators, and they are not installed: on Debian or Ubuntu, "
            f"sudo apt-get install {version}-dev."
        )
