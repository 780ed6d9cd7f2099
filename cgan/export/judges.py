"""The reader and the encoder as ONNX graphs: both halve an image three times."""

import numpy as np

from cgan.export.graph import Graph
from cgan.model import encoder, reader
from cgan.model.layers import Tensors
from cgan.model.weights import Weights

_IMAGE = "From -1, black, to 1, white; a digit as those of MNIST are, which fills it alike."


def reader_graph(weights: Weights) -> Graph:
    """Return the graph of a reader: image -> probability (N, n_classes)."""
    config = weights.config
    own = reader.own_tensors(weights.tensors)
    graph = Graph("reader", "Says which class an image shows.")
    image = graph.input("image", "float32", config.image_shape, _IMAGE)
    x = _halve(graph, image, own, reader.KERNELS)
    x = graph.add("Gemm", x, own["hidden.weight"], own["hidden.bias"], transB=1)
    x = graph.add("Relu", x)
    scores = graph.add("Gemm", x, own["output.weight"], own["output.bias"], transB=1)
    probability = graph.add("Softmax", scores, axis=1)
    graph.output(probability, "probability", [config.n_classes], "Of each class.")
    return graph


def encoder_graph(weights: Weights) -> Graph:
    """Return the graph of an encoder: image and label -> z (N, latent_dim)."""
    config = weights.config
    own = encoder.own_tensors(weights.tensors)
    graph = Graph("encoder", "Finds the z from which the generator draws an image again.")
    image = graph.input("image", "float32", config.image_shape, _IMAGE)
    label = graph.input("label", "int32", [], f"Its class, from 0 to {config.n_classes - 1}.")
    x = graph.add(
        "MatMul", _halve(graph, image, own, encoder.KERNELS), np.transpose(own["hidden.weight"])
    )
    gains, biases = (
        graph.add("Gather", own[f"hidden.{name}"], label, axis=0) for name in ("gains", "biases")
    )
    x = graph.add("Relu", graph.add("Add", graph.add("Mul", x, gains), biases))
    z = graph.add("Gemm", x, own["output.weight"], own["output.bias"], transB=1)
    graph.output(z, "z", [config.latent_dim], "For the generator.")
    return graph


def _halve(graph: Graph, image: str, own: Tensors, kernels: tuple[int, ...]) -> str:
    """Add the convolutions of stride 2, each with ReLU; return all results of an image in a row."""
    x = image
    for index, kernel in enumerate(kernels, start=1):
        weight, bias = own[f"conv{index}.weight"], own[f"conv{index}.bias"]
        x = graph.add("Conv", x, weight, bias, strides=[2, 2], pads=[kernel // 2] * 4)
        x = graph.add("Relu", x)
    return graph.add("Flatten", x, axis=1)
