"""Jittor's pickles are read, and whatever else a pickle can do does not happen."""

import builtins
import hashlib
import os
import pickle
import tracemalloc
from collections import OrderedDict

import numpy as np
import pytest

from cgan.backend.pickles import read_parameters
from cgan.common.errors import UserError
from tests.conftest import message, run_python

PARAMETERS = {
    "model.0.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "model.0.bias": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "scalar": np.array(1.5, np.float64),
    "bytes": np.arange(3, dtype=np.uint8),
    "big endian": np.arange(3, dtype=">f4"),
}


class Call:
    """What is a call when unpickled: `Call(os.system, "ls")` runs `os.system("ls")`."""

    def __init__(self, function, *arguments):
        self.reduced = function, arguments

    def __call__(self):
        """Let `pickle` believe that the result of this call can be called."""

    def __reduce__(self):
        return self.reduced

    def __repr__(self):
        return f"Call{self.reduced}"


def jittor(data):
    """Return what Jittor's `safepickle` writes for this pickle."""
    return data + hashlib.sha1(data).digest() + b"HCAJSLHD"


def read(tmp_path, data):
    path = tmp_path / "generator_last.pkl"
    path.write_bytes(data)
    return read_parameters(path)


def refusal(tmp_path, data):
    """Return why the file is refused; it must be named."""
    with pytest.raises(UserError) as caught:
        read(tmp_path, data)
    assert "generator_last.pkl" in message(caught)
    return message(caught)


@pytest.mark.parametrize("container", [dict, OrderedDict])
@pytest.mark.parametrize("finish", [jittor, bytes], ids=["Jittor's trailer", "no trailer"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_back(tmp_path, protocol, finish, container):
    arrays = read(tmp_path, finish(pickle.dumps(container(PARAMETERS), protocol)))
    assert arrays.keys() == PARAMETERS.keys()
    for name, array in PARAMETERS.items():
        assert arrays[name].dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
        assert arrays[name].shape == array.shape
        np.testing.assert_array_equal(arrays[name], array)


@pytest.mark.parametrize("module", [b"numpy.core", b"numpy._core"])
def test_either_numpys_spelling_is_read(tmp_path, module):
    data = pickle.dumps(PARAMETERS, protocol=2)
    spelled = data.replace(b"numpy._core", b"numpy.core").replace(b"numpy.core", module)
    assert module in spelled
    assert read(tmp_path, spelled).keys() == PARAMETERS.keys()


def getattr_chain(path):
    system = Call(builtins.getattr, Call(builtins.__import__, "os"), "system")
    return Call(system, f"touch {path}")


def nested_in_an_array(path):
    array = np.empty(1, object)
    array[0] = Call(os.system, f"touch {path}")
    return array


PAYLOADS = {
    "os.system": lambda path: Call(os.system, f"touch {path}"),
    "eval": lambda path: Call(eval, f"open({str(path)!r}, 'w').close()"),
    "exec": lambda path: Call(exec, f"open({str(path)!r}, 'w').close()"),
    "a chain of getattr": getattr_chain,
    "NumPy's own functions": lambda path: Call(np.savetxt, str(path), [0]),
    "in an array of objects": nested_in_an_array,
}
RAW_PAYLOADS = {
    "protocol 0": b"cos\nsystem\n(S'touch %s'\ntR.",
    "INST": b"(S'touch %s'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'touch %s'\no.",
    "Python 2's name": b'c__builtin__\neval\n(S\'open("%s","w").close()\'\ntR.',
    "a dotted name": b"\x80\x04\x8c\x02os\x8c\x0epath.os.system\x93(Vtouch %s\ntR.",
}


@pytest.mark.parametrize("finish", [jittor, bytes], ids=["Jittor's trailer", "no trailer"])
@pytest.mark.parametrize("kind", [*PAYLOADS, *RAW_PAYLOADS])
def test_a_malicious_pickle_does_not_act(tmp_path, kind, finish):
    mark = tmp_path / "mark"
    if kind in PAYLOADS:
        data = pickle.dumps({**PARAMETERS, "x": PAYLOADS[kind](mark)}, 4)
    else:
        data = RAW_PAYLOADS[kind] % str(mark).encode()
    pickle.loads(data)
    assert mark.exists(), "the payload must be a real one"
    mark.unlink()
    refusal(tmp_path, finish(data))
    assert not mark.exists()


def test_a_forged_array_is_not_followed(tmp_path):
    """An array of objects over bytes: NumPy would take them for addresses, and use them."""
    forged = Call(np.ndarray, (1,), np.dtype(object), b"AAAAAAAA")
    (tmp_path / "a.pkl").write_bytes(jittor(pickle.dumps({"a": Call(OrderedDict, forged)}, 4)))
    result = run_python("-m", "cgan", "convert", "a.pkl", "out", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content",
    [
        [np.zeros(2)],
        np.zeros(2),
        None,
        {"a": [1.0, 2.0]},
        {"a": 1.0},
        {"a": np.float32(1)},
        {"a": {"b": np.zeros(2)}},
        {1: np.zeros(2)},
        {"a": np.array([1, "x"], object)},
        {"a": np.array([(1, None)], [("x", "f4"), ("y", object)])},
        {"a": np.ma.array([1.0, 2.0])},
        {"a": range(3)},
        {"a": {1, 2}},
        {"a": Call(np.ndarray, (1 << 50,), np.dtype("u1"))},
    ],
    ids=repr,
)
def test_what_is_not_plain_arrays_by_name_is_refused(tmp_path, content):
    refusal(tmp_path, jittor(pickle.dumps(content, 4)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"HCAJSLHD",
        b"<!DOCTYPE html><title>404</title>",
        b"PK\x03\x04" + bytes(100),
        pickle.dumps(PARAMETERS, 4)[:-9],
        pickle.dumps(PARAMETERS, 4)[:40],
        jittor(pickle.dumps(PARAMETERS, 4))[:-30],
        b"\x80\xff.",
        b"\x80\x04\x8c\x04ab\nc\x8c\x06d\x1b[31m\x93.",
        b"(" * 100_000,
        b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".",
    ],
    ids=lambda data: repr(data[-12:]),
)
def test_what_is_not_a_checkpoint_is_refused_in_one_line(tmp_path, data):
    refusal(tmp_path, data)


# Small files that would fill the memory or never end, if Python's unpickler read them.
BOMBS = {
    "a memo of 64 million": b"\x80\x04Nr\xff\xff\xff\x03.",
    "lists in lists": b"\x80\x04" + b"]" * 4_000_000 + b".",
    "tuples in tuples": b"\x80\x04)" + b"\x85" * 1_000_000 + b".",
    "many sets": b"\x80\x04" + b"\x8f" * 1_000_000 + b".",
    "many dictionaries": b"\x80\x04ccollections\nOrderedDict\n\x94" + b"h\x00)R" * 900_000 + b".",
    "a key whose hash takes for ever": b"\x80\x04})" + b"2\x86" * 60 + b"Ns.",
    "one text encoded again and again": (
        b"\x80\x04c_codecs\nencode\n\x94X\x40\x42\x0f\x00" + b"a" * 1_000_000 + b"\x94"
        b"X\6\0\0\0latin1\x94" + b"h\x00h\x01h\x02\x86R" * 900 + b"."
    ),
    "text that doubles": (
        b"\x80\x04c_codecs\nencode\n\x94X\3\0\0\0hex\x94C\1a"
        + b"\x94h\x00h\x02h\x01\x86R" * 9
        + b"."
    ),
    "bytes that are not there": b"\x80\x05\x96" + (1 << 40).to_bytes(8, "little") + b".",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_takes_little_memory_and_time(tmp_path, kind):
    data = BOMBS[kind]
    tracemalloc.start()
    try:
        refusal(tmp_path, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40e6 + 2 * len(data)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.pkl")
    with pytest.raises(UserError, match=r"Could not read .*a\.pkl: .*not a file"):
        read_parameters(tmp_path / "a.pkl")


@pytest.mark.parametrize("position", [10, 100, -29, -28, -9])
def test_a_damaged_byte_is_noticed(tmp_path, position):
    data = bytearray(jittor(pickle.dumps(PARAMETERS, 4)))
    data[position] ^= 1
    assert "is damaged: its checksum" in refusal(tmp_path, bytes(data))


def test_a_file_larger_than_any_checkpoint_is_not_read(tmp_path):
    path = tmp_path / "a.pkl"
    path.touch()
    os.truncate(path, (256 << 20) + 1)
    with pytest.raises(UserError, match="larger than any checkpoint"):
        read_parameters(path)


@pytest.mark.parametrize("name", ["missing.pkl", "", "a" * 300])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(UserError) as caught:
        read_parameters(tmp_path / name)
    assert f"Could not read {tmp_path / name}" in message(caught)
