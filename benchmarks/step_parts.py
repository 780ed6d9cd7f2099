"""Show where the time of a training step goes, and how near it is to what the machine can do.

    python benchmarks/step_parts.py
    python benchmarks/step_parts.py --arch conv

By Jittor's own profiler, on a CPU: the milliseconds of each kind of operator, and what is left
between them. The products of matrices and the convolutions are also given in GFLOP/s, to compare
with those of a large product of matrices on the same threads.
"""

import argparse
import math
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

# Of the large product of matrices.
SIZE = 1024
REPETITIONS = 50

# Which operators are of a kind: what Jittor's profiler calls them begins so.
CONVOLUTIONS = {
    "convolutions": "mkl_conv«",
    "convolutions, back to the inputs": "mkl_conv_backward_x«",
    "convolutions, back to the weights": "mkl_conv_backward_w«",
}
PRODUCTS = "products of matrices"
KINDS = CONVOLUTIONS | {PRODUCTS: "mkl_matmul«"}
OWN = "code«IN_SIZE:"  # operators of this project
ADAM = "Adam"
ACTIVATIONS = "activations, with their gradients"
OTHER = "all other operators: BatchNorm, losses ..."
BETWEEN = "between operators: Python, Jittor's graph"


def main() -> None:
    """Train some steps, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--arch", choices=("mlp", "conv"), default="mlp")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--warm-up", type=int, default=30, help="steps before them")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    sys.argv[1:] = []  # so that the worker takes the CPU
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from step_ours import CONV, jt, trainer

    settings = CONV if options.arch == "conv" else {}
    training = trainer(settings)
    run = training.run()
    count = next(run)[1]
    for _ in range(options.warm_up):
        next(run)
    jt.sync_all(True)
    start = time.perf_counter()
    with jt.profile_scope() as report:
        for _ in range(options.steps):
            next(run)
        jt.sync_all(True)
    step = (time.perf_counter() - start) / options.steps * 1e3
    found: defaultdict[str, float] = defaultdict(float)
    for name, _, _, nanoseconds, *_ in report[1:]:
        found[kind(name)] += float(nanoseconds) / 1e6 / options.steps
    found[BETWEEN] = step - sum(found.values())
    if options.arch == "conv":
        operations = conv_operations(training, count)
    else:
        operations = {PRODUCTS: mlp_operations(training, count)}
    print(
        f"{options.arch}, batch {count}, {options.threads} threads: {step:.1f} ms a step, "
        f"{count / step * 1e3:,.0f} images/s"
    )
    print(f"{'':44}{'ms':>6}{'share':>8}{'GFLOP/s':>9}")
    for name, milliseconds in sorted(found.items(), key=lambda item: -item[1]):
        speed = f"{operations[name] / milliseconds / 1e6:9.0f}" if name in operations else ""
        print(f"{name:44}{milliseconds:6.1f}{milliseconds / step:8.0%}{speed}")
    total = sum(operations.values())
    peak = speed_of_products(jt)
    print(
        f"{total / 1e9:.1f} GFLOP a step: {total / step / 1e6:.0f} GFLOP/s, "
        f"{total / step / 1e6 / peak:.0%} of the {peak:.0f} of a large product of matrices, "
        f"which would take {total / peak / 1e6:.1f} ms for it"
    )


def kind(name: str) -> str:
    """Return the kind of an operator that Jittor's profiler calls so."""
    for own, begin in KINDS.items():
        if name.startswith(begin):
            return own
    if not name.startswith(OWN):
        return OTHER
    inputs = int(name.removeprefix(OWN).split("«")[0])
    return ADAM if inputs > 2 else ACTIVATIONS


def conv_operations(training: Any, count: int) -> dict[str, float]:
    """Return the floating-point operations of a step's convolutions, by kind.

    G's convolutions are transposed: forward is what back to the inputs is for others, and the
    other way round.
    """
    config = training.config
    sizes = [config.base_size * 2**k for k in range(4)]
    taps = 16
    ups = [
        taps * source * target * size**2
        for (source, target), size in zip(config.up_channels, sizes, strict=False)
    ]
    # D has the widths of G.
    widths = [config.channels, *config.widths[2::-1]]
    downs = [
        taps * a * b * size**2 for a, b, size in zip(widths, widths[1:], sizes[2::-1], strict=False)
    ]
    g, d, inner = sum(ups), sum(downs), sum(downs[1:])
    forward, inputs, weights = CONVOLUTIONS
    products = {
        # D sees G's images twice: for G's loss and for its own.
        forward: g + 3 * d,
        # For G's loss, those of D's first layer, too.
        inputs: g + d + 2 * inner,
        weights: g + 2 * d,
    }
    return {name: 2.0 * count * value for name, value in products.items()}


def mlp_operations(training: Any, count: int) -> float:
    """Return the floating-point operations of a step's products of matrices."""
    matrices: dict[str, list[int]] = {"generator": [], "discriminator": []}
    for name, tensor in training.state().items():
        network = name.split(".")[0]
        if network in matrices and ".model." in name and tensor.ndim == 2:
            matrices[network].append(tensor.size)
    g, d = matrices["generator"], matrices["discriminator"]
    # G: forward, back to the inputs and to the weights. D: with G's loss forward and back to the
    # inputs; with its own all three, of real and of G's images, but for the first layer's inputs.
    products = 3 * sum(g) + 2 * sum(d) + 2 * (3 * sum(d) - d[0])
    return 2.0 * count * products


def speed_of_products(jt: Any) -> float:
    """Return the GFLOP/s of a large product of matrices in float32; the best of some."""
    a, b = jt.randn((SIZE, SIZE)), jt.randn((SIZE, SIZE))
    jt.sync([a, b])
    best = math.inf
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        jt.matmul(a, b).sync()
        jt.sync_all(True)
        best = min(best, time.perf_counter() - start)
    return 2 * SIZE**3 / best / 1e9


if __name__ == "__main__":
    main()
