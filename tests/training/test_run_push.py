"""Runs that are pushed when they end: refused, pushed later, interrupted, and with nothing new."""

import os
import subprocess
import sys

import pytest

import train
from cgan import __main__ as command_line
from tests.commands.test_push import stop_when_asked
from tests.conftest import ROOT, WRITE, check_no_token, hub_environment, xet_only
from tests.hub_server import Fault


@pytest.mark.slow
@xet_only
@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")  # huggingface_hub's
def test_training_pushes_in_the_end(hub, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        """Run a command in this process; return its exit code and what it says."""
        main = train.main if arguments[0].startswith("-") else command_line.main
        code = main(list(arguments))
        output, error = capsys.readouterr()
        assert output == ""
        assert "secret" not in error.lower()
        return code, error

    settings = ["--dataset=digits", "--img_size=8", "--batch_size=256", "--n_epochs=1", "--out=run"]
    hub.fault = Fault("preupload", status=403)
    code, said = run(*settings, "--push-to-hub", "ann/x")
    assert code == 2
    last = said.splitlines()[-1]
    assert last.startswith("Error: Your token may not write to ann/x")
    later = "python -m cgan push run ann/x"
    assert last.endswith(f"The run is safe in run; push it later with: {later}")
    hub.fault = None
    assert run(*later.split()[3:])[0] == 0
    weights = (tmp_path / "run/model.safetensors").read_bytes()
    assert hub.files("ann/x")["model.safetensors"] == weights
    assert b"| `batch_size` | 256 |" in hub.files("ann/x")["README.md"]
    code, said = run("--resume=run", "--push-to-hub", "ann/x")
    assert code == 0
    assert said.splitlines()[-1].startswith("Nothing to push: ")
    check_interrupted(hub, tmp_path)
    code, said = run("--resume=run", "--push-to-hub", "ann/other", "--quiet")
    assert (code, said) == (0, "")
    assert hub.files("ann/other")["model.safetensors"] == weights
    check_no_token(hub, tmp_path / "run")


def check_interrupted(hub, folder):
    """Press Ctrl-C during the push of a process of its own."""
    hub.fault = Fault("preupload", delay=60)
    warnings = ["-W", "error", "-W", "ignore:Use 'content=<...>'"]
    process = subprocess.Popen(
        [sys.executable, *warnings, ROOT / "train.py", "--resume=run", "--push-to-hub=ann/third"],
        cwd=folder,
        env=os.environ | hub_environment(hub, folder / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stop_when_asked(hub, process)
    output, said = process.communicate(timeout=60)
    assert output == ""
    assert "Traceback" not in said
    assert WRITE not in said
    stopped, sentence = said.splitlines()[-1:-3:-1]
    assert (process.returncode, stopped) == (130, "Stopped.")
    assert sentence.endswith("push it later with: python -m cgan push run ann/third")
    hub.fault = None
