"""What a run does with its data: classes without images, and where they are when it goes on."""

import json

import numpy as np
import pytest
from PIL import Image

import train
from tests import idx_files
from tests.idx_files import TEST_IMAGES, TRAIN_LABELS, idx_bytes

OPTIONS = ("--img_size=8", "--latent_dim=3", "--batch_size=20", "--max_steps=1", "--quiet")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Train on ./data into ./run; return the exit code."""
    monkeypatch.chdir(tmp_path)
    return lambda *more: train.main([*OPTIONS, "--out=run", *more])


def training(folder):
    return json.loads((folder / "run/config.json").read_text())["training"]


def test_two_classes_write_what_they_can_unless_a_number_is_asked_for(tmp_path, run, capsys):
    idx_files.write(tmp_path / "data", idx_files.data_set(classes=2))
    assert run("--number=01234567890") == 2
    assert "can't be written: the data have only the classes 0 to 1" in capsys.readouterr().err
    assert run() == 0
    assert training(tmp_path)["number"] == "010"
    assert (tmp_path / "run/result.png").is_file()


def test_classes_without_images_are_refused_unless_they_are_asked_for(tmp_path, run, capsys):
    labels = idx_bytes(1 + np.arange(20) % 3)  # as the letters of EMNIST are, from 1
    idx_files.write(tmp_path / "data", idx_files.data_set() | {TRAIN_LABELS: labels})
    assert run() == 2
    said = capsys.readouterr().err
    assert "has classes up to 3, but no image of 0: " in said
    assert said.endswith("train all the same with --n_classes 4.\n")
    assert run("--n_classes=4") == 0
    assert "Warning: the data have no image of class 0, which stays untrained." in (
        capsys.readouterr().err
    )
    assert training(tmp_path)["number"] == "123"
    assert train.main(["--resume=run", "--max_steps=2", "--quiet"]) == 0


def test_without_labels_no_class_is_missed(tmp_path, run):
    labels = idx_bytes(1 + np.arange(20) % 3)
    idx_files.write(tmp_path / "data", idx_files.data_set() | {TRAIN_LABELS: labels})
    assert run("--unconditional") == 0


def test_a_resumed_run_is_measured_on_its_own_data(tmp_path, run, monkeypatch, capsys):
    idx_files.write(tmp_path / "data", idx_files.data_set())
    assert run() == 0
    (tmp_path / "data" / TEST_IMAGES).unlink()
    idx_files.write(tmp_path / "elsewhere", {})
    idx_files.write(tmp_path / "elsewhere/data", idx_files.data_set(seed=1))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert train.main([f"--resume={tmp_path}/run", "--evaluate", "--max_steps=2", "--quiet"]) == 2
    assert f"{tmp_path}/data holds a data set other than MNIST" in capsys.readouterr().err


def test_a_folder_of_images_is_trained_on_found_again_and_no_other(
    tmp_path, run, monkeypatch, capsys
):
    rng = np.random.default_rng(0)
    for index in range(6):
        path = tmp_path / f"my digits/{index % 2}/{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (9, 7 + index), np.uint8)).save(path)
    assert run("--data-dir=my digits") == 0
    assert training(tmp_path)["dataset"] == "images"
    assert (training(tmp_path)["number"], training(tmp_path)["channels"]) == ("010", 1)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    resume = [f"--resume={tmp_path}/run", "--quiet"]
    assert train.main([*resume, "--max_steps=2"]) == 0
    path.unlink()
    assert train.main([*resume, "--max_steps=3"]) == 2
    assert "aren't those that the run was trained on" in capsys.readouterr().err
