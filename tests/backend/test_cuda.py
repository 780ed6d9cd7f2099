"""Whether there is a usable GPU: with a driver or not, with nvcc or not, broken or whole.

The driver is a real library of a few lines, compiled here; each question is asked in a process of
its own, whose loader takes it for NVIDIA's. So the tests ask the same on machines with a GPU.
"""

import ctypes
import subprocess

import pytest

from cgan.backend.cuda import why_no_cuda
from tests.conftest import run_python

NO_GPU = "No usable NVIDIA GPU was found on this machine."

DRIVER = """
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static const char *mood() { return getenv("FAKE_DRIVER"); }
int cuInit(unsigned flags) {
    if (!strcmp(mood(), "crashes")) abort();
    if (!strcmp(mood(), "hangs")) sleep(60);
    return !strcmp(mood(), "fails") ? 100 : 0;
}
int cuDeviceGetCount(int *count) {
    *count = strlen(mood()) == 1 ? atoi(mood()) : 1;
    return !strcmp(mood(), "counts nothing") ? 100 : 0;
}
"""

ASK = (
    "import sys\n"
    "from cgan.backend import compat, cuda\n"
    # This machine may have a CUDA of its own in the usual places.
    "compat.NVCC_PLACES = ()\n"
    "cuda._PROBE_SECONDS = float(sys.argv[1])\n"
    "print(cuda.why_no_cuda())\n"
)


def has_driver():
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


without_gpu = pytest.mark.skipif(has_driver(), reason="needs a machine without a GPU driver")


@pytest.fixture(autouse=True)
def _no_nvcc_path(monkeypatch):
    # Tests that ran before have prepared this process for Jittor, which may have set it.
    monkeypatch.delenv("nvcc_path", raising=False)


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """A folder with a libcuda.so.1 that does what FAKE_DRIVER says."""
    folder = tmp_path_factory.mktemp("driver")
    (folder / "driver.c").write_text(DRIVER)
    command = ["g++", "-shared", "-fPIC", "-o", "libcuda.so.1", "-x", "c", "driver.c"]
    subprocess.run(command, cwd=folder, check=True)
    return folder


def answer(cwd, timeout=120, **environment):
    """Return what a process with these variables, and no other CUDA, says."""
    (cwd / "empty").mkdir(exist_ok=True)
    clean = {"PATH": str(cwd / "empty"), "JITTOR_HOME": str(cwd / "empty")}
    result = run_python("-c", ASK, str(timeout), cwd=cwd, **clean | environment)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout.removesuffix("\n")


@pytest.fixture
def with_a_gpu(driver, tmp_path):
    """Ask in a process whose driver counts one GPU."""

    def ask(**environment):
        return answer(tmp_path, FAKE_DRIVER="1", LD_LIBRARY_PATH=str(driver), **environment)

    return ask


def toolkit(folder, exit_code=0, runtime=True):
    """Make a CUDA toolkit and return its nvcc."""
    nvcc = folder / "bin/nvcc"
    nvcc.parent.mkdir(parents=True)
    nvcc.write_text(f"#!/bin/sh\necho 'release 12.2, V12.2.140'\nexit {exit_code}\n")
    nvcc.chmod(0o755)
    if runtime:
        (folder / "lib64").mkdir()
        (folder / "lib64/libcudart.so").touch()
    return nvcc


@without_gpu
def test_without_a_driver_the_reason_says_so(tmp_path):
    assert answer(tmp_path) == NO_GPU


@without_gpu
def test_an_nvcc_without_a_driver_is_not_enough(tmp_path):
    assert answer(tmp_path, PATH=str(toolkit(tmp_path / "cuda").parent)) == NO_GPU


@pytest.mark.parametrize("content", [b"", b"not a library"])
def test_a_driver_that_is_not_a_library_means_no_gpu(tmp_path, content):
    (tmp_path / "libcuda.so.1").write_bytes(content)
    nvcc = toolkit(tmp_path / "cuda")
    assert answer(tmp_path, LD_LIBRARY_PATH=str(tmp_path), nvcc_path=str(nvcc)) == NO_GPU


@pytest.mark.parametrize("mood", ["0", "fails", "counts nothing", "crashes"])
def test_a_driver_without_a_usable_gpu_means_no_gpu(tmp_path, driver, mood):
    nvcc = toolkit(tmp_path / "cuda")
    said = answer(tmp_path, FAKE_DRIVER=mood, LD_LIBRARY_PATH=str(driver), nvcc_path=str(nvcc))
    assert said == NO_GPU


def test_a_driver_that_hangs_is_given_up(tmp_path, driver):
    nvcc = toolkit(tmp_path / "cuda")
    said = answer(
        tmp_path, 0.3, FAKE_DRIVER="hangs", LD_LIBRARY_PATH=str(driver), nvcc_path=str(nvcc)
    )
    assert said == NO_GPU


def test_a_user_who_switched_the_gpu_off_is_told_how(monkeypatch):
    monkeypatch.setenv("nvcc_path", "")
    assert why_no_cuda() == (
        'The environment variable nvcc_path is set to "", which makes Jittor CPU-only.'
    )


def test_a_gpu_without_nvcc(with_a_gpu):
    said = with_a_gpu()
    assert said.startswith("There is a GPU, but no CUDA compiler (nvcc): ")
    assert "python -m jittor_utils.install_cuda" in said


def test_a_gpu_with_an_nvcc_that_cannot_be_executed(with_a_gpu, tmp_path):
    nvcc = toolkit(tmp_path / "cuda")
    nvcc.chmod(0o644)
    assert "no CUDA compiler (nvcc)" in with_a_gpu(PATH=str(nvcc.parent))


@pytest.mark.parametrize("named", ["PATH", "nvcc_path"])
def test_a_gpu_with_an_nvcc_that_does_not_run(with_a_gpu, tmp_path, named):
    nvcc = toolkit(tmp_path / "cuda", exit_code=1)
    said = with_a_gpu(**{named: str(nvcc if named == "nvcc_path" else nvcc.parent)})
    assert said == f"There is a GPU, but the CUDA compiler {nvcc} does not run."


def test_a_gpu_with_an_nvcc_variable_that_points_nowhere(with_a_gpu, tmp_path):
    whole = toolkit(tmp_path / "cuda")
    said = with_a_gpu(PATH=str(whole.parent), nvcc_path="/nowhere/nvcc")
    assert said == "There is a GPU, but the CUDA compiler /nowhere/nvcc does not run."


@pytest.mark.parametrize("named", ["PATH", "nvcc_path"])
def test_a_gpu_with_nvcc_but_no_runtime(with_a_gpu, tmp_path, named):
    nvcc = toolkit(tmp_path / "cuda", runtime=False)
    said = with_a_gpu(**{named: str(nvcc if named == "nvcc_path" else nvcc.parent)})
    assert said == f"There is a GPU and {nvcc}, but no CUDA runtime (libcudart.so) beside it."


@pytest.mark.parametrize("named", ["PATH", "nvcc_path"])
def test_a_gpu_with_all_of_cuda(with_a_gpu, tmp_path, named):
    nvcc = toolkit(tmp_path / "cuda")
    assert with_a_gpu(**{named: str(nvcc if named == "nvcc_path" else nvcc.parent)}) == "None"


def test_a_link_to_nvcc_leads_to_its_runtime(with_a_gpu, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/nvcc").symlink_to(toolkit(tmp_path / "cuda"))
    assert with_a_gpu(PATH=str(tmp_path / "bin")) == "None"


def test_a_gpu_with_the_cuda_that_jittor_downloaded(with_a_gpu, tmp_path):
    toolkit(tmp_path / ".cache/jittor/jtcuda/cuda12.2_cudnn8_linux")
    assert with_a_gpu(JITTOR_HOME=str(tmp_path)) == "None"


def test_an_nvcc_variable_may_be_a_bare_name(with_a_gpu, tmp_path):
    nvcc = toolkit(tmp_path / "cuda")
    assert with_a_gpu(PATH=str(nvcc.parent), nvcc_path="nvcc") == "None"


def test_the_users_nvcc_goes_before_the_one_that_jittor_downloaded(with_a_gpu, tmp_path):
    toolkit(tmp_path / ".cache/jittor/jtcuda/cuda12.2_cudnn8_linux")
    said = with_a_gpu(JITTOR_HOME=str(tmp_path), nvcc_path="/nowhere/nvcc")
    assert "/nowhere/nvcc does not run" in said
