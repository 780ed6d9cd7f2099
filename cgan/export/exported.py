"""Weights as ONNX files, which are checked against NumPy before anyone gets them.

Each part has a file of its own, since a runtime runs all of a file's graph: who draws needs no
encoder, and loads 1 MB less. Importing this module imports neither onnx nor onnxruntime.
"""

import json

from cgan.common.errors import BadValue
from cgan.common.packages import is_installed, missing_package
from cgan.common.signals import interrupted_afterwards
from cgan.model.weights import LICENSE, Weights, encoder_fingerprint, fingerprint

GENERATOR, READER, ENCODER = "generator", "reader", "encoder"
PARTS = (GENERATOR, READER, ENCODER)


def parts_of(weights: Weights) -> list[str]:
    """Return which parts these weights have; older ones lack reader or encoder."""
    has = {READER: weights.config.reader, ENCODER: weights.config.encoder}
    return [part for part in PARTS if has.get(part, True)]


def file_name(part: str, name: str = "model") -> str:
    """Return the name of a part's file: "model.onnx", "model-reader.onnx", "model-encoder.onnx"."""
    return f"{name}.onnx" if part == GENERATOR else f"{name}-{part}.onnx"


def require(use: str) -> None:
    """Check that onnx and onnxruntime are installed.

    Args:
        use: what needs them, the beginning of a sentence: "Exporting needs".

    Raises:
        UserError: one isn't; the message says how to install it.
    """
    for package in ("onnx", "onnxruntime"):
        if not is_installed(package):
            raise missing_package(use, package, "onnx")


def export(weights: Weights) -> tuple[dict[str, bytes], float]:
    """Return the file of each part, and the largest difference from NumPy that was found.

    The same weights give the same bytes.

    Raises:
        BadValue: the architecture has no ONNX graph, or onnxruntime computes something else.
        UserError: onnx or onnxruntime is not installed.
    """
    require("Exporting needs")
    with interrupted_afterwards():
        from cgan.export import check, generator, judges

    makers = {
        GENERATOR: generator.generator_graph,
        READER: judges.reader_graph,
        ENCODER: judges.encoder_graph,
    }
    files = {
        part: makers[part](weights).to_bytes(fields(weights, part)) for part in parts_of(weights)
    }
    worst = 0.0
    for part, difference in check.differences(weights, files).items():
        # Written so that a NaN is refused, too.
        if not difference <= check.TOLERANCE:
            raise BadValue(
                f"onnxruntime {check.version()} computes something else than NumPy from the {part} "
                f"(difference {difference:.2g}, at most {check.TOLERANCE:g}), so nothing was "
                "written: try another version of onnxruntime; of an architecture of your own, its "
                "graph may be wrong."
            )
        worst = max(worst, difference)
    return files, worst


def fields(weights: Weights, part: str) -> dict[str, str]:
    """Return a file's metadata: what it is, and of which weights, by the name that links use."""
    values = {
        "part": part,
        "config": json.dumps(weights.config.to_dict()),
        "weights-sha256": fingerprint(weights.tensors),
        "license": LICENSE,
    }
    if part == ENCODER:
        values["encoder-sha256"] = encoder_fingerprint(weights.tensors)
    return values
