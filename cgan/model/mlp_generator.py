"""The fully connected generator's forward pass in NumPy."""

import numpy as np
from numpy.typing import NDArray

from cgan.model.mlp import BATCH_NORM_EPS, LEAKY_SLOPE, LINEAR_LAYERS
from cgan.model.weights import Weights

# Matrix libraries choose their order of additions by the shapes they get. Every product here has
# this many rows, so that an image does not depend on how many others are made with it.
_BLOCK = 16


class MlpGenerator:
    """The article's generator in evaluation mode, BatchNorm folded into the Linear before it.

    Attributes:
        classes: (n_classes, K) float32, all that depends on the class, here the embedding; None
            if unconditional.
    """

    classes: NDArray[np.float32] | None

    def __init__(self, weights: Weights) -> None:
        """Fold the layers; about 14 MB for the article's generator."""
        self._config = weights.config
        self.classes = weights.tensors.get("label_emb.weight")
        self._layers = [_fold(weights, layer) for layer in LINEAR_LAYERS]

    def __call__(
        self, z: NDArray[np.float32], classes: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """Generate images.

        Args:
            z: (N, latent_dim) float32.
            classes: (N, K) float32, rows of `classes` or mixtures of them; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        inputs = z if classes is None else np.hstack((classes, z))
        images = np.empty((len(inputs), *self._config.image_shape), np.float32)
        block = np.zeros((_BLOCK, inputs.shape[1]))
        for start in range(0, len(inputs), _BLOCK):
            part = inputs[start : start + _BLOCK]
            block[: len(part)] = part
            output = self._forward(block)[: len(part)]
            images[start : start + _BLOCK] = output.reshape(-1, *self._config.image_shape)
        return images

    def _forward(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """(_BLOCK, inputs) -> (_BLOCK, pixels)."""
        for weight, bias in self._layers[:-1]:
            x = x @ weight + bias
            x = np.maximum(x, LEAKY_SLOPE * x)
        weight, bias = self._layers[-1]
        output: NDArray[np.float64] = np.tanh(x @ weight + bias)
        return output


def _fold(weights: Weights, layer: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (inputs, outputs) weight and the (outputs,) bias of a Linear and BatchNorm."""
    tensors = weights.tensors
    weight = tensors[f"model.{layer}.weight"].astype(np.float64)
    bias = tensors[f"model.{layer}.bias"].astype(np.float64)
    if f"model.{layer + 1}.running_var" in tensors:
        scale, shift, mean, variance = (
            tensors[f"model.{layer + 1}.{name}"].astype(np.float64)
            for name in ("weight", "bias", "running_mean", "running_var")
        )
        scale /= np.sqrt(variance + BATCH_NORM_EPS)
        weight *= scale[:, None]
        bias = (bias - mean) * scale + shift
    return np.ascontiguousarray(weight.T), bias
