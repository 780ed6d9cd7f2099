"""Whether there is a usable GPU: with nvcc or not, broken or whole, on a machine without one."""

import ctypes
import os
import shutil

import pytest

from cgan import jittor_cuda
from cgan.jittor_cuda import why_no_cuda
from tests.conftest import run_python


def has_driver():
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


without_gpu = pytest.mark.skipif(has_driver(), reason="needs a machine without a GPU driver")


def nvcc(folder, exit_code=0):
    path = folder / "cuda/bin/nvcc"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'release 12.2'\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def with_a_gpu(monkeypatch, tmp_path):
    """As if the driver had counted one GPU; no CUDA anywhere yet."""
    monkeypatch.setattr(jittor_cuda, "_count_gpus", lambda: 1)
    monkeypatch.setattr(jittor_cuda, "_NVCC_PLACES", ())
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("JITTOR_HOME", str(tmp_path))
    monkeypatch.delenv("nvcc_path", raising=False)
    if shutil.which("nvcc"):
        pytest.skip("an nvcc is among the system's programs")


@without_gpu
def test_without_a_gpu_the_reason_says_so(monkeypatch):
    monkeypatch.delenv("nvcc_path", raising=False)
    assert why_no_cuda() == "No usable NVIDIA GPU was found on this machine."


@without_gpu
def test_an_nvcc_without_a_gpu_is_not_enough(monkeypatch, tmp_path):
    monkeypatch.delenv("nvcc_path", raising=False)
    monkeypatch.setenv("PATH", f"{nvcc(tmp_path).parent}:{os.environ['PATH']}")
    assert "No usable NVIDIA GPU" in why_no_cuda()


@pytest.mark.parametrize("content", [b"", b"not a library"])
def test_a_broken_driver_is_no_gpu(tmp_path, content):
    (tmp_path / "libcuda.so.1").write_bytes(content)
    result = run_python(
        "-c",
        "from cgan.jittor_cuda import why_no_cuda; print(why_no_cuda())",
        cwd=tmp_path,
        LD_LIBRARY_PATH=str(tmp_path),
        nvcc_path="/usr/bin/nvcc",
    )
    assert result.returncode == 0
    assert result.stdout == "No usable NVIDIA GPU was found on this machine.\n"


def test_a_user_who_switched_the_gpu_off_is_told_by_what(monkeypatch):
    monkeypatch.setenv("nvcc_path", "")
    assert "nvcc_path is set" in why_no_cuda()


def test_a_gpu_without_nvcc(with_a_gpu):
    assert "no CUDA compiler (nvcc)" in why_no_cuda()


def test_a_gpu_with_an_nvcc_that_does_not_run(with_a_gpu, monkeypatch, tmp_path):
    monkeypatch.setenv("nvcc_path", str(nvcc(tmp_path, exit_code=1)))
    assert why_no_cuda().endswith("does not run.")


def test_a_gpu_with_nvcc_but_no_runtime(with_a_gpu, monkeypatch, tmp_path):
    monkeypatch.setenv("nvcc_path", str(nvcc(tmp_path)))
    assert "no CUDA runtime (libcudart.so)" in why_no_cuda()


def test_a_gpu_with_all_of_cuda(with_a_gpu, monkeypatch, tmp_path):
    path = nvcc(tmp_path)
    (tmp_path / "cuda/lib64").mkdir()
    (tmp_path / "cuda/lib64/libcudart.so").touch()
    monkeypatch.setenv("nvcc_path", str(path))
    assert why_no_cuda() is None


def test_a_gpu_with_the_cuda_that_jittor_downloaded(with_a_gpu, tmp_path):
    toolkit = tmp_path / ".cache/jittor/jtcuda/cuda12.2_cudnn8_linux/bin"
    toolkit.mkdir(parents=True)
    (toolkit / "nvcc").touch()
    assert why_no_cuda() is None
