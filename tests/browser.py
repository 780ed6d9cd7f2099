"""The real page in a real browser: starting both, and telling what they asked of the network."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from demo.text.texts import language_of, next_language, say, tag_of
from tests.hosting import free_port

ROOT = Path(__file__).parents[1]
# On a busy machine; what `expect` waits for would otherwise be given up after five seconds.
TIMEOUT = 60_000
expect.set_options(timeout=TIMEOUT)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium makes each window two pages for its address bar, which nobody sees here: a quarter of
    # the work. The rest are Playwright's, which this option replaces.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,BackForwardCache,"
    "DialMediaRouteProvider,GlobalMediaControls,HttpsUpgrades,LensOverlay,MediaRouter,"
    "OptimizationHints,PaintHolding,Translate",
]
# Runs the demo and writes down each address it connects to, each name it looks up, and whether
# it imports Jittor.
WATCHED = """
import runpy, sys
log = open(sys.argv.pop(1), "a", buffering=1)
def watch(event, arguments):
    if event == "socket.connect":
        print("connect", arguments[1], file=log)
    elif event == "socket.getaddrinfo":
        print("look up", arguments[0], file=log)
    elif event == "import" and arguments[0].partition(".")[0] in ("jittor", "jittor_utils"):
        print("import", arguments[0], file=log)
sys.addaudithook(watch)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def chromium():
    """Return Debian's Chromium; without one, tests are skipped, but not in CI.

    The headless shell is Chromium without windows: it needs a third less CPU time for a page.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = "Chromium is missing: on Debian or Ubuntu, sudo apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.contextmanager
def browser():
    """Yield a browser."""
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield started
        started.close()


@contextlib.contextmanager
def served(folder, *arguments, **environment):
    """Run `demo/app.py`; yield its address, and the file that tells what it asked for."""
    # Another worker's demo may take the port that this one would find free.
    if "--port" not in " ".join(map(str, arguments)) and "GRADIO_SERVER_PORT" not in environment:
        environment = {"GRADIO_SERVER_PORT": str(free_port())} | environment
    network = folder / "network.log"
    network.touch()
    temporary = folder / "gradio"
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHED, network, ROOT / "demo/app.py", *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"GRADIO_TEMP_DIR": str(temporary)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = []
    # Reads on to the end, so that a full pipe never stops the demo.
    reader = threading.Thread(target=lambda: output.extend(process.stdout))
    try:
        for line in process.stdout:
            output.append(line)
            if found := re.match(r"Open (http://\S+)", line):
                break
        else:
            pytest.fail("the demo did not start: " + "".join(output))
        reader.start()
        yield Served(found[1], network, temporary, output, process)
    finally:
        process.terminate()
        process.wait(30)
        if reader.ident is not None:
            reader.join(30)
        process.stdout.close()


def call(address, data):
    """Call `/write` over plain HTTP; return the answer's events."""
    body = json.dumps({"data": data}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}gradio_api/call/write", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{address}gradio_api/call/write/{event}", timeout=30) as answer:
        return answer.read().decode()


@dataclass
class Served:
    """A running demo."""

    address: str
    network: Path
    temporary: Path
    output: list[str]
    process: subprocess.Popen


@dataclass
class Visit:
    """A page in the browser, and what went on there."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextlib.contextmanager
def visit(browser: Browser, address: str, **settings):
    """Open the page and wait for the number; at the end check that nothing went wrong."""
    home = re.match(r"https?://[^/]+/", address)[0]
    context = browser.new_context(**{"viewport": {"width": 1100, "height": 850}, **settings})
    with contextlib.closing(context):  # also after a failure: a film would go on for ever
        yield from _visit(context, address, home)


def _visit(context, address, home):
    context.set_default_timeout(TIMEOUT)
    visited = Visit(context.new_page())
    visited.page.on("request", lambda request: visited.requests.append(request.url))

    def fail(error):
        # Gradio logs this for what it was fetching when the page is reloaded.
        if not str(error).startswith("AbortError"):
            visited.complaints.append(str(error))

    visited.page.on("pageerror", fail)

    def listen(message):
        if message.type == "error":
            visited.complaints.append(message.text)

    visited.page.on("console", listen)
    visited.page.goto(address)
    # The language is set last, when the page has been restored.
    visited.page.locator("html[lang]").wait_for(state="attached")
    visited.page.locator(".digit").first.wait_for()
    ready(visited.page)
    yield visited
    foreign = [u for u in visited.requests if not u.startswith((home, "data:", "blob:"))]
    assert foreign == []
    # A reload aborts what was being fetched: the browser says so, and Gradio tells of it.
    if any(one.startswith("AbortError") for one in visited.complaints):
        told = ("AbortError", "Connection errored out")
        left = [one for one in visited.complaints if not any(text in one for text in told)]
        visited.complaints[:] = left
    assert visited.complaints == []


def ready(page: Page):
    """Wait until the page has its settings and takes what a visitor does."""
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")


def speak(page: Page, code: str):
    """Press the button for the next language until the page speaks this one."""
    current = language_of(page.locator("html").get_attribute("lang"))
    while current != code:
        page.get_by_role("button", name=say(current, "other_language")).click()
        current = next_language(current)
        expect(page.locator("html")).to_have_attribute("lang", tag_of(current))
