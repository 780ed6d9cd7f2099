"""The convolutional generator as an ONNX graph; see `cgan.export.generator`.

Images are (N, C, H, W) here, as ONNX has them.
"""

from collections.abc import Iterator

import numpy as np

from cgan.export.graph import Graph
from cgan.model.architectures.conv import ConvConfig, fold
from cgan.model.layers import Array, Tensors


def draw(graph: Graph, config: ConvConfig, tensors: Tensors, z: str, classes: str | None) -> str:
    """Add the forward pass."""
    folded = fold(config, tensors)
    inputs = z
    affine: Iterator[tuple[str, str]] = iter(())
    if classes is not None:
        assert folded.classes is not None
        embedding = classes
        if config.class_norm:
            sizes = [config.n_classes, folded.classes.shape[1] - config.n_classes]
            embedding, of_class = graph.split("Split", 2, classes, np.array(sizes), axis=1)
            if folded.of_latent is not None:
                of_latent = graph.add("MatMul", z, folded.of_latent)
                of_class = graph.add("Add", of_class, of_latent)
            affine = _affine(graph, of_class, config)
        inputs = graph.add("Concat", embedding, z, axis=1)
    x = _first(graph, inputs, *folded.linear, config)
    for weight, bias in folded.ups:
        x = _activate(graph, x, affine)
        x = graph.add("ConvTranspose", x, weight, bias, strides=[2, 2], pads=[1, 1, 1, 1])
    if folded.output is not None:
        x = graph.add("Conv", _activate(graph, x, affine), *folded.output, pads=[1, 1, 1, 1])
    return graph.add("Tanh", x)


def _first(graph: Graph, inputs: str, weight: Array, bias: Array, config: ConvConfig) -> str:
    """Add the first layer, whose outputs are reordered from (H, W, C) to (C, H, W)."""
    size, width = config.base_size, config.widths[0]
    order = np.arange(len(bias)).reshape(size, size, width).transpose(2, 0, 1).ravel()
    x = graph.add("Gemm", inputs, weight[:, order], bias[order])
    return graph.add("Reshape", x, np.array([-1, width, size, size]))


def _affine(graph: Graph, of_class: str, config: ConvConfig) -> Iterator[tuple[str, str]]:
    """Yield gain and bias of each BatchNorm, as (N, C, 1, 1)."""
    sizes = np.repeat(config.widths, 2)
    parts = graph.split("Split", len(sizes), of_class, sizes, axis=1)
    values = [graph.add("Unsqueeze", part, np.array([2, 3])) for part in parts]
    yield from zip(values[::2], values[1::2], strict=True)


def _activate(graph: Graph, x: str, affine: Iterator[tuple[str, str]]) -> str:
    """Apply the classes' gains and biases, if any are left, and ReLU."""
    pair = next(affine, None)
    if pair is not None:
        gain, bias = pair
        x = graph.add("Add", graph.add("Mul", x, gain), bias)
    return graph.add("Relu", x)
