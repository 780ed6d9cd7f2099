"""Compiling Jittor as on a fresh machine without internet: once for all tests that need it.

It takes minutes. So where the home folder has no compiled Jittor, as in CI, a run of all tests
starts with it, and all other tests then use what was compiled.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Tells the processes that share the tests where it was compiled.
VARIABLE = "CGAN_TESTS_FRESH_JITTOR"
PROGRAM = """
from cgan.backend.setup import load_jittor
jittor = load_jittor("cpu")
product = jittor.matmul(jittor.ones((3, 4)), jittor.ones((4, 2)))
print(product.numpy().tolist(), jittor.compile_extern.use_mkl)
"""


def is_compiled():
    """Tell whether the home folder has a compiled Jittor."""
    return any((Path.home() / ".cache/jittor").rglob("jittor_core*.so"))


def compile_into(folder):
    """Use Jittor for the first time, with `folder`/home as the home folder; keep the result.

    Returns:
        The process's exit code, output and errors, and what it left in its two folders.
    """
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    nowhere = "http://127.0.0.1:9"  # the discard port: a proxy that nobody runs
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=work,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "https_proxy": nowhere,
            "http_proxy": nowhere,
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    result = {
        "returncode": process.returncode,
        "stdout": process.stdout,
        "stderr": process.stderr,
        "home": sorted(str(path.relative_to(home)) for path in home.glob("*/*")),
        "work": sorted(path.name for path in work.iterdir()),
    }
    (folder / "result.json").write_text(json.dumps(result))
    return result


def share(folder):
    """Compile, and let this process and those that it starts use it."""
    result = compile_into(folder)
    os.environ[VARIABLE] = str(folder)
    if result["returncode"] == 0:
        os.environ["HOME"] = str(folder / "home")


def result(folder):
    """Return what `compile_into` said; it compiles into `folder` if no other has done it."""
    if VARIABLE in os.environ:
        return json.loads(Path(os.environ[VARIABLE], "result.json").read_text())
    return compile_into(folder)
