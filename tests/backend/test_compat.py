"""What we know of Jittor's private parts fits the version that is pinned."""

import json
import subprocess
import sys

import pytest

from cgan.backend import compat
from cgan.backend.setup import load_jittor
from cgan.common.packages import LOCK


def test_it_was_written_for_the_pinned_version():
    """Where the pin moves, run the tests that the module names, and then change its version."""
    assert f"jittor=={compat.VERSION}" in LOCK.read_text().splitlines()


JITTORS_HOME = "import jittor_utils; print(jittor_utils.home())"


@pytest.mark.parametrize("given", ["nothing", "variable", "config"])
def test_its_home_is_where_jittor_says(tmp_path, monkeypatch, given):
    home, other = tmp_path / "home", tmp_path / "other"
    (home / ".cache/jittor").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("JITTOR_HOME", raising=False)
    if given == "variable":
        monkeypatch.setenv("JITTOR_HOME", str(other))
    if given == "config":
        config = home / ".cache/jittor/config.json"
        config.write_text(json.dumps({"JITTOR_HOME": str(other)}))
    found = compat.home_folder()
    # In a process of its own: it looks once, and makes folders.
    command = [sys.executable, "-c", JITTORS_HOME]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert str(found) == said.splitlines()[-1]


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"JITTOR_HOME": 3}'])
def test_a_config_that_does_not_say_where_home_is(tmp_path, monkeypatch, content):
    (tmp_path / ".cache/jittor").mkdir(parents=True)
    (tmp_path / ".cache/jittor/config.json").write_text(content)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("JITTOR_HOME", raising=False)
    assert compat.home_folder() == tmp_path


def test_adams_group_has_the_moments():
    jittor = load_jittor("cpu", 2)
    layer = jittor.nn.Linear(3, 2)
    adam = jittor.nn.Adam(layer.parameters(), lr=0.1)
    adam.backward(layer(jittor.ones((1, 3))).sum())
    group = compat.adam_group(adam)
    for name in ("params", "grads", "m", "values"):
        assert [v.shape for v in group[name]] == [p.shape for p in layer.parameters()]


def test_the_operators_of_onednn_are_there():
    operators = compat.mkl_ops(load_jittor("cpu", 2))
    if operators is None:
        pytest.skip("needs oneDNN")
    for name in ("mkl_matmul", "mkl_conv", "mkl_conv_backward_x", "mkl_conv_backward_w"):
        assert callable(getattr(operators, name))
