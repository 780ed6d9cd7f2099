"""Checkpoints: whole or not at all."""

import numpy as np
import pytest

from cgan.common.errors import UserError
from cgan.training import checkpoint
from cgan.training.checkpoint import Position

TENSORS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(1, np.float32)}
POSITION = Position(step=7, steps_per_epoch=3, seed=2**63 - 1)


def test_it_comes_back_as_it_was(tmp_path):
    path = tmp_path / "checkpoint/last.safetensors"
    checkpoint.save(path, TENSORS, POSITION)
    tensors, position = checkpoint.load(path)
    assert position == POSITION
    assert tensors.keys() == TENSORS.keys()
    assert all(np.array_equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert list(path.parent.iterdir()) == [path]


def test_the_same_state_gives_the_same_bytes(tmp_path):
    checkpoint.save(tmp_path / "1", TENSORS, POSITION)
    checkpoint.save(tmp_path / "2", TENSORS, POSITION)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 1000, None])
def test_a_damaged_one_is_named(tmp_path, content):
    path = tmp_path / "last.safetensors"
    checkpoint.save(path, TENSORS, POSITION)
    path.write_bytes(path.read_bytes()[:-3] if content is None else content)
    with pytest.raises(UserError, match=r"checkpoint .*last\.safetensors is damaged"):
        checkpoint.load(path)


def test_a_file_without_a_position_is_no_checkpoint(tmp_path):
    from safetensors.numpy import save_file

    save_file(TENSORS, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match="is damaged"):
        checkpoint.load(tmp_path / "weights.safetensors")


def test_a_missing_one_is_named(tmp_path):
    with pytest.raises(UserError, match="There is no checkpoint"):
        checkpoint.load(tmp_path / "none")
