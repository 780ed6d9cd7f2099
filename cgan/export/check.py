"""Whether onnxruntime computes from ONNX files what NumPy computes from the weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cgan.model.encoder import Encoder
from cgan.model.generator import NumpyGenerator
from cgan.model.reader import Reader
from cgan.model.weights import Weights

TOLERANCE = 1e-4
"""The largest difference: of a number from -1 to 1 as it is, of a larger one in proportion.

A pixel then differs by at most one of 255 grey levels: a hundredth of one, before rounding.
"""

# More than a block of the NumPy generators, and odd.
_IMAGES = 21


def version() -> str:
    """Return onnxruntime's version."""
    return str(onnxruntime.__version__)


def run(file: bytes, **inputs: NDArray[Any]) -> NDArray[Any]:
    """Return the one output of an ONNX file."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors alone
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    (output,) = session.run(None, inputs)
    result: NDArray[Any] = output
    return result


def differences(weights: Weights, files: Mapping[str, bytes]) -> dict[str, float]:
    """Return the largest difference of each part, on images of all classes and mixtures of them.

    Args:
        weights: what the files were made from.
        files: by part, as `cgan.export.exported` makes them.
    """
    config = weights.config
    rng = np.random.default_rng(0)
    z = rng.standard_normal((_IMAGES, config.latent_dim)).astype(np.float32)
    label = (np.arange(_IMAGES) % config.n_classes).astype(np.int32)
    other = rng.permutation(label)
    share = np.where(np.arange(_IMAGES) % 3, 0, rng.random(_IMAGES)).astype(np.float32)
    generator = NumpyGenerator(weights)
    inputs: dict[str, NDArray[Any]] = {"z": z}
    if config.conditional:
        images = generator.between(z, label, other, share)
        inputs |= {"label": label, "other": other, "share": share}
    else:
        images = generator(z, None)
    found = {"generator": _difference(run(files["generator"], **inputs), images)}
    if "reader" in files:
        read = Reader(weights.tensors)
        probability = np.exp([read(image) for image in images])
        found["reader"] = _difference(run(files["reader"], image=images), probability)
    if "encoder" in files:
        latents = Encoder(weights.tensors)(images, label)
        encoded = run(files["encoder"], image=images, label=label)
        found["encoder"] = _difference(encoded, latents)
    return found


def _difference(actual: NDArray[Any], wanted: NDArray[Any]) -> float:
    return float(np.max(np.abs(actual - wanted) / np.maximum(1, np.abs(wanted))))
