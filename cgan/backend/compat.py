"""Every private part of Jittor that this project leans on, written for version `VERSION`.

Jittor's documented interface is its tensors, modules and optimizers. The rest of what we need is
here, each with the reason and the test that fails when it changes. Before moving the pin in
requirements.txt, run these tests; `tests/backend/test_compat.py` reminds you by comparing the
versions. Nothing here imports Jittor.
"""

import json
import os
import signal
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VERSION = "1.3.11.0"

# The names in this folder are fixed in Jittor's compile_extern.py, which downloads oneDNN unless
# lib/libmkldnn.so is there. Test: test_setup.py, a fresh machine without internet.
ONEDNN_FOLDER = ".cache/jittor/mkl/dnnl_lnx_2.2.0_cpu_gomp"
ONEDNN_SERVER = "https://cg.cs.tsinghua.edu.cn/jittor/assets/"
# The name that compiled operators ask the loader for; oneDNN 3 has another.
ONEDNN_SONAME = "libdnnl.so.2"

# Where Jittor's compiler.py looks for nvcc when it isn't on the PATH, in its order. Jittor takes
# a toolkit that it downloaded itself, in CUDA_FOLDER, before these. Test: test_cuda.py.
NVCC_PLACES = ("/usr/local/cuda/bin/nvcc", "/usr/bin/nvcc", "/opt/cuda/bin/nvcc")
CUDA_FOLDER = ".cache/jittor/jtcuda"


def home_folder() -> Path:
    """Return the folder whose `.cache/jittor` is Jittor's cache.

    This is what `jittor_utils.home()` returns, which also creates folders and writes a new
    JITTOR_HOME into `config.json` for the user's other projects. Test: test_compat.py.
    """
    if home := os.environ.get("JITTOR_HOME"):
        return Path(home)
    try:
        content = json.loads((Path.home() / ".cache/jittor/config.json").read_bytes())
        return Path(content["JITTOR_HOME"])
    except (OSError, ValueError, LookupError, TypeError):  # no such file, or nothing about it
        return Path.home()


def set_import_settings() -> None:
    """Set what Jittor reads from the environment when imported, where the user hasn't.

    Test: test_setup.py, what the user has set.
    """
    os.environ.setdefault("log_silent", "1")
    # Jittor keys its cache by the git branch of the folder it is installed in: in a virtual
    # environment inside a repository, each new branch would compile everything again.
    os.environ.setdefault("cache_name", "default")
    # Jittor imports PyTorch, where installed, to work around a clash that can't happen here.
    os.environ.setdefault("FIX_TORCH_ERROR", "0")


def hide_cuda() -> None:
    """Make Jittor use the CPU only: it crashes at import where nvcc has no CUDA runtime.

    Test: test_setup.py, half a CUDA.
    """
    os.environ.setdefault("nvcc_path", "")


@contextmanager
def kept_process_state() -> Iterator[None]:
    """Restore what importing Jittor changes for the whole process.

    It turns off the verification of HTTPS certificates, makes Ctrl-C exit at once without Python
    noticing, exits as soon as any child process dies of a signal, and replaces `sys.exit` and
    `sys.excepthook`. Test: test_setup.py, what Jittor's import changes.
    """
    https_context = ssl._create_default_https_context
    leave, hook = sys.exit, sys.excepthook
    in_main_thread = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGCHLD)}
    try:
        yield
    finally:
        ssl._create_default_https_context = https_context
        sys.exit, sys.excepthook = leave, hook
        for number, handler in handlers.items():
            if in_main_thread and handler is not None:
                signal.signal(number, handler)


def core_is_compiled(cache_path: str) -> bool:
    """Return whether Jittor's core is in its cache, so that the import takes a second only.

    Test: test_setup.py, a fresh machine without internet.
    """
    return any(
        name.startswith("jittor_core") and name.endswith(".so")
        for _, _, names in os.walk(cache_path)
        for name in names
    )


def stop_compilers(utilities: Any) -> None:
    """End the pool of processes with which Jittor compiled, which would hold on to our memory.

    `utilities` is the module `jittor_utils`. It starts another pool when it needs one. Test:
    test_setup.py, no process of Jittor's stays behind.
    """
    if utilities.pool_size:
        utilities.p.terminate()
        utilities.p.join()
        utilities.pool_size = 0


def mkl_ops(jittor: Any) -> Any:
    """Return Jittor's operators of oneDNN, or None where it was imported without.

    Their own interface (`mkl_matmul`, `mkl_conv` and its two gradients) isn't documented either.
    Tests: test_conv.py and tests/training/test_mlp_networks.py, which compare with Jittor's
    public operators.
    """
    return jittor.compile_extern.mkl_ops


def adam_group(optimizer: Any) -> dict[str, Any]:
    """Return the one parameter group of a `jittor.nn.Adam`.

    It has the lists "params" and "grads", and Adam's moments: "m", the first, and "values", the
    second. A checkpoint keeps both moments, and `cgan.backend.adam` updates them. Tests:
    tests/training/test_mlp_networks.py, a step against Jittor's own Adam.
    """
    group: dict[str, Any] = optimizer.param_groups[0]
    return group
