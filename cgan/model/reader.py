"""A small classifier beside a generator, which says how legible an image is; NumPy alone.

It was trained on the same real images as the generator (see `cgan.evaluation.classifier`), may
have had a say in the generator's training, and is none of the classifiers that measure its quality:

    convolutions 5x5, 3x3 and 3x3 of stride 2, to 8, 16 and 32 channels, with ReLU
    Linear to 64 features, with ReLU; Linear to a score per class
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import UserError
from cgan.model.config import GeneratorConfig

CHANNELS = (8, 16, 32)
KERNELS = (5, 3, 3)
FEATURES = 64

# An image that is read as its class with this probability is legible: no other is more so. Where
# all are preferred that a classifier is surest of, what is unusual disappears.
CERTAIN = math.log(0.99)

_PREFIX = "reader."
_BATCH_NORM_EPS = 1e-5

Array = NDArray[np.float64]
Tensors = Mapping[str, NDArray[np.float32]]


class NoReader(UserError):
    """The more legible digit is asked for, of weights without a reader."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "These weights have no reader, which could tell the more legible of two digits: "
            "best_of must be 1. `train.py --reader` trains one with the generator."
        )


def shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every float32 tensor of a reader in a generator's weights."""
    result: dict[str, tuple[int, ...]] = {}
    source, size = config.channels, config.img_size
    for index, (target, kernel) in enumerate(zip(CHANNELS, KERNELS, strict=True), start=1):
        result[f"{_PREFIX}conv{index}.weight"] = (target, source, kernel, kernel)
        result[f"{_PREFIX}conv{index}.bias"] = (target,)
        source, size = target, math.ceil(size / 2)
    result[f"{_PREFIX}hidden.weight"] = (FEATURES, source * size * size)
    result[f"{_PREFIX}hidden.bias"] = (FEATURES,)
    result[f"{_PREFIX}output.weight"] = (config.n_classes, FEATURES)
    result[f"{_PREFIX}output.bias"] = (config.n_classes,)
    return result


def is_reader(name: str) -> bool:
    """Return whether a tensor of this name in a generator's weights is its reader's."""
    return name.startswith(_PREFIX)


def fold(classifier: Tensors) -> dict[str, NDArray[np.float32]]:
    """Return a reader's tensors, named as in a generator's weights, from those of a classifier.

    BatchNorm's statistics, gains and biases go into the convolutions before it.

    Args:
        classifier: tensors of a `cgan.evaluation.classifier.Classifier` with this module's layers.
    """
    tensors = {name: tensor.astype(np.float64) for name, tensor in classifier.items()}
    result = {}
    for index in range(len(CHANNELS)):
        # The layers are numbered through: convolution, BatchNorm, ReLU, convolution, ...
        norm = f"convolutions.{3 * index + 1}"
        factors, summands, mean, variance = (
            tensors[f"{norm}.{name}"] for name in ("weight", "bias", "running_mean", "running_var")
        )
        gains = factors / np.sqrt(variance + _BATCH_NORM_EPS)
        weight = tensors[f"convolutions.{3 * index}.weight"]
        result[f"conv{index + 1}.weight"] = weight * gains[:, None, None, None]
        result[f"conv{index + 1}.bias"] = summands - mean * gains
    for layer in ("hidden", "output"):
        for name in ("weight", "bias"):
            result[f"{layer}.{name}"] = tensors[f"{layer}.{name}"]
    return {_PREFIX + name: tensor.astype(np.float32) for name, tensor in result.items()}


class Reader:
    """Reads images one by one, in float64; nothing is changed after construction."""

    def __init__(self, tensors: Tensors) -> None:
        """Take the reader's tensors out of a generator's weights."""
        own = {
            name.removeprefix(_PREFIX): tensor.astype(np.float64)
            for name, tensor in tensors.items()
            if is_reader(name)
        }
        self._convolutions = [
            (own[f"conv{index}.weight"], own[f"conv{index}.bias"])
            for index in range(1, len(CHANNELS) + 1)
        ]
        self._hidden = own["hidden.weight"].T, own["hidden.bias"]
        self._output = own["output.weight"].T, own["output.bias"]

    def __call__(self, image: NDArray[np.float32]) -> Array:
        """Read an image.

        Args:
            image: (C, H, W) float32 in [-1, 1].

        Returns:
            (n_classes,) float64, log-probability of each class.
        """
        x = image.astype(np.float64)
        for weight, bias in self._convolutions:
            x = np.maximum(_convolve(x, weight) + bias[:, None, None], 0)
        weight, bias = self._hidden
        features = np.maximum(x.ravel() @ weight + bias, 0)
        weight, bias = self._output
        scores: Array = features @ weight + bias
        scores = scores - scores.max()
        logs: Array = scores - np.log(np.exp(scores).sum())
        return logs


def _convolve(x: Array, weight: Array) -> Array:
    """Convolution of stride 2, padded by half the kernel: (C, H, W) by (D, C, K, K)."""
    outputs, channels, kernel, _ = weight.shape
    padding = kernel // 2
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    height, width = ((size + 1) // 2 for size in x.shape[1:])
    # What each weight of the kernel is multiplied by, at every second pixel.
    parts = [
        padded[:, ky : ky + 2 * height : 2, kx : kx + 2 * width : 2][:, :height, :width]
        for ky in range(kernel)
        for kx in range(kernel)
    ]
    columns = np.stack(parts, axis=1).reshape(channels * kernel**2, height * width)
    result: Array = weight.reshape(outputs, -1) @ columns
    return result.reshape(outputs, height, width)
