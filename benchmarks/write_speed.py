"""Time the model alone: a phone number's digits with NumPy, Jittor and onnxruntime, on one core.

    python benchmarks/write_speed.py [WEIGHTS] [--parts]

They take turns, each in one thread. `--parts` also shows where NumPy and onnxruntime spend it.
What requirements-dev.txt installs is needed.
"""

import functools
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

# NumPy reads this when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import onnxruntime

from cgan import Sampler
from cgan.backend.setup import load_jittor
from cgan.common.command_line import Parser, run
from cgan.export.exported import GENERATOR, export
from cgan.hub.source import BUNDLED
from cgan.model import layers, registry, weights
from cgan.model.architectures import conv

DIGITS = (1, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8)
WARM_UP = 5


def main() -> None:
    """Print the milliseconds of each, and how many times as long NumPy takes."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", type=Path, default=BUNDLED, help="a folder")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--parts", action="store_true", help="show the parts' milliseconds")
    values = parser.parse_args()
    loaded = weights.load(values.weights)
    jt = load_jittor("cpu", 1)
    from cgan.training import networks  # imports Jittor, which is set up above
    from cgan.training.options import TrainingOptions

    sampler = Sampler(loaded)
    generator, _ = networks.make(loaded.config, TrainingOptions(arch=loaded.config.architecture))
    generators = registry.of(loaded.config).shapes(loaded.config)
    own = {name: loaded.tensors[name] for name in generators}
    generator.load_parameters(own)
    generator.eval()
    z = sampler.latents(len(DIGITS), seed=0)
    labels = jt.array(list(DIGITS)).int32()

    file = export(loaded)[0][GENERATOR]
    inputs = onnx_inputs(z)
    contestants: dict[str, Callable[[], object]] = {
        "NumPy": lambda: sampler.generate(z, DIGITS),
        "Jittor": lambda: generator(jt.array(z), labels).numpy(),
        "onnxruntime": functools.partial(session(file).run, None, inputs),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(WARM_UP + values.rounds):
        for name, draw in contestants.items():
            start = time.perf_counter()
            draw()
            times[name].append(1000 * (time.perf_counter() - start))
    for name, milliseconds in times.items():
        rounds = milliseconds[WARM_UP:]
        print(f"{name:11} {statistics.median(rounds):6.2f} ms (least {min(rounds):.2f})")
    for other in ("Jittor", "onnxruntime"):
        pairs = zip(times["NumPy"][WARM_UP:], times[other][WARM_UP:], strict=True)
        print(f"NumPy / {other}: {statistics.median(ours / theirs for ours, theirs in pairs):.2f}")
    if values.parts:
        show("NumPy", numpy_parts(contestants["NumPy"], values.rounds))
        show("onnxruntime", onnx_parts(file, inputs, values.rounds))


def onnx_inputs(z: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the generator's ONNX file takes."""
    labels = np.array(DIGITS, np.int32)
    return {"z": z, "label": labels, "other": labels, "share": np.zeros(len(z), np.float32)}


def session(file: bytes, profile: str = "") -> onnxruntime.InferenceSession:
    """Return a session of one thread, which may write a profile."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, profile
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def numpy_parts(draw: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each kind of layer and, within them, of the products."""
    spent: Counter[str] = Counter()
    shapes: list[tuple[tuple[int, ...], tuple[int, ...]]] = []

    def timed(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: np.ndarray) -> object:
            start = time.perf_counter()
            result = function(*arguments)
            spent[name] += 1000 * (time.perf_counter() - start)
            if name.startswith("transposed"):
                count, height, width, channels = arguments[0].shape
                shapes.append(((count, height * width, channels), arguments[1].shape))
            return result

        return call

    for module, name in (
        (layers, "multiply_rows"),
        (layers, "transposed_convolution"),
        (layers, "convolution"),
        (conv, "_activate"),
    ):
        setattr(module, name, timed(name, getattr(module, name)))
    every: list[dict[str, float]] = []
    for _ in range(rounds):
        spent.clear()
        shapes.clear()
        start = time.perf_counter()
        draw()
        whole = 1000 * (time.perf_counter() - start)
        spent["the rest"] = whole - sum(spent.values())
        every.append(dict(spent))
    parts = {name: statistics.median(one[name] for one in every) for name in every[0]}
    for left, right in shapes:
        rows, weight = np.random.rand(*left), np.random.rand(*right)
        alone = []
        for _ in range(rounds):
            start = time.perf_counter()
            for one in np.ndindex(right[:-2]):
                rows @ weight[one]
            alone.append(1000 * (time.perf_counter() - start))
        sizes = " x ".join(map(str, (*left, np.prod(right) // left[2])))
        parts[f"  product alone, {sizes}"] = statistics.median(alone)
    return parts


def onnx_parts(file: bytes, inputs: dict[str, np.ndarray], rounds: int) -> dict[str, float]:
    """Return the mean milliseconds of each operator, by onnxruntime's own profile."""
    with tempfile.TemporaryDirectory() as folder:
        profiled = session(file, f"{folder}/profile")
        for _ in range(rounds):
            profiled.run(None, inputs)
        events = json.loads(Path(profiled.end_profiling()).read_text())
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            spent[event["args"]["op_name"]] += event["dur"] / 1000 / rounds
    return dict(spent.most_common())


def show(name: str, parts: dict[str, float]) -> None:
    """Print a table of milliseconds."""
    print(f"\n{name}, ms by part:")
    for part, milliseconds in parts.items():
        print(f"  {milliseconds:5.2f}  {part}")


if __name__ == "__main__":
    sys.exit(run(main))
