"""The files that are published of a weights folder."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from cgan import weights
from cgan.config import GeneratorConfig
from cgan.errors import UserError
from cgan.picture import enlarge
from cgan.publication import publication
from cgan.repository import Repository
from tests.conftest import TINY, message, random_tensors

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
    (tiny_weights / "metrics.json").write_text('{"recall": 0.5}')
    assert publication(tiny_weights, X) == publication(tiny_weights, X)


def test_metrics(tiny_weights):
    (tiny_weights / "metrics.json").write_text('{"recall": 0.5, "more": [1]}')
    files = publication(tiny_weights, X)
    assert files["metrics.json"] == b'{"recall": 0.5, "more": [1]}'
    assert b"| Recall | 0.5 |" in files["README.md"]


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
        GeneratorConfig(latent_dim=3, img_size=8, conditional=False),
        GeneratorConfig(latent_dim=3, img_size=8, n_classes=4, channels=3),
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "can't be read as JSON"),
        ("[1]", "must hold a JSON object"),
        ("[" * 100_000, "can't be read as JSON"),
        (" " * 2_000_000, "is too large"),
        (b"\xff", "can't be read as JSON"),
    ],
)
def test_bad_metrics(tiny_weights, content, said):
    path = tiny_weights / "metrics.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as caught:
        publication(tiny_weights, X)
    assert str(path) in message(caught)
    assert said in message(caught)


def test_bad_weights(tiny_weights):
    (tiny_weights / "config.json").unlink()
    with pytest.raises(UserError, match="is missing"):
        publication(tiny_weights, X)
