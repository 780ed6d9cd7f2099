"""The C++ compiler and the Python headers, which Jittor needs whenever it compiles an operator."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from cgan.backend.compat import COMPILER, PYTHON_CONFIG, default_compiler, python_config_places
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
