"""Call the demo in every way, from many clients at once, and show whether it stays as it was.

    python benchmarks/soak.py --calls 100000 --clients 32

The demo runs as a process of its own. Each client is a thread that makes one call after the
other: pictures, grids and animations by the API, visits of the page, calls whose result nobody
fetches, and calls that must be refused. Equal calls must get equal bytes, whoever else asks for
them. After each tenth it prints the calls so far, how many failed, the calls per second, the median
and the 95th percentile of how long a call took, and the demo's memory, open files and temporary
files. Exit code 1 where anything failed.
"""

import argparse
import collections
import hashlib
import http.client
import io
import json
import os
import random
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image

from benchmarks.demo_latency import DEMO, App, percentile, started

TIMEOUT = 120
# Some calls are made by many clients at about the same time.
SHARED_SEEDS = 5
FRAMES = 8


class Failed(Exception):
    """A call didn't do what it must; the text says what happened instead."""


class Client:
    """One client: a connection that is kept, and the ways to call the demo."""

    def __init__(
        self, host: str, seed: int, answers: dict[str, str], events: tuple[int, int]
    ) -> None:
        """Connect.

        Args:
            host: "address:port".
            seed: of the random choices.
            answers: shared by all clients: the checksum of the answer to each call.
            events: the numbers of the page's events that draw the number and the other hands.
        """
        self._host = host
        self._random = random.Random(seed)
        self._answers = answers
        self._number, self._others = events
        self._connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
        # The ways to call, and how often each is taken.
        self._ways: dict[Callable[[], None], int] = {
            self.write: 60,
            self.grid: 10,
            self.morph: 3,
            self.visit: 12,
            self.leave: 10,
            self.mistake: 5,
        }

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def call(self) -> tuple[str, float]:
        """Make one call; return what kind it was and the seconds that it took.

        Raises:
            Failed: it went wrong; the connection is a new one from then on.
        """
        (way,) = self._random.choices(list(self._ways), list(self._ways.values()))
        start = time.perf_counter()
        try:
            way()
        except (Failed, OSError, http.client.HTTPException, ValueError, KeyError) as error:
            self._connection.close()
            raise Failed(f"{way.__name__}: {type(error).__name__}: {error}") from error
        return way.__name__, time.perf_counter() - start

    def write(self) -> None:
        """Fetch a number as PNG."""
        seed = self._random.randrange(SHARED_SEEDS if self._random.random() < 0.5 else 10_000)
        digits = str(13800000000 + self._random.randrange(3))
        data = self._fetch("write", [digits, seed])
        with Image.open(io.BytesIO(data)) as image:
            if image.info.get("digits") != digits:
                raise Failed(f"asked for {digits}, got {image.info.get('digits')}")

    def grid(self) -> None:
        """Fetch the class grid."""
        data = self._fetch("grid", [self._random.randint(1, 3), self._random.randrange(3)])
        with Image.open(io.BytesIO(data)) as image:
            image.load()

    def morph(self) -> None:
        """Fetch an animation."""
        data = self._fetch("morph", ["12", "34", self._random.randrange(SHARED_SEEDS), 0, FRAMES])
        with Image.open(io.BytesIO(data)) as image:
            if image.n_frames != 2 * (FRAMES - 1):  # forwards and back
                raise Failed(f"an animation of {image.n_frames} frames")

    def visit(self) -> None:
        """Open the page, type, look at other hands, as a browser would, then leave."""
        if b"written by hand" not in self._get("/"):
            raise Failed("the page has no number on it")
        session = uuid.uuid4().hex
        call = {"session_hash": session, "event_data": None}
        for digits in ("1", "13", "138"):
            typed = call | {"data": ["", "en", digits], "fn_index": self._number}
            said = self._post("/gradio_api/run/predict", typed).decode()
            if f"The number {digits}, written by hand" not in said:
                raise Failed(f"typed {digits}, got {said[-200:]!r}")
        shown = call | {"data": ["en", "en#digits=138"], "fn_index": self._others}
        self._post("/gradio_api/queue/join", shown)
        said = self._get(f"/gradio_api/queue/data?session_hash={session}").decode()
        if "data-seed" not in said:
            raise Failed(f"asked for other hands, got {said[-200:]!r}")

    def leave(self) -> None:
        """Ask for a number, and never fetch it."""
        self._post("/gradio_api/call/write", {"data": ["4242", self._random.randrange(10_000)]})

    def mistake(self) -> None:
        """Ask for what can't be written; a sentence must say so."""
        said = self._say("write", ["none"])
        if "event: error" not in said or "no digit" not in said:
            raise Failed(f"'none' got {said[-200:]!r}")

    def _fetch(self, endpoint: str, values: list[Any]) -> bytes:
        """Return the file that an endpoint makes, after comparing it with earlier answers."""
        said = self._say(endpoint, values)
        if "event: complete" not in said:
            raise Failed(f"no result but {said[-200:]!r}")
        (file,) = json.loads(said.rpartition("data: ")[2])
        data = self._get(f"/gradio_api/file={file['path']}")
        checksum = hashlib.sha256(data).hexdigest()
        if self._answers.setdefault(f"{endpoint} {values}", checksum) != checksum:
            raise Failed(f"another answer to an equal call, {len(data)} bytes")
        return data

    def _say(self, endpoint: str, values: list[Any]) -> str:
        answer = json.loads(self._post(f"/gradio_api/call/{endpoint}", {"data": values}))
        return self._get(f"/gradio_api/call/{endpoint}/{answer['event_id']}").decode()

    def _post(self, path: str, body: Any) -> bytes:
        return self._request("POST", path, json.dumps(body).encode())

    def _get(self, path: str) -> bytes:
        return self._request("GET", path, None)

    def _request(self, method: str, path: str, body: bytes | None) -> bytes:
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path.partition('?')[0]}: {answer.status} {data[:200]!r}")
        return data


class Tally:
    """What all clients found."""

    def __init__(self, calls: int) -> None:
        """Expect so many calls."""
        self._left = calls
        self._lock = threading.Lock()
        self.made = 0
        self.failed: collections.Counter[str] = collections.Counter()
        self.seconds: list[float] = []

    def take(self) -> bool:
        """Return whether there is another call to make."""
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def count(self, seconds: float | None, failed: str = "") -> None:
        """Note a call."""
        with self._lock:
            self.made += 1
            if seconds is None:
                self.failed[failed] += 1
            else:
                self.seconds.append(seconds)


def drawing_event(host: str, place: str = "paper") -> int:
    """Return the number of the page's event that draws what is in a place.

    Args:
        host: "address:port".
        place: "paper" for the number, "others" for it in other hands.
    """
    connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
    connection.request("GET", "/config")
    config = json.loads(connection.getresponse().read())
    connection.close()
    (drawn,) = (one["id"] for one in config["components"] if one["props"].get("elem_id") == place)
    for event in config["dependencies"]:
        if event["outputs"][:1] == [drawn] and event["backend_fn"]:
            return int(event["id"])
    sys.exit(f"The page has no event that draws its {place}.")


def work(client: Client, tally: Tally) -> None:
    """Make calls until there are none left."""
    while tally.take():
        try:
            _, seconds = client.call()
        except Failed as error:
            tally.count(None, str(error))
        else:
            tally.count(seconds)
    client.close()


def report(app: App, tally: Tally, folder: Path, since: tuple[int, float]) -> tuple[int, float]:
    """Print a line about the calls since the last one; return where the next one begins."""
    before, start = since
    now, recent = time.perf_counter(), tally.seconds[before:]
    files = len(list(Path(f"/proc/{app.process.pid}/fd").iterdir()))
    # Not `rglob`, which fails if the demo deletes a folder meanwhile.
    kept = sum(len(names) for _, _, names in os.walk(folder / "gradio"))
    p50, p95 = (1000 * percentile(recent, share) for share in (0.5, 0.95)) if recent else (0, 0)
    print(
        f"| {tally.made:,} | {sum(tally.failed.values())} | {len(recent) / (now - start):.0f} "
        f"| {p50:.0f} | {p95:.0f} | {app.memory():.0f} | {files} | {kept} |",
        flush=True,
    )
    return before + len(recent), now


def main() -> None:
    """Start the demo and the clients, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--calls", type=int, default=100_000, help="of all clients together")
    parser.add_argument("--clients", type=int, default=32, help="at the same time")
    parser.add_argument("--seed", type=int, default=0, help="of what the clients choose to do")
    options = parser.parse_args()
    if options.calls < 10 or options.clients < 1:
        parser.error("--calls must be 10 or more, and --clients 1 or more")

    with tempfile.TemporaryDirectory() as name, started(DEMO, Path(name)) as app:
        host = app.address.removeprefix("http://").rstrip("/")
        answers, tally = {}, Tally(options.calls)
        events = drawing_event(host), drawing_event(host, "others")
        threads = [
            threading.Thread(
                target=work, args=(Client(host, options.seed + index, answers, events), tally)
            )
            for index in range(options.clients)
        ]
        print("| calls | failed | calls/s | p50, ms | p95, ms | memory, MB | open | kept files |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        since = report(app, tally, Path(name), (0, time.perf_counter()))
        for thread in threads:
            thread.start()
        for tenth in range(1, 11):
            while tally.made < options.calls * tenth // 10:
                time.sleep(0.05)
            since = report(app, tally, Path(name), since)
        for thread in threads:
            thread.join()
    for reason, count in tally.failed.most_common(20):
        print(f"{count} times {reason}")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
