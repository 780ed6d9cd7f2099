"""The options of a training run: the article's defaults, and what doesn't fit is named."""

import json
from dataclasses import FrozenInstanceError, replace

import pytest

from cgan.errors import UserError
from cgan.options import TrainingOptions
from tests.conftest import message

ARTICLE = {
    "n_epochs": 100,
    "batch_size": 64,
    "lr": 0.0002,
    "b1": 0.5,
    "b2": 0.999,
    "n_cpu": 8,
    "latent_dim": 100,
    "img_size": 32,
    "sample_interval": 1000,
}
NAN, INFINITY = float("nan"), float("inf")


def test_the_defaults_are_the_articles():
    options = TrainingOptions().to_dict()
    assert {name: options[name] for name in ARTICLE} == ARTICLE
    assert (options["dataset"], options["loss"], options["unconditional"]) == (
        "mnist",
        "lsgan",
        False,
    )


def test_a_leading_zero_of_the_number_is_kept():
    assert TrainingOptions().number == "01234567890"


def test_json_round_trip():
    options = replace(TrainingOptions(), dataset="digits", lr=1e-3, number="007")
    assert TrainingOptions(**json.loads(json.dumps(options.to_dict()))) == options


def test_they_are_frozen():
    with pytest.raises(FrozenInstanceError):
        TrainingOptions().seed = 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("dataset", ["cifar", "", "MNIST"]),
        ("loss", ["wgan", ""]),
        ("n_epochs", [0, -1]),
        ("n_cpu", [0, -8]),
        ("sample_interval", [0]),
        ("checkpoint_interval", [0]),
        ("batch_size", [1, 0, -64]),
        ("lr", [0.0, -1e-3, NAN, INFINITY]),
        ("b1", [1.0, -0.1, NAN]),
        ("b2", [1.0, -0.1, INFINITY]),
    ],
)
def test_what_does_not_fit_is_refused_by_its_option(name, values):
    for value in values:
        with pytest.raises(UserError) as caught:
            TrainingOptions(**{name: value})
        assert message(caught).startswith(f"--{name} must be ")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(UserError, match="seed must be"):
        TrainingOptions(seed=seed)


def test_the_smallest_values_fit():
    options = TrainingOptions(
        n_epochs=1, batch_size=2, n_cpu=1, b1=0.0, b2=0.0, sample_interval=1, checkpoint_interval=1
    )
    assert options.batch_size == 2
