"""Time the page in Chromium, against a bare Gradio app whose slider shows a constant picture.

    python benchmarks/page_speed.py

A slider is moved, and the time until the new picture is there is taken in the browser itself. Both
pages are open at once and take turns, so that a machine whose speed drifts slows both alike; what
counts is the ratio. Then the page is visited for the first time, on this machine's own line and on
a phone's slow one (400 ms, 200 kB/s). Needs Playwright and Chromium, as the tests do.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page  # noqa: E402

from benchmarks.demo_latency import BARE_SLIDER as BARE  # noqa: E402
from benchmarks.demo_latency import DEMO, percentile, started  # noqa: E402
from cgan import Sampler  # noqa: E402
from cgan.writing.export import svg  # noqa: E402
from demo.actions import Settings, write  # noqa: E402
from demo.models import Model  # noqa: E402
from tests.browser import browser  # noqa: E402

# Where each page's picture is.
PICTURES = {DEMO: ".sheet.paper", BARE: "#answer"}
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 200_000, "uploadThroughput": 50_000}
# Resolves with the milliseconds from the slider's move until another picture is there and painted.
_MOVE = """([selector, value]) => new Promise(resolve => {
    const slider = document.querySelector('input[type=range]');
    const before = document.querySelector(selector)?.outerHTML;
    const start = performance.now();
    const check = () => {
        const now = document.querySelector(selector)?.outerHTML;
        if (now && now !== before) {
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        }
    };
    const observer = new MutationObserver(check);
    observer.observe(document.body, {subtree: true, childList: true, attributes: true});
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(slider, value);
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    slider.dispatchEvent(new Event('change', {bubbles: true}));
    slider.dispatchEvent(new Event('pointerup', {bubbles: true}));
})"""

_RECEIVED = """['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, one) => sum + one.transferSize, 0)"""


def main() -> None:
    """Run the rounds and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--moves", type=int, default=100, help="of each slider")
    parser.add_argument("--visits", type=int, default=5, help="of each kind")
    values = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, browser() as chromium:
        folder = Path(name)
        picture = constant()
        (folder / "constant.svg").write_bytes(picture)
        with started(DEMO, folder) as demo, started(BARE, folder) as bare:
            addresses = {DEMO: demo.address, BARE: bare.address}
            print_moves(chromium, addresses, values.moves)
            print_visits(chromium, addresses, values.visits)


def constant() -> bytes:
    """Return the number that the page begins with as SVG."""
    written = write(Model(Sampler.from_pretrained()), Settings())
    return svg(written.drawing, written.settings).data


def print_moves(chromium: Browser, addresses: dict[str, str], moves: int) -> None:
    """Move both sliders in turn; print the times and what an event brings."""
    times: dict[str, list[float]] = {name: [] for name in addresses}
    with opened(chromium, addresses[DEMO]) as demo, opened(chromium, addresses[BARE]) as bare:
        pages = {DEMO: demo, BARE: bare}
        for seed in range(5):  # warm up
            for name, page in pages.items():
                move(name, page, 100 + seed)
        before = {name: received(page) for name, page in pages.items()}
        for seed in range(moves):
            for name, page in pages.items():
                times[name].append(move(name, page, 1000 + seed))
        size = [(received(page) - before[name]) / moves / 1000 for name, page in pages.items()]
    print(f"\n| median of {moves} moves of the slider | {DEMO} | {BARE} | {DEMO} / {BARE} |")
    print("|---|---|---|---|")
    ratio = statistics.median(a / b for a, b in zip(times[DEMO], times[BARE], strict=True))
    halves = [statistics.median(times[name]) for name in (DEMO, BARE)]
    print(f"| until the picture is there, ms | {halves[0]:.0f} | {halves[1]:.0f} | {ratio:.2f} |")
    print_row("p95, ms", *(percentile(times[name], 0.95) for name in (DEMO, BARE)))
    print_row("received, kB a move", *size, digits=1)


def move(name: str, page: Page, seed: int) -> float:
    """Move the slider; return the milliseconds until the new picture is there."""
    found: float = page.evaluate(_MOVE, [PICTURES[name], str(seed)])
    page.wait_for_timeout(50)  # what else the event updates
    return found


def received(page: Page) -> float:
    """Return the bytes of all that the page has received, as its own browser counts them."""
    found: float = page.evaluate(_RECEIVED)
    return found


@contextmanager
def opened(chromium: Browser, address: str) -> Iterator[Page]:
    """Open a page and wait until its slider is there."""
    context = chromium.new_context(viewport={"width": 1100, "height": 850})
    page = context.new_page()
    page.add_init_script("performance.setResourceTimingBufferSize(10_000)")
    page.goto(address)
    page.locator("input[type=range]").first.wait_for()
    page.wait_for_timeout(1500)
    yield page
    context.close()


def print_visits(chromium: Browser, addresses: dict[str, str], visits: int) -> None:
    """Visit both pages for the first time, on each line; print when they are ready."""
    print(f"\n| first visit, median of {visits} | {DEMO} | {BARE} | {DEMO} / {BARE} |")
    print("|---|---|---|---|")
    for line, network in (("this machine's line", None), ("a slow line", SLOW)):
        found: dict[str, list[tuple[float, int, float]]] = {name: [] for name in addresses}
        for _ in range(visits):
            for name, address in addresses.items():
                found[name].append(visited(chromium, name, address, network))
        seconds = [statistics.median(one[0] for one in found[name]) for name in (DEMO, BARE)]
        print_row(f"{line}: until the first picture (the slider), s", *seconds, digits=2)
    loaded = [found[name][-1] for name in (DEMO, BARE)]
    print_row("received, kB", *(size / 1000 for _, _, size in loaded))
    print_row("requests", *(count for _, count, _ in loaded))


def print_row(title: str, ours: float, bare: float, digits: int = 0) -> None:
    """Print a figure of both pages, and their ratio."""
    print(f"| {title} | {ours:.{digits}f} | {bare:.{digits}f} | {ours / bare:.2f} |")


def visited(
    chromium: Browser, name: str, address: str, network: dict[str, Any] | None
) -> tuple[float, int, float]:
    """Visit a page with an empty cache; return seconds, requests and bytes."""
    context = chromium.new_context(viewport={"width": 1100, "height": 850})
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    if network is not None:
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", network)
    page.goto(address, wait_until="commit", timeout=60_000)
    ready = PICTURES[name] if name == DEMO else "input[type=range]"
    page.locator(ready).first.wait_for(timeout=60_000)
    seconds: float = page.evaluate("performance.now() / 1000")
    with suppress(Exception):
        page.wait_for_load_state("networkidle", timeout=5000)
    size = received(page)
    context.close()
    return seconds, len(requests), size


if __name__ == "__main__":
    main()
