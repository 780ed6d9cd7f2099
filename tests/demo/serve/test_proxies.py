"""The page behind real proxies: Debian's nginx, in as many words as hosts use, and in the docs'."""

import re

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import expect

from tests import browser as browsers
from tests.browser import ROOT, visit
from tests.hosting import free_port
from tests.nginx import certificate, nginx

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chromium():
    with browsers.browser() as started:
        yield started


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The address of a demo that nobody told about a proxy."""
    with browsers.served(tmp_path_factory.mktemp("demo")) as served:
        yield served.address.rstrip("/")


def check_page(chromium, address, at=None, **settings):
    """Check that typing draws, and that the page asks nobody but the proxy."""
    # The demo listens at 127.0.0.1: to a browser, "localhost" is another host.
    with visit(chromium, address, **settings) as visited:
        page = visited.page
        page.get_by_label("Your number").fill("7")
        expect(page.locator(".digit")).to_have_count(1)
        assert page.evaluate("cgan.address()") == (at or address)


def test_a_proxy_with_nothing_but_proxy_pass(chromium, demo, tmp_path):
    plain = f"""
        location / {{ proxy_pass {demo}; }}
        location /numbers/ {{ proxy_pass {demo}/; }}
        location = /exact {{ proxy_pass {demo}/; }}
        location /exact/ {{ proxy_pass {demo}/; }}
        location /loose {{ proxy_pass {demo}/; }}
        location /whole/ {{ proxy_pass {demo}; }}
    """
    secure = f"{certificate(tmp_path)} location / {{ proxy_pass {demo}; }}"
    with nginx(tmp_path, plain, secure) as (port, secure_port):
        outside = f"http://localhost:{port}"
        for path in ("/", "/numbers/"):
            check_page(chromium, outside + path)
        check_page(chromium, f"{outside}/exact", at=f"{outside}/exact/")
        check_page(chromium, f"https://localhost:{secure_port}/", ignore_https_errors=True)
        assert httpx.get(f"{outside}/loose/config").status_code == 200  # asked for as //config
        # Nothing tells the server that the path isn't its own.
        refused = httpx.get(f"{outside}/whole/")
        assert refused.status_code == 404
        assert "set GRADIO_ROOT_PATH to that path" in refused.json()["error"]
        client = Client(f"{outside}/numbers/", verbose=False)
        assert client.predict("7", api_name="/write").endswith(".png")


def documented(demo, folder):
    """Return nginx's configurations in docs/hosting.md, with the demo's address."""
    text = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
    for block in re.findall(r"```nginx\n(.*?)```", text, re.DOTALL):
        server = re.fullmatch(r"server \{\n(.*)\}\n", block, re.DOTALL)[1]
        server = re.sub(r"^ *(listen|ssl_certificate\w*|server_name) .*;\n", "", server, flags=re.M)
        assert "http://127.0.0.1:7860" in server
        yield certificate(folder) + server.replace("http://127.0.0.1:7860", demo)


def test_the_configurations_of_the_docs(chromium, demo, tmp_path):
    other = f"http://127.0.0.1:{free_port()}"
    at_the_root, _ = documented(demo, tmp_path)
    _, under_a_path = documented(other, tmp_path)
    kept = f"location /numbers/ {{ proxy_pass {other}; }}"
    port = other.rpartition(":")[2]
    with (
        browsers.served(tmp_path, f"--port={port}", GRADIO_ROOT_PATH="/numbers/"),
        nginx(tmp_path, at_the_root, under_a_path, kept) as (root, removed, kept),
    ):
        check_page(chromium, f"https://localhost:{root}/", ignore_https_errors=True)
        check_page(chromium, f"https://localhost:{removed}/numbers/", ignore_https_errors=True)
        check_page(chromium, f"http://localhost:{kept}/numbers/")
        for outside in (f"http://localhost:{kept}", f"https://localhost:{removed}"):
            asked = f"{outside}/numbers/write.svg?digits=138"
            found = httpx.get(asked, verify=False, follow_redirects=True)
            assert found.text.startswith("<svg")
        # What the server says of itself, to those who have no browser.
        described = httpx.get(f"https://localhost:{removed}/numbers/gradio_api/info", verify=False)
        assert f"https://localhost:{removed}/numbers/gradio_api/call" in described.text
        page = httpx.get(f"http://localhost:{kept}/numbers/").text
        assert page.count('property="og:title"') == 1
        assert 'href="./manifest.json"' in page
        assert 'href="/' not in page.partition("</head>")[0]
