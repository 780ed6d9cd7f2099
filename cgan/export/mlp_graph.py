"""The article's fully connected generator as an ONNX graph; see `cgan.export.generator`."""

import numpy as np

from cgan.export.graph import Graph
from cgan.model.architectures.mlp import MlpConfig, fold
from cgan.model.layers import LEAKY_SLOPE, Tensors


def draw(graph: Graph, config: MlpConfig, tensors: Tensors, z: str, classes: str | None) -> str:
    """Add the forward pass."""
    x = z if classes is None else graph.add("Concat", classes, z, axis=1)
    *hidden, (weight, bias) = fold(tensors)
    for its_weight, its_bias in hidden:
        x = graph.add("LeakyRelu", graph.add("Gemm", x, its_weight, its_bias), alpha=LEAKY_SLOPE)
    pixels = graph.add("Tanh", graph.add("Gemm", x, weight, bias))
    return graph.add("Reshape", pixels, np.array([-1, *config.image_shape]))
