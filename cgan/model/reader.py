"""A small classifier, published with a generator, that says how legible an image is; in NumPy.

It is trained on the same real images as the generator (see `cgan.evaluation.classifier`) and may
take part in the generator's training. It is never used to measure the generator's quality.

    convolutions 5x5, 3x3 and 3x3 of stride 2, to 8, 16 and 32 channels, with ReLU
    Linear to 64 features, with ReLU; Linear to a score per class
"""

import math

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.model.config import GeneratorConfig
from cgan.model.layers import (
    BATCH_NORM_EPS,
    Array,
    Shapes,
    Tensors,
    fold_batch_norm,
    halving_shapes,
    strided_convolution,
)

CHANNELS = (8, 16, 32)
KERNELS = (5, 3, 3)  # of every classifier
FEATURES = 64

# An image that is read as its class with this probability counts as fully legible. If the image
# that the reader is surest of were always preferred, unusual handwriting would disappear.
CERTAIN = math.log(0.99)

_PREFIX = "reader."


class NoReader(BadValue):
    """The most legible of several digits is asked for, but the weights have no reader."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "These weights have no reader to find the most legible of several digits: "
            "best_of must be 1. `train.py --reader` trains one with the generator.",
            text_id="weights.no_reader",
        )


def shapes(config: GeneratorConfig) -> Shapes:
    """Return the name and shape of every float32 tensor of a reader in a generator's weights."""
    result, features = halving_shapes(_PREFIX, config.channels, config.img_size, CHANNELS, KERNELS)
    result[f"{_PREFIX}hidden.weight"] = (FEATURES, features)
    result[f"{_PREFIX}hidden.bias"] = (FEATURES,)
    result[f"{_PREFIX}output.weight"] = (config.n_classes, FEATURES)
    result[f"{_PREFIX}output.bias"] = (config.n_classes,)
    return result


def is_reader(name: str) -> bool:
    """Return whether the tensor of this name in a generator's weights belongs to the reader."""
    return name.startswith(_PREFIX)


def own_tensors(tensors: Tensors) -> dict[str, NDArray[np.float32]]:
    """Return the reader's tensors of a generator's weights, by their names without "reader."."""
    return {
        name.removeprefix(_PREFIX): tensor for name, tensor in tensors.items() if is_reader(name)
    }


def fold(classifier: Tensors) -> dict[str, NDArray[np.float32]]:
    """Make a reader's tensors, named as in a generator's weights, from a classifier's.

    Each BatchNorm is folded into the convolution before it.

    Args:
        classifier: tensors of a `cgan.evaluation.classifier.Classifier` with this module's layers.
    """
    tensors = {name: tensor.astype(np.float64) for name, tensor in classifier.items()}
    result = {}
    for index in range(len(CHANNELS)):
        # The layers are numbered: convolution 0, BatchNorm 1, ReLU 2, convolution 3, ...
        norm = f"convolutions.{3 * index + 1}"
        gain, bias, mean, variance = (
            tensors[f"{norm}.{name}"] for name in ("weight", "bias", "running_mean", "running_var")
        )
        factor, summand = fold_batch_norm(gain, bias, mean, variance, BATCH_NORM_EPS)
        weight = tensors[f"convolutions.{3 * index}.weight"]
        result[f"conv{index + 1}.weight"] = weight * factor[:, None, None, None]
        result[f"conv{index + 1}.bias"] = summand
    for layer in ("hidden", "output"):
        for name in ("weight", "bias"):
            result[f"{layer}.{name}"] = tensors[f"{layer}.{name}"]
    return {_PREFIX + name: tensor.astype(np.float32) for name, tensor in result.items()}


class Reader:
    """Reads images one by one, in float64; nothing changes after construction."""

    def __init__(self, tensors: Tensors) -> None:
        """Take the reader's tensors out of a generator's weights."""
        own = {name: each.astype(np.float64) for name, each in own_tensors(tensors).items()}
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
            x = np.maximum(strided_convolution(x, weight) + bias[:, None, None], 0)
        weight, bias = self._hidden
        features = np.maximum(x.ravel() @ weight + bias, 0)
        weight, bias = self._output
        scores: Array = features @ weight + bias
        scores = scores - scores.max()
        logs: Array = scores - np.log(np.exp(scores).sum())
        return logs
