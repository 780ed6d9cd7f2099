"""The generator as an ONNX graph.

What depends on the class is mixed here, linearly, as `cgan.model.generator` does. The rest is the
architecture's: it names a module with one function,

    draw(graph, config, tensors, z, classes) -> image

which adds the forward pass in evaluation mode and returns the images, (N, C, H, W) in [-1, 1]. z
is (N, latent_dim). `classes` has, for each image, a row of the `classes` of the architecture's
NumPy generator, or a mixture of two; it is None if unconditional. `cgan.export.mlp_graph` is the
simplest example.
"""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.export.graph import Graph
from cgan.model import registry
from cgan.model.weights import Weights

DESCRIPTION = "Draws an image from z and a label: a generator of a conditional GAN."
_Z = (
    "Standard normal, from any source. The same z and label give the same image. For the digit "
    "number i of a seed it is cgan.writing.latents.latent(seed, i, size)."
)


def generator_graph(weights: Weights) -> Graph:
    """Return the graph of a generator.

    Its inputs are z and, if it is conditional, label, other and share: the image lies between the
    classes `label` (share 0) and `other` (share 1). Its output is the image.

    Raises:
        BadValue: its architecture has no ONNX graph.
    """
    config = weights.config
    architecture = registry.of(config)
    if not architecture.graph:
        raise BadValue(
            f"Weights of the architecture {architecture.name!r} can't be exported: it has no ONNX "
            "graph (docs/design.md says how to add one)."
        )
    module = importlib.import_module(architecture.graph)
    graph = Graph("generator", DESCRIPTION)
    z = graph.input("z", "float32", [config.latent_dim], _Z)
    table = architecture.generator(config, weights.tensors).classes
    classes = None if table is None else _classes(graph, table)
    image = module.draw(graph, config, weights.tensors, z, classes)
    graph.output(image, "image", config.image_shape, "From -1, black, to 1, white.")
    return graph


def _classes(graph: Graph, table: NDArray[Any]) -> str:
    """Add the inputs that name classes, and the rows of the table for them."""
    last = len(table) - 1
    label = graph.input("label", "int32", [], f"The class, from 0 to {last}.")
    other = graph.input("other", "int32", [], f"A second class, from 0 to {last}.")
    share = graph.input(
        "share", "float32", [], "How much of the second class, from 0 (none) to 1 (all)."
    )
    constant = graph.constant(table)
    first, second = (graph.add("Gather", constant, chosen, axis=0) for chosen in (label, other))
    part = graph.add("Unsqueeze", share, np.array([1]))
    rest = graph.add("Sub", np.array(1.0), part)
    return graph.add("Add", graph.add("Mul", rest, first), graph.add("Mul", part, second))
