"""Time a Space of the demo from a cold start, against a bare Gradio app.

    python benchmarks/cold_start.py

The Space's files are staged into a folder and copied afresh for each start, so that its modules
are not compiled yet, as on the first start of a Space. Both apps run as processes of their own on
this machine, with the packages of this environment, and take turns, round by round; what counts
is the ratio. Installing the packages and starting the machine take longer, but are up to the host.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.demo_latency import BARE, free_port  # noqa: E402
from cgan import Sampler  # noqa: E402
from cgan.publish import demo_files  # noqa: E402
from cgan.writing import picture  # noqa: E402

SPACE = "space"
WAIT = 60
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(address: str, data: object = None) -> bytes:
    """Return what is at an address, after sending `data` as JSON if there is any."""
    request = urllib.request.Request(address, headers={"Content-Type": "application/json"})
    if data is not None:
        request.data = json.dumps(data).encode()
    with DIRECT.open(request, timeout=WAIT) as answer:
        return bytes(answer.read())


def draw(address: str) -> bytes:
    """Return a picture from the endpoint /write."""
    event = json.loads(get(f"{address}gradio_api/call/write", {"data": ["13812345678"]}))
    said = get(f"{address}gradio_api/call/write/{event['event_id']}").decode()
    (file,) = json.loads(said.partition("data: ")[2])
    return get(f"{address}gradio_api/file={file['path']}")


def start(name: str, folder: Path) -> tuple[float, float]:
    """Return the seconds from the start of an app to its first page, and to its first picture."""
    port = free_port()
    app = folder / "app"
    shutil.rmtree(app, ignore_errors=True)
    if name == SPACE:
        shutil.copytree(folder / "staged", app)
        command = [demo_files.APP]
    else:
        app.mkdir()
        shutil.copy(ROOT / "benchmarks/bare_app.py", app)
        command = ["bare_app.py", folder / "constant.png", port]
    environment = os.environ | {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "HF_HUB_OFFLINE": "1",
    }
    address = f"http://127.0.0.1:{port}/"
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *map(str, command)], cwd=app, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                get(address)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - begin > WAIT:
                    sys.exit(f"The {name} did not start; its message is above.")
                time.sleep(0.005)
        page = time.perf_counter() - begin
        assert draw(address).startswith(b"\x89PNG")
        return page, time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Run the rounds and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="starts of each app")
    parser.add_argument(
        "--warm-ups", type=int, default=1, help="starts of each app before those that count"
    )
    values = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = {SPACE: [], BARE: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo_files.stage(folder / "staged")
        constant = Sampler.from_pretrained().write("13812345678")
        picture.save_png(folder / "constant.png", constant)
        for _ in range(values.warm_ups):
            for app in times:
                start(app, folder)  # Gradio's own files are in memory from here on
        for _ in range(values.rounds):
            for app in times:
                times[app].append(start(app, folder))
        files = [path for path in (folder / "staged").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    print(f"The Space: {len(files)} files, {size / 1e6:.1f} MB.")
    print(f"\n| median of {values.rounds}, s | {SPACE} | {BARE} | {SPACE} / {BARE} |")
    print("|---|---|---|---|")
    for index, title in enumerate(("start to first page", "start to first picture")):
        ours, bare = ([pair[index] for pair in times[app]] for app in (SPACE, BARE))
        ratios = sorted(a / b for a, b in zip(ours, bare, strict=True))
        print(
            f"| {title} | {statistics.median(ours):.2f} | {statistics.median(bare):.2f} "
            f"| {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) |"
        )


if __name__ == "__main__":
    main()
