"""Layers in NumPy that the generators, the reader and the encoder are made of.

Images are (N, H, W, C) here: with channels last, a transposed convolution is four matrix products
for all pixels of an image, whose results are added in runs of four pixels' channels.

An image must not depend on the others in its batch, not even in its last bit. So each row or image
has its own matrix product, which NumPy computes one by one for the members of a stack: in a
single product, the shape decides the order of the additions.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Of every BatchNorm but the article's, and of every LeakyReLU.
BATCH_NORM_EPS = 1e-5
LEAKY_SLOPE = 0.2

Tensors = Mapping[str, NDArray[np.float32]]
"""The weights of a network: float32 arrays by name."""
Shapes = dict[str, tuple[int, ...]]
"""The shapes of `Tensors` by name."""


def fold_batch_norm(
    gain: Array, bias: Array, mean: Array, variance: Array, eps: float, offset: Array | float = 0.0
) -> tuple[Array, Array]:
    """Return BatchNorm in evaluation mode as a factor and a summand.

    BatchNorm of x + offset is `factor * x + summand`.

    Args:
        gain: (..., width).
        bias: as `gain`.
        mean: (width,), the running mean.
        variance: (width,), the running variance.
        eps: what BatchNorm adds to the variance.
        offset: (width,), the bias of the layer before, if it has one.

    Returns:
        Both of the shape of `gain`.
    """
    factor = gain / np.sqrt(variance + eps)
    return factor, (offset - mean) * factor + bias


def multiply_rows(rows: NDArray[Any], weight: Array) -> Array:
    """(N, K) @ (K, M), as N products."""
    product: Array = (rows[:, None, :] @ weight)[:, 0]
    return product


def fold_transposed_convolution(weight: Array) -> Array:
    """Arrange weights for `transposed_convolution`: (from, to, 4, 4) -> (2, 2, from, 4 * to).

    The order is a, b, from, p, q, to for the kernel's row 2a + p and column 2b + q.
    """
    source, target = weight.shape[:2]
    patches = weight.reshape(source, target, 2, 2, 2, 2).transpose(2, 4, 0, 3, 5, 1)
    return np.ascontiguousarray(patches.reshape(2, 2, source, -1))


def transposed_convolution(x: Array, weight: Array) -> Array:
    """Transposed convolution 4x4 of stride 2 and padding 1: (N, H, W, C) -> (N, 2H, 2W, D).

    Every pixel of x adds a patch of 4x4 pixels, which `weight` (2, 2, C, 4D) gives as four of 2x2.
    """
    count, height, width, channels = x.shape
    rows = x.reshape(count, -1, channels)
    # (H + 1, W + 1) blocks of 2x2 pixels, which is one pixel more than the result on each side.
    blocks = np.zeros((count, height + 1, width + 1, weight.shape[-1]))
    part = np.empty((count, height, width, weight.shape[-1]))  # of each pixel's patch
    for a in (0, 1):
        for b in (0, 1):
            np.matmul(rows, weight[a, b], out=part.reshape(count, height * width, -1))
            blocks[:, a : a + height, b : b + width] += part
    pixels = blocks.reshape(count, height + 1, width + 1, 2, 2, -1).transpose(0, 1, 3, 2, 4, 5)
    return pixels.reshape(count, 2 * height + 2, 2 * width + 2, -1)[:, 1:-1, 1:-1]


def convolution(x: Array, weight: Array) -> Array:
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


def halving_shapes(
    prefix: str, channels: int, size: int, targets: Sequence[int], kernels: Sequence[int]
) -> tuple[Shapes, int]:
    """Return the shapes of convolutions that each halve an image, and the number of their results.

    Args:
        prefix: of the tensors' names.
        channels: of the image.
        size: of the image, which is square.
        targets: channels after each convolution.
        kernels: the size of each kernel, which is square.
    """
    shapes: Shapes = {}
    for index, (target, kernel) in enumerate(zip(targets, kernels, strict=True), start=1):
        shapes[f"{prefix}conv{index}.weight"] = (target, channels, kernel, kernel)
        shapes[f"{prefix}conv{index}.bias"] = (target,)
        channels, size = target, math.ceil(size / 2)
    return shapes, channels * size * size


def strided_convolution(x: Array, weight: Array) -> Array:
    """Convolution of stride 2, padded by half the kernel: (C, H, W) by (D, C, K, K) -> (D, ...).

    Unlike the others here it takes a single image, with the channels first.
    """
    outputs, channels, kernel, _ = weight.shape
    padding = kernel // 2
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    height, width = ((size + 1) // 2 for size in x.shape[1:])
    # For each position in the kernel, the pixels that it is multiplied by.
    parts = [
        padded[:, ky : ky + 2 * height : 2, kx : kx + 2 * width : 2][:, :height, :width]
        for ky in range(kernel)
        for kx in range(kernel)
    ]
    columns = np.stack(parts, axis=1).reshape(channels * kernel**2, height * width)
    result: Array = weight.reshape(outputs, -1) @ columns
    return result.reshape(outputs, height, width)
