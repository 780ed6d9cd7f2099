"""Trained classifiers, kept in the user's cache folder by the checksum of all that made them."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from cgan.common import files
from cgan.common.errors import UserError
from cgan.common.terminal import warn
from cgan.model.weights import to_safetensors

_MAX_BYTES = 64 << 20

Tensors = dict[str, NDArray[np.float32]]


def path(data_checksum: str, settings: Mapping[str, Any]) -> Path:
    """Return where the classifier of some data, trained in some way, is or would be."""
    made_of = json.dumps([data_checksum, settings], sort_keys=True)
    name = hashlib.sha256(made_of.encode()).hexdigest()
    cache = os.environ.get("XDG_CACHE_HOME", "")
    # A relative path there is to be ignored (XDG Base Directory Specification).
    base = Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache"
    return base / "cgan" / "classifiers" / f"{name}.safetensors"


def load(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Tensors | None:
    """Return the tensors in `path` if they are whole and of `shapes`; None to train them anew."""
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("it is too large")
        tensors = safetensors.numpy.load(path.read_bytes())
        for name, shape in shapes.items():
            tensor = tensors[name]
            if tensor.shape != shape or tensor.dtype != np.float32:
                raise ValueError(f"{name} has another shape or type")
            if not np.isfinite(tensor).all():
                raise ValueError(f"{name} has values that are not finite")
        if tensors.keys() != shapes.keys():
            raise ValueError("it has more tensors than expected")
    except (OSError, SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        warn(f"the cached classifier {path} can't be used ({error}); it is trained anew.")
        return None
    return tensors


def save(path: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write the tensors to `path`; where that fails, say so and do without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(path, to_safetensors(tensors))
    except (OSError, UserError) as error:
        warn(f"the classifier could not be kept for the next time: {error}")
