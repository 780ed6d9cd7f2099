"""Runs that are measured: the best weights are kept, and training is not disturbed."""

import subprocess
import sys

import pytest

import train
from cgan.model import metrics, weights
from tests.conftest import ROOT

# The classifiers of other tests, in the same cache, have judged images of this size already.
SETTINGS = ("--dataset=digits", "--batch_size=256", "--img_size=8", "--seed=3")


@pytest.fixture(autouse=True)
def _setting(cached_classifiers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run_process(folder, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / "train.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.slow
def test_the_best_weights_are_kept_and_the_last_are_the_same(tmp_path):
    measured = run_process(
        tmp_path, *SETTINGS, "--n_epochs=3", "--evaluate_interval=1", "--evaluate", "--out=run"
    )
    assert measured.returncode == 0, measured.stderr
    assert measured.stderr.count("GAN-test") >= 4  # three times on the way, and the table
    plain = run_process(tmp_path, *SETTINGS, "--n_epochs=3", "--out=plain", "--quiet")
    assert plain.returncode == 0, plain.stderr
    last = weights.load(tmp_path / "run")
    assert weights.fingerprint(last.tensors) == weights.fingerprint(
        weights.load(tmp_path / "plain").tensors
    )
    full = metrics.load(tmp_path / "run")
    best = metrics.load(tmp_path / "run/checkpoint/best")
    assert full.gan_train is not None
    assert best.gan_train is None
    distances = [
        float(line.split("Frechet distance ")[1].split(".,")[0].rstrip(".").split(",")[0])
        for line in measured.stderr.splitlines()
        if line.startswith("Step ")
    ]
    assert best.frechet_distance == pytest.approx(min(distances), abs=0.01)
    for name in ("scores.png", "neighbours.png"):
        assert (tmp_path / "run" / name).stat().st_size > 1000
    # A resumed run knows the best weights so far.
    again = run_process(tmp_path, "--resume=run", "--evaluate_interval=1", "--evaluate")
    assert again.returncode == 0, again.stderr
    assert metrics.load(tmp_path / "run") == full


@pytest.mark.parametrize("argument", ["--evaluate", "--evaluate_interval=1"])
def test_what_cannot_be_measured_is_refused_before_training(tmp_path, capsys, argument):
    assert train.main([*SETTINGS, "--unconditional", argument, "--out=run"]) == 2
    assert "unconditional" in capsys.readouterr().err.splitlines()[-1]
    # The folder is free for another try.
    assert not (tmp_path / "run/model.safetensors").exists()
    assert not (tmp_path / "run/config.json").exists()
