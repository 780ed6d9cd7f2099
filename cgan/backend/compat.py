"""Every private part of Jittor that this project relies on, written for version `VERSION`.

Jittor's documented interface is its tensors, modules and optimizers. The rest of what we need is
here, each with the reason and the test that fails when it changes. Before moving the pin in
requirements.txt, run these tests; `tests/backend/test_compat.py` reminds you by comparing the
versions, and holds what is here against Jittor's source. Nothing here imports Jittor.

`benchmarks/gpu_toolkit.py` stands apart: it changes lines of Jittor's source, for newer CUDA.
"""

import os
import platform
import re
import shutil
import signal
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cgan.common import reading
from cgan.common.errors import UserError

VERSION = "1.3.11.0"

# The environment variables that Jittor reads when it is imported. Most are not documented. Test:
# test_compat.py, Jittor reads these variables.
JITTOR_HOME = "JITTOR_HOME"
CACHE_NAME = "cache_name"
COMPILER = "cc_path"
NVCC = "nvcc_path"  # an empty one means no CUDA
PYTHON_CONFIG = "python_config_path"
MPI_COMPILER = "mpicc_path"
USE_ONEDNN = "use_mkl"  # "0" means no
USE_MPI = "use_mpi"  # "0" means no
DOWNLOADED_LIBRARIES = ("use_cutt", "use_cutlass", "use_nccl")  # "0" means no
VARIABLES = (
    JITTOR_HOME, CACHE_NAME, COMPILER, NVCC, PYTHON_CONFIG, MPI_COMPILER, USE_ONEDNN, USE_MPI,
    *DOWNLOADED_LIBRARIES,
)  # fmt: skip
# What OpenMPI's mpirun sets in each process that it starts: how many there are in all, the number
# of this one, and how many there are on this machine. By the first, which Jittor reads, too, it
# decides whether it must talk to others. Test: test_compat.py, what mpirun sets.
MPI_COUNT = "OMPI_COMM_WORLD_SIZE"
MPI_RANK = "OMPI_COMM_WORLD_RANK"
MPI_LOCAL_COUNT = "OMPI_COMM_WORLD_LOCAL_SIZE"
# What we set of them, where the user hasn't.
IMPORT_SETTINGS = {
    "log_silent": "1",
    # Jittor keys its cache by the git branch of the folder it is installed in: in a virtual
    # environment inside a repository, each new branch would compile everything again.
    CACHE_NAME: "default",
    # Jittor imports PyTorch, where installed, to work around a clash that can't happen here.
    "FIX_TORCH_ERROR": "0",
    # With a GPU, Jittor downloads the source of these libraries and runs it, comparing an md5
    # alone. Nothing here needs them. Test: test_compat.py, what Jittor downloads.
    **dict.fromkeys(DOWNLOADED_LIBRARIES, "0"),
}

# Folders and files in the home folder: Jittor's cache, and where it writes down a JITTOR_HOME.
# Test: test_compat.py, Jittor's home.
CACHE_FOLDER = ".cache/jittor"
CONFIG_FILE = f"{CACHE_FOLDER}/config.json"
_MAX_CONFIG_BYTES = 1 << 20

# Jittor's compile_extern.py downloads oneDNN from the server into `onednn_folder`, unless the
# library is there, and compiles operators with what is in the include folder. Tests:
# test_compat.py, oneDNN's files; test_setup.py, a fresh machine without internet.
_ONEDNN_FOLDER = f"{CACHE_FOLDER}/mkl/dnnl_lnx_2.2.0_cpu_gomp"
# On Linux. Of other machines, importing Jittor with oneDNN says that it doesn't support them.
_ONEDNN_ENDINGS = {"x86_64": "", "aarch64": "_aarch64"}
ONEDNN_LIBRARY = "lib/libmkldnn.so"
ONEDNN_INCLUDE = "include"
ONEDNN_HEADERS = ("dnnl.hpp", "mkldnn.hpp")  # its present name and its first
# The name under which compiled operators load it; oneDNN 3 has another.
ONEDNN_SONAME = "libdnnl.so.2"

# Where Jittor's compiler.py looks for nvcc when it isn't on the PATH, in this order. Jittor prefers
# a toolkit that it downloaded itself, in CUDA_FOLDER, to these. Test: test_compat.py, nvcc.
NVCC_PLACES = ("/usr/local/cuda/bin/nvcc", "/usr/bin/nvcc", "/opt/cuda/bin/nvcc")
CUDA_FOLDER = f"{CACHE_FOLDER}/jtcuda"

# Where Linux tells about the threads of this process. Other systems have no such folder.
_TASKS = Path("/proc/self/task")

# Characters that break the commands with which Jittor compiles, where they are in a path: it hands
# these to a shell, some in quotes and some not, and to the linker in a list. Test: test_compat.py,
# the paths in Jittor's commands.
_NEVER_IN_A_PATH = "\t\n\"$&'();<>\\`|"
NOT_IN_PROGRAM_PATHS = f" {_NEVER_IN_A_PATH}"  # Python's and Jittor's own: without quotes
NOT_IN_COMPILER_PATH = _NEVER_IN_A_PATH
NOT_IN_CACHE_PATH = f",:{_NEVER_IN_A_PATH}"

# The package that `import jittor` imports first. It knows where the cache is.
UTILITIES = "jittor_utils"
# What an import of Jittor raises, with code 0, after it has compiled a part of itself and must be
# started again. Test: test_compat.py, an import that ends.
Restart = SystemExit

# `Module.save` appends to the pickle its sha1 and this mark, and wraps each array in this class.
# Test: test_compat.py, what Jittor saves.
PICKLE_MARK = b"HCAJSLHD"
PICKLED_VAR = ("jittor", "jittor_core.Var")

# oneDNN's names of layouts: of images, in the order (N, H, W, C), and of weights.
_CHANNELS_LAST, _WEIGHT = "acdb", "oihw"


def home_folder() -> Path:
    """Return the folder whose `.cache/jittor` is Jittor's cache.

    This is what `used_home` returns; asking Jittor creates folders and writes a new JITTOR_HOME
    into `config.json` for the user's other projects. Test: test_compat.py, Jittor's home.

    Raises:
        UserError: the user has no home folder, which Jittor wants to know in any case.
    """
    try:
        user_home = Path.home()
    except RuntimeError as error:
        raise UserError(
            "There is no home folder for Jittor's cache: set the environment variable HOME to a "
            "folder that you can write to."
        ) from error
    if home := os.environ.get(JITTOR_HOME):
        return Path(home)
    try:
        content = reading.parse_json(reading.read(user_home / CONFIG_FILE, _MAX_CONFIG_BYTES))
        return Path(content[JITTOR_HOME])
    except (OSError, ValueError, LookupError, TypeError):  # no such file, or no such key
        return user_home


def onednn_folder() -> str | None:
    """Return where in the home folder Jittor wants oneDNN; None if never on such a machine.

    Test: test_compat.py, oneDNN's files.
    """
    ending = _ONEDNN_ENDINGS.get(platform.machine())
    return None if ending is None else f"{_ONEDNN_FOLDER}{ending}"


def used_home(utilities: Any) -> str:
    """Return the folder that Jittor will use, from its `UTILITIES`.

    Test: test_compat.py, Jittor's home.
    """
    home: str = utilities.home()
    return home


def cache_path(utilities: Any) -> str:
    """Return the folder of this compiler and this Python in Jittor's cache, from its `UTILITIES`.

    Test: test_compat.py, the core in the cache.
    """
    path: str = utilities.cache_path
    return path


def core_is_compiled(cache_path: str) -> bool:
    """Return whether Jittor's core is in its cache, so that importing it takes only a second.

    Tests: test_compat.py, the core in the cache; test_setup.py, a fresh machine without internet.
    """
    return any(
        name.startswith("jittor_core") and name.endswith(".so")
        for _, _, names in os.walk(cache_path)
        for name in names
    )


def check_without_compilers(utilities: Any) -> None:
    """Let Jittor's `UTILITIES` check in this process that everything is compiled.

    Jittor starts a pool of up to 16 processes for that at each import. They take longer to start
    than to check, and ending them may hang. Test: test_setup.py, no process of Jittor's is started.
    """

    def run_commands(
        commands: Sequence[str], cache_path: str, jittor_path: str, msg: str = ""
    ) -> None:
        for command in commands:
            utilities.do_compile([command, cache_path, jittor_path])

    utilities.run_cmds = run_commands


def stop_compilers(utilities: Any) -> None:
    """End the pool of processes that Jittor compiled with, which would hold on to our memory.

    Jittor's `UTILITIES` start another pool when they need one. Test: test_setup.py, a fresh machine
    without internet.
    """
    if utilities.pool_size:
        utilities.p.terminate()
        utilities.p.join()
        utilities.pool_size = 0


def let_threads_begin(longest: float = 2.0) -> None:
    """Wait until all threads of this process have begun and wait for work; call it before the end.

    Jittor's compiler has threads. At its end, Jittor tells each to end, too, but one that the
    machine hasn't run yet would miss that: it would wait for ever, and the process for it. Tests:
    test_compat.py, Jittor's threads; test_setup.py, the end of a process.

    Args:
        longest: to wait, in seconds: a thread that computes without a pause may be there, too.
    """
    deadline = time.monotonic() + longest
    while not all(map(_has_waited, _TASKS.glob("*/status"))) and time.monotonic() < deadline:
        time.sleep(0.001)


def _has_waited(status: Path) -> bool:
    """Return whether a thread has begun and waited, or has ended, by its file in `_TASKS`."""
    try:
        return "\nvoluntary_ctxt_switches:\t0\n" not in status.read_text()
    except OSError:
        return True


def set_import_settings() -> None:
    """Set `IMPORT_SETTINGS`, where the user hasn't. Test: test_setup.py, what the user has set."""
    for name, value in IMPORT_SETTINGS.items():
        os.environ.setdefault(name, value)


def default_compiler() -> str:
    """Return the compiler that Jittor calls if `COMPILER` doesn't name another.

    Test: test_compat.py, the compiler.
    """
    return "clang++" if sys.platform == "darwin" else "g++"


def python_config_places() -> list[Path]:
    """Return where Jittor looks for `python3.X-config`, which tells where Python's headers are.

    Test: test_compat.py, python-config.
    """
    version, folder = f"python3.{sys.version_info.minor}", Path(sys.executable).parent
    return [
        folder / f"{version}-config",
        Path(f"{sys.executable}-config"),
        Path(f"/usr/bin/{version}-config"),
        Path(f"/usr/local/bin/{version}-config"),
        folder / "python3-config",
    ]


def hide_cuda() -> None:
    """Make Jittor use the CPU only: it crashes at import where nvcc has no CUDA runtime.

    Test: test_setup.py, half a CUDA.
    """
    os.environ.setdefault(NVCC, "")


def has_downloaded_cuda() -> bool:
    """Return whether Jittor has downloaded a CUDA toolkit of its own, which it prefers.

    Test: test_compat.py, nvcc.
    """
    return any((home_folder() / CUDA_FOLDER).glob("*/bin/nvcc"))


def cuda_runtime(nvcc: str) -> Path:
    """Return where Jittor opens the runtime library that belongs to an nvcc.

    Test: test_compat.py, the CUDA runtime.
    """
    found = Path(shutil.which(nvcc) or nvcc)
    if str(found) == "/usr/bin/nvcc":  # Debian's package keeps its libraries elsewhere
        return Path("/usr/lib/x86_64-linux-gnu/libcudart.so")
    return found.resolve().parent.parent / "lib64/libcudart.so"


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


def has_onednn(jittor: Any) -> bool:
    """Return whether Jittor was imported with oneDNN, so that the functions below work.

    Jittor's operators of oneDNN aren't documented, nor are their arguments. Tests: test_compat.py,
    the operators of oneDNN; test_conv.py, a comparison with Jittor's public operators.
    """
    return jittor.compile_extern.mkl_ops is not None


def matmul(jittor: Any, a: Any, b: Any, transpose_a: bool, transpose_b: bool) -> Any:
    """Return the product of two float32 matrices, each transposed first if so said."""
    return jittor.compile_extern.mkl_ops.mkl_matmul(a, b, transpose_a, transpose_b)


def convolve(jittor: Any, x: Any, weight: Any, stride: int) -> Any:
    """Return the convolution of x (N, H, W, C) and weight (D, C, K, K), with a padding of 1."""
    return jittor.compile_extern.mkl_ops.mkl_conv(x, weight, *_settings(stride))


def convolve_back(jittor: Any, grad: Any, weight: Any, stride: int, size: Sequence[int]) -> Any:
    """Return the gradient of `convolve` to x, whose height and width are `size`."""
    operators = jittor.compile_extern.mkl_ops
    return operators.mkl_conv_backward_x(weight, grad, *size, *_settings(stride))


def convolve_weight(jittor: Any, x: Any, grad: Any, stride: int, size: Sequence[int]) -> Any:
    """Return the gradient of `convolve` to the weight, whose height and width are `size`."""
    operators = jittor.compile_extern.mkl_ops
    return operators.mkl_conv_backward_w(x, grad, *size, *_settings(stride))


def _settings(stride: int) -> tuple[int | str, ...]:
    """Return stride, padding and dilation for both directions, groups, and the layouts."""
    return (stride, stride, 1, 1, 1, 1, 1, _CHANNELS_LAST, _WEIGHT, _CHANNELS_LAST)


def is_imported() -> bool:
    """Return whether Jittor is imported, and so, under mpirun, has met the other processes."""
    return sys.modules.get("jittor") is not None


def mpi_number(name: str, default: int) -> int:
    """Return one of mpirun's numbers, of the environment variables above."""
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else default


@contextmanager
def mpi_if_needed() -> Iterator[None]:
    """Let the import in this block use MPI only if there are several processes.

    Otherwise Jittor would compile its operators wherever `mpicc` is on the PATH, and could not be
    imported where mpirun starts a single process without it. Test: test_setup.py, a lone process.
    """
    if mpi_number(MPI_COUNT, 1) > 1:
        yield
        return
    before = {name: os.environ.get(name) for name in (USE_MPI, MPI_COUNT)}
    os.environ[USE_MPI] = "0"
    os.environ.pop(MPI_COUNT, None)
    try:
        yield
    finally:  # what this process starts may be several
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def take_over_mpi(jittor: Any) -> None:
    """Keep Jittor from what it does by itself where there are several processes.

    Its optimizers average gradients, its BatchNorm averages statistics and its data sets take a
    share, each as if all processes took equal parts in all that is computed: a network that only
    one of them trains would wait for the others for ever. Test: test_compat.py, by itself.
    """
    jittor.in_mpi = jittor.compile_extern.in_mpi = False


def mpi_sum(values: Any) -> Any:
    """Return the sum of an array over all processes, as an operator with a gradient.

    Test: here and below, tests/training/test_follow.py, two processes against one.
    """
    return values.mpi_all_reduce("add")


def mpi_sum_in_place(jittor: Any, values: Any) -> None:
    """Change an array that is computed already to its sum over all processes."""
    jittor.mpi.var_all_reduce(values)


def mpi_copy_first(jittor: Any, arrays: Sequence[Any]) -> None:
    """Change arrays in place to those of the first process."""
    jittor.sync_all(True)
    for values in arrays:
        values.sync()
        jittor.mpi.var_broadcast(values, 0)


def mpi_send(jittor: Any, array: Any) -> None:
    """Change a contiguous NumPy array of less than 2 GB in place to that of the first process."""
    jittor.mpi.broadcast(array, 0)


def adam_group(optimizer: Any) -> dict[str, Any]:
    """Return the one parameter group of a `jittor.nn.Adam`.

    It has the lists "params" and "grads", and Adam's moments: "m", the first, and "values", the
    second. A checkpoint keeps both moments, and `cgan.backend.adam` updates them. Tests:
    test_compat.py, Adam; tests/training/test_mlp_networks.py, a step against Jittor's own Adam.
    """
    group: dict[str, Any] = optimizer.param_groups[0]
    return group


def adam_steps(optimizer: Any) -> int:
    """Return how many steps a `jittor.nn.Adam` has done; `backward` begins the next.

    Adam's bias corrections follow from it. Test: test_compat.py, Adam.
    """
    steps: int = optimizer.n_step
    return steps


def set_adam_steps(optimizer: Any, steps: int) -> None:
    """Let a `jittor.nn.Adam` go on after so many steps: a run that is resumed.

    Tests: test_compat.py, Adam; tests/training/test_trainer.py, a state that is restored.
    """
    optimizer.n_step = steps


def is_compile_race(error: RuntimeError) -> bool:
    """Return whether two threads of Jittor's compiler met at one source file.

    It compiles a step's operators in parallel. One that is needed alone and inside another one may
    be written by both threads at once, and the one that reads it while it is empty fails: before
    anything of the step is computed, but this process can't go on. It is rare, and once compiled,
    an operator is safe. Test: test_compat.py, what a source file without text is.
    """
    return "Source read failed" in str(error)


# What glibc's dlopen says of a file that ends too early, wherever that is.
_HALF_WRITTEN = (
    "file too short",
    "invalid ELF header",
    "cannot read file data",
    "no loadable segments",
    "past end of file",
)


def half_written_library(error: RuntimeError) -> Path | None:
    """Return the operator in Jittor's cache that can't be loaded because its file isn't whole.

    One thread of its compiler may load what another one, of this process or of another, still
    writes; that is as rare as the race above. Or the disk was full, or the machine lost its power:
    then the file stays as it is, since Jittor doesn't look at it, and all later runs fail, too.
    Without the file, Jittor compiles the operator again.

    Returns:
        Its path; None if the error is another one. Test: test_setup.py, a file that isn't whole.
    """
    found = re.search(r"Cannot open library (.*\.so) : (.*)", str(error))
    if found and any(words in found[2] for words in _HALF_WRITTEN):
        return Path(found[1])
    return None
