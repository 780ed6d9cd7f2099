"""A wrong value is a `ValueError` and a missing file a `FileNotFoundError`, wherever it is noticed.

Each entry makes one mistake, as a user or a file does. None needs Jittor or a network.
"""

import copy
import importlib
import json
import pickle
import re
from types import SimpleNamespace

import numpy as np
import pytest

import train
from cgan.backend.pickles import read_parameters
from cgan.backend.toolchain import check_compiler
from cgan.commands import evaluate
from cgan.common import files
from cgan.common.errors import BadValue, MissingFile, UserError
from cgan.common.signals import Interruption
from cgan.data import idx, mnist
from cgan.hub.errors import HubError
from cgan.hub.pull import Pulled
from cgan.hub.repository import Repository
from cgan.hub.source import read_pulled
from cgan.model import article, metrics, weights
from cgan.model.architectures.mlp import MlpConfig
from cgan.publish import space
from cgan.training import checkpoint
from cgan.training.options import Execution, TrainingOptions
from cgan.training.run_folder import RunFolder
from cgan.training.run_loop import RunLoop
from cgan.writing.number import BadCharacter
from demo.models import Models, OnlyBundled
from demo.serve import temporary
from tests.conftest import ROOT, TINY, message, random_tensors

METRICS = {
    "format": metrics.FORMAT,
    "gan_test": 0.9,
    "gan_test_per_class": [0.9],
    "classifier_accuracy": 0.9,
    "gan_train": None,
    "gan_train_real": None,
    "frechet_distance": 1.0,
    "frechet_distance_real": 1.0,
    "precision": None,
    "recall": None,
    "precision_real": None,
    "recall_real": None,
    "samples": 10,
    "seed": 0,
    "data": "MNIST",
    "data_sha256": "ab",
    "sha256": "cd",
    "version": "1",
}


@pytest.fixture
def folder(tiny_weights):
    """A folder of weights beside which there is nothing else."""
    return tiny_weights


def changed_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return weights.load(folder)


def changed_tensors(folder, **changes):
    tensors = {**random_tensors(TINY), **changes}
    return weights.save_tensors(folder, TINY, {k: v for k, v in tensors.items() if v is not None})


def written(folder, name, data):
    (folder / name).write_bytes(data)
    return weights.load(folder)


def read_metrics(folder, content):
    (folder / "metrics.json").write_text(content)
    return metrics.read(folder, "cd")


def pickled(folder, content):
    path = folder / "a.pkl"
    path.write_bytes(pickle.dumps(content))
    return path


def pulled(folder):
    return read_pulled(Repository("ann/x"), Pulled(folder, "0" * 40))


def changed_and_pulled(folder):
    (folder / "config.json").write_text("[]")
    return pulled(folder)


def filled(folder, name):
    (folder / name).write_text("mine")
    return folder / name


def page_with(folder, **config):
    other = MlpConfig(**{**vars(TINY), **config})
    weights.save_config(folder, other)
    weights.save_tensors(folder, other, random_tensors(other))
    return Models([str(folder)])


FIRST = "model.0.weight"
WRONG = {
    # Weights
    "format": lambda folder: changed_config(folder, format="else"),
    "training": lambda folder: changed_config(folder, training=3),
    "config": lambda folder: changed_config(folder, img_size=-1),
    "unknown key": lambda folder: changed_config(folder, other=1),
    "architecture": lambda folder: changed_config(folder, architecture="other"),
    "no JSON": lambda folder: written(folder, "config.json", b"{"),
    "deep JSON": lambda folder: written(folder, "config.json", b"[" * 100_000),
    "no object": lambda folder: written(folder, "config.json", b"[]"),
    "large config": lambda folder: written(folder, "config.json", b" " * (2 << 20)),
    "no safetensors": lambda folder: written(folder, "model.safetensors", b"{}"),
    "a tensor less": lambda folder: changed_tensors(folder, **{FIRST: None}),
    "a tensor more": lambda folder: changed_tensors(folder, more=np.zeros(1, np.float32)),
    "its type": lambda folder: changed_tensors(folder, **{FIRST: np.zeros((128, 13))}),
    "its shape": lambda folder: changed_tensors(folder, **{FIRST: np.zeros((1, 1), np.float32)}),
    "its values": lambda folder: changed_tensors(
        folder, **{FIRST: np.full((128, 13), np.nan, np.float32)}
    ),
    "a variance": lambda folder: changed_tensors(
        folder, **{"model.3.running_var": np.full(256, -1, np.float32)}
    ),
    "weights of the Hub": changed_and_pulled,
    "unconditional on the page": lambda folder: page_with(folder, conditional=False),
    "letters on the page": lambda folder: page_with(folder, n_classes=26),
    # Metrics
    "metrics, no JSON": lambda folder: read_metrics(folder, "{"),
    "metrics, format": lambda folder: read_metrics(folder, "{}"),
    "metrics, key": lambda folder: read_metrics(folder, json.dumps({"format": metrics.FORMAT})),
    "metrics, type": lambda folder: read_metrics(folder, json.dumps(METRICS | {"seed": "0"})),
    "metrics, bounds": lambda folder: read_metrics(folder, json.dumps(METRICS | {"gan_test": 2})),
    "metrics, others'": lambda folder: read_metrics(folder, json.dumps(METRICS | {"sha256": "e"})),
    # The article's checkpoint
    "no pickle": lambda folder: read_parameters(folder / "config.json"),
    "pickled text": lambda folder: read_parameters(pickled(folder, "text")),
    "no generator": lambda folder: article.convert({}, folder / "a.pkl", folder / "new"),
    # Folders and files to write
    "a folder to write": lambda folder: files.write_text(folder, ""),
    "a run's folder": lambda folder: RunFolder.create(folder),
    "a Space's folder": lambda folder: space.stage(folder, []),
    # Other files
    "no checkpoint": lambda folder: checkpoint.load(filled(folder, "last.safetensors"), 9),
    "weights as a checkpoint": lambda folder: checkpoint.load(
        folder / "model.safetensors", 1 << 20
    ),
    "no IDX file": lambda folder: idx.parse(b"", folder / "a"),
    "no gzip file": lambda folder: idx.read_bytes(filled(folder, "a.gz")),
}
MISSING = {
    "config": lambda folder: weights.load(folder / "none"),
    "weights": lambda folder: (folder / "model.safetensors").unlink() or weights.load(folder),
    "weights of the Hub": lambda folder: (folder / "config.json").unlink() or pulled(folder),
    "metrics": lambda folder: metrics.read(folder, ""),
    "pickle": lambda folder: read_parameters(folder / "none.pkl"),
    "checkpoint": lambda folder: checkpoint.load(folder / "none", 9),
    "run": lambda folder: RunFolder.reopen(folder / "none"),
    "IDX file": lambda folder: idx.read_bytes(folder / "none"),
    "gzipped IDX file": lambda folder: idx.read_bytes(folder / "none.gz"),
    "folder to write to": lambda folder: files.write_text(folder / "none/a", ""),
    "folder of losses": lambda folder: RunFolder(folder / "none").append_losses(1, 1, 0, 0),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_a_value_error(folder, name):
    with pytest.raises(ValueError, match=r"\w") as caught:
        WRONG[name](folder)
    assert isinstance(caught.value, BadValue)
    assert message(caught).endswith(".")


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_file_is_a_file_not_found_error(folder, name):
    with pytest.raises(FileNotFoundError, match=r"\w") as caught:
        MISSING[name](folder)
    assert isinstance(caught.value, MissingFile)
    assert message(caught).endswith(".")


def test_a_variable_that_names_no_compiler_is_a_wrong_value(monkeypatch):
    monkeypatch.setenv("cc_path", "/none/g++")
    with pytest.raises(BadValue, match="cc_path"):
        check_compiler()


UNREADABLE = {
    "weights": lambda folder: weights.load(folder),
    "metrics": lambda folder: metrics.read(folder, ""),
    "pickle": lambda folder: read_parameters(folder / "config.json"),
    "IDX file": lambda folder: idx.read_bytes(folder / "config.json"),
    "data": lambda folder: mnist.download_missing(folder / "model.safetensors/a"),
    "pictures": lambda folder: evaluate._check_writable(folder, folder / "model.safetensors/a"),
    "run": lambda folder: RunFolder.create(folder / "model.safetensors/a"),
    "weights to make": lambda folder: files.write_text(folder / "model.safetensors/a", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_used_is_neither(folder, name):
    for file in ("config.json", "metrics.json"):
        (folder / file).unlink(missing_ok=True)
        (folder / file).mkdir()
    with pytest.raises(UserError) as caught:
        UNREADABLE[name](folder)
    assert type(caught.value) is UserError
    assert message(caught).endswith(".")


def test_a_folder_for_temporary_files_that_cannot_be_made(folder, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder / "config.json"))
    with pytest.raises(UserError, match="GRADIO_TEMP_DIR"):
        temporary.make_folder()


KINDS = [BadValue, MissingFile, UserError]


@pytest.mark.parametrize("kind", KINDS)
def test_a_push_that_fails_after_training_keeps_its_kind(kind, monkeypatch, tmp_path):
    def push(*_):
        raise kind("That was wrong.")

    monkeypatch.setattr(train, "push", push)
    with pytest.raises(kind) as caught:
        train.publish(tmp_path, Repository("ann/x"), Execution(quiet=True))
    assert type(caught.value) is kind
    assert message(caught).startswith("That was wrong. The run is safe in ")


@pytest.mark.parametrize("kind", KINDS)
def test_training_that_fails_keeps_its_kind(kind, tmp_path):
    def run():
        raise kind("That was wrong.")
        yield

    trainer = SimpleNamespace(step=0, total_steps=9, steps_per_epoch=3, run=run)
    options, execution = TrainingOptions(), Execution(quiet=True)
    with RunFolder.create(tmp_path) as folder:
        loop = RunLoop(folder, trainer, {}, options, execution, Interruption(None), None)
        with pytest.raises(kind) as caught, loop.telling_what_is_left():
            loop.train()
    assert type(caught.value) is kind
    assert message(caught) == (
        "That was wrong. There was no checkpoint yet. Continue with: "
        f"python train.py --resume {tmp_path} --quiet"
    )


OURS = ("cgan.", "demo.")
CLASS = re.compile(r"^class \w+\((UserError|BadValue|MissingFile|HubError)\b", re.MULTILINE)


def classes():
    """Return all classes of errors, but for those in modules that need Jittor."""
    for path in [*ROOT.glob("cgan/**/*.py"), *ROOT.glob("demo/**/*.py")]:
        text = path.read_text(encoding="utf-8")
        if CLASS.search(text) and "jt = load_jittor()" not in text:
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = [UserError]
    for kind in found:  # which grows
        found += [one for one in kind.__subclasses__() if one.__module__.startswith(OURS)]
    return set(found)


COPIES = [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]


@pytest.mark.parametrize("again", COPIES)
def test_every_error_can_be_copied_and_sent_to_another_process(again):
    kinds = classes()
    assert kinds >= {BadValue, MissingFile, HubError, BadCharacter, OnlyBundled}
    for kind in kinds:
        error = kind.__new__(kind)
        UserError.__init__(error, "It is {x}.", text_id="some.id", x=BadValue("so"))
        error.unavailable = True
        same = again(error)
        assert type(same) is kind
        assert str(same) == "It is so."
        assert (same.text_id, same.template, same.unavailable) == ("some.id", "It is {x}.", True)
        assert str(same.values["x"]) == "so"
