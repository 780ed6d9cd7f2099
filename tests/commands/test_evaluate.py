"""`python -m cgan evaluate`: metrics on the terminal and in a file, and two pictures."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image

from cgan.commands import evaluate
from cgan.common.command_line import Parser, run
from cgan.data import datasets, mnist
from cgan.model import metrics, weights
from cgan.sampler import Sampler
from tests import idx_files
from tests.conftest import ROOT, TINY, random_tensors
from tests.idx_files import TEST_IMAGES, idx_bytes

PICTURES = ("scores.png", "neighbours.png", "pixels.png")
DIGITS = ("--dataset", "digits", "--samples", "300")
PROGRAM = """
import sys
from cgan.common.command_line import Parser, run
from cgan.commands import evaluate
parser = Parser(prog="python -m cgan")
evaluate.add(parser.add_subparsers(dest="command", required=True))
values = parser.parse_args(["evaluate", *sys.argv[1:]])
sys.exit(run(lambda: values.do(values)))
"""


@pytest.fixture(autouse=True)
def _setting(hasty_classifiers, tiny_weights, monkeypatch):
    monkeypatch.chdir(tiny_weights.parent)
    monkeypatch.setattr(mnist, "MIRRORS", ())
    monkeypatch.delenv("CGAN_MNIST_MIRRORS", raising=False)


def main(*arguments):
    parser = Parser(prog="python -m cgan")
    evaluate.add(parser.add_subparsers(dest="command", required=True))
    values = parser.parse_args(["evaluate", *arguments])
    return run(lambda: values.do(values))


def checksums(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


@pytest.mark.slow
def test_everything_is_measured_shown_and_written(tiny_weights, capsys):
    before = checksums(tiny_weights)
    assert main("weights", *DIGITS, "--seed", "5") == 0
    found = metrics.load(tiny_weights)
    assert found.sha256 == Sampler.from_pretrained(tiny_weights).sha256
    assert (found.samples, found.seed, found.data) == (300, 5, "scikit-learn digits")
    assert [name for name, value in vars(found).items() if value is None] == ["hand"]
    for name in PICTURES:
        with Image.open(tiny_weights / name) as image:
            assert image.format == "PNG"

    shown, said = capsys.readouterr()
    lines = shown.splitlines()
    assert lines == metrics.table(found)
    assert lines[0].split() == ["samples", "real", "images"]
    assert lines[1].split()[-4:-2] == [f"{100 * found.gan_test:.2f}", "%"]
    assert f"{found.frechet_distance:.2f}" in lines[3]
    assert lines[-1] == "300 samples with seed 5, compared with scikit-learn digits."
    assert max(map(len, lines)) <= 80
    assert said.splitlines()[-1].startswith("Wrote weights/metrics.json, weights/scores.png,")

    after = checksums(tiny_weights)
    assert after.keys() - before.keys() == {"metrics.json", *PICTURES}
    assert before.items() < after.items()
    assert main("weights", *DIGITS, "--seed", "5", "--quiet") == 0
    assert checksums(tiny_weights) == after
    again, said = capsys.readouterr()
    assert (again, said) == (shown, "")


def test_pictures_go_elsewhere_and_the_data_are_those_of_the_training(tiny_weights, capsys):
    weights.save_config(tiny_weights, TINY, {"dataset": "digits"})
    assert main("weights", "--output", "new/pictures") == 0
    assert {"metrics.json", "model.safetensors", "config.json"} == set(checksums(tiny_weights))
    pictures = tiny_weights.parent / "new" / "pictures"
    assert set(PICTURES) == set(checksums(pictures))
    assert metrics.load(tiny_weights).samples == 1433  # there are no more training images
    assert "compared with scikit-learn digits" in capsys.readouterr().out


def test_hands_are_measured_alone_and_the_other_figures_stay(tiny_weights, capsys):
    config = replace(TINY, encoder=True)
    weights.save_config(tiny_weights, config)
    weights.save_tensors(tiny_weights, config, random_tensors(config))
    assert main("weights", "--dataset", "digits", "--hands") == 2
    assert "metrics.json" in capsys.readouterr().err
    before = a_metric(Sampler.from_pretrained(tiny_weights).sha256)
    metrics.save(tiny_weights, before)
    assert main("weights", "--dataset", "digits", "--hands") == 0
    found = metrics.load(tiny_weights)
    assert replace(found, hand=None) == before
    assert (found.hand.samples, len(capsys.readouterr().out.splitlines())) == (364, 6)


def test_details_are_measured_alone_of_the_same_samples(tiny_weights, capsys):
    before = a_metric(Sampler.from_pretrained(tiny_weights).sha256, samples=200)
    metrics.save(tiny_weights, before)
    assert main("weights", *DIGITS, "--details") == 2
    assert "are of 200 samples with seed 0" in capsys.readouterr().err
    assert main("weights", "--dataset", "digits", "--samples", "200", "--details") == 0
    found = metrics.load(tiny_weights)
    assert replace(found, details=None, details_real=None) == before
    assert capsys.readouterr().out.splitlines() == metrics.detail_table(
        found.details, found.details_real
    )
    assert (tiny_weights / "pixels.png").exists()


def test_without_an_encoder_there_are_no_hands(tiny_weights, capsys):
    assert main("weights", "--dataset", "digits", "--hands") == 2
    assert "have no encoder" in capsys.readouterr().err


@pytest.mark.parametrize("group", ["--details", "--hands"])
def test_figures_of_other_data_are_not_mixed(tiny_weights, capsys, group):
    config = replace(TINY, encoder=True)
    weights.save_config(tiny_weights, config)
    weights.save_tensors(tiny_weights, config, random_tensors(config))
    sha256 = Sampler.from_pretrained(tiny_weights).sha256
    metrics.save(tiny_weights, replace(a_metric(sha256, 300), data_sha256="ab" * 32))
    before = checksums(tiny_weights)
    assert main("weights", *DIGITS, group) == 2
    assert "were measured on other data" in capsys.readouterr().err
    assert checksums(tiny_weights) == before


@cache
def of_digits():
    """Return the checksum of what is measured against."""
    both = [split.checksum() for split in datasets.load_splits("digits", None, TINY.img_size)]
    return hashlib.sha256("".join(both).encode()).hexdigest()


def a_metric(sha256, samples=5):
    names = ("gan_test", "classifier_accuracy", "frechet_distance", "frechet_distance_real")
    texts = {"data": "digits", "data_sha256": of_digits(), "version": "0.1.0", "sha256": sha256}
    figures = dict.fromkeys(names, 0.5) | {
        "gan_test_per_class": (0.5,),
        "samples": samples,
        "seed": 0,
    }
    return metrics.Metrics(**figures, **texts)


def test_any_idx_folder_is_measured_against(tiny_weights, capsys):
    # Random images, nothing like digits, and not of the generator's size.
    idx_files.write(tiny_weights.parent / "own", idx_files.data_set(count=120))
    assert main("weights", "--data-dir", "own", "--samples", "100") == 0
    assert json.loads((tiny_weights / "metrics.json").read_text())["data"] == "own"
    assert capsys.readouterr().out.endswith("100 samples with seed 0, compared with own.\n")


def test_a_run_is_measured_against_its_own_data(tiny_weights, capsys):
    training = {"dataset": "mnist", "data_dir": str(tiny_weights.parent / "own")}
    weights.save_config(tiny_weights, TINY, training)
    # As ./data is there, it would do.
    idx_files.write(tiny_weights.parent / "data", idx_files.data_set(count=120))
    assert main("weights", "--samples", "100") == 2
    assert "own, which isn't there: say where" in capsys.readouterr().err
    # The fewest samples are more than there are images: so these are the ones that were read.
    idx_files.write(tiny_weights.parent / "own", idx_files.data_set(count=90))
    assert main("weights", "--samples", "100") == 2
    assert "has 90 training images" in capsys.readouterr().err


def make_weights(folder, **changes):
    config = replace(TINY, **changes)
    folder.mkdir()
    weights.save_config(folder, config)
    weights.save_tensors(folder, config, random_tensors(config))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere", *DIGITS], "There is no folder nowhere"),
        (["user/name", *DIGITS], "hf download"),
        (["empty", *DIGITS], "empty/config.json is missing"),
        (["weights", "--dataset", ""], "--dataset must be one of mnist, digits, images, not ''"),
        (["weights", "--data-dir", "nowhere"], "There is no folder nowhere"),
        (["weights", "--data-dir", "a_file"], "There is no folder a_file"),
        (["weights", "--details"], "evaluate without --hands and --details first"),
        (["weights"], "Could not download train-images-idx3-ubyte.gz"),
        (
            ["weights", "--dataset", "cats"],
            "--dataset must be one of mnist, digits, images, not 'cats'",
        ),
        (["weights", *DIGITS, "--seed", "-1"], "The seed must be a whole number"),
        (["weights", *DIGITS, "--samples", "99"], "--samples must be from 100 to 1433"),
        (["weights", *DIGITS, "--samples", "5000"], "--samples must be from 100 to 1433"),
        (["weights", *DIGITS, "--output", "a_file"], "Could not make the folder a_file"),
        (["unconditional", *DIGITS], "These weights are unconditional"),
        (["nine", *DIGITS], "The weights have 9 classes, but the data (scikit-learn digits) have"),
        (["colour", *DIGITS], "The weights draw colour images of 8x8"),
        (["weights", "--data-dir", "empty"], "Could not download train-images-idx3-ubyte.gz"),
        (["weights", "--data-dir", "untested"], f"{TEST_IMAGES} is missing: copy that file"),
        (["weights", "--data-dir", "coloured"], "the data (coloured) are colour images of 8x8"),
    ],
)
def test_bad_input_is_one_sentence(tiny_weights, capsys, arguments, reason):
    here = tiny_weights.parent
    (here / "a_file").write_text("")
    make_weights(here / "unconditional", conditional=False)
    make_weights(here / "nine", n_classes=9)
    make_weights(here / "colour", channels=3)
    (here / "empty").mkdir()
    idx_files.write(here / "untested", idx_files.data_set())
    (here / "untested" / TEST_IMAGES).unlink()
    pixels = np.zeros((20, 8, 8, 3), np.uint8)
    coloured = idx_files.data_set() | {idx_files.TRAIN_IMAGES: idx_bytes(pixels)}
    idx_files.write(here / "coloured", coloured | {TEST_IMAGES: idx_bytes(pixels[:5])})
    before = set(here.rglob("*"))
    assert main(*arguments) == 2
    shown, said = capsys.readouterr()
    assert shown == ""
    assert said.count("\n") == 1
    assert said.startswith("Error: ")
    assert reason in said
    assert set(here.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_noticed_at_once(tiny_weights, capsys):
    tiny_weights.chmod(0o500)
    assert main("weights", *DIGITS) == 2
    assert "weights can't be written" in capsys.readouterr().err


def test_ctrl_c_stops_it_and_leaves_nothing(tiny_weights, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, "weights", *DIGITS],
        cwd=tiny_weights.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        for line in process.stderr:
            if "Training the judging classifier" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert process.returncode == 128 + signal.SIGINT, rest
    check_stopped(rest, tiny_weights, tmp_path / "cache")


def test_sigterm_does_the_same(tiny_weights, tmp_path, monkeypatch):
    """In this process, which sends it to itself when it says that it trains.

    Nothing is being computed then, so it may come to any thread.
    """

    class Said(io.StringIO):
        asked = False

        def write(self, text):
            super().write(text)
            whole_line = self.getvalue().rpartition("Training the judging classifier")[1:]
            if not self.asked and whole_line[0] and "\n" in whole_line[1]:
                self.asked = True
                os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "stderr", Said())
    with pytest.raises(SystemExit) as stop:
        main("weights", *DIGITS)
    assert stop.value.code == 128 + signal.SIGTERM
    _, training, rest = sys.stderr.getvalue().partition("Training the judging classifier")
    assert training
    check_stopped(rest.partition("\n")[2], tiny_weights, tmp_path / "cache")


def check_stopped(said, folder, cache):
    """Check what it said after it was asked to stop, and that it left nothing."""
    # Jittor itself reports a compilation that takes longer than two seconds.
    lines = said.replace("\r", "\n").splitlines()
    lines = [line for line in lines if line and not line.startswith("Compiling Operators")]
    assert lines == ["Stopping (once more to stop at once)."]
    assert set(checksums(folder)) == {"model.safetensors", "config.json"}
    assert not cache.exists()


def test_its_module_is_light_until_it_is_used(tmp_path):
    code = (
        "import sys\n"
        "import cgan.commands.evaluate\n"
        "heavy = ('jittor', 'tqdm', 'sklearn', 'matplotlib', 'ssl', 'cgan.data.datasets')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")
