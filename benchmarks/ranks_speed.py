"""Time our training step in several processes against the same step in one.

    python benchmarks/ranks_speed.py

One process with a thread for each CPU against `--processes` that share the CPUs, the article's
networks or, with `--arch conv`, the convolutional ones; `--batch` is the whole batch's size. They
take turns in short rounds, and what counts is the ratio, round by round. While it isn't their turn,
the processes are stopped: they would wait for each other with all their might. Needs OpenMPI.
"""

import argparse
import os
import signal
import statistics
import sys
from pathlib import Path

from train_speed import BATCH_SIZES, Contestant, EndedEarly

SCRIPT = "step_ours.py"


class Ranks(Contestant):
    """Several processes that train together when told to."""

    def __init__(self, *arguments: str, processes: int, threads: int) -> None:
        """Start them."""
        root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        options = [*root, "--oversubscribe", "--bind-to", "none", "-np", str(processes)]
        before = ("mpirun", *options)
        super().__init__(sys.executable, SCRIPT, *arguments, threads=threads, before=before)

    def train(self, steps: int) -> float:
        """Return the steps/s over `steps` steps."""
        self.signal(signal.SIGCONT)
        try:
            return super().train(steps)
        finally:
            self.signal(signal.SIGSTOP)

    def signal(self, number: int) -> None:
        """Send a signal to each of them."""
        number_of_mpirun = self._process.pid
        children = Path(f"/proc/{number_of_mpirun}/task/{number_of_mpirun}/children")
        for child in children.read_text().split():
            os.kill(int(child), number)


def main() -> None:
    """Run the rounds and print medians and the ratio."""
    cpus = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--arch", choices=BATCH_SIZES, default="mlp")
    parser.add_argument("--batch", type=int, help="images in a batch; 64 for mlp, 128 for conv")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=60, help="steps in a round")
    options = parser.parse_args()
    batch = options.batch or BATCH_SIZES[options.arch]
    arguments = [options.arch, f"batch={batch}"]
    one = Contestant(sys.executable, SCRIPT, *arguments, threads=cpus)
    one.read()
    threads = max(1, cpus // options.processes)
    several = Ranks(*arguments, processes=options.processes, threads=threads)
    several.read()
    several.signal(signal.SIGSTOP)
    try:
        rounds = [
            (batch * one.train(options.steps), batch * several.train(options.steps))
            for _ in range(options.rounds)
        ]
    finally:
        several.signal(signal.SIGCONT)
    print(f"{options.arch}, batch {batch}, {options.rounds} rounds of {options.steps} steps")
    for name, speeds in (
        (f"1 process, {cpus} threads", [one for one, _ in rounds]),
        (f"{options.processes} processes, {threads} threads", [both for _, both in rounds]),
    ):
        low, high = min(speeds), max(speeds)
        print(f"{name:24} {statistics.median(speeds):>8,.0f} images/s ({low:,.0f} to {high:,.0f})")
    ratios = [several / one for one, several in rounds]
    print(
        f"several / one: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    try:
        main()
    except EndedEarly:
        sys.exit("A contestant ended early; its message is above.")
