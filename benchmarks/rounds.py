"""A worker of train_speed.py: trains when told to, and says how long it took."""

import sys
import time
from collections.abc import Callable

WARM_UP_STEPS = 30


def device() -> str:
    """Return the device that the command line names: "cuda" or else "cpu"."""
    return "cuda" if "cuda" in sys.argv[1:] else "cpu"


def serve(step: Callable[[], object], finish: Callable[[], object]) -> None:
    """Warm up, print "ready", then for each line with a number of steps print the seconds.

    Args:
        step: does one training step.
        finish: waits until everything that was asked for is computed.
    """
    for _ in range(WARM_UP_STEPS):
        step()
    finish()
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        finish()
        print(time.perf_counter() - start, flush=True)
