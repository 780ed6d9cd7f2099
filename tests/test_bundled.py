"""The weights in the package: they tell nothing private, and what is told of them is theirs."""

import importlib.util
import json
import shutil

import pytest

from cgan.common.errors import UserError
from cgan.hub.source import BUNDLED, read
from cgan.model import metrics
from cgan.model.weights import fingerprint
from cgan.publish.publication import PRIVATE, PUBLIC_DATA
from cgan.training.options import DEFAULT_NUMBER, TrainingOptions
from cgan.training.recipes import from_recipe
from tests.conftest import ROOT

TRAINING = json.loads((BUNDLED / "config.json").read_text(encoding="utf-8"))["training"]


def texts(value):
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


@pytest.mark.parametrize("name", ["config.json", "metrics.json"])
def test_no_file_names_a_folder(name):
    content = json.loads((BUNDLED / name).read_text(encoding="utf-8"))
    assert [text for text in texts(content) if set(text) & set("/\\~")] == []


def test_the_config_has_nothing_private():
    """Except for the number that every run writes if it is told of no other."""
    assert TRAINING.get("number", DEFAULT_NUMBER) == DEFAULT_NUMBER
    assert (PRIVATE - {"number"}) & TRAINING.keys() == set()


def test_the_metrics_are_of_these_weights():
    tensors = read(None)[0].tensors
    measured = metrics.load(BUNDLED, fingerprint(tensors))
    assert measured is not None
    assert measured.data in PUBLIC_DATA


def test_the_recipe_best_is_what_made_them():
    known = TrainingOptions.known()
    made = TrainingOptions.from_dict({name: TRAINING[name] for name in TRAINING if name in known})
    given = {"seed": 0, "n_classes": 10, "channels": 1, "number": made.number}
    assert made == from_recipe("best", given)


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("bundle", ROOT / "docs/bundle_weights.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_takes_what_a_run_has_without_what_is_private(script, tmp_path):
    root, run = tmp_path / "root", tmp_path / "run"
    for folder in ("cgan/pretrained", "docs"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(BUNDLED, run)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    private = {"number": "13812345678", "data_dir": "/home/ann/digits"}
    config["training"] |= private
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(UserError, match=r"result\.png is missing"):
        script.bundle(run, root)
    (run / "samples").mkdir()
    for name in ("result.png", "losses.png", "samples/900.png", "samples/1000.png"):
        (run / name).write_bytes(name.encode())
    script.bundle(run, root)
    written = {path.relative_to(root).as_posix(): path for path in root.rglob("*.*")}
    assert {name.rpartition("/")[2] for name in written} == {
        *("config.json", "metrics.json", "model.safetensors"),
        *("result.png", "losses.png", "grid.png"),
    }
    assert written["docs/grid.png"].read_bytes() == b"samples/1000.png"
    taken = json.loads(written["cgan/pretrained/config.json"].read_text(encoding="utf-8"))
    assert not private.keys() & taken["training"].keys()
    weights = (BUNDLED / "model.safetensors").read_bytes()
    assert written["cgan/pretrained/model.safetensors"].read_bytes() == weights
    (run / "metrics.json").unlink()
    with pytest.raises(UserError, match=r"no metrics\.json of its weights"):
        script.bundle(run, root)
