"""Time our training step against the same step in PyTorch, and against the article's script.

    python -m venv benchmarks/.torch
    benchmarks/.torch/bin/pip install -r benchmarks/requirements-torch.txt
    python benchmarks/train_speed.py

The same number of threads; the article's networks and batch of 64, or with `--arch conv` the
convolutional ones of the usual widths, a batch of 128 and the hinge loss, against PyTorch and
Jittor's own layers. The contestants take turns in short rounds, so that a machine whose speed
drifts slows all of them alike; what counts is the ratio, round by round. `--device cuda` has all of
them train on the GPU, where PyTorch keeps its data; `--compile` adds PyTorch with torch.compile.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
OURS = "ours"
BATCH_SIZES = {"mlp": 64, "conv": 128}
# By architecture: names and scripts for Jittor, and for PyTorch.
JITTOR = {
    "mlp": [(OURS, "step_ours.py"), ("article's script", "step_article.py")],
    "conv": [(OURS, "step_ours.py", "conv"), ("Jittor's own layers", "step_conv_plain.py")],
}
PYTORCH = {
    "mlp": [
        ("PyTorch", "step_torch.py"),
        ("PyTorch, fused Adam", "step_torch.py", "fused"),
    ],
    "conv": [("PyTorch, fused Adam", "step_conv_torch.py")],
}
COMPILED = {
    "mlp": [("PyTorch, compiled", "step_torch.py", "fused", "compile")],
    "conv": [("PyTorch, compiled", "step_conv_torch.py", "compile")],
}


class EndedEarly(Exception):
    """A contestant has exited; its own message is above."""


class Contestant:
    """A process that trains when told to."""

    def __init__(
        self, python: str, script: str, *arguments: str, threads: int, before: tuple[str, ...] = ()
    ) -> None:
        """Start it; it compiles and warms up until it is `ready`.

        Args:
            python: program.
            script: in this folder.
            arguments: of the script.
            threads: of each process.
            before: a program and its arguments that start Python, as mpirun.
        """
        environment = os.environ | {
            "OMP_NUM_THREADS": str(threads),
            "PYTHONPATH": str(HERE.parent),
        }
        self._process = subprocess.Popen(
            [*before, python, "-W", "ignore", str(HERE / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def wait(self, seconds: float) -> None:
        """Wait until it is ready; end it if that takes longer than `seconds`."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        try:
            self.read()
        finally:
            timer.cancel()

    def read(self) -> str:
        """Return the next line that is ours, past anything a library prints."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready") or line.replace(".", "", 1).strip().isdigit():
                return line
        raise EndedEarly

    def train(self, steps: int) -> float:
        """Return the steps/s over `steps` steps."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return steps / float(self.read())


def main() -> None:
    """Run the rounds and print medians and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--arch", choices=BATCH_SIZES, default="mlp")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=60, help="steps in a round")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--compile", action="store_true", help="add PyTorch with torch.compile")
    parser.add_argument(
        "--start-seconds", type=float, default=600, help="a contestant that needs more is left out"
    )
    parser.add_argument(
        "--torch-python", default=str(HERE / ".torch/bin/python"), help="Python that has PyTorch"
    )
    options = parser.parse_args()
    entries = [(name, sys.executable, *script) for name, *script in JITTOR[options.arch]]
    if Path(options.torch_python).is_file():
        rivals = PYTORCH[options.arch] + (COMPILED[options.arch] if options.compile else [])
        entries += [(name, options.torch_python, *script) for name, *script in rivals]
    else:
        print(f"Without PyTorch: there is no {options.torch_python} (see {Path(__file__).name}).")

    batch_size = BATCH_SIZES[options.arch]
    # Started one after the other: they share the compiler cache and the cores.
    contestants = {}
    for name, python, *script in entries:
        contestant = Contestant(python, *script, options.device, threads=options.threads)
        try:
            contestant.wait(options.start_seconds)
            contestants[name] = contestant
        except EndedEarly:
            print(f"Without {name}: it ended early, or took too long to start.", flush=True)
    if OURS not in contestants:
        sys.exit("There is nothing to compare without ours.")
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, contestant in contestants.items():
            speeds[name].append(batch_size * contestant.train(options.steps))

    print(
        f"{options.device}, batch {batch_size}, {options.threads} threads, {options.rounds} rounds"
    )
    print(f"{'':20} {'images/s, median (min-max)':>28}   ours / it, median (min-max)")
    for name, values in speeds.items():
        ratios = [ours / other for ours, other in zip(speeds[OURS], values, strict=True)]
        print(
            f"{name:20} {statistics.median(values):>10,.0f} "
            f"({min(values):>6,.0f}-{max(values):>6,.0f})   "
            f"{statistics.median(ratios):>11.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        )


if __name__ == "__main__":
    try:
        main()
    except EndedEarly:
        sys.exit("A contestant ended early; its message is above.")
