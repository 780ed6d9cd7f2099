"""Training on several processes: the same as on one, whatever happens to them."""

import csv
import os
import re
import shlex
import signal
import subprocess
import time

import numpy as np
import pytest
from safetensors.numpy import load_file

import train
from cgan.backend import ranks
from cgan.backend.setup import load_jittor
from cgan.model.encoder import is_encoder
from cgan.model.reader import is_reader
from tests import mpi
from tests.conftest import ROOT
from tests.training.told_weights import EARLY

# What makes a step, in miniature. An epoch has 10 packs, a batch 3 and the last one 1: the shares
# differ, and in the last batch one process has none.
SETTINGS = (
    "--dataset=digits",
    "--img_size=8",
    "--arch=conv",
    "--g_widths=16,8,8",
    "--d_widths=8,16,16",
    "--class_norm",
    "--loss=hinge",
    "--batch_size=450",
    "--pack=150",
    "--d_steps=2",
    "--r1=0.1",
    "--shift=1",
    "--range_weight=0.1",
    "--stroke_weight=0.1",
    "--frechet_weight=0.1",
    "--imle_weight=0.1",
    "--missed_weight=0.1",
    "--classifier_weight=0.1",
    "--missed_share=0.5",
    "--ema=0.9",
    "--n_epochs=100000",
    "--n_cpu=1",
    "--quiet",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    """Each process has one thread, and no classifier is cached: the first process trains it."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def begin(*arguments):
    """Start two processes of train.py; return mpirun's."""
    command = mpi.command(2, ROOT / "train.py", *arguments)
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def wait_for(condition, process, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            process.terminate()
            pytest.fail(process.communicate()[1])
        time.sleep(0.01)


def said_by(process, signal_number, to_rank=None):
    """Send a signal to mpirun or a rank; return the last line said before all of them ended."""
    started = mpi.ranks(process)
    os.kill(process.pid if to_rank is None else started[to_rank], signal_number)
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors, errors
    end = time.monotonic() + 60
    while any(map(mpi.is_running, started.values())):
        assert time.monotonic() < end
        time.sleep(0.05)
    return errors.strip().splitlines()[-1]


@pytest.mark.slow
def test_two_processes_train_as_one_whatever_happens_to_them(tmp_path):
    run, whole, alone = tmp_path / "run", tmp_path / "whole", tmp_path / "alone"
    checkpoint = run / "checkpoint/last.safetensors"

    # One is killed: all end, and a sentence says how to go on. By the 50th step, when the second
    # row is written, images are compared, and all operators have been compiled.
    process = begin(*SETTINGS, "--out", run)
    wait_for(lambda: checkpoint.exists() and len(losses(run)) > 1, process)
    said = said_by(process, signal.SIGKILL, to_rank=1)
    assert said.startswith("Training ended in the middle of a step")
    again = shlex.join([*mpi.command(2)[:-1], "python", "train.py", "--resume", str(run)])
    assert said.endswith(f"Continue with: {again} --quiet")
    before = checkpoint.stat().st_mtime_ns

    # The resumed run is stopped by Ctrl-C, of which mpirun makes SIGTERM.
    process = begin("--resume", run)
    wait_for(lambda: checkpoint.stat().st_mtime_ns != before, process)
    said = said_by(process, signal.SIGINT)
    stopped = re.search(r"Stopped at step ([\d,]+); nothing is lost", said)
    assert stopped, said
    step = int(stopped[1].replace(",", ""))

    # An undisturbed run has the same bits, and both its processes have them.
    arguments = (*SETTINGS, f"--max_steps={step}", "--out", whole)
    done = subprocess.run(
        mpi.command(2, "-m", "tests.training.told_weights", tmp_path, *arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    first, second = ((tmp_path / name).read_text() for name in "01")
    assert first == second
    assert first.startswith(f"{step} ")
    state, resumed = (load_file(f / "checkpoint/last.safetensors") for f in (whole, run))
    assert state.keys() == resumed.keys()
    assert all(np.array_equal(state[name], resumed[name]) for name in state)
    # Besides, the run that isn't stopped has those of its last step.
    assert losses(whole)[: len(losses(run))] == losses(run)

    # A lone process comes to the same, but for rounding.
    assert train.main([*SETTINGS, f"--max_steps={EARLY}", "--out", str(alone)]) == 0
    lone = load_file(alone / "checkpoint/last.safetensors")
    state = np.load(tmp_path / "early.npz")
    parts = ("generator.", "generator_adam.values", "discriminator.", "discriminator_adam.")
    check_alike(lone, state, *parts, "average", "matching.features")
    every = {row[0]: row for row in losses(whole)}
    for row in losses(alone)[:-1]:  # without the last step's
        assert row == pytest.approx(every[row[0]], rel=1e-4)


def check_alike(one, two, *parts):
    """All of a part together: what changes no loss, as a bias before a BatchNorm, is rounding."""
    for part in parts:
        values, others = (
            np.concatenate([its[name].ravel() for name in two if name.startswith(part)])
            for its in (one, two)
        )
        assert np.linalg.norm(values - others) < 1e-4 * np.linalg.norm(others), part


@pytest.mark.slow
def test_two_processes_train_the_second_discriminator_as_one(tmp_path):
    """With few images in a pack: it has weights for each of them. And with untrained classes."""
    more = ("--pack=2", "--feature_weight=0.1", "--reader", "--reader_weight=0.1", "--n_classes=12")
    settings = (*SETTINGS, *more, "--max_steps=4")
    _, errors = begin(*settings, "--out", tmp_path / "both").communicate(timeout=300)
    assert "Traceback" not in errors, errors
    assert train.main([*settings, "--out", str(tmp_path / "alone")]) == 0
    both, alone = (
        load_file(tmp_path / name / "checkpoint/last.safetensors") for name in ("both", "alone")
    )
    check_alike(alone, both, "generator.", "discriminator.", "second.", "second_adam.")


def losses(run):
    rows = list(csv.reader((run / "losses.csv").read_text().splitlines()))
    return [tuple(map(float, row)) for row in rows[1:]]


def test_a_batch_must_have_an_image_for_each_process(monkeypatch, tmp_path, capsys):
    load_jittor("cpu", 1)
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "4")
    monkeypatch.setattr(ranks, "run", lambda main: main())  # nobody else is there
    arguments = ["--dataset=digits", "--batch_size=3", "--out", str(tmp_path / "run")]
    assert train.main(arguments) == 2
    assert "--batch_size 3 is too small for 4 processes" in capsys.readouterr().err


@pytest.mark.slow
def test_the_first_process_trains_reader_and_encoder_alone(tmp_path):
    run = tmp_path / "run"
    # The networks are those above, whose operators have been compiled.
    arguments = ("--n_epochs=1", "--reader", "--encoder", "--encoder_steps=2", "--out", run)
    _, errors = begin(*SETTINGS, *arguments).communicate(timeout=300)
    assert "Traceback" not in errors, errors
    names = load_file(run / "model.safetensors").keys()
    assert any(map(is_reader, names))
    assert any(map(is_encoder, names))
