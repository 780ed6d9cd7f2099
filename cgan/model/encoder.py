"""The encoder E(x, y) -> z, published with a generator: the latent of a real digit; in NumPy.

It is trained on a finished generator (see `cgan.training.encoder`), which it doesn't change. The
latent that it finds draws the digit again and, with other labels, the other digits in its hand.
After Donahue et al., "Adversarial Feature Learning", 2017 (arXiv:1605.09782), and Dumoulin et al.,
"Adversarially Learned Inference", 2017 (arXiv:1606.00704), who train both together.

    convolutions 5x5, 3x3 and 3x3 of stride 2, to 16, 32 and 64 channels, with ReLU
    Linear to 192 features, times a gain and plus a bias of the class, with ReLU
    Linear to z
"""

from typing import Any

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

CHANNELS = (16, 32, 64)
KERNELS = (5, 3, 3)
FEATURES = 192

_PREFIX = "encoder."


class NoEncoder(BadValue):
    """A hand of one's own is asked for, but the weights have no encoder."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "These weights have no encoder, which finds the hand of a digit. "
            "`train.py --add-encoder FOLDER` trains one for weights that lack it.",
            text_id="weights.no_encoder",
        )


def shapes(config: GeneratorConfig) -> Shapes:
    """Return the name and shape of every float32 tensor of an encoder in a generator's weights."""
    result, features = halving_shapes(_PREFIX, config.channels, config.img_size, CHANNELS, KERNELS)
    result[f"{_PREFIX}hidden.weight"] = (FEATURES, features)
    for name in ("gains", "biases"):
        result[f"{_PREFIX}hidden.{name}"] = (config.n_classes, FEATURES)
    result[f"{_PREFIX}output.weight"] = (config.latent_dim, FEATURES)
    result[f"{_PREFIX}output.bias"] = (config.latent_dim,)
    return result


def is_encoder(name: str) -> bool:
    """Return whether the tensor of this name in a generator's weights belongs to the encoder."""
    return name.startswith(_PREFIX)


def without_encoder(tensors: Tensors) -> Tensors:
    """Return a generator's weights without those of the encoder: what draws, and what reads."""
    return {name: tensor for name, tensor in tensors.items() if not is_encoder(name)}


def only_encoder(tensors: Tensors) -> Tensors:
    """Return the encoder's own of a generator's weights."""
    return {name: tensor for name, tensor in tensors.items() if is_encoder(name)}


def own_tensors(tensors: Tensors) -> dict[str, NDArray[np.float32]]:
    """Return the encoder's tensors of a generator's weights, by their names without "encoder."."""
    return {name.removeprefix(_PREFIX): each for name, each in only_encoder(tensors).items()}


def fold(network: Tensors) -> dict[str, NDArray[np.float32]]:
    """Make an encoder's tensors, named as in a generator's weights, from those that were trained.

    Each BatchNorm is folded into the convolution before it.

    Args:
        network: tensors of `cgan.training.encoder`'s network.
    """
    tensors = {name: tensor.astype(np.float64) for name, tensor in network.items()}
    result = {}
    for index in range(1, len(CHANNELS) + 1):
        gain, bias, mean, variance = (
            tensors[f"norm{index}.{name}"]
            for name in ("weight", "bias", "running_mean", "running_var")
        )
        factor, summand = fold_batch_norm(gain, bias, mean, variance, BATCH_NORM_EPS)
        result[f"conv{index}.weight"] = tensors[f"conv{index}.weight"] * factor[:, None, None, None]
        result[f"conv{index}.bias"] = summand
    result["hidden.weight"] = tensors["hidden.weight"]
    result["hidden.gains"], result["hidden.biases"] = tensors["gains"], tensors["biases"]
    result["output.weight"], result["output.bias"] = (
        tensors["output.weight"],
        tensors["output.bias"],
    )
    return {_PREFIX + name: tensor.astype(np.float32) for name, tensor in result.items()}


class Encoder:
    """Finds the latents of images one by one, in float64; nothing changes after construction."""

    def __init__(self, tensors: Tensors) -> None:
        """Take the encoder's tensors out of a generator's weights."""
        own = {name: each.astype(np.float64) for name, each in own_tensors(tensors).items()}
        self._convolutions = [
            (own[f"conv{index}.weight"], own[f"conv{index}.bias"])
            for index in range(1, len(CHANNELS) + 1)
        ]
        self._hidden = own["hidden.weight"].T
        self._gains, self._biases = own["hidden.gains"], own["hidden.biases"]
        self._output = own["output.weight"].T, own["output.bias"]

    def __call__(
        self, images: NDArray[np.float32], labels: NDArray[np.integer[Any]]
    ) -> NDArray[np.float32]:
        """Find latents; the arguments are not checked.

        Args:
            images: (N, C, H, W) float32 in [-1, 1].
            labels: (N,) integers below n_classes.

        Returns:
            (N, latent_dim) float32; a row depends on its image and label alone.
        """
        weight, bias = self._output
        z = np.empty((len(images), len(bias)), np.float32)
        for row, (image, label) in enumerate(zip(images, labels, strict=True)):
            features = self._features(image) * self._gains[label] + self._biases[label]
            z[row] = np.maximum(features, 0) @ weight + bias
        return z

    def _features(self, image: NDArray[np.float32]) -> Array:
        """(C, H, W) -> (FEATURES,)."""
        x = image.astype(np.float64)
        for weight, bias in self._convolutions:
            x = np.maximum(strided_convolution(x, weight) + bias[:, None, None], 0)
        features: Array = x.ravel() @ self._hidden
        return features
