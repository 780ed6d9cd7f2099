"""Weights are written the same every time, and nothing in them is trusted on reading."""

import json
import pickle
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cgan.common.errors import BadValue, MissingFile, UserError
from cgan.model import weights
from cgan.model.architectures.mlp import MlpConfig
from tests.conftest import TINY, message, random_tensors

TENSORS = "model.safetensors"
CONFIG = "config.json"


def refusal(folder, name):
    """Return why `folder` can't be loaded; it must name the file."""
    with pytest.raises(UserError) as caught:
        weights.load(folder)
    text = message(caught)
    assert str(folder / name) in text
    return text


def safetensors(header, data=b""):
    """Return a safetensors file with this header, however wrong."""
    if isinstance(header, dict):
        header = json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + data


def one_tensor(dtype="F32", shape=(1,), size=4, name="a"):
    """Return a safetensors file with one tensor of `size` zero bytes."""
    entry = {"dtype": dtype, "shape": list(shape), "data_offsets": [0, size]}
    return safetensors({name: entry}, bytes(size))


def test_round_trip(tiny_weights, tiny_tensors):
    loaded = weights.load(tiny_weights)
    assert loaded.config == TINY
    assert loaded.tensors.keys() == tiny_tensors.keys()
    for name, tensor in tiny_tensors.items():
        assert loaded.tensors[name].dtype == np.float32
        np.testing.assert_array_equal(loaded.tensors[name], tensor)


def test_both_files_are_written_or_none(tmp_path, tiny_tensors):
    (tmp_path / "config.json").mkdir()
    with pytest.raises(UserError, match=r"config\.json"):
        weights.save(tmp_path, TINY, tiny_tensors)
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]
    (tmp_path / "config.json").rmdir()
    weights.save(tmp_path, TINY, tiny_tensors)
    assert weights.load(tmp_path).config == TINY


def test_stopped_between_the_files_the_weights_can_still_be_used(tiny_weights, monkeypatch):
    with_encoder = replace(TINY, encoder=True)
    rename, renamed = Path.replace, []

    def only_one(path, target):
        if renamed:
            raise KeyboardInterrupt
        renamed.append(target)
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", only_one)
    with pytest.raises(KeyboardInterrupt):
        weights.save(tiny_weights, with_encoder, random_tensors(with_encoder))
    monkeypatch.setattr(Path, "replace", rename)
    assert not weights.load(tiny_weights).config.encoder
    weights.save(tiny_weights, with_encoder, random_tensors(with_encoder))
    assert weights.load(tiny_weights).config.encoder


def test_an_encoder_that_the_config_does_not_name_is_left_out(tmp_path, tiny_tensors):
    """As when a program is killed after the one file, and before the other."""
    with_encoder = replace(TINY, encoder=True)
    weights.save_tensors(tmp_path, with_encoder, random_tensors(with_encoder))
    weights.save_config(tmp_path, TINY)
    assert weights.load(tmp_path).tensors.keys() == tiny_tensors.keys()


@pytest.mark.parametrize("name", [TENSORS, CONFIG])
def test_a_file_in_place_of_the_folder_is_told_from_one_that_cannot_be_read(tiny_weights, name):
    with pytest.raises(BadValue) as caught:
        weights.load(tiny_weights / name)
    assert str(tiny_weights / name) in message(caught)
    assert f"{tiny_weights} instead" in message(caught)


def test_a_checkpoint_of_the_article_has_to_be_converted_first(tmp_path):
    path = tmp_path / "generator_last.pkl"
    with pytest.raises(MissingFile):
        weights.load(path)
    path.touch()
    with pytest.raises(BadValue, match="cgan convert"):
        weights.load(path)


@pytest.mark.parametrize(
    "config",
    [
        MlpConfig(1, 1, 4, conditional=False),
        MlpConfig(2, 3, 5, channels=3),
    ],
)
def test_every_kind_of_generator_round_trips(tmp_path, config):
    weights.save_config(tmp_path, config)
    weights.save_tensors(tmp_path, config, random_tensors(config))
    assert weights.load(tmp_path).config == config


def test_loaded_tensors_are_read_only(tiny_weights):
    tensors = weights.load(tiny_weights).tensors
    assert not any(tensor.flags.writeable for tensor in tensors.values())


def test_the_same_tensors_give_the_same_bytes(tiny_weights, tiny_tensors):
    first = (tiny_weights / TENSORS).read_bytes()
    backwards = dict(reversed(tiny_tensors.items()))
    weights.save_tensors(tiny_weights, TINY, backwards)
    assert (tiny_weights / TENSORS).read_bytes() == first


@pytest.mark.parametrize(
    "relaid",
    [
        np.asfortranarray,
        lambda tensor: tensor.repeat(2, axis=0)[::2],
        lambda tensor: tensor[::-1].copy()[::-1],
    ],
    ids=["Fortran", "strided", "backwards"],
)
def test_the_layout_in_memory_does_not_matter(tiny_weights, tiny_tensors, relaid):
    """Guards against safetensors, which writes arrays that aren't C-contiguous wrongly."""
    expected = (tiny_weights / TENSORS).read_bytes()
    tensors = {name: relaid(tensor) for name, tensor in tiny_tensors.items()}
    assert not all(tensor.flags.c_contiguous for tensor in tensors.values())
    weights.save_tensors(tiny_weights, TINY, tensors)
    assert (tiny_weights / TENSORS).read_bytes() == expected


def test_how_it_was_trained_is_for_people_only(tiny_weights):
    weights.save_config(tiny_weights, TINY, {"n_epochs": 3})
    content = json.loads((tiny_weights / CONFIG).read_text())
    assert content == {"format": "cgan-generator-1", **TINY.to_dict(), "training": {"n_epochs": 3}}
    assert weights.load(tiny_weights).config == TINY


def test_a_header_of_megabytes_is_not_unpacked():
    """A valid one, of tensors without values: each takes far more in memory than in the file."""
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    with pytest.raises(ValueError, match="header is too long"):
        weights.from_safetensors(safetensors({str(i): empty for i in range(20_000)}))
    assert len(weights.from_safetensors(safetensors({str(i): empty for i in range(9)}))) == 9


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"", "not a safetensors file"),
        (lambda data: data[:7], "not a safetensors file"),
        (lambda data: data[:100], "not a safetensors file"),
        (lambda data: data[:-1], "not a safetensors file"),
        (lambda data: data + b"\0", "not a safetensors file"),
        (lambda data: data + bytes(2 << 20), "larger than the limit"),
        (lambda data: b"<!DOCTYPE html><title>404</title>" * 9, "not a safetensors file"),
        (lambda data: b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (lambda data: pickle.dumps({"a": np.zeros(9)}), "not a safetensors file"),
        (lambda data: safetensors({}), "'label_emb.weight' is missing"),
        (lambda data: safetensors(b"[]"), "not a safetensors file"),
        (lambda data: safetensors(b'{"a\xff": 1}'), "not a safetensors file"),
        (lambda data: one_tensor(), "'label_emb.weight' is missing"),
        (lambda data: one_tensor("BF16", size=2), "not a safetensors file"),
        (lambda data: one_tensor("F8_E5M2", size=1), "not a safetensors file"),
        (lambda data: one_tensor("x\ny\x1b[31m"), "not a safetensors file"),
        (lambda data: one_tensor(shape=[1] * 100), "not a safetensors file"),
        (lambda data: one_tensor(shape=[0, 2**62, 2**62], size=0), "not a safetensors file"),
        (lambda data: one_tensor(shape=[2**63, 0], size=0), "not a safetensors file"),
    ],
    ids=[
        *("empty", "7 bytes", "100 bytes", "last byte gone", "one byte more", "oversized", "HTML"),
        *("LFS pointer", "pickle", "no tensor", "header a list", "header not UTF-8"),
        *("another tensor", "bfloat16", "float8", "control characters", "100 dimensions"),
        *("overflowing size", "overflowing dimension"),
    ],
)
def test_a_damaged_tensors_file_is_refused_in_one_sentence(tiny_weights, damage, said):
    path = tiny_weights / TENSORS
    path.write_bytes(damage(path.read_bytes()))
    assert said in refusal(tiny_weights, TENSORS)


def test_a_flipped_byte_in_the_header_is_at_worst_refused(tiny_weights, tiny_tensors):
    path = tiny_weights / TENSORS
    data = path.read_bytes()
    header = 8 + struct.unpack("<Q", data[:8])[0]
    rng = np.random.default_rng(0)
    refused = 0
    for position in rng.integers(0, header, 60):
        damaged = bytearray(data)
        damaged[position] ^= rng.integers(1, 256)
        path.write_bytes(damaged)
        try:
            tensors = weights.load(tiny_weights).tensors
        except UserError:
            refused += 1
        else:
            assert all(np.array_equal(tensors[name], tiny_tensors[name]) for name in tensors)
    assert refused > 40


def with_first(value):
    def change(tensor):
        tensor = tensor.copy()
        tensor.flat[0] = value
        return tensor

    return change


@pytest.fixture(
    params=[
        ("model.9.running_var", None, "is missing"),
        ("label_emb.weight", None, "is missing"),
        ("model.3.num_batches_tracked", lambda _: np.zeros(1, np.float32), "unknown tensor"),
        ("model.2.weight", lambda tensor: tensor.T, "has shape"),
        ("model.0.bias", lambda tensor: tensor[:-1], "has shape"),
        ("model.0.bias", lambda tensor: tensor[None], "has shape"),
        ("model.5.bias", lambda tensor: tensor.astype(np.float64), "is float64, not float32"),
        ("model.5.bias", lambda tensor: tensor.astype(np.float16), "is float16, not float32"),
        ("model.5.bias", lambda tensor: tensor.astype(np.int32), "is int32, not float32"),
        ("model.11.weight", with_first(np.nan), "not finite"),
        ("model.11.weight", with_first(1e10), "values beyond 1,000,000"),
        ("label_emb.weight", with_first(np.inf), "not finite"),
        ("model.9.running_mean", with_first(-np.inf), "not finite"),
        ("model.6.running_var", with_first(-0.1), "negative variance"),
    ],
    ids=lambda param: f"{param[0]} {param[2]}",
)
def wrong_tensors(request, tiny_tensors):
    """Tensors with one fault, the tensor's name, and what must be said."""
    name, change, said = request.param
    tensors = dict(tiny_tensors)
    tensor = tensors.pop(name, None)
    if change:
        tensors[name] = change(tensor)
    return tensors, name, said


def test_wrong_tensors_are_not_loaded(tiny_weights, wrong_tensors):
    tensors, name, said = wrong_tensors
    (tiny_weights / TENSORS).write_bytes(weights.to_safetensors(tensors))
    text = refusal(tiny_weights, TENSORS)
    assert f"'{name}'" in text
    assert said in text


def test_wrong_tensors_are_not_saved(tmp_path, wrong_tensors):
    tensors, name, said = wrong_tensors
    with pytest.raises(UserError) as caught:
        weights.save_tensors(tmp_path, TINY, tensors)
    assert f"'{name}'" in message(caught)
    assert said in message(caught)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"<html></html>",
        b"[" * 100_000,
        b'{"latent_dim": %s}' % (b"9" * 5000),
        b"[]",
        b'"text"',
        b"null",
        b" " * (2 << 20),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_config_that_is_not_a_json_object_is_refused(tiny_weights, content):
    (tiny_weights / CONFIG).write_bytes(content)
    refusal(tiny_weights, CONFIG)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("latent_dim", "true"),
        ("latent_dim", '"100"'),
        ("latent_dim", "1e9"),
        ("latent_dim", "NaN"),
        ("latent_dim", "-1"),
        ("latent_dim", "9" * 4000),
        ("latent_dim", "null"),
        ("n_classes", "Infinity"),
        ("n_classes", "10.0"),
        ("img_size", "100000"),
        ("img_size", "[8]"),
        ("channels", "2"),
        ("conditional", "1"),
        ("architecture", '"transformer"'),
        ("latent_distribution", '"uniform"'),
        ("pixel_range", "[0, 1]"),
        ("pixel_range", "[-1, NaN]"),
        ("pixel_range", '{"low": -1}'),
        ("format", '"cgan-generator-2"'),
        ("format", "{}"),
        ("training", "[]"),
        ("surprise", '"a\\nb"'),
        ("su\\nrprise", "1"),
    ],
)
def test_a_wrong_value_in_the_config_is_refused_by_its_key(tiny_weights, key, value):
    path = tiny_weights / CONFIG
    content = json.loads(path.read_text())
    # As text: json would not write some of these.
    pairs = {f'"{name}"': json.dumps(old) for name, old in content.items()} | {f'"{key}"': value}
    path.write_text("{" + ", ".join(f"{name}: {text}" for name, text in pairs.items()) + "}")
    assert key in refusal(tiny_weights, CONFIG)


@pytest.mark.parametrize("key", ["format", *TINY.to_dict()])
def test_a_key_missing_in_the_config_is_named(tiny_weights, key):
    path = tiny_weights / CONFIG
    content = json.loads(path.read_text())
    del content[key]
    path.write_text(json.dumps(content))
    assert f"'{key}'" in refusal(tiny_weights, CONFIG)


def test_the_config_of_another_generator_is_refused(tiny_weights):
    weights.save_config(tiny_weights, MlpConfig(latent_dim=4, img_size=8))
    text = refusal(tiny_weights, TENSORS)
    assert "'model.0.weight' has shape (128, 13); its config requires (128, 14)" in text


@pytest.mark.parametrize("name", [TENSORS, CONFIG])
def test_a_missing_file_is_named(tiny_weights, name):
    (tiny_weights / name).unlink()
    assert "is missing" in refusal(tiny_weights, name)


@pytest.mark.parametrize("name", [TENSORS, CONFIG])
def test_a_folder_in_a_files_place_is_named(tiny_weights, name):
    (tiny_weights / name).unlink()
    (tiny_weights / name).mkdir()
    assert "Could not read" in refusal(tiny_weights, name)


@pytest.mark.parametrize("name", ["nowhere", f"weights/{CONFIG}", "a" * 300])
def test_what_is_not_a_folder_is_named(tiny_weights, name):
    folder = tiny_weights.parent / name
    refusal(folder, "")
