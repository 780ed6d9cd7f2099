"""Runs that are measured: the best weights are kept, and training is not disturbed."""

import signal

import pytest

import train
from cgan.common.signals import Interrupted
from cgan.evaluation.evaluator import Evaluator
from cgan.model import metrics, weights

SETTINGS = ("--dataset=digits", "--batch_size=256", "--img_size=8", "--seed=3")


@pytest.fixture(autouse=True)
def _setting(hasty_classifiers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
def test_the_best_weights_are_kept_and_the_last_are_the_same(tmp_path, capsys):
    measuring = ["--evaluate_interval=1", "--evaluate"]
    assert train.main([*SETTINGS, "--n_epochs=3", *measuring, "--out=run"]) == 0
    said = capsys.readouterr().err
    assert said.count("GAN-test") >= 4  # three times on the way, and the table
    assert train.main([*SETTINGS, "--n_epochs=3", "--out=plain", "--quiet"]) == 0
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
        for line in said.splitlines()
        if line.startswith("Step ")
    ]
    assert best.frechet_distance == pytest.approx(min(distances), abs=0.01)
    for name in ("scores.png", "neighbours.png", "pixels.png"):
        assert (tmp_path / "run" / name).stat().st_size > 1000
    # A resumed run knows the best weights so far.
    assert train.main(["--resume=run", *measuring]) == 0
    assert metrics.load(tmp_path / "run") == full


@pytest.mark.slow
def test_what_was_stopped_is_measured_when_the_run_goes_on(tmp_path, capsys, monkeypatch):
    stopped = []

    def stop(self, sampler, *given, **named):
        stopped.append(sampler)
        raise Interrupted(signal.SIGINT, "Stopped.")

    with monkeypatch.context() as interrupted:
        interrupted.setattr(Evaluator, "quick", stop)
        code = train.main([*SETTINGS, "--n_epochs=2", "--evaluate_interval=2", "--out=run"])
    assert (code, len(stopped)) == (128 + signal.SIGINT, 1)
    best = tmp_path / "run/checkpoint/best"
    assert not best.exists()
    assert train.main(["--resume=run"]) == 0
    assert "Step 16: GAN-test" in capsys.readouterr().err
    kept, last = weights.load(best), weights.load(tmp_path / "run")
    assert weights.fingerprint(kept.tensors) == weights.fingerprint(last.tensors)


@pytest.mark.parametrize("argument", ["--evaluate", "--evaluate_interval=1"])
def test_what_cannot_be_measured_is_refused_before_training(tmp_path, capsys, argument):
    assert train.main([*SETTINGS, "--unconditional", argument, "--out=run"]) == 2
    assert "unconditional" in capsys.readouterr().err.splitlines()[-1]
    # The folder is free for another try.
    assert not (tmp_path / "run/model.safetensors").exists()
    assert not (tmp_path / "run/config.json").exists()
