"""The published pair: `model.safetensors` and `config.json`.

Nothing is trusted when it is read. These are checked: the size of the files, the types and bounds
in the config, the names, shapes and type of all tensors, and that all numbers are finite. No pickle
is ever read.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from cgan.common import files, reading
from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.model import encoder
from cgan.model.config import GeneratorConfig
from cgan.model.layers import Tensors
from cgan.model.registry import config_from_dict, generator_shapes

WEIGHTS_NAME = "model.safetensors"
CONFIG_NAME = "config.json"

FORMAT_KEY, FORMAT = "format", "cgan-generator-1"
TRAINING_KEY = "training"
LICENSE = "mit"
"""Of the weights, as of the code."""

MAX_CONFIG_BYTES = 1 << 20
# A safetensors file begins with the length of its JSON header.
SAFETENSORS_LENGTH_BYTES = 8
# Room for that header: names, shapes and offsets of a few dozen tensors.
_MAX_HEADER_BYTES = 1 << 20
# What Jittor's `save` writes, as in the article's script.
_PICKLE = ".pkl"
# Far beyond what training gives, and so that no layer's result overflows.
_GREATEST = 1_000_000


@dataclass(frozen=True)
class Weights:
    """A checked generator: its config and its read-only tensors."""

    config: GeneratorConfig
    tensors: Tensors


def save_config(
    folder: Path, config: GeneratorConfig, training: Mapping[str, Any] | None = None
) -> None:
    """Write `config.json`.

    Args:
        folder: where the weights are.
        config: of the generator.
        training: how it was trained, for people and for resuming; None to leave it out.
    """
    files.write_text(folder / CONFIG_NAME, _config_file(config, training))


def _config_file(config: GeneratorConfig, training: Mapping[str, Any] | None) -> str:
    content = {FORMAT_KEY: FORMAT} | config.to_dict()
    if training is not None:
        content[TRAINING_KEY] = dict(training)
    return json.dumps(content, indent=2) + "\n"


def save_tensors(folder: Path, config: GeneratorConfig, tensors: Tensors) -> None:
    """Write `model.safetensors`; the same tensors give the same bytes.

    Raises:
        BadValue: the tensors don't fit this config.
        UserError: the file can't be written.
    """
    path = folder / WEIGHTS_NAME
    check_tensors(config, tensors, path)
    files.write_bytes(path, to_safetensors(tensors))


def save(
    folder: Path,
    config: GeneratorConfig,
    tensors: Tensors,
    training: Mapping[str, Any] | None = None,
) -> None:
    """Write both files, or none; the arguments are those of `save_config` and `save_tensors`.

    Raises:
        BadValue: the tensors don't fit this config.
        UserError: a file can't be written.
    """
    path = folder / WEIGHTS_NAME
    check_tensors(config, tensors, path)
    content = _config_file(config, training).encode()
    files.write_all({path: to_safetensors(tensors), folder / CONFIG_NAME: content})


def to_safetensors(tensors: Tensors, metadata: dict[str, str] | None = None) -> bytes:
    """Serialise tensors.

    `metadata` should have at most one key: with several, the bytes would differ from run to run.
    """
    # safetensors writes wrong data, silently, for arrays that are not C-contiguous.
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return safetensors.numpy.save(contiguous, metadata)


def from_safetensors(data: bytes) -> Tensors:
    """Return the tensors in a safetensors file.

    Raises:
        ValueError: it isn't one that NumPy can read.
    """
    if int.from_bytes(data[:SAFETENSORS_LENGTH_BYTES], "little") > _MAX_HEADER_BYTES:
        raise ValueError("its header is too long")
    try:
        return safetensors.numpy.load(data)
    except (SafetensorError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise ValueError(error) from error


def fingerprint(tensors: Tensors) -> str:
    """Return the sha256 of the `model.safetensors` that `save_tensors` writes for `tensors`.

    An encoder doesn't count: with it, a generator stays the one that it was, and draws the same.
    """
    return hashlib.sha256(to_safetensors(encoder.without_encoder(tensors))).hexdigest()


def encoder_fingerprint(tensors: Tensors) -> str:
    """Return the sha256 of the encoder in `tensors`, as a file of its own."""
    return hashlib.sha256(to_safetensors(encoder.only_encoder(tensors))).hexdigest()


def load(folder: Path) -> Weights:
    """Read the weights in `folder`.

    Raises:
        MissingFile: one of the two files is missing.
        BadValue: something in them is wrong; names the file and the key.
        UserError: one of them can't be read.
    """
    config = load_generator_config(folder)
    return Weights(config, _load_tensors(folder / WEIGHTS_NAME, config))


def is_config(data: bytes) -> bool:
    """Return whether a `config.json` is of weights of this package, of any version."""
    try:
        content = reading.parse_json(data)
    except ValueError:
        return False
    made_by = content.get(FORMAT_KEY) if isinstance(content, dict) else None
    return isinstance(made_by, str) and made_by.startswith(FORMAT.rstrip("0123456789"))


def load_generator_config(folder: Path) -> GeneratorConfig:
    """Read the generator's config from `config.json`.

    Raises:
        MissingFile: there is none.
        BadValue: something in it is wrong; names the file and the key.
        UserError: it can't be read.
    """
    content = load_config(folder)
    path = folder / CONFIG_NAME
    if content.pop(FORMAT_KEY, None) != FORMAT:
        raise BadValue(
            "{path}: {key!r} must be {format!r}: it describes something else.",
            text_id="weights.wrong_format",
            path=path,
            key=FORMAT_KEY,
            format=FORMAT,
        )
    training = content.pop(TRAINING_KEY, {})
    if not isinstance(training, dict):
        raise BadValue(
            "{path}: {key!r} must be an object.",
            text_id="weights.key_not_object",
            path=path,
            key=TRAINING_KEY,
        )
    try:
        return config_from_dict(content)
    except UserError as error:
        raise kind_of(error)(
            "{path}: {error}.", text_id="weights.in_file", path=path, error=error
        ) from error


def load_config(folder: Path) -> dict[str, Any]:
    """Return the content of `config.json`, checking only that it is a JSON object.

    Raises:
        MissingFile: there is none.
        BadValue: it is too large, or not a JSON object.
        UserError: it can't be read.
    """
    path = folder / CONFIG_NAME
    data = _read(path, MAX_CONFIG_BYTES)
    try:
        content = reading.parse_json(data)
    except ValueError as error:
        raise BadValue(
            "{path} is not JSON ({why}).", text_id="weights.not_json", path=path, why=error
        ) from error
    if not isinstance(content, dict):
        raise BadValue("{path} must hold a JSON object.", text_id="weights.not_object", path=path)
    return content


def max_weights_bytes(config: GeneratorConfig) -> int:
    """Return how large the `model.safetensors` of a generator with this config may be."""
    # See `_load_tensors`: there may be an encoder, whatever the config says.
    shapes = generator_shapes(config) | encoder.shapes(config)
    return 4 * sum(int(np.prod(shape)) for shape in shapes.values()) + _MAX_HEADER_BYTES


def _load_tensors(path: Path, config: GeneratorConfig) -> Tensors:
    data = _read(path, max_weights_bytes(config))
    try:
        tensors = from_safetensors(data)
    except ValueError as error:
        raise BadValue(
            "{path} is not a safetensors file that NumPy can read ({why}).",
            text_id="weights.not_safetensors",
            path=path,
            why=error,
        ) from error
    if not config.encoder:
        # The two files can't be replaced at one moment: whoever is stopped between them leaves an
        # encoder that the config doesn't name.
        tensors = encoder.without_encoder(tensors)
    check_tensors(config, tensors, path)
    for tensor in tensors.values():
        tensor.setflags(write=False)
    return tensors


def check_tensors(config: GeneratorConfig, tensors: Tensors, source: Path) -> None:
    """Check that `tensors` are exactly those of a generator with this config.

    Raises:
        BadValue: names `source`, and the first tensor that is missing, unknown, of the wrong
            shape or type, not finite, or too great.
    """
    shapes = generator_shapes(config)
    if missing := sorted(shapes.keys() - tensors.keys()):
        raise BadValue(
            "{path}: the tensor {tensor!r} is missing.",
            text_id="weights.missing_tensor",
            path=source,
            tensor=missing[0],
        )
    if unknown := sorted(tensors.keys() - shapes.keys()):
        raise BadValue(
            "{path}: unknown tensor {tensor!r}.",
            text_id="weights.unknown_tensor",
            path=source,
            tensor=unknown[0],
        )
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.dtype != np.float32:
            raise BadValue(
                "{path}: {tensor!r} is {dtype}, not float32.",
                text_id="weights.wrong_dtype",
                path=source,
                tensor=name,
                dtype=tensor.dtype,
            )
        if tensor.shape != shape:
            raise BadValue(
                "{path}: {tensor!r} has shape {shape}; its config requires {wanted}.",
                text_id="weights.wrong_shape",
                path=source,
                tensor=name,
                shape=tensor.shape,
                wanted=shape,
            )
        if not np.isfinite(tensor).all():
            raise BadValue(
                "{path}: {tensor!r} has values that are not finite numbers.",
                text_id="weights.not_finite",
                path=source,
                tensor=name,
            )
        is_variance = name.endswith("running_var")  # what is divided by
        if not is_variance and (np.abs(tensor) > _GREATEST).any():
            raise BadValue(
                "{path}: {tensor!r} has values beyond {most:,}: no image can be computed with "
                "these.",
                text_id="weights.too_great",
                path=source,
                tensor=name,
                most=_GREATEST,
            )
        if is_variance and (tensor < 0).any():
            raise BadValue(
                "{path}: {tensor!r} has a negative variance.",
                text_id="weights.negative_variance",
                path=source,
                tensor=name,
            )


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        return reading.read(path, max_bytes)
    except FileNotFoundError as error:
        raise MissingFile(
            "{path} is missing: a weights folder holds {config} and {weights}.",
            text_id="weights.missing_file",
            path=path,
            config=CONFIG_NAME,
            weights=WEIGHTS_NAME,
        ) from error
    except OSError as error:
        if isinstance(error, NotADirectoryError) and path.parent.is_file():
            raise _named_a_file(path.parent) from error
        raise UserError(
            "Could not read {path}: {why}.",
            text_id="weights.unreadable",
            path=path,
            why=error.strerror,
        ) from error
    except reading.TooLarge as error:
        raise BadValue(
            "{path} is larger than the limit of {limit:,} bytes.",
            text_id="weights.too_large",
            path=path,
            limit=max_bytes,
        ) from error


def _named_a_file(path: Path) -> BadValue:
    """Return what is wrong where a file is named in place of the folder."""
    if path.suffix.lower() == _PICKLE:
        return BadValue(
            "{path} is a checkpoint, not a weights folder: make one of it with python -m cgan "
            "convert, and name that.",
            text_id="weights.checkpoint",
            path=path,
        )
    return BadValue(
        "{path} is a file: name {folder} instead, the folder that it is in.",
        text_id="weights.not_folder",
        path=path,
        folder=path.parent,
    )
