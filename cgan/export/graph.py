"""An ONNX graph, node by node: what this project uses of onnx's helper.

Values are named by the strings that the methods return; constants are float32.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import cgan

# Of 2022: onnxruntime 1.12 and all later ones read it. Nothing here needs a newer one.
OPSET = 17
_IR_VERSION = 8

BATCH = "N"
"""The name of the first dimension of all inputs and outputs, which may be any number."""

_TYPES = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32}


class Graph:
    """A graph that grows: inputs, nodes in the order of computation, outputs."""

    def __init__(self, name: str, description: str) -> None:
        """Begin an empty graph."""
        self._name, self._description = name, description
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def input(self, name: str, kind: str, shape: Sequence[int], description: str) -> str:
        """Add an input (N, *shape) of "float32" or "int32"."""
        self._inputs.append(_value(name, kind, shape, description))
        return name

    def output(self, value: str, name: str, shape: Sequence[int], description: str) -> None:
        """Add an output (N, *shape) of float32, with the value so named."""
        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(_value(name, "float32", shape, description))

    def constant(self, values: NDArray[Any]) -> str:
        """Add an array; float64 becomes float32, and integers stay int64, as shapes are."""
        kind = np.int64 if values.dtype.kind == "i" else np.float32
        name = f"constant{len(self._constants)}"
        array = np.ascontiguousarray(values, kind)
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, operator: str, *inputs: str | NDArray[Any], **attributes: Any) -> str:
        """Add a node of one output, whose inputs are values or arrays."""
        return self.split(operator, 1, *inputs, **attributes)[0]

    def split(
        self, operator: str, count: int, *inputs: str | NDArray[Any], **attributes: Any
    ) -> list[str]:
        """Add a node of several outputs, as `add` does."""
        values = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        name = f"{operator.lower()}{len(self._nodes)}"
        outputs = [name] if count == 1 else [f"{name}_{index}" for index in range(count)]
        self._nodes.append(helper.make_node(operator, values, outputs, name=name, **attributes))
        return outputs

    def to_bytes(self, fields: Mapping[str, str]) -> bytes:
        """Return the file; the same graph and fields give the same bytes.

        Args:
            fields: its metadata.
        """
        graph = helper.make_graph(
            self._nodes, self._name, self._inputs, self._outputs, self._constants
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=_IR_VERSION,
            producer_name="cgan",
            producer_version=cgan.__version__,
            doc_string=self._description,
        )
        helper.set_model_props(model, dict(fields))
        onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString(deterministic=True)
        return content


def _value(name: str, kind: str, shape: Sequence[int], description: str) -> Any:
    return helper.make_tensor_value_info(
        name, _TYPES[kind], [BATCH, *shape], doc_string=description
    )
