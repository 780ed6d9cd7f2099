"""safetensors files with a checksum, for what a bit flipped on a disk must not change unnoticed.

The published weights have none in the file: what describes them has their sha256.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from cgan.common import reading
from cgan.model.layers import Tensors
from cgan.model.weights import to_safetensors

# Among the values; files of older versions have none.
_CHECKSUM_KEY = "sha256"
# Where a safetensors file keeps its metadata: after the length of its JSON header, in 8 bytes.
_LENGTH_BYTES = 8
_METADATA_KEY = "__metadata__"


def pack(tensors: Tensors, key: str, values: Mapping[str, Any]) -> bytes:
    """Return a safetensors file; the same content gives the same bytes.

    Args:
        tensors: by name.
        key: under which the values are in the file's metadata.
        values: JSON-ready.
    """
    content = dict(values) | {_CHECKSUM_KEY: _checksum(tensors, values)}
    return to_safetensors(tensors, {key: json.dumps(content)})


def unpack(data: bytes, key: str) -> tuple[Tensors, dict[str, Any]]:
    """Return the tensors and the values that `pack` was given; no values if there are none.

    Raises:
        ValueError: the file is damaged.
    """
    try:
        length = int.from_bytes(data[:_LENGTH_BYTES], "little")
        header = reading.parse_json(data[_LENGTH_BYTES : _LENGTH_BYTES + length])
        text = header.get(_METADATA_KEY, {}).get(key, "{}")
        values = dict(reading.parse_json(text.encode()))
        tensors = safetensors.numpy.load(data)
    except (SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(str(error) or "it is no safetensors file") from error
    checksum = values.pop(_CHECKSUM_KEY, None)
    if checksum is not None and checksum != _checksum(tensors, values):
        raise ValueError("its checksum does not match its content")
    return tensors, values


def _checksum(tensors: Tensors, values: Mapping[str, Any]) -> str:
    """Return the sha256 of the content, in hexadecimal."""
    digest = hashlib.sha256(json.dumps(values).encode())
    for name in sorted(tensors):
        tensor = np.ascontiguousarray(tensors[name])
        digest.update(repr((name, tensor.dtype.str, tensor.shape)).encode())
        digest.update(tensor.data)
    return digest.hexdigest()
