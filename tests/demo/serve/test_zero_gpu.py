"""The app on a stand-in for a ZeroGPU Space: a package `spaces` that enforces its rule."""

import os
import subprocess
import sys

import pytest

from demo.serve import zero_gpu
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
# Starts the app where it does not know that it is on ZeroGPU, and then where it does.
TWICE = """
import os
from demo import app
try:
    app.main([])
except RuntimeError as error:
    print("Refused:", error, flush=True)
os.environ["SPACES_ZERO_GPU"] = "true"
app.main([])
"""


@pytest.mark.slow
def test_the_app_starts_on_zero_gpu_where_the_rule_is_enforced(tmp_path):
    """The stand-in refuses the app where it does not know that it is on ZeroGPU."""
    platform = tmp_path / "platform"
    platform.mkdir()
    (platform / "spaces.py").write_text(SPACES)
    python_path = os.pathsep.join((str(platform), str(ROOT)))
    environment = {"PYTHONPATH": python_path, "SYSTEM": "spaces", "SPACE_ID": "ann/numbers"}
    with subprocess.Popen(
        [sys.executable, "-c", TWICE],
        cwd=tmp_path,
        env=os.environ | environment | {"SPACES_ZERO_GPU": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("Open "):
                    break
            output = "".join(said)
            refusal = "Refused: No @spaces.GPU function detected during startup"
            assert refusal in output
            assert output.index(refusal) < output.index("Open http://")
            assert process.poll() is None
        finally:
            process.terminate()


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
