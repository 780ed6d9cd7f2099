"""The config's bounds, types and keys: what is wrong is refused by name."""

import json
from dataclasses import FrozenInstanceError

import pytest

from cgan.common.errors import UserError
from cgan.model.architectures.conv import ConvConfig
from cgan.model.architectures.mlp import MlpConfig
from cgan.model.registry import config_from_dict
from tests.conftest import message

ARTICLE = {
    "latent_dim": 100,
    "n_classes": 10,
    "img_size": 32,
    "channels": 1,
    "conditional": True,
    "architecture": "mlp",
    "latent_distribution": "normal",
    "pixel_range": [-1.0, 1.0],
}
CONV = ARTICLE | {"architecture": "conv", "widths": [128, 64, 32], "class_norm": False}
NOT_SIZES = [0, -1, True, "100", 1e9, 100.0, float("nan"), None, [100], 10**30]


def test_the_defaults_are_the_articles():
    assert MlpConfig().to_dict() == ARTICLE


def test_json_round_trip():
    config = MlpConfig(7, 5, 8, 3, False)
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_the_defaults_of_a_convolutional_one():
    assert ConvConfig().to_dict() == CONV


@pytest.mark.parametrize(
    "values", [ARTICLE, CONV | {"class_norm": True, "latent_norm": True}], ids=["mlp", "conv"]
)
def test_the_keys_keep_their_order(values):
    """`config.json` stays the same to the byte: the reader, which came last, is the last."""
    values = values | {"reader": True}
    assert list(config_from_dict(values).to_dict()) == list(values)


def test_image_shape():
    assert MlpConfig(img_size=8, channels=3).image_shape == (3, 8, 8)


def test_it_is_frozen():
    with pytest.raises(FrozenInstanceError):
        MlpConfig().latent_dim = 3


def test_a_reader_is_named_only_where_there_is_one():
    config = config_from_dict(ARTICLE | {"reader": True})
    assert config.to_dict() == ARTICLE | {"reader": True}
    assert config_from_dict(ARTICLE | {"reader": False}) == MlpConfig()
    with pytest.raises(UserError, match="reader must be False for an unconditional generator"):
        MlpConfig(conditional=False, reader=True)


@pytest.mark.parametrize("low_or_high", [0, 1])
def test_the_bounds_themselves_fit(low_or_high):
    bounds = {
        "latent_dim": (1, 4096),
        "n_classes": (1, 1000),
        "img_size": (4, 128),
        "channels": (1, 3),
    }
    values = {name: pair[low_or_high] for name, pair in bounds.items()}
    config = config_from_dict(ARTICLE | values)
    assert {name: getattr(config, name) for name in bounds} == values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("latent_dim", "n_classes", "img_size") for value in NOT_SIZES),
        ("latent_dim", 4097),
        ("n_classes", 1001),
        ("img_size", 3),
        ("img_size", 129),
        *(("channels", value) for value in (0, 2, 4, True, 1.0, "1", None)),
        *(("conditional", value) for value in (1, 0, "true", None)),
        *(("reader", value) for value in (1, 0, "true", None)),
        *(("architecture", value) for value in ("transformer", "", "mlp\n", 1, None)),
        *(("latent_distribution", value) for value in ("uniform", None)),
        *(
            ("pixel_range", value)
            for value in ([0.0, 1.0], [-1.0], [1.0, -1.0], [-1.0, float("nan")], "[-1, 1]", None)
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name, value):
    with pytest.raises(UserError) as caught:
        config_from_dict(ARTICLE | {name: value})
    assert message(caught).startswith(f"{name} must be ")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"widths": [8, 4, 2, 1]},
        {"widths": [1024, 1, 1]},
        {"class_norm": True},
        {"class_norm": True, "latent_norm": True},
    ],
    ids=repr,
)
def test_json_round_trip_of_a_convolutional_one(values):
    config = config_from_dict(CONV | values)
    assert json.loads(json.dumps(config.to_dict())) == CONV | values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("widths", value) for value in ([], [8, 8], [8] * 5, 8, "8,8,8", None)),
        *(("widths", [8, value, 8]) for value in (0, -1, 1025, True, 8.0, "8", None, [8])),
        *((name, value) for name in ("class_norm", "latent_norm") for value in (1, "true", None)),
        *(("img_size", value) for value in (4, 30, 36)),
    ],
)
def test_a_value_that_does_not_fit_a_convolutional_one_is_refused_by_name(name, value):
    with pytest.raises(UserError) as caught:
        config_from_dict(CONV | {name: value})
    assert message(caught).startswith(f"{name} must be ")


def test_there_are_no_gains_of_classes_without_classes():
    with pytest.raises(UserError, match="class_norm must be False for an unconditional"):
        config_from_dict(CONV | {"class_norm": True, "conditional": False})


def test_there_are_no_gains_of_latents_without_those_of_classes():
    with pytest.raises(UserError, match="latent_norm must be False without class_norm"):
        config_from_dict(CONV | {"latent_norm": True})


@pytest.mark.parametrize(
    ("name", "value"), [("widths", (8, 8, 8)), ("class_norm", True), ("latent_norm", True)]
)
def test_what_is_convolutional_does_not_fit_the_articles(name, value):
    with pytest.raises(UserError, match=f"unknown key '{name}'"):
        config_from_dict(ARTICLE | {name: value})


@pytest.mark.parametrize("name", ARTICLE)
def test_a_missing_key_is_named(name):
    with pytest.raises(UserError, match=f"'{name}' is missing"):
        config_from_dict({key: ARTICLE[key] for key in ARTICLE if key != name})


@pytest.mark.parametrize("name", sorted(CONV.keys() - {"architecture"}))
def test_a_missing_key_of_a_convolutional_one_is_named(name):
    with pytest.raises(UserError, match=f"'{name}' is missing"):
        config_from_dict({key: CONV[key] for key in CONV if key != name})


def test_an_unknown_key_is_named():
    with pytest.raises(UserError) as caught:
        config_from_dict(ARTICLE | {"laten\ndim": 100})
    assert r"unknown key 'laten\ndim'" in message(caught)


def test_has_classes():
    config = MlpConfig(n_classes=3)
    assert config.has_classes([])
    assert config.has_classes([0, 2])
    assert not config.has_classes([0, 3])
    assert not config.has_classes([-1])
