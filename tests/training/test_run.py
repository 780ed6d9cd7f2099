"""Whole runs by the command line: killed, resumed, and gone wrong."""

import contextlib
import csv
import json
import re
import resource
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

import train
from cgan import Sampler
from cgan.model.encoder import is_encoder
from cgan.model.reader import is_reader
from cgan.training.recipes import RECIPES
from tests import idx_files
from tests.conftest import ROOT, run_python

# 5 steps an epoch of the images of `settings`, a checkpoint after each epoch. The checkpoint is too
# large for `no_room`.
SETTINGS = ("--img_size=24", "--batch_size=64", "--n_epochs=6", "--sample_interval=12")
# Everything that the article lacks, all at once, in miniature: 24 steps.
BEST = (
    "--dataset=digits",
    "--img_size=8",
    "--batch_size=256",
    "--n_epochs=3",
    "--sample_interval=20",
    "--recipe=best",
    "--g_widths=16,8,8",
    "--d_widths=8,16,16",
    "--d_steps=2",
    "--shift=1",
    "--encoder_steps=3",
)
# What runs in this process, where nothing is killed, is as small as possible.
SMALL = ("--dataset=digits", "--img_size=8", "--batch_size=256", "--max_steps=4", "--quiet")


@pytest.fixture(autouse=True)
def _cache(cached_classifiers):
    """Readers are trained once, for these and other tests."""


def command(*arguments):
    return [sys.executable, str(ROOT / "train.py"), *map(str, arguments)]


def run_process(*arguments, **settings):
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=600, check=False, **settings
    )


def begin(*arguments):
    return subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True)


def wait_for(condition, process, seconds=300):
    """Wait until `condition()`; fail if the process ends before, or it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            pytest.fail(process.stderr.read())
        if time.monotonic() > end:
            pytest.fail("nothing happened in time")
        time.sleep(0.0005)


def kill(process):
    process.kill()
    process.communicate()


def check_refused(capsys, arguments, *words):
    """Check that train.py, in this process, says what is wrong in one line and returns 2."""
    try:
        code = train.main(list(map(str, arguments)))
    except SystemExit as stop:  # by argparse
        code = stop.code
    check_said(code, capsys.readouterr().err, *words)


def check_said(code, errors, *words):
    assert code == 2, errors
    assert "Traceback" not in errors
    last = errors.strip().splitlines()[-1]
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


def training(run):
    return json.loads((run / "config.json").read_text())["training"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Settings of runs in their own processes, on few images: most of their time is starting."""
    folder = tmp_path_factory.mktemp("data")
    idx_files.write(folder, idx_files.data_set(count=320, size=(8, 8)))
    return (*SETTINGS, f"--data-dir={folder}")


@pytest.fixture(scope="module")
def whole_run(settings, tmp_path_factory):
    """A run that nothing disturbed."""
    run = tmp_path_factory.mktemp("whole") / "run"
    result = run_process(*settings, "--out", run)
    assert result.returncode == 0, result.stderr
    return run


@pytest.mark.slow
def test_a_run_leaves_all_that_a_person_wants_to_see(whole_run):
    assert training(whole_run)["batch_size"] == 64
    assert training(whole_run)["n_classes"] == 10
    with open(whole_run / "losses.csv") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [1, 30]
    samples = {int(path.stem): path for path in (whole_run / "samples").iterdir()}
    assert sorted(samples) == [0, 12, 24, 30]
    with Image.open(whole_run / "progress.gif") as gif:
        assert gif.n_frames == 4
        assert gif.size == (240, 240)
    with Image.open(whole_run / "losses.png") as curves:
        assert curves.format == "PNG"
    assert len(load_file(whole_run / "checkpoint/last.safetensors")) == 84
    sampler = Sampler.from_pretrained(whole_run)
    with Image.open(whole_run / "result.png") as result:
        assert np.array_equal(np.asarray(result), sampler.write("01234567890", seed=0))
    with Image.open(samples[30]) as last:  # of the weights that are published
        assert np.array_equal(np.asarray(last), sampler.grid(10, seed=0))
    assert not list(whole_run.rglob("*.tmp"))


@pytest.mark.slow
def test_whatever_happens_to_a_run_it_ends_bit_identical(settings, whole_run, tmp_path, capsys):
    """Stopped, out of disk space, killed at bad moments, and resumed with allowed changes.

    It all happens to one run, in real processes: the state after each is the start of the next.
    """
    run = tmp_path / "run"
    last = run / "checkpoint/last.safetensors"

    process = begin(*settings, "--out", run)
    wait_for((run / "config.json").exists, process)
    kill(process)  # before the first checkpoint

    # What doesn't decide the weights may change, and is kept.
    result = run_process("--resume", run, "--max-steps=3", "--number=7", "--checkpoint_interval=1")
    assert result.returncode == 0, result.stderr
    assert training(run)["number"] == "7"
    assert (run / "result.png").exists()
    # Its last step has losses and a grid, which the run in one piece won't have there.
    assert (run / "samples/3.png").exists()
    assert (run / "losses.csv").read_text().splitlines()[-1].startswith("3,")

    check_a_full_disk_loses_nothing(run)
    # It takes luck to kill it while it writes.
    assert any(kill_at(run, last, "writing") for _ in range(4))
    kill_at(run, last, "between")

    before = last.stat().st_mtime_ns
    process = begin("--resume", run)
    wait_for(lambda: last.stat().st_mtime_ns != before, process)
    process.send_signal(signal.SIGINT)  # in the first step of the next epoch
    _, errors = process.communicate()
    check_stopped(process.returncode, errors, signal.SIGINT, run)

    result = run_process("--resume", run, "--number=01234567890")
    assert result.returncode == 0, result.stderr
    assert outcome(run) == outcome(whole_run)
    assert training(run) == training(whole_run)
    assert not list(run.rglob("*.tmp"))

    # Nothing is computed here, so this process is as good as another.
    assert train.main(["--resume", str(run), "--checkpoint_interval=5", "--n_cpu=1"]) == 0
    said = capsys.readouterr().err
    assert "nothing left to train: 30 steps are done" in said
    assert "Done: " in said
    if training(run)["threads"] > 1:  # the computer has more than one CPU
        assert "not bit-for-bit the same" in said
    assert outcome(run) == outcome(whole_run)
    assert training(run) == training(whole_run) | {"checkpoint_interval": 5, "n_cpu": 1}


def check_a_full_disk_loses_nothing(run):
    checkpoint = (run / "checkpoint/last.safetensors").read_bytes()
    weights = (run / "model.safetensors").read_bytes()
    room = 20 << 20
    assert len(checkpoint) > room

    def no_room():
        # Room for what Jittor writes when it starts, not for a checkpoint.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    result = run_process("--resume", run, preexec_fn=no_room)
    words = "Could not write", "last.safetensors", f"The checkpoint of step 3 is safe in {run}."
    check_said(result.returncode, result.stderr, *words)
    assert result.stderr.endswith(f"Continue with: python train.py --resume {run}\n")
    assert (run / "checkpoint/last.safetensors").read_bytes() == checkpoint
    assert (run / "model.safetensors").read_bytes() == weights
    assert not list(run.rglob("*.tmp"))


def kill_at(run, last, moment):
    """Resume and kill the run at this moment; return whether a checkpoint was cut short."""

    def writing():
        with contextlib.suppress(FileNotFoundError):
            return any(last.parent.glob(".last.safetensors.*.tmp"))

    before = last.stat().st_mtime_ns
    process = begin("--resume", run)
    if moment == "writing":
        wait_for(writing, process)
    else:
        wait_for(lambda: last.stat().st_mtime_ns != before, process)
        time.sleep(0.02)
    kill(process)
    return writing()


def check_stopped(code, errors, number, run):
    assert code == 128 + number
    assert "Traceback" not in errors
    assert "Stopping after this step, with a checkpoint" in errors
    assert f"--resume {run}" in errors


@pytest.mark.slow
def test_sigterm_stops_it_too_and_it_ends_bit_identical(tmp_path, capsys):
    """All in this process, whose threads may be other than those of train.py."""
    whole, run = tmp_path / "whole", tmp_path / "run"
    settings = [*SMALL[:-2], "--n_epochs=1000", "--sample_interval=10"]

    def stop():
        while not (run / "checkpoint/last.safetensors").exists():
            time.sleep(0.0005)
        # To the thread that receives signals: those of Jittor began before, in other tests, and
        # could crash.
        receiver = next(thread for thread in threading.enumerate() if thread.name == "signals")
        signal.pthread_kill(receiver.ident, signal.SIGTERM)

    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    code = train.main([*settings, "--out", str(run)])
    said = capsys.readouterr().err
    check_stopped(code, said, signal.SIGTERM, run)
    stopping.join()
    # On a busy machine, the signal may come many steps after the checkpoint.
    stopped = int(re.search(r"Stopped at step ([\d,]+);", said)[1].replace(",", ""))
    enough = f"--max_steps={stopped + 9}"
    assert train.main([*settings, enough, "--quiet", "--out", str(whole)]) == 0
    assert train.main(["--resume", str(run), enough]) == 0
    assert "Continuing at step" in capsys.readouterr().err
    assert outcome(run) == outcome(whole)
    assert training(run) == training(whole)
    assert not list(run.rglob("*.tmp"))


@pytest.mark.slow
def test_another_seed_gives_another_run(settings, whole_run, tmp_path):
    run = tmp_path / "run"
    assert train.main([*settings, "--quiet", "--seed=1", "--max_steps=1", "--out", str(run)]) == 0
    for name in ("losses.csv", "samples/0.png"):  # the first step's losses, and before it
        assert (run / name).read_bytes() != (whole_run / name).read_bytes()


@pytest.mark.slow
def test_the_best_recipe_ends_bit_identical_too(tmp_path, capsys):
    whole, run = tmp_path / "whole", tmp_path / "run"
    result = run_process(*BEST, "--out", whole)
    assert result.returncode == 0, result.stderr
    config = json.loads((whole / "config.json").read_text())
    assert (config["architecture"], config["widths"]) == ("conv", [16, 8, 8])
    assert (config["training"]["ema"], config["training"]["d_steps"]) == (RECIPES["best"]["ema"], 2)
    state = load_file(whole / "checkpoint/last.safetensors")
    published = load_file(whole / "model.safetensors")
    # Reader and encoder are trained separately: no checkpoint needs them.
    own = [name for name in published if not (is_reader(name) or is_encoder(name))]
    assert config["encoder"]
    assert len(own) < len(published)
    assert all(np.array_equal(published[n], state[f"average.{n}"]) for n in own)
    assert any(not np.array_equal(published[n], state[f"generator.{n}"]) for n in own)

    process = begin(*BEST, "--out", run)
    wait_for((run / "checkpoint/last.safetensors").exists, process)
    kill(process)
    check_refused(capsys, ["--resume", run, "--recipe=best"], "--recipe")
    check_refused(capsys, ["--resume", run, "--g_widths=16,8,4"], "--g_widths is 16,8,8 there")
    result = run_process("--resume", run, "--ema=0.999", "--g_widths=16,8,8")
    assert result.returncode == 0, result.stderr
    assert outcome(run) == outcome(whole)


@pytest.mark.slow
def test_a_race_in_jittors_compiler_is_told_and_costs_nothing(tmp_path, capsys, monkeypatch):
    from cgan.training.trainer import Trainer

    whole, run = tmp_path / "whole", tmp_path / "run"
    assert train.main([*SMALL, "--out", str(whole)]) == 0
    steps = Trainer.run

    def stumble(trainer):
        yield next(steps(trainer))
        raise RuntimeError("[f] Check failed: src.size()\n Source read failed: an_op.cc")

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run", stumble)
        check_refused(capsys, [*SMALL, "--out", run], "Nothing is lost", f"train.py --resume {run}")
    assert train.main(["--resume", str(run), "--max_steps=4", "--quiet"]) == 0
    assert outcome(run) == outcome(whole)
    capsys.readouterr()
    check_that_ctrl_c_may_stop_it_at_once(run, capsys, monkeypatch)
    assert outcome(run)["weights"] == outcome(whole)["weights"]


def check_that_ctrl_c_may_stop_it_at_once(run, capsys, monkeypatch):
    from cgan.training.trainer import Trainer

    def stop(trainer):
        raise KeyboardInterrupt  # as the second Ctrl-C does

    monkeypatch.setattr(Trainer, "run", stop)
    assert train.main(["--resume", str(run), "--quiet"]) == 128 + signal.SIGINT
    assert capsys.readouterr().err.splitlines() == [
        f"The last checkpoint is kept. Continue with: python train.py --resume {run} --quiet",
        "Stopped.",
    ]


# Training in a process that is in such a race once: in the second step, before any checkpoint.
RACE_ONCE = """
import os, sys
import train
from cgan.training.trainer import Trainer
steps = Trainer.run
def stumble(trainer):
    yield next(steps(trainer))
    raise RuntimeError("Source read failed: an_op.cc")
if "--resume" not in sys.argv[1]:
    Trainer.run = stumble
sys.exit(train.main())
"""


@pytest.mark.slow
def test_after_a_race_in_jittors_compiler_a_new_process_goes_on(tmp_path):
    whole, run = tmp_path / "whole", tmp_path / "run"
    assert train.main([*SMALL, "--out", str(whole)]) == 0
    result = run_python("-c", RACE_ONCE, *SMALL, f"--out={run}", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Starting again" in result.stderr
    assert outcome(run) == outcome(whole)


def change_config(run, **changes):
    path = run / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.slow
def test_a_damaged_checkpoint_costs_the_steps_since_the_one_before(tmp_path, capsys):
    whole, run = tmp_path / "whole", tmp_path / "run"
    assert train.main([*SMALL, "--out", str(whole)]) == 0
    assert train.main([*SMALL, "--max_steps=2", "--out", str(run)]) == 0
    assert train.main(["--resume", str(run), "--max_steps=3", "--quiet"]) == 0
    path = run / "checkpoint/last.safetensors"
    damaged = bytearray(path.read_bytes())
    damaged[-1000] ^= 8
    path.write_bytes(damaged)
    capsys.readouterr()
    assert train.main(["--resume", str(run), "--max_steps=4"]) == 0
    said = capsys.readouterr().err
    assert "last.safetensors is damaged: its checksum" in said
    assert "Continuing at step 2 of" in said
    assert "Done as far as --max_steps says: 4 of 800 steps, so 796 are left." in said
    assert said.endswith(f"Continue with: python train.py --resume {run}\n")
    assert outcome(run) == outcome(whole)

    # What else of a run may have been edited is told before anything is computed.
    config = json.loads((run / "config.json").read_text())
    for changes, words in [
        ({"latent_dim": 50}, "the generator that it describes is not the one"),
        ({"latent_dim": "100"}, "latent_dim must be a whole number"),
        ({"training": config["training"] | {"n_epochs": 24.5}}, "--n_epochs must be a whole"),
    ]:
        change_config(run, **changes)
        check_refused(capsys, ["--resume", run], words)
        change_config(run, **config)
    (run / "losses.csv").write_text("step,epoch\n1,0\n")
    check_refused(capsys, ["--resume", run], "losses.csv is damaged in line 1")
    # As the sentence says, the run goes on without that file.
    (run / "losses.csv").unlink()
    assert train.main(["--resume", str(run), "--max_steps=4"]) == 0


def test_a_run_that_diverges_says_so_and_keeps_no_bad_weights(tmp_path, capsys):
    run = tmp_path / "run"
    words = "diverged at step", "--lr", "There was no checkpoint yet."
    check_refused(capsys, [*SMALL, "--lr=1e30", "--out", run], *words)
    assert not (run / "model.safetensors").exists()


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
def test_the_other_objectives_train(tmp_path, capfd, options):
    run = tmp_path / "run"
    assert train.main([*SMALL, *options, "--out", str(run)]) == 0
    shown, said = capfd.readouterr()
    assert shown == ""
    # Jittor itself reports a compilation that takes longer than two seconds.
    lines = said.replace("\r", "\n").splitlines()
    assert [line for line in lines if line and not line.startswith("Compiling Operators")] == []
    sampler = Sampler.from_pretrained(run)
    assert sampler.config.conditional == ("--unconditional" not in options)
    assert (run / "result.png").exists() == sampler.config.conditional
    assert sampler.grid(10).shape == (80, 80)


@pytest.mark.slow
def test_a_resume_with_other_settings_is_refused(whole_run, capsys):
    before = outcome(whole_run), training(whole_run)
    for arguments, words in [
        (["--lr=0.1"], "--lr is 0.0002 there, not 0.1"),
        (["--out=x"], "--out"),
        (["--number=12a"], "'a'"),
        (["--checkpoint_interval=0"], "--checkpoint_interval must be at least 1"),
    ]:
        check_refused(capsys, ["--resume", whole_run, *arguments], words)
    assert (outcome(whole_run), training(whole_run)) == before


def test_a_resumed_run_finds_its_own_data_and_refuses_others(tmp_path, monkeypatch, capsys):
    for name, seed in (("mine", 1), ("elsewhere/data", 2)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        idx_files.write(tmp_path / name, idx_files.data_set(seed=seed))
    run = tmp_path / "a run"
    arguments = ["--img_size=8", "--latent_dim=3", "--batch_size=20", "--number=7", "--quiet"]
    monkeypatch.chdir(tmp_path)
    start = [*arguments, "--data-dir=mine", "--max_steps=1", "--out", str(run)]
    assert train.main(start) == 0
    # In another folder, where ./data has another data set.
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert train.main(["--resume", str(run), "--max_steps=2", "--quiet"]) == 0
    capsys.readouterr()
    resumed = ["--resume", run, "--max_steps=3"]
    check_refused(capsys, [*resumed, f"--data-dir={tmp_path}/elsewhere/data"], "aren't those")
    (tmp_path / "mine").rename(tmp_path / "moved")
    check_refused(capsys, resumed, f"the data in {tmp_path}/mine, which isn't there", "--data-dir")
    moved = [str(one) for one in (*resumed, f"--data-dir={tmp_path}/moved", "--quiet")]
    assert train.main(moved) == 0
    # A folder that is named counts, though it has the name of the default one.
    (tmp_path / "moved").rename(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    check_refused(capsys, resumed, f"the data in {tmp_path}/moved, which isn't there")
    assert train.main([str(one) for one in (*resumed, "--data-dir=data", "--quiet")]) == 0


def images_of(folder, *counts):
    """Make a folder of images with so many of each class."""
    ink = np.random.default_rng(0)
    for label, count in enumerate(counts):
        (folder / str(label)).mkdir(parents=True)
        for number in range(count):
            image = Image.fromarray(ink.integers(0, 256, (8, 8), np.uint8))
            image.save(folder / f"{label}/{number}.png")
    return folder


def test_an_output_that_is_a_circle_of_links_is_told_in_a_line(tmp_path, monkeypatch, capsys):
    images_of(tmp_path / "images", 2, 2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    check_refused(capsys, ["--data-dir=images", "--out=a"], "run folder a")


def test_a_run_among_its_own_images_is_refused_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    """The next try would take its folder for a class."""
    images_of(tmp_path, 2, 2)
    monkeypatch.chdir(tmp_path)
    for arguments in (["--data-dir=."], [f"--data-dir={tmp_path}", "--out=1/run"]):
        check_refused(capsys, arguments, "would be in the folder of the images", "--out")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_dir()) == ["0", "1"]


def test_a_class_that_packs_would_leave_out_is_refused(tmp_path, capsys):
    images_of(tmp_path / "mine", 4, 1, 3)
    arguments = [
        "--arch=conv",
        "--pack=2",
        f"--data-dir={tmp_path}/mine",
        "--out",
        tmp_path / "run",
    ]
    check_refused(capsys, arguments, "--pack 2", "fewer of class 1", "smaller --pack")
    assert not (tmp_path / "run").exists()


def test_without_labels_there_must_be_a_pack_of_images(tmp_path, capsys):
    """Otherwise no step would be done, and what nobody trained would be the result."""
    images_of(tmp_path / "mine", 2, 3)
    arguments = ["--arch=conv", "--unconditional", "--pack=8", f"--data-dir={tmp_path}/mine"]
    check_refused(capsys, [*arguments, "--out", tmp_path / "run"], "--pack 8", "holds 5 images")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_more_classes_than_the_data_have_may_be_read_too(tmp_path, capsys):
    run = tmp_path / "run"
    more = ["--n_classes=12", "--reader", "--reader_weight=0.2"]
    assert train.main([*SMALL, *more, f"--out={run}"]) == 0
    assert Sampler.from_pretrained(run).write("10", seed=1, best_of=2).any()


@pytest.mark.slow
def test_two_processes_cannot_train_in_the_same_folder(settings, tmp_path, capsys):
    run = tmp_path / "run"
    process = begin(*settings, "--n_epochs=100000", "--out", run)
    try:
        wait_for((run / "model.safetensors").exists, process)
        for option in ("--resume", "--add-encoder"):
            check_refused(capsys, [option, run], "Another process is training")
    finally:
        kill(process)


def test_an_existing_run_is_not_overwritten(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    arguments = [*SMALL, "--out", tmp_path]
    check_refused(capsys, arguments, "is already in use", "--out")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("option", "words"), [("--lr=nan", "--lr must be"), ("--epochs=3", "--epochs")]
)
def test_a_process_ends_with_one_sentence_and_exit_code_2(tmp_path, option, words):
    """One of each kind: refused by us and by argparse."""
    result = run_process("--dataset=digits", "--out", tmp_path / "run", option)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    check_said(result.returncode, result.stderr, words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--batch_size=1"], ["--batch_size must be at least 2", "BatchNorm"]),
        (["--n_epochs=0"], ["--n_epochs must be at least 1"]),
        (["--lr=nan"], ["--lr must be a finite number"]),
        (["--b1=1"], ["--b1"]),
        (["--seed=-1"], ["seed"]),
        (["--img_size=1000"], ["--img_size must be a whole number from 4 to 128"]),
        (["--img_size=0"], ["--img_size must be a whole number from 4 to 128"]),
        (["--unconditional", "--reader"], ["--reader must be left out for an unconditional"]),
        (["--max_steps=0"], ["--max_steps"]),
        (["--arch=conv", "--img_size=28"], ["img_size must be divisible by 8", "28"]),
        (["--arch=conv", "--g_widths=8,8"], ["widths must be three or four whole numbers"]),
        (["--arch=conv", "--g_widths=8,8,0"], ["--g_widths must be a whole number from 1"]),
        (["--g_widths=8,x,8"], ["--g_widths", "'8,x,8' must be whole numbers such as 128,64,32"]),
        (["--g_widths=8,8,8"], ["--g_widths needs --arch conv"]),
        (["--arch=conv", "--unconditional", "--class_norm"], ["--class_norm must be left out"]),
        (["--ema=1"], ["--ema must be at least 0 and less than 1"]),
        (["--recipe=worst"], ["--recipe"]),
        (["--n_classes=9"], ["--n_classes 9 is too few", "10 classes"]),
        (["--arch=conv", "--batch_size=1000", "--pack=200"], ["--pack 200 is too large", "fewer"]),
        (["--channels=3"], ["--channels 3 does not fit"]),
        (["--number=12a"], ["'a'", "3"]),
        (["--epochs=3"], ["--epochs"]),
        (["--n_epochs=ten"], ["--n_epochs", "ten"]),
        (["--device=tpu"], ["--device"]),
    ],
)
def test_bad_options_are_refused_in_a_sentence(tmp_path, capsys, options, words):
    out = tmp_path / "run"
    check_refused(capsys, ["--dataset=digits", "--out", out, *options], *words)
    assert not (out / "config.json").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    check_refused(capsys, ["--dataset=digits", "--out", tmp_path / "file/run"], "--out")


def test_a_resume_of_nothing_is_refused(tmp_path, capsys):
    check_refused(capsys, ["--resume", tmp_path], "There is no run in")
