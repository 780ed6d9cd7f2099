"""Jittor's files are changed for a newer CUDA where they have the lines, and refused otherwise."""

import ast
import importlib
import shutil

import pytest

from cgan.backend import compat
from tests import jittor_source

toolkit = importlib.import_module("benchmarks.gpu_toolkit")
HELPER, EXTERN = "extern/cuda/inc/helper_cuda.h", "compile_extern.py"
CUDNN = "extern/cuda/cudnn"


@pytest.fixture
def jittor(tmp_path):
    """A copy of the files of the installed Jittor that are changed."""
    folder, source = tmp_path / "jittor", jittor_source.SITE / "jittor"
    shutil.copytree(source / CUDNN, folder / CUDNN)
    (folder / HELPER).parent.mkdir(parents=True)
    for name in (HELPER, EXTERN):
        shutil.copyfile(source / name, folder / name)
    return folder


def adapt(jittor, cuda="13.0", cudnn=9):
    """Adapt Jittor to these versions, as a folder of a toolkit tells them."""
    folder = jittor.parent / "cuda"
    (folder / "include").mkdir(parents=True, exist_ok=True)
    (folder / "include/cudnn_version.h").write_text(f"#define CUDNN_MAJOR {cudnn}\n")
    nvcc = folder / "nvcc"
    nvcc.write_text(f"#!/bin/sh\necho 'Cuda compilation tools, release {cuda}, V{cuda}.1'\n")
    nvcc.chmod(0o755)
    toolkit.adapt_jittor(jittor, folder, nvcc)


def contents(jittor):
    return {path: path.read_bytes() for path in sorted(jittor.rglob("*")) if path.is_file()}


def test_the_lines_are_in_the_installed_jittor_and_changed_once(jittor, capsys):
    adapt(jittor)
    helper, extern = ((jittor / name).read_text(encoding="utf8") for name in (HELPER, EXTERN))
    for text, changes in ((helper, toolkit.CUDA_13), (extern, toolkit.CUDNN_9)):
        for old, new in changes.items():
            assert old not in text
            assert new in text
    ast.parse(extern)
    assert not list(jittor.rglob("*_rnn_*"))
    assert list((jittor / CUDNN).rglob("*.cc"))
    assert capsys.readouterr().out.count("Jittor changed for ") == 2
    # A folder that is kept is used again.
    before = contents(jittor)
    adapt(jittor)
    assert contents(jittor) == before


def test_an_older_cuda_needs_no_change(jittor):
    before = contents(jittor)
    adapt(jittor, "12.2", 8)
    assert contents(jittor) == before


@pytest.mark.parametrize("name", [HELPER, EXTERN])
def test_a_jittor_without_the_lines_is_refused(jittor, name):
    (jittor / name).write_text("another")
    with pytest.raises(SystemExit, match=f"written for Jittor {compat.VERSION}") as caught:
        adapt(jittor)
    assert str(jittor / name) in str(caught.value)
    assert (jittor / name).read_text() == "another"


def test_a_jittor_without_recurrent_networks_is_refused(jittor):
    shutil.rmtree(jittor / CUDNN)
    with pytest.raises(SystemExit, match=f"written for Jittor {compat.VERSION}"):
        adapt(jittor)


def test_only_the_jittor_that_is_known_is_changed(monkeypatch):
    assert toolkit.find_jittor() == jittor_source.SITE / "jittor"
    monkeypatch.setattr(compat, "VERSION", "1.4")
    with pytest.raises(SystemExit, match=r"Jittor is 1\.3\..*: this was written for 1\.4\."):
        toolkit.find_jittor()
