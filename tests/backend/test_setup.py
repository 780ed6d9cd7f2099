"""Preparing Jittor's import: this process and this machine are left as they were."""

import os
import ssl
from pathlib import Path

import pytest

from cgan.backend import compat
from cgan.backend.setup import compile_race_told, load_jittor, usable_threads
from cgan.common.errors import NeedsNewProcess, UserError
from tests import fresh_jittor, idx_files
from tests.conftest import ROOT, message, run_python

LOAD = "from cgan.backend.setup import load_jittor\njittor = load_jittor({})\n"


@pytest.fixture(autouse=True)
def _unprepared(monkeypatch):
    # Tests that ran before may have prepared this process; the processes started here are new.
    for name in (*compat.IMPORT_SETTINGS, "nvcc_path", "cc_path", "use_mkl", "use_mpi"):
        monkeypatch.delenv(name, raising=False)


def load(cwd, after, arguments="'cpu', 2", **environment):
    result = run_python("-c", LOAD.format(arguments) + after, cwd=cwd, **environment)
    assert result.returncode == 0, result.stderr
    return result


def test_later_calls_give_the_same_module():
    assert load_jittor() is load_jittor("cpu", 1)


def test_it_computes_on_the_cpu_with_the_threads_asked_for(tmp_path):
    result = load(
        tmp_path,
        "import os\n"
        "print(jittor.flags.use_cuda, os.environ['OMP_NUM_THREADS'], jittor.has_cuda)\n"
        "print((jittor.ones(3) * 2).numpy().tolist())\n",
        "'cpu', 1",
    )
    assert result.stdout == "0 1 False\n[2.0, 2.0, 2.0]\n"
    assert "compiling its core" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_number_the_threads_stay_as_the_user_set_them(tmp_path):
    after = "import os\nprint(os.environ['OMP_NUM_THREADS'])\n"
    assert load(tmp_path, after, "'cpu'", OMP_NUM_THREADS="1").stdout == "1\n"


# The second runs, as on many build machines, but has no CUDA runtime beside it.
@pytest.mark.parametrize("script", ["exit 1", "echo 'release 12.2, V12.2.140'"])
@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_half_a_cuda_does_no_harm(tmp_path, script, device):
    (tmp_path / "nvcc").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "nvcc").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = load(tmp_path, "print((jittor.ones(2) + 1).numpy())\n", f"'{device}'", PATH=path)
    assert result.stdout == "[2. 2.]\n"


def test_what_jittors_import_changes_is_put_back(tmp_path):
    state = (
        "(ssl._create_default_https_context is ssl.create_default_context,"
        " signal.getsignal(signal.SIGINT) is signal.default_int_handler,"
        " signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL, sys.exit, sys.excepthook)"
    )
    code = (
        "import signal, ssl, subprocess, sys, warnings\n"
        f"before = {state}\n" + LOAD.format("") + f"print({state} == before, before[1:3])\n"
        # Jittor would end this process when a child dies of a signal.
        "subprocess.run([sys.executable, '-c', 'import os; os.abort()'])\n"
        "import numpy as np\n"
        "print('alive', bool(np.finfo(np.float64).smallest_subnormal))\n"
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "True (True, True)\nalive True\n"
    assert ssl.create_default_context().check_hostname


def test_the_end_of_a_process_waits_until_jittors_threads_have_begun(tmp_path):
    """It hung, once in some hundred test runs: one thread hadn't when Jittor told it to end."""
    before = (
        "from cgan.backend import compat\ncompat.let_threads_begin = lambda: print('threads')\n"
    )
    after = "jittor.core.cleanup = lambda: print('Jittor ends')\n"
    result = run_python("-c", before + LOAD.format("'cpu', 2") + after, cwd=tmp_path)
    assert result.stdout.splitlines() == ["threads", "Jittor ends"], result.stderr


def test_no_process_of_jittors_is_started_where_it_is_compiled(tmp_path):
    code = (
        "import multiprocessing\n"
        "multiprocessing.Pool = None\n"
        "from cgan.backend.setup import load_jittor\n"
        "print(load_jittor('cpu').ones(2).numpy().sum())\n"
    )
    assert run_python("-c", code, cwd=tmp_path).stdout == "2.0\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cache_name", "mine"),
        ("log_silent", "0"),
        ("FIX_TORCH_ERROR", "1"),
        ("nvcc_path", "/mine/nvcc"),
    ],
)
def test_what_the_user_has_set_is_left_alone(tmp_path, name, value):
    # Without the import: another cache name would mean two minutes of compiling.
    code = (
        "import os\n"
        "from cgan.backend import compat\n"
        "compat.hide_cuda()\n"
        "compat.set_import_settings()\n"
        f"print(os.environ[{name!r}])\n"
    )
    result = run_python("-c", code, cwd=tmp_path, **{name: value})
    assert result.stdout == f"{value}\n"


def test_asking_for_cuda_without_a_gpu_is_a_sentence(tmp_path):
    code = LOAD.format("'cuda'")
    result = run_python("-c", code, cwd=tmp_path, nvcc_path="")
    assert result.stderr.splitlines()[-1].startswith(
        "cgan.common.errors.UserError: --device cuda: The environment variable nvcc_path"
    )


def test_an_unknown_device_is_a_sentence(tmp_path):
    result = run_python("-c", LOAD.format("'tpu'"), cwd=tmp_path)
    assert "--device must be one of auto, cpu, cuda, not 'tpu'" in result.stderr


def test_a_missing_jittor_is_a_sentence(tmp_path):
    code = "import sys\nsys.path = [p for p in sys.path if 'site-packages' not in p]\n"
    # NumPy comes from there, too: load what the module needs, and then hide the rest.
    code = "import cgan.backend.setup\n" + code + LOAD.format("")
    result = run_python("-c", code, cwd=tmp_path)
    assert result.stderr.splitlines()[-1] == (
        "cgan.common.errors.UserError: Training and evaluation need the package jittor: "
        "pip install '.[train]' in the clone."
    )


CATCH = (
    "from cgan.common.errors import UserError\n"
    "from cgan.backend.setup import load_jittor\n"
    "try:\n    load_jittor('cpu', 1)\n"
    "except UserError as error:\n    print(error)\n"
    "else:\n    print('loaded')\n"
)


def test_no_folder_for_the_cache_is_a_sentence(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".cache").write_text("in the way")
    result = run_python("-c", CATCH, cwd=tmp_path, HOME=str(home))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Jittor can't write its cache into the home folder: ")
    assert str(home) in result.stdout
    assert result.stdout.endswith("to a folder that you can write to.\n")


def test_an_import_that_fails_is_a_sentence_that_names_the_cache(tmp_path):
    (tmp_path / "jittor.py").write_text("raise RuntimeError('first line\\nthe last line')")
    result = run_python("-c", CATCH, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Jittor could not be imported: the last line (its cache is /")
    assert result.stdout.count("\n") == 1


def test_an_import_that_exits_is_not_a_success(tmp_path):
    """Jittor exits with code 0 after it has recompiled part of itself."""
    (tmp_path / "jittor.py").write_text("import sys\nsys.exit(0)")
    result = run_python("-c", CATCH, cwd=tmp_path)
    assert result.stdout == (
        "Jittor has compiled part of itself and needs to be restarted: run the same command "
        "again.\n"
    )


# Ends the first process that imports it, as Jittor does.
EXITS_ONCE = """
import sys
from pathlib import Path
started = Path("started")
if not started.exists():
    started.touch()
    sys.exit(0)
raise RuntimeError("the second process")
"""


def test_training_goes_on_in_a_new_process_after_an_import_that_exits(tmp_path):
    (tmp_path / "jittor.py").write_text(EXITS_ONCE)
    idx_files.write(tmp_path / "data", idx_files.data_set())
    path = f"{tmp_path}:{ROOT}"
    options = ("--img_size=8", "--data-dir=data", "--out=run")
    result = run_python(ROOT / "train.py", *options, cwd=tmp_path, PYTHONPATH=path)
    assert result.returncode == 2, result.stderr
    assert "could not be imported: the second process" in result.stderr


@pytest.mark.slow
def test_on_a_fresh_machine_without_internet_it_compiles_and_writes_its_cache_only(tmp_path):
    result = fresh_jittor.result(tmp_path)
    assert result["returncode"] == 0, result["stderr"]
    assert result["stdout"] == f"{[[4.0] * 2] * 3} True\nprocesses left behind: []\n"
    notes = [line for line in result["stderr"].splitlines() if line.startswith("Jittor")]
    assert notes[0].startswith("Jittor is compiling its core with g++: about two minutes")
    assert notes[1].startswith("Jittor's core is compiled (")
    assert len(notes) == 2
    assert (result["home"], result["work"]) == ([".cache/jittor"], [])


@pytest.mark.parametrize(("wanted", "expected"), [(1, 1), (10**6, None)])
def test_threads_are_never_more_than_cpus(wanted, expected):
    assert usable_threads(wanted) == (expected or len(os.sched_getaffinity(0)))


def test_a_user_error_is_what_callers_catch():
    with pytest.raises(UserError) as caught:
        raise UserError("one\nline")
    assert message(caught) == "one\\nline"


def test_an_empty_compiler_variable_counts_as_none(tmp_path):
    assert run_python("-c", CATCH, cwd=tmp_path, cc_path="").stdout == "loaded\n"


@pytest.mark.parametrize("script", ["exit 1", "echo 'a compiler without a version'"])
def test_a_compiler_that_does_not_run_is_a_sentence(tmp_path, script):
    (tmp_path / "g++").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "g++").chmod(0o755)
    result = run_python("-c", CATCH, cwd=tmp_path, cc_path=str(tmp_path / "g++"))
    assert result.stdout.startswith("Jittor could not be prepared: ")


def test_a_compiler_that_jittor_does_not_know_is_a_sentence(tmp_path):
    (tmp_path / "c++").symlink_to("/usr/bin/g++")
    result = run_python("-c", CATCH, cwd=tmp_path, cc_path=str(tmp_path / "c++"))
    assert result.stdout.startswith("Jittor could not be prepared: ")


def test_a_damaged_jittor_config_is_a_sentence(tmp_path):
    config = tmp_path / "home/.cache/jittor/config.json"
    config.parent.mkdir(parents=True)
    config.write_text("{")
    result = run_python("-c", CATCH, cwd=tmp_path, HOME=str(tmp_path / "home"))
    assert result.stdout.startswith("Jittor could not be prepared: ")


# The second is one that mpirun started alone.
@pytest.mark.parametrize("environment", [{}, {"OMPI_COMM_WORLD_SIZE": "1"}])
def test_a_lone_process_leaves_mpi_alone(tmp_path, environment):
    called = tmp_path / "called"
    (tmp_path / "mpicc").write_text(f"#!/bin/sh\ntouch {called}\nsleep 1000\n")
    (tmp_path / "mpicc").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = load(tmp_path, "print((jittor.ones(2) + 1).numpy())\n", PATH=path, **environment)
    assert result.stdout == "[2. 2.]\n"
    assert not called.exists()


COMPUTE = """
import sys
from pathlib import Path
from cgan.backend.setup import compile_race_told, load_jittor
from cgan.common.command_line import run

def main():
    jittor = load_jittor("cpu", 1)
    with compile_race_told():
        x = jittor.ones(3)
        print((x * 0.37 - x.sin() * 0.73).numpy().tolist())
    used = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
    print(*sorted(path for path in used if path.endswith("_op.so")), sep="\\n")

sys.exit(run(main, whole_process=True))
"""


def test_a_file_that_isnt_whole_is_compiled_again(tmp_path):
    """It takes three starts of Jittor, and as many compilations."""
    (tmp_path / "compute.py").write_text(COMPUTE)
    first = run_python("compute.py", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    files = map(Path, first.stdout.splitlines()[1:])
    # Other tests, which may run now, use the others. None of them computes this.
    (library,) = (path for path in files if "::sin" in path.with_suffix(".cc").read_text())
    for length in (0, 10):  # it decides what the system says of the file
        whole = library.read_bytes()
        library.unlink()  # whoever has loaded it keeps it
        library.write_bytes(whole[:length])
        again = run_python("compute.py", cwd=tmp_path)
        assert "Traceback" not in again.stderr
        assert (again.returncode, again.stdout) == (0, first.stdout), again.stderr
        assert library.stat().st_size > length


@pytest.mark.parametrize(("count", "kind"), [("1", NeedsNewProcess), ("2", UserError)])
def test_a_race_in_jittors_compiler_asks_for_a_new_process_where_there_is_one(
    monkeypatch, count, kind
):
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", count)
    with pytest.raises(UserError, match="Run the same command") as caught, compile_race_told():
        raise RuntimeError("Source read failed: an_op.cc")
    assert type(caught.value) is kind
    with pytest.raises(RuntimeError, match="out of memory"), compile_race_told():
        raise RuntimeError("out of memory")
