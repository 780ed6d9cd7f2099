"""IDX files: whole, damaged, and not IDX at all."""

import gzip
import os
import tracemalloc
import zlib

import numpy as np
import pytest

from cgan.common.errors import BadValue, MissingFile, UserError
from cgan.data import idx
from tests.conftest import message
from tests.idx_files import idx_bytes


@pytest.mark.parametrize("shape", [(5,), (2, 3), (4, 3, 2), (2, 3, 4, 3), (0, 28, 28)])
def test_an_array_comes_back(tmp_path, shape):
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    parsed = idx.parse(idx_bytes(array), tmp_path)
    assert parsed.dtype == np.uint8
    np.testing.assert_array_equal(parsed, array)
    assert not parsed.flags.writeable


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not begin like an IDX file"),
        (b"\0\0\x08", "does not begin like an IDX file"),
        (b"<html>404</html>", "does not begin like an IDX file"),
        (b"\1\0\x08\1\0\0\0\0", "does not begin like an IDX file"),
        (b"\0\1\x08\1\0\0\0\0", "does not begin like an IDX file"),
        (b"\0\0\x08\0", "does not begin like an IDX file"),
        (b"\0\0\x08\x05" + bytes(20), "does not begin like an IDX file"),
        (b"\0\0\x08\x01", "not as long as its header says"),
        (b"\0\0\x0d\x01\0\0\0\0", "not unsigned bytes"),
        (b"\0\0\x08\x03\0\0\0\x01", "not as long as its header says"),
        (b"\0\0\x08\x01\0\0\0\x03ab", "not as long as its header says"),
        (b"\0\0\x08\x01\0\0\0\x03abcd", "not as long as its header says"),
        # 2**64 bytes, which overflow to none.
        (b"\0\0\x08\x04" + b"\0\1\0\0" * 4, "not as long as its header says"),
        (b"\0\0\x08\x04" + b"\xff" * 16 + b"abcd", "not as long as its header says"),
    ],
)
def test_what_is_not_idx_is_named_with_what_to_do(tmp_path, data, said):
    with pytest.raises(BadValue) as caught:
        idx.parse(data, tmp_path / "train-labels")
    text = message(caught)
    assert text.startswith(f"{tmp_path / 'train-labels'} is damaged: ")
    assert said in text
    assert "Delete it" in text


CONTENT = idx_bytes(np.random.default_rng(0).integers(0, 256, (5, 10, 10), np.uint8))


def test_plain_and_gzipped_files_hold_the_same(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    (tmp_path / "a.gz").write_bytes(gzip.compress(CONTENT))
    assert idx.read_bytes(tmp_path / "a") == idx.read_bytes(tmp_path / "a.gz") == CONTENT


def header(*sizes):
    return bytes([0, 0, 8, len(sizes)]) + np.array(sizes, ">u4").tobytes()


def bomb(*sizes):
    """Return a .gz of 60 kB that holds 60 MB after a header of these sizes."""
    packed = zlib.compressobj(wbits=31)
    parts = [packed.compress(header(*sizes))]
    parts += [packed.compress(bytes(1 << 20)) for _ in range(60)]
    return b"".join(parts) + packed.flush()


# What it announces, more than any data set has, and no IDX at all.
@pytest.mark.parametrize("sizes", [(60_000,), (4_000_000_000,), (1,) * 9])
def test_a_small_gz_does_not_fill_the_memory(tmp_path, sizes):
    path = tmp_path / "a.gz"
    path.write_bytes(bomb(*sizes))
    tracemalloc.start()
    try:
        with pytest.raises(BadValue) as caught:
            idx.parse(idx.read_bytes(path), path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert str(path) in message(caught)
    assert peak < 10e6


def test_a_gz_that_never_ends_is_refused_by_its_size(tmp_path):
    """Python's gzip skips zeros after the end, one by one."""
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(CONTENT))
    os.truncate(path, 1 << 40)
    with pytest.raises(BadValue, match="the limit is"):
        idx.read_bytes(path)


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_a_pipe_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(UserError, match=r"Could not read .*not a file"):
        idx.read_bytes(tmp_path / name)


@pytest.mark.parametrize("cut", [5, 30, -4])
def test_a_truncated_gzip_file_is_named(tmp_path, cut):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(CONTENT)[:cut])
    with pytest.raises(UserError, match=r"a\.gz is damaged: its compression is broken"):
        idx.read_bytes(path)


# In the magic number, in how the first block is compressed, in the data, in the length.
@pytest.mark.parametrize("position", [0, 10, 100, -1])
def test_a_flipped_byte_in_a_gzip_file_is_noticed(tmp_path, position):
    data = bytearray(gzip.compress(CONTENT))
    data[position] ^= 0xFF
    (tmp_path / "a.gz").write_bytes(data)
    with pytest.raises(UserError, match="is damaged"):
        idx.read_bytes(tmp_path / "a.gz")


@pytest.mark.parametrize(
    "content",
    [b"not gzip at all", gzip.compress(CONTENT) + b"and something after it"],
    ids=["plain", "trailing"],
)
def test_what_is_not_only_gzip_is_named(tmp_path, content):
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(UserError, match="its compression is broken") as caught:
        idx.read_bytes(tmp_path / "a.gz")
    message(caught)


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_a_file_that_can_not_be_read_is_named(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(MissingFile) as caught:
        idx.read_bytes(path)
    assert message(caught) == f"Could not read {path}: No such file or directory."
    path.mkdir()
    with pytest.raises(UserError) as caught:
        idx.read_bytes(path)
    assert message(caught) == f"Could not read {path}: Is a directory."


def test_the_md5_is_the_one_that_everybody_publishes():
    assert idx.md5(b"abc") == "900150983cd24fb0d6963f7d28e17f72"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\0\0\x08\x01\0\0", "not as long as its header says"),
        (b"\0\0\x08\x03" + bytes(7), "not as long as its header says"),
        (b"\0\0\x08\x03\0\0\0\0" + b"\xff" * 8, "impossible size"),
    ],
)
def test_a_header_cut_short_or_impossible_is_named(tmp_path, content, said):
    with pytest.raises(UserError, match=said):
        idx.parse(content, tmp_path)
