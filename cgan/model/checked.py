"""safetensors files with a checksum, for what a bit flipped on a disk must not change unnoticed.

The published weights have none in the file: what describes them has their sha256.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from cgan.common import reading
from cgan.model.layers import Tensors
from cgan.model.weights import SAFETENSORS_LENGTH_BYTES, from_safetensors, to_safetensors

# Among the values; files of older versions have none.
_CHECKSUM_KEY = "sha256"
# Where the header of a safetensors file has text of ours.
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
    tensors = from_safetensors(data)
    length = int.from_bytes(data[:SAFETENSORS_LENGTH_BYTES], "little")
    header = json.loads(data[SAFETENSORS_LENGTH_BYTES : SAFETENSORS_LENGTH_BYTES + length])
    values = reading.parse_json(header.get(_METADATA_KEY, {}).get(key, "{}").encode())
    if not isinstance(values, dict):
        raise ValueError(f"its {key} is no object")
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
