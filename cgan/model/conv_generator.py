"""The convolutional generator's forward pass in NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.model import conv
from cgan.model.weights import Weights

Array = NDArray[np.float64]

# Images that go through the layers together. Fewer calls of NumPy are made for them: a call may
# have to wait, among many threads, until Python runs it. More would leave the processor's cache.
_TOGETHER = 16


class ConvGenerator:
    """The convolutional generator in evaluation mode.

    Channels come last in memory: a transposed convolution then is one matrix product for all
    pixels of an image, whose results are added up in runs of four pixels' channels. Each image
    has matrix products of its own (NumPy does those of a stack one by one), of the same shapes
    whatever else is in the batch, so it can't depend on others.

    Attributes:
        classes: (n_classes, K) float64, all that depends on the class: the embedding and, with
            `class_norm`, the gains and biases of every BatchNorm. None if unconditional.
    """

    classes: Array | None

    def __init__(self, weights: Weights) -> None:
        """Fold BatchNorm's statistics into its gains and biases, and those into the weights.

        Gains and biases are linear in class and latent, so with `class_norm` they remain: those
        of the classes are in `classes`, and what z adds to them is one matrix.
        """
        config = self._config = weights.config
        tensors = {name: tensor.astype(np.float64) for name, tensor in weights.tensors.items()}
        layers = range(len(config.widths))
        norms = [_affine(tensors, index, conv.affine_names(config)) for index in layers]
        self.classes = tensors.get("label_emb.weight")
        if config.class_norm:
            assert self.classes is not None
            self.classes = np.hstack([self.classes, *(part for norm in norms for part in norm)])
            norms = [(np.ones(width), np.zeros(width)) for width in config.widths]
        self._of_latent = None
        if config.latent_norm:
            parts = [_affine(tensors, index, conv.LATENT_AFFINE_NAMES) for index in layers]
            self._of_latent = np.hstack([part for pair in parts for part in pair])
        self._linear = _fold_linear(tensors, *norms[0])
        self._ups = []
        for index, (_, target) in enumerate(conv.up_channels(config), start=1):
            gain, bias = np.ones(target), tensors.get(f"up{index}.bias")
            if bias is None:
                gain, bias = norms[index]
            self._ups.append((_fold_up(tensors[f"up{index}.weight"] * gain[:, None, None]), bias))
        self._output = None
        if conv.has_output_layer(config):
            weight = tensors["output.weight"].transpose(1, 2, 3, 0)  # (from, ky, kx, to)
            self._output = (weight.reshape(len(weight), -1), tensors["output.bias"])

    def __call__(self, z: NDArray[np.float32], classes: Array | None) -> NDArray[np.float32]:
        """Generate images.

        Args:
            z: (N, latent_dim) float32.
            classes: (N, K) float64, rows of `classes` or mixtures of them; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        images = np.empty((len(z), *self._config.image_shape), np.float32)
        for start in range(0, len(z), _TOGETHER):
            some = slice(start, start + _TOGETHER)
            pixels = self._forward(z[some], None if classes is None else classes[some])
            images[some] = pixels.transpose(0, 3, 1, 2)
        return images

    def _forward(self, z: NDArray[np.float32], of_class: Array | None) -> Array:
        """(N, latent_dim), (N, K) -> (N, H, W, C)."""
        config, size = self._config, conv.base_size(self._config)
        if of_class is None:
            inputs, affine = z.astype(np.float64), np.empty((len(z), 0))
        else:
            inputs = np.hstack((of_class[:, : config.n_classes], z))
            affine = of_class[:, config.n_classes :]
            if self._of_latent is not None:
                affine = affine + _one_by_one(z, self._of_latent)
        weight, bias = self._linear
        x = (_one_by_one(inputs, weight) + bias).reshape(len(z), size, size, -1)
        start = 0
        for weight, bias in self._ups:
            x, start = _activate(x, affine, start)
            x = _double(x, weight) + bias
        if self._output is not None:
            weight, bias = self._output
            x = _convolve(_activate(x, affine, start)[0], weight) + bias
        image: Array = np.tanh(x)
        return image


def _one_by_one(rows: NDArray[Any], weight: Array) -> Array:
    """(N, K) @ (K, M), as N products: those of one matrix would depend on the other rows."""
    product: Array = (rows[:, None, :] @ weight)[:, 0]
    return product


def _activate(x: Array, affine: Array, start: int) -> tuple[Array, int]:
    """Apply the classes' gains and biases, if any, which begin at `start`, and ReLU."""
    if affine.shape[1]:
        width = x.shape[-1]
        gains, biases = (
            affine[:, None, None, begin : begin + width] for begin in (start, start + width)
        )
        x = x * gains + biases
        start += 2 * width
    return np.maximum(x, 0), start


def _double(x: Array, weight: Array) -> Array:
    """Transposed convolution 4x4 of stride 2 and padding 1: (N, H, W, C) -> (N, 2H, 2W, D).

    Every pixel of x adds a patch of 4x4 pixels, of which `weight` (C, 16D) makes four of 2x2.
    """
    count, height, width, channels = x.shape
    patches = x.reshape(count, -1, channels) @ weight
    patches = patches.reshape(count, height, width, 2, 2, -1)
    # (H + 1, W + 1) blocks of 2x2 pixels, a pixel more than the result on each side.
    blocks = np.zeros((count, height + 1, width + 1, patches.shape[-1]))
    for a in (0, 1):
        for b in (0, 1):
            blocks[:, a : a + height, b : b + width] += patches[:, :, :, a, b]
    pixels = blocks.reshape(count, height + 1, width + 1, 2, 2, -1).transpose(0, 1, 3, 2, 4, 5)
    return pixels.reshape(count, 2 * height + 2, 2 * width + 2, -1)[:, 1:-1, 1:-1]


def _convolve(x: Array, weight: Array) -> Array:
    """Convolution 3x3 of padding 1: (N, H, W, C) -> (N, H, W, D) by `weight` (C, 9D)."""
    count, height, width, channels = x.shape
    parts = x.reshape(count, -1, channels) @ weight
    parts = parts.reshape(count, height, width, 3, 3, -1)
    sums = np.zeros((count, height + 2, width + 2, parts.shape[-1]))
    for ky in range(3):
        for kx in range(3):
            rows, columns = slice(2 - ky, 2 - ky + height), slice(2 - kx, 2 - kx + width)
            sums[:, rows, columns] += parts[:, :, :, ky, kx]
    return sums[:, 1:-1, 1:-1]


def _affine(tensors: dict[str, Array], index: int, names: tuple[str, str]) -> tuple[Array, Array]:
    """Return a BatchNorm in evaluation mode as gains and biases.

    They are (width,), (n_classes, width) or (latent_dim, width), as its factors and summands are.
    """
    factors, summands, mean, variance = (
        tensors[f"norm{index}.{name}"] for name in (*names, "running_mean", "running_var")
    )
    gains = factors / np.sqrt(variance + conv.BATCH_NORM_EPS)
    return gains, summands - mean * gains


def _fold_linear(tensors: dict[str, Array], gain: Array, bias: Array) -> tuple[Array, Array]:
    """Return the first layer with its BatchNorm: (inputs, H * W * C), (H * W * C,)."""
    weight, shift = tensors["linear.weight"], tensors["linear.bias"]
    gain, bias = (np.tile(part, len(shift) // len(part)) for part in (gain, bias))
    return np.ascontiguousarray((weight * gain[:, None]).T), shift * gain + bias


def _fold_up(weight: Array) -> Array:
    """(from, to, 4, 4) -> (from, 16 * to): ky = 2a + p and kx = 2b + q, in the order a, b, p, q."""
    source, target = weight.shape[:2]
    patches = weight.reshape(source, target, 2, 2, 2, 2).transpose(0, 2, 4, 3, 5, 1)
    return np.ascontiguousarray(patches.reshape(source, -1))
