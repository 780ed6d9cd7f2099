"""The benchmarks of the demo run; what they measure is not tested.

Whole runs take minutes. Here the tables are made from one round.
"""

import importlib
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.dots import dots
from benchmarks.feet import has_foot
from cgan.common.errors import BadValue
from cgan.data import datasets
from tests import idx_files
from tests.browser import chromium


def run_main(monkeypatch, module, *arguments):
    monkeypatch.setattr(sys, "argv", [f"{module.__name__}.py", *arguments])
    module.main()


@pytest.mark.slow
@pytest.mark.process
def test_demo_latency_compares_the_demo_with_a_bare_app(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.demo_latency")
    run_main(monkeypatch, module, "--rounds=1", "--requests=2", "--clients", "2")
    output = capsys.readouterr().out
    rows = [line.split("|")[2].strip() for line in output.splitlines() if line[:3] == "| 2"]
    assert rows == ["requests/s", "p50, ms", "p95, ms", "failed"]
    assert "| 2 | failed | 0 | 0 | |" in output


@pytest.mark.slow
@pytest.mark.process
def test_cold_start_compares_a_space_with_a_bare_app(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.cold_start")
    run_main(monkeypatch, module, "--rounds=1", "--warm-ups=0")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[-2:]] == [
        "start to first page",
        "start to first picture",
    ]


@pytest.mark.slow
@pytest.mark.process
def test_a_short_soak_of_the_demo_fails_nowhere(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.soak")
    with pytest.raises(SystemExit) as ended:
        run_main(monkeypatch, module, "--calls=150", "--clients=16")
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0, lines
    assert lines[-1].startswith("| 150 | 0 |")


def test_strokes_compares_curves_with_the_outlines_before(monkeypatch, capsys):
    module = importlib.import_module("benchmarks.strokes")
    run_main(monkeypatch, module, "--digits=22")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" pen ")[0] for line in lines if " pen " in line] == ["curves,"] * 3
    assert lines[-1].startswith("ms a number:")


@pytest.mark.slow
@pytest.mark.process
def test_page_speed_compares_the_page_with_a_bare_slider(monkeypatch, capsys):
    chromium()  # or the test is skipped
    module = importlib.import_module("benchmarks.page_speed")
    for name in ("latency", "downloadThroughput", "uploadThroughput"):
        monkeypatch.setitem(module.SLOW, name, -1)  # as fast as it gets
    run_main(monkeypatch, module, "--moves=2", "--visits=1")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [line.count("|") for line in lines] == [5] * 9
    ratios = [float(line.split("|")[4]) for line in lines if "median" not in line]
    assert len(ratios) == 7
    assert min(ratios) > 0


def test_photos_counts_the_sheets_that_are_read(monkeypatch, capsys, tmp_path):
    module = importlib.import_module("benchmarks.photos")
    idx_files.write(tmp_path, idx_files.data_set(count=50, size=(28, 28)), zipped=True)
    monkeypatch.setattr(module, "COUNT", 4)
    monkeypatch.setattr(module, "TILTS", (0,))
    run_main(monkeypatch, module, f"--data-dir={tmp_path}", "--sheets=1")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["blank", "0"],
        ["ruled", "0"],
        ["squared", "0"],
    ]


def test_dots_are_single_pixels():
    images = np.full((4, 1, 8, 8), -1, np.float32)
    images[:2, 0, 1, 6] = 0
    images[:, 0, 4, 2:4] = 1  # two that touch aren't
    found = dots(images)
    assert found[1, 6] == 0.5
    assert found.sum() == 0.5


def test_the_validation_split_shares_out_the_training_images(monkeypatch, tmp_path):
    module = importlib.import_module("benchmarks.validation_split")
    idx_files.write(tmp_path / "data", idx_files.data_set(), zipped=True)
    folders = f"--data-dir={tmp_path / 'data'}", f"--output={tmp_path / 'split'}"
    run_main(monkeypatch, module, *folders, "--images=4")
    whole = datasets.load("mnist", tmp_path / "data", 8)
    train, validation = datasets.load_splits("mnist", tmp_path / "split", 8)
    assert (len(train.labels), len(validation.labels)) == (16, 4)
    both = np.concatenate([train.images, validation.images])
    np.testing.assert_array_equal(both, whole.images)
    for images in ("0", "20"):
        with pytest.raises(BadValue, match="--images must be"):
            run_main(monkeypatch, module, *folders, f"--images={images}")


@pytest.mark.parametrize(("width", "has"), [(0, False), (7, False), (13, True)])
def test_a_foot_is_wider_than_the_stem(width, has):
    image = np.full((32, 32), -1, np.float32)
    image[5:27, 15:17] = 1
    image[24:27, 10 : 10 + width] = 1
    assert has_foot(image) is has
    assert not has_foot(np.full((32, 32), -1, np.float32))


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("best_of", "--data-dir"),
        ("dots", "--data-dir"),
        ("feet", "--data-dir"),
        ("photos", "--data-dir"),
        ("validation_split", "--data-dir"),
        ("hand", ""),
        ("strokes", ""),
        ("write_speed", ""),
    ],
)
def test_what_is_not_there_is_told_in_one_line(tmp_path, name, option):
    (tmp_path / "full").write_bytes(b"")  # a file where a folder is wanted
    given = [option, str(tmp_path / "full" / "none")] if option else [str(tmp_path / "none")]
    command = [sys.executable, f"benchmarks/{name}.py", *given]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert ended.stderr.startswith("Error: ")
