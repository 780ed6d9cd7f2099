"""Files that may be anything: what can't be read safely is refused before it is read."""

import os
import stat
from pathlib import Path

import pytest

from cgan.common import reading


def test_a_file_up_to_the_limit_is_read(tmp_path):
    path = tmp_path / "a"
    for content in (b"", b"12345"):
        path.write_bytes(content)
        assert reading.read(path, 5) == content
    path.write_bytes(b"123456")
    with pytest.raises(reading.TooLarge, match="limit of 5 bytes"):
        reading.read(path, 5)


def test_a_huge_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "a"
    path.touch()
    os.truncate(path, 1 << 40)  # no disk has it
    with pytest.raises(reading.TooLarge):
        reading.read(path, 1 << 30)


def test_a_file_that_has_more_than_it_says_is_refused():
    """As one has that grows while it is read."""
    with pytest.raises(OSError, match="it changed while it was read"):
        reading.read(Path("/proc/self/status"), 1 << 20)


def test_a_pointer_of_git_lfs_says_what_to_do(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 9\n")
    with pytest.raises(OSError, match=r"a Git LFS pointer, .* git lfs pull"):
        reading.read(path, 1 << 20)


def make_socket(path):
    os.mknod(path, stat.S_IFSOCK)


def make_device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [os.mkfifo, make_socket, make_device, os.mkdir])
def test_what_is_no_file_is_neither_waited_for_nor_read_for_ever(tmp_path, make):
    path = tmp_path / "a"
    make(path)
    with pytest.raises(OSError, match=r"Is a directory|not a file"):
        reading.read(path, 1 << 20)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        reading.open_file(tmp_path / "none")


@pytest.mark.parametrize("text", ['{"a": [1, {"b": null}]}', "NaN", '"\\ud800"', "[" * 9 + "]" * 9])
def test_json_is_read(text):
    reading.parse_json(text.encode())


@pytest.mark.parametrize(
    "data",
    [b"[" * 5000 + b"]" * 5000, b"[" * 500 + b"]" * 500, b'{"a":' * 900 + b"1" + b"}" * 900],
    ids=lambda data: repr(data[:9]),
)
def test_json_that_nothing_can_handle_is_a_value_error(data):
    with pytest.raises(ValueError, match="nested too deep"):
        reading.parse_json(data)
