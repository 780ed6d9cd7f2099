"""The app on a stand-in for a ZeroGPU Space: a package `spaces` that enforces its rule."""

import os
import subprocess
import sys

import pytest

from demo.serve import zero_gpu
from tests import browser
from tests.conftest import ROOT

# Refuses to launch an app without a GPU function. Gradio imports it by itself, and hands it each
# function of the page.
SPACES = """
import gradio
functions = []
def GPU(task=None, **settings):
    functions.append(task)
    return task
def gradio_auto_wrap(task):
    if gradio.Blocks.launch is not guarded:
        global launch
        launch, gradio.Blocks.launch = gradio.Blocks.launch, guarded
    return task
def guarded(*arguments, **settings):
    if not functions:
        raise RuntimeError("No @spaces.GPU function detected during startup")
    return launch(*arguments, **settings)
"""
APP = str(ROOT / "demo/app.py")


@pytest.fixture
def platform(tmp_path):
    """The environment of a Space with that package."""
    folder = tmp_path / "platform"
    folder.mkdir()
    (folder / "spaces.py").write_text(SPACES)
    return {"PYTHONPATH": str(folder), "SYSTEM": "spaces", "SPACE_ID": "ann/numbers"}


@pytest.mark.slow
def test_the_app_starts_on_zero_gpu(tmp_path, platform):
    with browser.served(tmp_path, SPACES_ZERO_GPU="true", **platform) as served:
        assert served.process.poll() is None


@pytest.mark.slow
def test_the_rule_is_enforced(tmp_path, platform):
    """The stand-in refuses the app where it does not know that it is on ZeroGPU."""
    result = subprocess.run(
        [sys.executable, APP],
        cwd=tmp_path,
        env=os.environ | {"SPACES_ZERO_GPU": ""} | platform,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode != 0
    assert "No @spaces.GPU function detected during startup" in result.stderr
    assert "Open" not in result.stdout


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_elsewhere_the_package_is_not_even_imported(monkeypatch, tmp_path, value):
    (tmp_path / "spaces.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SPACES_ZERO_GPU", value)
    zero_gpu.declare()


def test_without_the_package_the_app_still_starts(monkeypatch):
    monkeypatch.setitem(sys.modules, "spaces", None)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    zero_gpu.declare()
