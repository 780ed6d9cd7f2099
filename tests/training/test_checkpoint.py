"""Checkpoints: whole or not at all."""

import json
import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from cgan.common.errors import BadValue, UserError
from cgan.training import checkpoint
from cgan.training.checkpoint import Position
from tests.conftest import message

TENSORS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(1, np.float32)}
SIZE = sum(tensor.nbytes for tensor in TENSORS.values())
POSITION = Position(step=7, steps_per_epoch=3, seed=2**63 - 1)


def test_it_comes_back_as_it_was(tmp_path):
    path = tmp_path / "checkpoint/last.safetensors"
    checkpoint.save(path, TENSORS, POSITION)
    tensors, position = checkpoint.load(path, SIZE)
    assert position == POSITION
    assert tensors.keys() == TENSORS.keys()
    assert all(np.array_equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert list(path.parent.iterdir()) == [path]


def test_the_same_state_gives_the_same_bytes(tmp_path):
    checkpoint.save(tmp_path / "1", TENSORS, POSITION)
    checkpoint.save(tmp_path / "2", TENSORS, POSITION)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def flip(path, position):
    """Flip a bit."""
    data = bytearray(path.read_bytes())
    data[position] ^= 8
    path.write_bytes(data)


def save_by_hand(path, tensors=TENSORS, **position):
    """Write a checkpoint as older versions did, without a checksum; or as nobody does."""
    save_file(tensors, path, {"position": json.dumps(vars(POSITION) | position)})


def test_one_of_an_older_version_is_read(tmp_path):
    save_by_hand(tmp_path / "last.safetensors")
    tensors, position = checkpoint.load(tmp_path / "last.safetensors", SIZE)
    assert position == POSITION
    assert tensors.keys() == TENSORS.keys()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1])
def test_a_flipped_bit_is_noticed_wherever_it_is(tmp_path, share):
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, TENSORS, POSITION)
    flip(path, int(share * (path.stat().st_size - 1)))
    with pytest.raises(BadValue, match="is damaged") as caught:
        checkpoint.load(path, SIZE)
    message(caught)


@pytest.mark.parametrize("name", ["step", "steps_per_epoch", "seed"])
@pytest.mark.parametrize("value", [-5, "5", 1.5, None, True, [], {}, float("nan")], ids=repr)
def test_a_position_that_no_run_has_is_named(tmp_path, name, value):
    path = tmp_path / "last.safetensors"
    save_by_hand(path, **{name: value})
    with pytest.raises(BadValue, match=f"is damaged: {name} can't be"):
        checkpoint.load(path, SIZE)


def test_a_position_of_other_keys_is_refused(tmp_path):
    path = tmp_path / "last.safetensors"
    save_by_hand(path, epoch=3)
    with pytest.raises(BadValue, match=r"is damaged: .*'epoch'"):
        checkpoint.load(path, SIZE)
    save_file(TENSORS, path, {"position": "[" * 200 + "]" * 200})
    with pytest.raises(BadValue, match="is damaged"):
        checkpoint.load(path, SIZE)


def steps(path):
    return [checkpoint.load(one, SIZE)[1].step for one in (path, checkpoint.previous(path))]


def save_steps(path, *several):
    for step in several:
        checkpoint.save(path, TENSORS, Position(step, 3, 0))


def test_the_previous_one_is_kept_and_stands_in_for_a_damaged_one(tmp_path, capsys):
    path = tmp_path / "last.safetensors"
    save_steps(path, 3, 6, 9)
    assert steps(path) == [9, 6]
    assert len(list(tmp_path.iterdir())) == 2
    assert capsys.readouterr().err == ""
    flip(path, -1)
    assert checkpoint.load(path, SIZE)[1].step == 6
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(path) in said
    assert "of step 6" in said
    # Saving again doesn't put the damaged one in the place of the good one.
    save_steps(path, 12)
    assert steps(path) == [12, 6]


def test_a_run_with_the_previous_one_alone_has_a_checkpoint(tmp_path):
    path = tmp_path / "last.safetensors"
    assert not checkpoint.exists(path)
    save_steps(path, 3)
    path.rename(checkpoint.previous(path))
    assert checkpoint.exists(path)
    assert checkpoint.load(path, SIZE)[1].step == 3


def test_two_damaged_ones_are_both_named(tmp_path):
    path = tmp_path / "last.safetensors"
    save_steps(path, 3, 6)
    flip(path, -1)
    flip(checkpoint.previous(path), -1)
    with pytest.raises(BadValue, match=r"last\.safetensors .*previous\.safetensors .*new run"):
        checkpoint.load(path, SIZE)


def test_one_larger_than_its_tensors_is_not_read(tmp_path):
    path = tmp_path / "last.safetensors"
    path.touch()
    os.truncate(path, 1 << 40)
    with pytest.raises(BadValue, match="does not fit this run"):
        checkpoint.load(path, SIZE)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_no_checkpoint(tmp_path, make):
    make(tmp_path / "last.safetensors")
    with pytest.raises(UserError, match="Could not read the checkpoint"):
        checkpoint.load(tmp_path / "last.safetensors", SIZE)


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 1000, None])
def test_a_damaged_one_is_named(tmp_path, content):
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, TENSORS, POSITION)
    path.write_bytes(path.read_bytes()[:-3] if content is None else content)
    with pytest.raises(UserError, match=r"checkpoint .*last\.safetensors is damaged"):
        checkpoint.load(path, SIZE)


def test_a_file_without_a_position_is_no_checkpoint(tmp_path):
    save_file(TENSORS, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match="is damaged"):
        checkpoint.load(tmp_path / "weights.safetensors", SIZE)


def test_a_missing_one_is_named(tmp_path):
    with pytest.raises(UserError, match="There is no checkpoint"):
        checkpoint.load(tmp_path / "none", SIZE)
