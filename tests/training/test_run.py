"""Whole runs by the command line, on scikit-learn's digits: killed, resumed, and gone wrong."""

import contextlib
import csv
import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from cgan import Sampler
from cgan.model.reader import is_reader
from cgan.training.recipes import RECIPES

ROOT = Path(__file__).parents[2]
# 8 steps an epoch, a checkpoint after each.
SETTINGS = ("--dataset=digits", "--batch_size=256", "--n_epochs=6", "--sample_interval=20")
STEPS = 48
# All that the article has not, at once, in small.
BEST = (
    *SETTINGS,
    "--recipe=best",
    "--g_widths=16,8,8",
    "--d_widths=8,16,16",
    "--d_steps=2",
    "--shift=1",
)


def command(*arguments):
    return [sys.executable, str(ROOT / "train.py"), *map(str, arguments)]


def train(*arguments, **settings):
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=600, **settings
    )


def begin(*arguments):
    return subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True)


def wait_for(condition, process, seconds=300):
    """Wait until `condition()` or the process has ended; return whether it was the condition."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.0005)
    pytest.fail("nothing happened in time")


def check_refused(result, *words):
    """Check that a command said what is wrong in one line and exited with 2."""
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    last = result.stderr.strip().splitlines()[-1]
    for word in words:
        assert word in last


def outcome(run):
    """Return all that must not depend on how often a run was interrupted."""
    tensors = load_file(run / "checkpoint/last.safetensors")
    return {
        "weights": (run / "model.safetensors").read_bytes(),
        "state": {name: tensor.tobytes() for name, tensor in tensors.items()},
        "losses": list(csv.reader((run / "losses.csv").read_text().splitlines())),
        "samples": {path.name: path.read_bytes() for path in (run / "samples").glob("*.png")},
        "result": (run / "result.png").read_bytes(),
    }


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    """A run that nothing disturbed."""
    run = tmp_path_factory.mktemp("whole") / "run"
    result = train(*SETTINGS, "--out", run)
    assert result.returncode == 0, result.stderr
    return run


@pytest.mark.slow
def test_a_run_leaves_all_that_a_person_wants_to_see(whole_run):
    config = json.loads((whole_run / "config.json").read_text())
    assert config["training"]["batch_size"] == 256
    assert config["training"]["n_classes"] == 10
    with open(whole_run / "losses.csv") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [1]
    assert sorted(path.stem for path in (whole_run / "samples").iterdir()) == ["0", "20", "40"]
    with Image.open(whole_run / "progress.gif") as gif:
        assert gif.n_frames == 3
        assert gif.size == (320, 320)
    with Image.open(whole_run / "losses.png") as curves:
        assert curves.format == "PNG"
    assert len(load_file(whole_run / "checkpoint/last.safetensors")) == 84
    sampler = Sampler.from_pretrained(whole_run)
    with Image.open(whole_run / "result.png") as result:
        assert np.array_equal(np.asarray(result), sampler.write("01234567890", seed=0))
    assert not list(whole_run.rglob("*.tmp"))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run_and_another_seed_another(whole_run, tmp_path):
    assert train(*SETTINGS, "--out", tmp_path / "same").returncode == 0
    assert outcome(tmp_path / "same") == outcome(whole_run)
    assert train(*SETTINGS, "--seed=1", "--out", tmp_path / "other").returncode == 0
    assert outcome(tmp_path / "other")["weights"] != outcome(whole_run)["weights"]


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_it_ends_bit_identical(whole_run, tmp_path):
    run = tmp_path / "run"
    last = run / "checkpoint/last.safetensors"

    def writing():
        with contextlib.suppress(FileNotFoundError):
            return any((run / "checkpoint").glob(".last.safetensors.*.tmp"))

    def stamp():
        return last.stat().st_mtime_ns if last.exists() else 0

    cut_while_writing = 0
    # Before the first checkpoint; between checkpoints; and while one is written, three times.
    for moment in ("begun", "writing", "between", "writing", "writing"):
        before = stamp()
        process = begin(*(["--resume", run] if run.exists() else [*SETTINGS, "--out", run]))
        condition = {
            "begun": (run / "config.json").exists,
            "writing": writing,
            "between": lambda before=before: stamp() != before,
        }[moment]
        assert wait_for(condition, process), process.stderr.read()
        if moment == "between":
            time.sleep(0.05)
        process.kill()
        process.communicate()
        cut_while_writing += writing()
    assert cut_while_writing >= 1
    result = train("--resume", run)
    assert result.returncode == 0, result.stderr
    assert outcome(run) == outcome(whole_run)
    assert not list(run.rglob("*.tmp"))


@pytest.mark.slow
def test_the_best_recipe_ends_bit_identical_too(tmp_path):
    whole, run = tmp_path / "whole", tmp_path / "run"
    result = train(*BEST, "--out", whole)
    assert result.returncode == 0, result.stderr
    config = json.loads((whole / "config.json").read_text())
    assert (config["architecture"], config["widths"]) == ("conv", [16, 8, 8])
    assert (config["training"]["ema"], config["training"]["d_steps"]) == (RECIPES["best"]["ema"], 2)
    state = load_file(whole / "checkpoint/last.safetensors")
    published = load_file(whole / "model.safetensors")
    # The reader is trained apart: no checkpoint needs it.
    own = [name for name in published if not is_reader(name)]
    assert len(own) < len(published)
    assert all(np.array_equal(published[n], state[f"average.{n}"]) for n in own)
    assert any(not np.array_equal(published[n], state[f"generator.{n}"]) for n in own)

    process = begin(*BEST, "--out", run)
    assert wait_for((run / "checkpoint/last.safetensors").exists, process), process.stderr.read()
    time.sleep(0.1)
    process.kill()
    process.communicate()
    assert train("--resume", run, "--max-steps=21").returncode == 0
    check_refused(train("--resume", run, "--recipe=best"), "--recipe")
    check_refused(train("--resume", run, "--g_widths=16,8,4"), "--g_widths is (16, 8, 8) there")
    result = train("--resume", run, "--ema=0.999", "--g_widths=16,8,8")
    assert result.returncode == 0, result.stderr
    assert outcome(run) == outcome(whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_a_checkpoint_in_the_middle_of_an_epoch(whole_run, tmp_path, number):
    run = tmp_path / "run"
    process = begin(*SETTINGS, "--out", run)
    assert wait_for((run / "checkpoint/last.safetensors").exists, process)
    time.sleep(0.1)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == 128 + number
    assert "Traceback" not in errors
    assert f"--resume {run}" in errors
    result = train("--resume", run)
    assert result.returncode == 0, result.stderr
    assert outcome(run) == outcome(whole_run)


@pytest.mark.slow
def test_max_steps_stops_and_resume_goes_on(whole_run, tmp_path):
    run = tmp_path / "run"
    assert train(*SETTINGS, "--out", run, "--max-steps=13").returncode == 0
    assert (run / "result.png").exists()
    assert train("--resume", run).returncode == 0
    assert outcome(run) == outcome(whole_run)
    again = train("--resume", run)
    assert again.returncode == 0
    assert "nothing left to train" in again.stderr
    assert outcome(run) == outcome(whole_run)


@pytest.mark.slow
def test_a_full_disk_loses_nothing(whole_run, tmp_path):
    run = tmp_path / "run"
    assert train(*SETTINGS, "--out", run, "--max-steps=8").returncode == 0
    checkpoint = (run / "checkpoint/last.safetensors").read_bytes()
    weights = (run / "model.safetensors").read_bytes()

    def no_room():
        # Room for what Jittor writes at its start, not for a checkpoint (34 MB).
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20 << 20, 20 << 20))

    result = train("--resume", run, preexec_fn=no_room)
    check_refused(result, "Could not write", "last.safetensors", "step 8")
    assert (run / "checkpoint/last.safetensors").read_bytes() == checkpoint
    assert (run / "model.safetensors").read_bytes() == weights
    assert not list(run.rglob("*.tmp"))
    assert train("--resume", run).returncode == 0
    assert outcome(run) == outcome(whole_run)


@pytest.mark.slow
def test_a_run_that_diverges_says_so_and_keeps_no_bad_weights(tmp_path):
    result = train(*SETTINGS, "--lr=1e30", "--out", tmp_path / "run")
    check_refused(result, "diverged at step", "--lr")
    assert not (tmp_path / "run/model.safetensors").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ["--loss=bce"],
        ["--unconditional"],
        ["--latent-dim=5"],
        ["--loss=hinge", "--ema=0.99"],
        ["--arch=conv", "--unconditional", "--g_widths=8,8,8,4"],
    ],
)
def test_the_other_objectives_train(tmp_path, options):
    run = tmp_path / "run"
    result = train(*SETTINGS, *options, "--max_steps=4", "--quiet", "--out", run)
    assert (result.returncode, result.stdout) == (0, "")
    said = result.stderr.replace("\r", "\n").splitlines()
    # Jittor itself tells of a compilation that takes longer than two seconds.
    assert [line for line in said if line and not line.startswith("Compiling Operators")] == []
    sampler = Sampler.from_pretrained(run)
    assert sampler.config.conditional == ("--unconditional" not in options)
    assert (run / "result.png").exists() == sampler.config.conditional
    assert sampler.grid(10).shape == (320, 320)


@pytest.mark.slow
def test_a_resume_with_other_settings_is_refused(whole_run):
    before = outcome(whole_run)
    check_refused(train("--resume", whole_run, "--lr=0.1"), "--lr is 0.0002 there, not 0.1")
    check_refused(train("--resume", whole_run, "--out=x"), "--out")
    assert outcome(whole_run) == before


@pytest.mark.slow
def test_two_processes_can_not_train_in_the_same_folder(tmp_path):
    run = tmp_path / "run"
    process = begin(*SETTINGS, "--n_epochs=100", "--out", run)
    try:
        assert wait_for((run / "config.json").exists, process)
        check_refused(train("--resume", run), "Another process is training")
    finally:
        process.kill()
        process.communicate()


def test_an_existing_run_is_not_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    check_refused(train(*SETTINGS, "--out", tmp_path), "holds something already", "--resume")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--batch_size=1"], ["--batch_size must be at least 2", "BatchNorm"]),
        (["--n_epochs=0"], ["--n_epochs must be at least 1"]),
        (["--lr=nan"], ["--lr must be a positive number"]),
        (["--b1=1"], ["--b1"]),
        (["--seed=-1"], ["seed"]),
        (["--img_size=1000"], ["--img_size must be a whole number from 4 to 128"]),
        (["--max_steps=0"], ["--max_steps"]),
        (["--arch=conv", "--img_size=28"], ["--img_size must be divisible by 8", "28"]),
        (["--arch=conv", "--g_widths=8,8"], ["--g_widths must be three or four whole numbers"]),
        (["--arch=conv", "--g_widths=8,8,0"], ["--g_widths must be a whole number from 1"]),
        (["--g_widths=8,x,8"], ["--g_widths", "'8,x,8' must be such as 128,64,32"]),
        (["--g_widths=8,8,8"], ["--g_widths needs --arch conv"]),
        (["--arch=conv", "--unconditional", "--class_norm"], ["--class_norm must be False"]),
        (["--ema=1"], ["--ema must be at least 0 and less than 1"]),
        (["--recipe=worst"], ["--recipe"]),
        (["--n_classes=9"], ["--n_classes 9 is too few", "10 classes"]),
        (["--arch=conv", "--batch_size=1000", "--pack=200"], ["--pack 200 is too much", "fewer"]),
        (["--channels=3"], ["--channels 3 does not fit"]),
        (["--number=12a"], ["'a'", "3"]),
        (["--epochs=3"], ["--epochs"]),
        (["--n_epochs=ten"], ["--n_epochs", "ten"]),
        (["--device=tpu"], ["--device"]),
    ],
)
def test_bad_options_are_refused_in_a_sentence(tmp_path, options, words):
    check_refused(train("--dataset=digits", "--out", tmp_path / "run", *options), *words)
    assert not (tmp_path / "run/config.json").exists()


def test_a_folder_that_can_not_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    check_refused(train("--dataset=digits", "--out", tmp_path / "file/run"), "--out")


def test_a_resume_of_nothing_is_refused(tmp_path):
    check_refused(train("--resume", tmp_path), "There is no run in")
