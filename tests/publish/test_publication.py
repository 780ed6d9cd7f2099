"""The files that are published for a weights folder."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cgan.common.errors import UserError
from cgan.data import datasets
from cgan.hub.repository import Repository
from cgan.model import metrics, weights
from cgan.model.architectures.mlp import MlpConfig
from cgan.publish.publication import PUBLIC_DATA, publication
from cgan.writing.picture import enlarge
from tests.conftest import TINY, random_tensors

X = Repository("ann/x")


def pixels(data):
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def test_files(tiny_weights, tiny_sampler):
    (tiny_weights / "checkpoint").mkdir()
    (tiny_weights / "checkpoint/last.safetensors").write_bytes(b"large")
    files = publication(tiny_weights, X)
    assert set(files) == {
        "model.safetensors",
        "config.json",
        "grid.png",
        "number.png",
        "README.md",
    }
    for name in ("model.safetensors", "config.json"):
        assert files[name] == (tiny_weights / name).read_bytes()
    number = enlarge(tiny_sampler.write("01234567890", seed=0), 12)
    np.testing.assert_array_equal(pixels(files["number.png"]), number)
    np.testing.assert_array_equal(pixels(files["grid.png"]), enlarge(tiny_sampler.grid(10), 12))


def test_the_same_folder_gives_the_same_bytes(tiny_weights):
    weights.save_config(tiny_weights, TINY, {"dataset": "mnist", "seed": 1})
    measured(tiny_weights)
    assert publication(tiny_weights, X) == publication(tiny_weights, X)


def measured(folder, **changes):
    """Write metrics of the weights in a folder; return the file's content."""
    figures = {
        "gan_test": 0.99,
        "gan_test_per_class": (0.99,) * 10,
        "classifier_accuracy": 0.994,
        "frechet_distance": 9.5,
        "frechet_distance_real": 1.5,
        "recall": 0.5,
        "samples": 100,
        "seed": 0,
        "data": "MNIST",
        "data_sha256": "0" * 64,
        "sha256": weights.fingerprint(weights.load(folder).tensors),
        "version": "0.1.0",
    }
    metrics.save(folder, metrics.Metrics(**figures | changes))
    return (folder / "metrics.json").read_bytes()


def test_metrics(tiny_weights):
    content = measured(tiny_weights)
    files = publication(tiny_weights, X)
    assert files["metrics.json"] == content
    assert b"| Recall | 0.5 |" in files["README.md"]


def test_a_folder_that_was_measured_on_is_not_named(tiny_weights):
    measured(tiny_weights, data="/home/ann/patients")
    files = publication(tiny_weights, X)
    assert not [name for name, content in files.items() if b"patients" in content]
    assert json.loads(files["metrics.json"])["gan_test"] == 0.99
    assert b"| Recall | 0.5 |" in files["README.md"]


def test_public_data_are_those_that_are_no_folder():
    digits = datasets.load("digits", Path("data"), 8, quiet=True)
    assert {digits.name, "MNIST"} == PUBLIC_DATA


@pytest.mark.parametrize("data", sorted(PUBLIC_DATA))
def test_data_that_all_have_are_named(tiny_weights, data):
    measured(tiny_weights, data=data)
    assert data.encode() in publication(tiny_weights, X)["README.md"]


def test_metrics_of_other_weights_are_left_out_with_a_warning(tiny_weights, capsys):
    measured(tiny_weights, sha256="0" * 64)
    files = publication(tiny_weights, X)
    assert "metrics.json" not in files
    assert b"Recall" not in files["README.md"]
    assert "the measured quality is ignored" in capsys.readouterr().err


def test_the_number_of_a_run_is_not_published(tiny_weights):
    """It may be somebody's phone number."""
    training = {"dataset": "mnist", "number": "13812345678", "seed": 1}
    weights.save_config(tiny_weights, TINY, training)
    files = publication(tiny_weights, X)
    assert not any(b"13812345678" in content for content in files.values())
    content = json.loads(files["config.json"])
    assert content["training"] == {"dataset": "mnist", "seed": 1}
    assert content | {"training": training} == weights.load_config(tiny_weights)


@pytest.mark.parametrize(
    "config",
    [
        MlpConfig(latent_dim=3, img_size=8, conditional=False),
        MlpConfig(latent_dim=3, img_size=8, n_classes=4, channels=3),
    ],
    ids=["unconditional", "colour"],
)
def test_weights_that_write_no_numbers(tmp_path, config):
    weights.save_config(tmp_path, config)
    weights.save_tensors(tmp_path, config, random_tensors(config))
    files = publication(tmp_path, X)
    assert "number.png" not in files
    assert b"number.png" not in files["README.md"]
    assert pixels(files["grid.png"]).shape[:2] == (960, 96 * (4 if config.conditional else 10))


@pytest.mark.parametrize("content", ["{", "[1]", "[" * 100_000, " " * 2_000_000, "{}"])
def test_bad_metrics_are_left_out_with_a_warning(tiny_weights, content, capsys):
    (tiny_weights / "metrics.json").write_text(content)
    assert "metrics.json" not in publication(tiny_weights, X)
    said = capsys.readouterr().err
    assert str(tiny_weights / "metrics.json") in said
    assert said.count("\n") == 1


def test_bad_weights(tiny_weights):
    (tiny_weights / "config.json").unlink()
    with pytest.raises(UserError, match="is missing"):
        publication(tiny_weights, X)
