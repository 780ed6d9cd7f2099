"""Time the model alone: the digits of a phone number with NumPy and with Jittor, on one core.

    python benchmarks/write_speed.py [WEIGHTS]

Both take turns.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

# NumPy reads this when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cgan import Sampler
from cgan.backend.setup import load_jittor
from cgan.hub.source import BUNDLED
from cgan.model import registry, weights

DIGITS = (1, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8)
WARM_UP = 5


def main() -> None:
    """Print the milliseconds of both, and how many times as long NumPy takes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", type=Path, default=BUNDLED, help="a folder")
    parser.add_argument("--rounds", type=int, default=200)
    values = parser.parse_args()
    jt = load_jittor("cpu", 1)
    from cgan.training import networks  # imports Jittor, which is set up above
    from cgan.training.options import TrainingOptions

    loaded = weights.load(values.weights)
    sampler = Sampler(loaded)
    generator, _ = networks.make(loaded.config, TrainingOptions(arch=loaded.config.architecture))
    generators = registry.of(loaded.config).shapes(loaded.config)
    own = {name: loaded.tensors[name] for name in generators}
    generator.load_parameters(own)
    generator.eval()
    z = sampler.latents(len(DIGITS), seed=0)
    labels = jt.array(list(DIGITS)).int32()

    contestants: dict[str, Callable[[], object]] = {
        "NumPy": lambda: sampler.generate(z, DIGITS),
        "Jittor": lambda: generator(jt.array(z), labels).numpy(),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(WARM_UP + values.rounds):
        for name, draw in contestants.items():
            start = time.perf_counter()
            draw()
            times[name].append(1000 * (time.perf_counter() - start))
    for name, milliseconds in times.items():
        rounds = milliseconds[WARM_UP:]
        print(f"{name:7} {statistics.median(rounds):6.2f} ms (least {min(rounds):.2f})")
    pairs = zip(times["NumPy"][WARM_UP:], times["Jittor"][WARM_UP:], strict=True)
    print(f"NumPy / Jittor: {statistics.median(ours / theirs for ours, theirs in pairs):.2f}")


if __name__ == "__main__":
    main()
