"""A page with a password: nobody gets anything without it, and it is written nowhere."""

import os
import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import expect
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from cgan.common.errors import BadValue
from demo.serve import auth
from tests import browser as browsers
from tests.browser import ROOT, visit

ANN = ("ann", "pass wörd:密码")
SET = dict(zip((auth.USER, auth.PASSWORD), ANN, strict=True))


@pytest.mark.parametrize(
    ("wanted", "environment", "said"),
    [
        (True, {}, "CGAN_USER is not set"),
        (True, {"CGAN_USER": "ann"}, "CGAN_PASSWORD is not set"),
        (False, {"CGAN_USER": "ann", "CGAN_PASSWORD": ""}, "CGAN_PASSWORD is not set"),
        (False, {"CGAN_PASSWORD": "secret"}, "CGAN_USER is not set"),
        (True, {"CGAN_USER": "a:n", "CGAN_PASSWORD": "secret"}, "must not have a colon"),
        (True, {"CGAN_USER": "ann", "CGAN_PASSWORD": "secret\n"}, "can't be typed"),
        (True, {"CGAN_USER": "ann", "CGAN_PASSWORD": "secret\udcff"}, "can't be typed"),
    ],
)
def test_half_of_it_is_refused(monkeypatch, wanted, environment, said):
    for name in (auth.USER, auth.PASSWORD):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadValue, match=said) as caught:
        auth.read(wanted)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("wanted", [False, True])
def test_the_variables_are_enough(monkeypatch, wanted):
    for name, value in SET.items():
        monkeypatch.setenv(name, value)
    found = auth.read(wanted)
    assert (found.user, found.password) == ANN
    assert ANN[1] not in repr(found)
    for name in SET:
        monkeypatch.delenv(name)
    assert auth.read(False) is None


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with browsers.served(tmp_path_factory.mktemp("demo"), "--auth", **SET) as served:
        yield served
    said = "".join(served.output)
    assert ANN[1] not in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("sent", [None, ("ann", "wrong"), ("", ""), ("ben", ANN[1])])
def test_nothing_is_open(served, sent):
    paths = ["", "config", "theme.css", "favicon.ico", "gradio_api/info", "gradio_api/openapi.json"]
    paths += ["static/js/x.js", "gradio_api/file=/etc/passwd", "gradio_api/call/write/x", "login"]
    paths += ["gradio_api/queue/data?session_hash=x", "gradio_api/mcp/", "gradio_api/app_id"]
    elsewhere = {"X-Forwarded-For": "203.0.113.1"}  # else these guesses are this machine's
    with httpx.Client(base_url=served.address, headers=elsewhere, auth=sent) as client:
        for path in paths[: None if sent is None else 3]:
            assert client.get(path).status_code == 401, path
        refused = client.post("gradio_api/call/write", json={"data": ["7"]})
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Basic ")
        assert client.get("gradio_api/startup-events").json() is False
    shown = httpx.get(served.address, headers={"Accept": "text/html"}).text
    assert "needs a user and a password" in shown
    assert "用户名和密码" in shown


@pytest.mark.parametrize("root", ["", "/numbers", "https://example.org/numbers/"])
def test_a_load_balancer_may_ask_whether_it_runs_under_a_path_too(root):
    app = auth.Auth(PlainTextResponse("here"), auth.Credentials(*ANN), "closed", root)
    client = TestClient(app)
    assert client.get("/gradio_api/startup-events").text == "here"
    expected = 200 if root else 401
    assert client.get("/numbers/gradio_api/startup-events").status_code == expected
    assert client.get("/numbers/gradio_api/info").status_code == 401


@pytest.mark.slow
def test_who_knows_it_gets_everything_but_the_password(served):
    with browsers.browser() as chromium:
        credentials = dict(zip(("username", "password"), ANN, strict=True))
        with visit(chromium, served.address, http_credentials=credentials) as visited:
            visited.page.get_by_label("Your number").fill("7")
            expect(visited.page.locator(".digit")).to_have_count(1)
    client = Client(served.address, verbose=False, httpx_kwargs={"auth": ANN})
    assert client.predict("7", api_name="/write").endswith(".png")
    for path in ("", "config", "gradio_api/info"):
        assert ANN[1] not in httpx.get(served.address + path, auth=ANN).text


@pytest.mark.slow
def test_the_health_check_knows_it(served):
    port = served.address.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "demo.serve.health"]
    for password, code in ((ANN[1], 0), ("wrong", 1)):
        environment = os.environ | SET | {"GRADIO_SERVER_PORT": port, auth.PASSWORD: password}
        assert subprocess.run(command, cwd=ROOT, env=environment, timeout=120).returncode == code


def asked(app, address="192.0.2.1", password="wrong", **headers):
    """Return the status of the answer to somebody at an address."""
    client = TestClient(app, client=(address, 1))
    return client.get("/", auth=("ann", password), headers=headers).status_code


@pytest.fixture
def app():
    return auth.Auth(PlainTextResponse("here"), auth.Credentials(*ANN), "closed")


def test_a_minute_after_the_first_wrong_guess_there_are_new_ones(app, monkeypatch):
    now = 0
    monkeypatch.setattr(auth, "time", SimpleNamespace(monotonic=lambda: now))
    for second in (*range(19), 59):
        now = second
        assert asked(app) == 401
    assert asked(app, password=ANN[1]) == 429
    assert asked(app, "192.0.2.2", ANN[1]) == 200
    now = 60
    assert asked(app, password=ANN[1]) == 200


def test_who_guesses_from_many_addresses_takes_no_memory(app, monkeypatch):
    monkeypatch.setattr(auth, "_MOST", 3)
    for number in range(10):
        assert asked(app, f"192.0.2.{number}") == 401
    assert len(app._guesses) <= 3


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_other_sites_may_only_link_to_the_page(app, site):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors"}
    expected = 403 if site in ("cross-site", "same-site") else 200
    assert asked(app, password=ANN[1], **headers) == expected
    headers["Sec-Fetch-Mode"] = "navigate"
    assert asked(app, password=ANN[1], **headers) == 200


@pytest.mark.slow
def test_guessing_is_slow_and_other_sites_are_refused(served):
    with httpx.Client(base_url=served.address, auth=("ann", "guess")) as client:
        client.headers["X-Forwarded-For"] = "203.0.113.9"
        assert [client.get("config").status_code for _ in range(20)] == [401] * 20
        assert client.get("config", auth=ANN).status_code == 429
        assert client.get("config").headers["Retry-After"] == "60"
        client.headers["X-Forwarded-For"] = "203.0.113.8"
        assert client.get("config", auth=ANN).status_code == 200
        foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        assert client.get("config", auth=ANN, headers=foreign).status_code == 403
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert client.get("config", auth=ANN, headers=link).status_code == 200
