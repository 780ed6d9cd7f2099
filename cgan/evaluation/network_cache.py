"""The cache of trained classifiers and encoders, in the user's cache folder.

A file's name is a checksum of the data and of everything else that decided the weights.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cgan.common import files, reading
from cgan.common.errors import UserError
from cgan.common.finding import Finding, shown
from cgan.common.terminal import warn
from cgan.model import checked
from cgan.model.layers import Tensors

_MAX_BYTES = 64 << 20
_SUFFIX = ".safetensors"
_KEY = "classifier"


def path(data_checksum: str, key: Mapping[str, Any]) -> Path:
    """Return where a network is cached, whether or not it is there.

    Args:
        data_checksum: `Dataset.checksum` of what it was trained on.
        key: everything else that decided its weights, as JSON-ready values.
    """
    made_of = json.dumps([data_checksum, key], sort_keys=True)
    name = hashlib.sha256(made_of.encode()).hexdigest()
    return folder() / f"{name}{_SUFFIX}"


def folder() -> Path:
    """Return the folder of the cache, whether it is there or not."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG Base Directory Specification says to ignore a relative path.
    base = Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache"
    return base / "cgan" / "classifiers"


def find() -> Finding:
    """Say where the cache is and how many networks it holds."""
    name, place = "trained networks", folder()
    if not place.exists():
        return Finding(name, f"{shown(place)}, doesn't exist yet: evaluation makes it")
    if not os.access(place, os.W_OK):
        advice = "can't be written: each evaluation trains its networks again"
        return Finding(name, f"{shown(place)} {advice}", "note")
    count = len(list(place.glob(f"*{_SUFFIX}")))
    return Finding(name, f"{shown(place)}, {count} network{'s' * (count != 1)}")


def load(path: Path, shapes: Mapping[str, tuple[int, ...]], what: str) -> Tensors | None:
    """Return the tensors in `path`, or None unless they have exactly these names and shapes.

    Args:
        path: of a cached network.
        shapes: of its tensors, by name.
        what: it is, for a warning.
    """
    try:
        tensors, _ = checked.unpack(reading.read(path, _MAX_BYTES), _KEY)
        for name, shape in shapes.items():
            tensor = tensors[name]
            if tensor.shape != shape or tensor.dtype != np.float32:
                raise ValueError(f"{name} has another shape or type")
            if not np.isfinite(tensor).all():
                raise ValueError(f"{name} has values that are not finite")
        if tensors.keys() != shapes.keys():
            raise ValueError("it has more tensors than expected")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError) as error:
        warn(f"the cached {what} {path} can't be used ({error}); it is trained again.")
        return None
    return tensors


def save(path: Path, tensors: Tensors, what: str) -> None:
    """Write the tensors to `path`; if that fails, warn and carry on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(path, checked.pack(tensors, _KEY, {}))
    except (OSError, UserError) as error:
        warn(f"the {what} could not be kept for next time: {error}")
