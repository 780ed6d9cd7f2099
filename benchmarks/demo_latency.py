"""Time the demo against a bare Gradio app that answers with a constant picture.

    python benchmarks/demo_latency.py

Both run as processes of their own on this machine and take turns, round by round, so that a
machine whose speed drifts slows both alike; what counts is the ratio, or the difference. Clients
are `gradio_client`s in threads, each asking for one picture after the other.
"""

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

from gradio_client import Client  # noqa: E402

from cgan import Sampler  # noqa: E402
from cgan.writing import picture  # noqa: E402

DEMO, BARE, BARE_SLIDER = "demo", "bare app", "bare slider"


@dataclass
class App:
    """A running app: its address, and the process that serves it."""

    address: str
    process: subprocess.Popen[str]

    def memory(self) -> float:
        """Return its resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1000


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(name: str, folder: Path) -> Iterator[App]:
    """Start an app, and stop it at the end."""
    port = free_port()
    command = {
        DEMO: [ROOT / "demo/app.py", "--port", port],
        BARE: [ROOT / "benchmarks/bare_app.py", folder / "constant.png", port],
        BARE_SLIDER: [ROOT / "benchmarks/bare_slider.py", folder / "constant.svg", port],
    }[name]
    environment = os.environ | {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
    }
    process = subprocess.Popen(
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        if not any(line.startswith("Open") for line in process.stdout):
            sys.exit(f"The {name} did not start; its message is above.")
        yield App(f"http://127.0.0.1:{port}/", process)
    finally:
        process.terminate()
        process.communicate()


def ask(client: Client, digits: str) -> float | None:
    """Ask for a picture; return the seconds it took, or None if there was none."""
    start = time.perf_counter()
    try:
        client.predict(digits, api_name="/write")
    except Exception as error:
        print(f"  failed: {error}", file=sys.stderr)
        return None
    return time.perf_counter() - start


def make_client(app: App) -> Client:
    """Return a client that leaves the picture on the server, as a browser's cache would."""
    return Client(app.address, verbose=False, download_files=False)


@contextlib.contextmanager
def timed(name: str, folder: Path, seconds: list[float]) -> Iterator[App]:
    """Start an app, and add to `seconds` how long it took to its first picture."""
    start = time.perf_counter()
    with started(name, folder) as app:
        client = make_client(app)
        ask(client, "13812345678")
        seconds.append(time.perf_counter() - start)
        client.close()
        yield app


@dataclass
class Load:
    """The result of many requests: their durations, how many failed, and the total time."""

    seconds: list[float]
    failed: int
    whole: float


def load(clients: list[Client], requests: int) -> Load:
    """Let each client ask `requests` times, all at once."""

    def work(index: int) -> list[float | None]:
        number = 13800000000 + 7919 * index
        return [ask(clients[index], str(number + i)) for i in range(requests)]

    start = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = [answer for part in pool.map(work, range(len(clients))) for answer in part]
    whole = time.perf_counter() - start
    seconds = [answer for answer in answers if answer is not None]
    return Load(seconds, len(answers) - len(seconds), whole)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    """Run the rounds and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each kind")
    parser.add_argument("--requests", type=int, default=10, help="of each client in a round")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    values = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        constant = Sampler.from_pretrained().write("13812345678")
        picture.save_png(folder / "constant.png", constant.repeat(4, axis=0).repeat(4, axis=1))

        starts: dict[str, list[float]] = {DEMO: [], BARE: []}
        for _ in range(values.rounds - 1):
            for app_name, seconds in starts.items():
                with timed(app_name, folder, seconds):
                    pass
        # The last start of each is the one that gets the requests; until then it waits.
        with timed(DEMO, folder, starts[DEMO]) as demo, timed(BARE, folder, starts[BARE]) as bare:
            apps = {DEMO: demo, BARE: bare}
            rows = [_measure(apps, count, values) for count in values.clients]
            memory = {app_name: app.memory() for app_name, app in apps.items()}
        medians = {app_name: statistics.median(seconds) for app_name, seconds in starts.items()}
        print(f"\n| median of {values.rounds} | {DEMO} | {BARE} | difference |")
        print("|---|---|---|---|")
        print(
            f"| start to first picture, s | {medians[DEMO]:.2f} | {medians[BARE]:.2f} "
            f"| {medians[DEMO] - medians[BARE]:+.2f} |"
        )
        print(
            f"| memory after all requests, MB | {memory[DEMO]:.0f} | {memory[BARE]:.0f} "
            f"| {memory[DEMO] - memory[BARE]:+.0f} |"
        )
        print(f"\n| clients | | {DEMO} | {BARE} | {DEMO} / {BARE} |")
        print("|---|---|---|---|---|")
        print("\n".join(line for row in rows for line in row))


def _measure(apps: dict[str, App], count: int, values: argparse.Namespace) -> list[str]:
    """Load both apps with `count` clients, in turn; return lines of the table."""
    clients = {name: [make_client(app) for _ in range(count)] for name, app in apps.items()}
    loads: dict[str, list[Load]] = {name: [] for name in apps}
    for name in apps:
        load(clients[name], 1)  # warm up
    for _ in range(values.rounds):
        for name in apps:
            loads[name].append(load(clients[name], values.requests))
    for made in clients.values():
        for client in made:
            client.close()
    lines = []
    for title, figure in (
        ("requests/s", lambda one: len(one.seconds) / one.whole),
        ("p50, ms", lambda one: 1000 * percentile(one.seconds, 0.5)),
        ("p95, ms", lambda one: 1000 * percentile(one.seconds, 0.95)),
    ):
        demo, bare = ([figure(one) for one in loads[name]] for name in (DEMO, BARE))
        ratio = statistics.median(a / b for a, b in zip(demo, bare, strict=True))
        lines.append(
            f"| {count} | {title} | {statistics.median(demo):.0f} | {statistics.median(bare):.0f} "
            f"| {ratio:.2f} |"
        )
    failed = [sum(one.failed for one in loads[name]) for name in (DEMO, BARE)]
    lines.append(f"| {count} | failed | {failed[0]} | {failed[1]} | |")
    return lines


if __name__ == "__main__":
    main()
