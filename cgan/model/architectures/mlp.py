"""The article's fully connected generator: its tensors and its forward pass in NumPy.

    Embedding(n_classes, n_classes) beside z; Linear to 128; Linear to 256, 512 and 1024, each with
    BatchNorm; LeakyReLU between; Linear to the pixels; tanh

The tensors have the names and shapes of the article's checkpoints. An unconditional generator
has no embedding.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cgan.model.architecture import Architecture
from cgan.model.config import GeneratorConfig
from cgan.model.layers import LEAKY_SLOPE, Array, Shapes, Tensors, fold_batch_norm

# Widths between the input and the image.
HIDDEN = (128, 256, 512, 1024)

# BatchNorm's eps in the article: `BatchNorm1d(n, 0.8)` sets eps, not momentum.
BATCH_NORM_EPS = 0.8

# Positions in the article's `Sequential`: neither the first nor the last Linear has BatchNorm.
LINEAR_LAYERS = (0, 2, 5, 8, 11)
BATCH_NORM_LAYERS = (3, 6, 9)

_BATCH_NORM_TENSORS = ("weight", "bias", "running_mean", "running_var")

# Matrix libraries choose the order of additions by the shapes of the matrices. Every product here
# has this many rows, so that an image doesn't depend on how many others are made with it.
_BLOCK = 16


@dataclass(frozen=True)
class MlpConfig(GeneratorConfig):
    """Config of the article's generator, which has no settings of its own."""

    architecture: str = "mlp"


def generator_shapes(config: MlpConfig) -> Shapes:
    """Return the name and shape of every float32 tensor in a generator's weights.

    The first Linear takes the label's embedding before z.
    """
    shapes: Shapes = {}
    if config.conditional:
        shapes["label_emb.weight"] = (config.n_classes, config.n_classes)
    inputs = config.label_size + config.latent_dim
    widths = (inputs, *HIDDEN, int(np.prod(config.image_shape)))
    for layer, fan_in, fan_out in zip(LINEAR_LAYERS, widths[:-1], widths[1:], strict=True):
        shapes[f"model.{layer}.weight"] = (fan_out, fan_in)
        shapes[f"model.{layer}.bias"] = (fan_out,)
        if layer + 1 in BATCH_NORM_LAYERS:
            for name in _BATCH_NORM_TENSORS:
                shapes[f"model.{layer + 1}.{name}"] = (fan_out,)
    return shapes


class MlpGenerator:
    """The article's generator in evaluation mode, with BatchNorm folded into the Linear before it.

    Attributes:
        classes: (n_classes, K) float32, what depends on the class, here the embedding; None
            if unconditional.
    """

    classes: NDArray[np.float32] | None

    def __init__(self, config: MlpConfig, tensors: Tensors) -> None:
        """Fold the layers; about 14 MB for the article's generator."""
        self._image_shape = config.image_shape
        self.classes = tensors.get("label_emb.weight")
        self._layers = fold(tensors)

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
        images = np.empty((len(inputs), *self._image_shape), np.float32)
        block = np.zeros((_BLOCK, inputs.shape[1]))
        for start in range(0, len(inputs), _BLOCK):
            part = inputs[start : start + _BLOCK]
            block[: len(part)] = part
            output = self._forward(block)[: len(part)]
            images[start : start + _BLOCK] = output.reshape(-1, *self._image_shape)
        return images

    def _forward(self, x: Array) -> Array:
        """(_BLOCK, inputs) -> (_BLOCK, pixels)."""
        for weight, bias in self._layers[:-1]:
            x = x @ weight + bias
            x = np.maximum(x, LEAKY_SLOPE * x)
        weight, bias = self._layers[-1]
        output: Array = np.tanh(x @ weight + bias)
        return output


def fold(tensors: Tensors) -> list[tuple[Array, Array]]:
    """Return each Linear, with its BatchNorm, as (inputs, outputs) and (outputs,) in float64."""
    return [_fold(tensors, layer) for layer in LINEAR_LAYERS]


def _fold(tensors: Tensors, layer: int) -> tuple[Array, Array]:
    """Return the (inputs, outputs) weight and the (outputs,) bias of a Linear and its BatchNorm."""
    weight = tensors[f"model.{layer}.weight"].astype(np.float64)
    bias = tensors[f"model.{layer}.bias"].astype(np.float64)
    if layer + 1 in BATCH_NORM_LAYERS:
        gain, shift, mean, variance = (
            tensors[f"model.{layer + 1}.{name}"].astype(np.float64) for name in _BATCH_NORM_TENSORS
        )
        factor, bias = fold_batch_norm(gain, shift, mean, variance, BATCH_NORM_EPS, offset=bias)
        weight *= factor[:, None]
    return np.ascontiguousarray(weight.T), bias


ARCHITECTURE = Architecture(
    name="mlp",
    title="the article's networks",
    card="those of the Jittor tutorial on the conditional GAN (计图挑战热身赛)",
    config=MlpConfig,
    shapes=generator_shapes,
    generator=MlpGenerator,
    networks="cgan.training.mlp_networks",
    graph="cgan.export.mlp_graph",
)
