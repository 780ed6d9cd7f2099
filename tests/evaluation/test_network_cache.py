"""The cache of trained networks: by what made them, and nothing damaged is ever used."""

import os
from pathlib import Path

import numpy as np
import pytest

from cgan.evaluation import network_cache
from cgan.model import weights

SHAPES = {"a.weight": (2, 3), "a.bias": (2,)}
TENSORS = {"a.weight": np.ones((2, 3), np.float32), "a.bias": np.zeros(2, np.float32)}


def test_where_it_is_depends_on_all_that_made_it(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one = network_cache.path("data", {"epochs": 1, "seed": 0})
    assert one == network_cache.path("data", {"seed": 0, "epochs": 1})
    others = {
        network_cache.path("other", {"epochs": 1, "seed": 0}),
        network_cache.path("data", {"epochs": 2, "seed": 0}),
        network_cache.path("data", {"epochs": 1, "seed": 1}),
    }
    assert len(others | {one}) == 4
    assert one.parent == tmp_path / "cgan" / "classifiers"


@pytest.mark.parametrize("value", ["", "relative/cache"])
def test_the_users_cache_is_the_default(monkeypatch, value):
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert Path.home() / ".cache" / "cgan" in network_cache.path("data", {}).parents


def test_it_is_found_where_it_is_and_counted(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = f"{tmp_path}/cgan/classifiers"
    assert network_cache.find().text.startswith(f"{place}, doesn't exist yet")
    network_cache.save(network_cache.path("data", {}), TENSORS, "reader")
    assert network_cache.find().text == f"{place}, 1 network"
    network_cache.save(network_cache.path("other", {}), TENSORS, "reader")
    found = network_cache.find()
    assert (found.level, found.text) == ("ok", f"{place}, 2 networks")


def test_what_is_saved_is_loaded(tmp_path, capsys):
    path = tmp_path / "new" / "a.safetensors"
    assert network_cache.load(path, SHAPES, "reader") is None
    network_cache.save(path, TENSORS, "reader")
    loaded = network_cache.load(path, SHAPES, "reader")
    assert loaded.keys() == TENSORS.keys()
    assert all(np.array_equal(loaded[name], TENSORS[name]) for name in TENSORS)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"a.bias": TENSORS["a.bias"]}, "a.weight"),
        (TENSORS | {"b": np.zeros(1, np.float32)}, "more tensors"),
        (TENSORS | {"a.bias": np.zeros(3, np.float32)}, "a.bias has another shape"),
        (TENSORS | {"a.bias": np.zeros(2)}, "a.bias has another shape or type"),
        (TENSORS | {"a.bias": np.full(2, np.nan, np.float32)}, "a.bias has values"),
    ],
)
def test_other_tensors_are_not_used(tmp_path, capsys, tensors, reason):
    path = tmp_path / "a.safetensors"
    path.write_bytes(weights.to_safetensors(tensors))
    assert network_cache.load(path, SHAPES, "reader") is None
    warning = capsys.readouterr().err
    assert reason in warning
    assert "it is trained again" in warning


def test_one_with_a_flipped_bit_is_not_used(tmp_path, capsys):
    path = tmp_path / "a.safetensors"
    network_cache.save(path, TENSORS, "reader")
    data = bytearray(path.read_bytes())
    data[-1] ^= 8  # a number as good as another
    path.write_bytes(data)
    assert network_cache.load(path, SHAPES, "reader") is None
    assert "checksum" in capsys.readouterr().err


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_used(tmp_path, capsys, make):
    make(tmp_path / "a")
    assert network_cache.load(tmp_path / "a", SHAPES, "reader") is None
    assert "it is trained again" in capsys.readouterr().err


def test_one_of_an_older_version_is_used(tmp_path, capsys):
    path = tmp_path / "a.safetensors"
    path.write_bytes(weights.to_safetensors(TENSORS))
    assert network_cache.load(path, SHAPES, "reader") is not None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("cut", [0, 5, 60, -1])
def test_a_file_cut_short_is_not_used(tmp_path, capsys, cut):
    path = tmp_path / "a.safetensors"
    path.write_bytes(weights.to_safetensors(TENSORS)[:cut])
    assert network_cache.load(path, SHAPES, "reader") is None
    assert "it is trained again" in capsys.readouterr().err


def test_where_nothing_can_be_written_it_does_without(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    network_cache.save(tmp_path / "file" / "a.safetensors", TENSORS, "reader")
    assert "could not be kept" in capsys.readouterr().err
    (tmp_path / "a.safetensors").mkdir()
    network_cache.save(tmp_path / "a.safetensors", TENSORS, "reader")
    assert "could not be kept" in capsys.readouterr().err
