"""`metrics.json`: written whole, read with care, and only beside the weights it describes."""

import json
from dataclasses import replace

import pytest

from cgan.common.errors import UserError
from cgan.model import metrics, weights
from cgan.model.metric_groups import HandMetrics
from cgan.model.metrics import Metrics
from cgan.sampler import Sampler
from tests.conftest import TINY, message, random_tensors


@pytest.fixture
def measured(tiny_weights):
    """Return a folder of weights and their metrics."""
    found = Metrics(
        gan_test=0.99,
        gan_test_per_class=(0.98, 1.0),
        classifier_accuracy=0.995,
        gan_train=0.97,
        gan_train_real=0.99,
        frechet_distance=9.5,
        frechet_distance_real=1.5,
        precision=0.9,
        recall=0.5,
        precision_real=0.88,
        recall_real=0.87,
        samples=10_000,
        seed=0,
        data="MNIST",
        data_sha256="ab" * 32,
        sha256=Sampler.from_pretrained(tiny_weights).sha256,
        version="0.1.0",
    )
    metrics.save(tiny_weights, found)
    return tiny_weights, found


def edit(folder, **changes):
    path = folder / "metrics.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_is_saved_is_loaded(measured, capsys):
    folder, expected = measured
    assert metrics.load(folder) == expected
    assert metrics.load(folder, expected.sha256) == expected
    assert capsys.readouterr().err == ""


def test_figures_of_hands_are_kept_and_older_files_have_none(measured):
    folder, found = measured
    assert "hand" not in json.loads((folder / "metrics.json").read_text())
    hand = HandMetrics(
        reconstruction=0.9,
        legible=0.98,
        slant=0.8,
        stroke_width=-0.1,
        same_hand=0.7,
        samples=1000,
        encoder_sha256="cd" * 32,
    )
    both = replace(found, hand=hand)
    metrics.save(folder, both)
    assert metrics.load(folder) == both
    assert len(metrics.table(both)) == len(metrics.table(found)) + 6
    edit(folder, hand=[])
    with pytest.raises(UserError, match="hand can't be"):
        metrics.read(folder, found.sha256)


def test_the_same_metrics_give_the_same_bytes(measured):
    folder, _ = measured
    before = (folder / "metrics.json").read_bytes()
    metrics.save(folder, metrics.load(folder))
    assert (folder / "metrics.json").read_bytes() == before


def test_the_keys_are_stable(measured):
    folder, _ = measured
    assert list(json.loads((folder / "metrics.json").read_text())) == [
        "format",
        "gan_test",
        "gan_test_per_class",
        "classifier_accuracy",
        "gan_train",
        "gan_train_real",
        "frechet_distance",
        "frechet_distance_real",
        "precision",
        "recall",
        "precision_real",
        "recall_real",
        "samples",
        "seed",
        "data",
        "data_sha256",
        "sha256",
        "version",
    ]


def test_quick_ones_are_loaded_too(measured):
    folder, found = measured
    quick = replace(found, gan_train=None, gan_train_real=None, precision=None, recall=None)
    metrics.save(folder, quick)
    assert metrics.load(folder) == quick


def test_without_a_file_there_is_nothing_to_say(tiny_weights, capsys):
    assert metrics.load(tiny_weights) is None
    assert capsys.readouterr().err == ""


def test_those_of_other_weights_are_ignored_with_a_reason(measured, capsys):
    folder, _ = measured
    weights.save_tensors(folder, TINY, random_tensors(TINY, seed=1))
    assert metrics.load(folder) is None
    warning = capsys.readouterr().err
    assert "metrics.json was measured with other weights" in warning
    assert f"python -m cgan evaluate {folder}" in warning


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"gan_test": 1.2}, "gan_test can't be 1.2"),
        ({"gan_test": True}, "gan_test can't be True"),
        ({"gan_test": "0.9"}, "gan_test can't be '0.9'"),
        ({"gan_test": None}, "gan_test can't be None"),
        ({"gan_train": -0.1}, "gan_train can't be -0.1"),
        ({"recall": float("nan")}, "recall can't be nan"),
        ({"gan_test_per_class": []}, "gan_test_per_class can't be"),
        ({"gan_test_per_class": [0.5, "a"]}, "gan_test_per_class can't be 'a'"),
        ({"gan_test_per_class": [2]}, "gan_test_per_class can't be 2"),
        ({"gan_test_per_class": 0.5}, "gan_test_per_class can't be 0.5"),
        ({"frechet_distance": -1}, "frechet_distance can't be -1"),
        ({"frechet_distance": float("inf")}, "frechet_distance can't be inf"),
        ({"samples": 1.5}, "samples can't be 1.5"),
        ({"seed": -1}, "seed can't be -1"),
        ({"data": 7}, "data can't be 7"),
        ({"data": "\ud800"}, "data can't be"),
        ({"frechet_distance": 10**400}, "frechet_distance can't be 1000"),
        ({"frechet_distance_real": [1.0]}, "frechet_distance_real can't be [1.0]"),
        ({"gan_test_per_class": [[0.5]]}, "gan_test_per_class can't be [0.5]"),
        ({"samples": 10**30}, "samples can't be 1000"),
        ({"sha256": None}, "sha256 can't be None"),
        ({"format": "cgan-metrics-2"}, "'format' must be 'cgan-metrics-1'"),
        ({"taste": 1}, "unknown key 'taste'"),
    ],
)
def test_impossible_values_are_ignored_with_a_reason(measured, capsys, changes, reason):
    folder, _ = measured
    edit(folder, **changes)
    assert metrics.load(folder) is None
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b" " * 2**21])
def test_what_is_not_json_is_ignored_with_a_reason(measured, capsys, content):
    folder, found = measured
    (folder / "metrics.json").write_bytes(content)
    assert metrics.load(folder, found.sha256) is None
    assert "the measured quality is ignored" in capsys.readouterr().err


def test_a_missing_key_is_named(measured):
    folder, found = measured
    content = json.loads((folder / "metrics.json").read_text())
    del content["recall"]
    (folder / "metrics.json").write_text(json.dumps(content))
    with pytest.raises(UserError) as caught:
        metrics.read(folder, found.sha256)
    assert message(caught) == f"{folder / 'metrics.json'}: the key 'recall' is missing."
