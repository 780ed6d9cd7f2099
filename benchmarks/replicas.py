"""Time one and two replicas behind nginx, against a bare Gradio app.

    python benchmarks/replicas.py

The bare app answers with a constant picture. nginx runs with hosting/nginx.conf. Clients are
threads that ask for one picture after the other, each by a call and the stream of its result, with
a cookie of their own as browsers have. They ask all four in turn, round by round: the bare app and
the demo without nginx, and one and two replicas behind it. All of them share this machine; how busy
it was before is printed, too.
"""

import argparse
import contextlib
import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.demo_latency import BARE, DEMO, App, Load, percentile, started  # noqa: E402
from cgan import Sampler  # noqa: E402
from cgan.writing import picture  # noqa: E402
from tests.nginx import balancing  # noqa: E402

CALL = "/gradio_api/call/write"
TIMEOUT = 120


class Client:
    """Asks for pictures, from an address of its own: Linux has all of 127.0.0.0/8."""

    def __init__(self, host: str, number: int) -> None:
        """Take "address:port", and the client's number, from 0 to 253."""
        self._host, self._number = host, number
        self._headers = {
            "Content-Type": "application/json",
            # As nginx gives it with the page; spread over its 256 values.
            "Cookie": f"cgan_replica={(number * 37) % 256:02x}",
        }

    def write(self, digits: str) -> float | None:
        """Return the seconds that a picture took; None if there was none."""
        start = time.perf_counter()
        try:
            asked = json.dumps({"data": [digits]})
            event = json.loads(self._ask("POST", CALL, asked))["event_id"]
            said = self._ask("GET", f"{CALL}/{event}")
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            print(f"  failed: {error}", file=sys.stderr)
            return None
        return time.perf_counter() - start if said.startswith("event: complete") else None

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        source = (f"127.0.1.{self._number + 1}", 0)
        connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT, source_address=source)
        with contextlib.closing(connection):
            connection.request(method, path, body, self._headers)
            return connection.getresponse().read().decode()


def load(host: str, clients: int, requests: int) -> Load:
    """Let each client ask `requests` times, all at once."""

    def work(index: int) -> list[float | None]:
        client, number = Client(host, index), 13800000000 + 7919 * index
        return [client.write(str(number + i)) for i in range(requests)]

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        answers = [answer for part in pool.map(work, range(clients)) for answer in part]
    whole = time.perf_counter() - start
    seconds = [answer for answer in answers if answer is not None]
    return Load(seconds, len(answers) - len(seconds), whole)


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[tuple[dict[str, str], list[App]]]:
    """Start everything; yield the addresses by what answers there, and the replicas."""
    constant = Sampler.from_pretrained().write("13812345678")
    picture.save_png(folder / "constant.png", constant.repeat(4, axis=0).repeat(4, axis=1))
    with contextlib.ExitStack() as stack:

        def folder_for(name: str) -> Path:
            made = folder / name
            made.mkdir()
            return made

        bare = stack.enter_context(started(BARE, folder))
        replicas = [
            stack.enter_context(started(DEMO, folder_for(f"replica-{number}"))) for number in (1, 2)
        ]
        hosts = [app.address.removeprefix("http://").rstrip("/") for app in (bare, *replicas)]
        # One replica is both: nginx then has no other to share visitors with.
        one, _ = stack.enter_context(balancing(folder_for("one"), [hosts[1], hosts[1]]))
        two, _ = stack.enter_context(balancing(folder_for("two"), hosts[1:]))
        yield (
            {
                "bare app": hosts[0],
                "demo": hosts[1],
                "nginx, 1 replica": f"127.0.0.1:{one}",
                "nginx, 2 replicas": f"127.0.0.1:{two}",
            },
            replicas,
        )


def main() -> None:
    """Run the rounds and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each kind")
    parser.add_argument("--requests", type=int, default=10, help="of each client in a round")
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 32])
    values = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as (hosts, replicas):
        print(f"load before: {os.getloadavg()[0]:.1f} of {os.cpu_count()} CPUs\n")
        print("| clients | | requests/s | / bare app's | p50, ms | p95, ms | failed |")
        print("|---|---|---|---|---|---|---|")
        for count in values.clients:
            measure(hosts, count, values.rounds, values.requests)
        memory = ", ".join(f"{app.memory():.0f}" for app in replicas)
        print(f"\nmemory of each replica, MB: {memory}")


def measure(hosts: dict[str, str], clients: int, rounds: int, requests: int) -> None:
    """Load all hosts in turn; print a line for each, which compares it with the first."""
    loads: dict[str, list[Load]] = {title: [] for title in hosts}
    for host in hosts.values():
        load(host, clients, 1)  # warm up
    for _ in range(rounds):
        for title, host in hosts.items():
            loads[title].append(load(host, clients, requests))
    first, *_ = loads.values()
    for title, found in loads.items():
        print(_row(clients, title, found, first), flush=True)


def _speed(one: Load) -> float:
    """Return the requests that were answered in a second."""
    return len(one.seconds) / one.whole


def _row(count: int, title: str, loads: list[Load], first: list[Load]) -> str:
    """Return a line of the table: medians of the rounds, and of the ratios to `first`."""
    speed = statistics.median(map(_speed, loads))
    pairs = zip(loads, first, strict=True)
    ratio = statistics.median(_speed(one) / (_speed(other) or 1) for one, other in pairs)
    p50, p95 = (
        1000 * statistics.median(percentile(one.seconds, share) for one in loads if one.seconds)
        for share in (0.5, 0.95)
    )
    failed = sum(one.failed for one in loads)
    return f"| {count} | {title} | {speed:.0f} | {ratio:.2f} | {p50:.0f} | {p95:.0f} | {failed} |"


if __name__ == "__main__":
    main()
