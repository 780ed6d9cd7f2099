"""Several replicas behind Debian's real nginx, with the very file that compose.yaml uses."""

import contextlib
import http.client
import json
import re
import signal
import socket
import threading
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import httpx
import pytest
import yaml
from playwright.sync_api import expect

from benchmarks import replicas
from benchmarks.soak import drawing_event
from tests import browser as browsers
from tests.browser import ROOT, ready
from tests.hosting import free_port
from tests.nginx import balancing

pytestmark = pytest.mark.slow

VISITORS = 64


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """Two running demos."""
    with contextlib.ExitStack() as stack:
        folders = [tmp_path_factory.mktemp("replica") for _ in range(2)]
        yield [stack.enter_context(browsers.served(folder)) for folder in folders]


@pytest.fixture(scope="module")
def in_front(demos, tmp_path_factory):
    """The folder and the ports, for HTTP and HTTPS, of nginx in front of them."""
    folder = tmp_path_factory.mktemp("nginx")
    hosts = [re.fullmatch("http://(.*)/", one.address)[1] for one in demos]
    with balancing(folder, hosts) as ports:
        yield folder, *ports


class Visitor:
    """Does what a browser does, from an address of its own: Linux has all of 127.0.0.0/8."""

    def __init__(self, port, number, path="/"):
        self.port, self.number, self.path = port, number, path
        self.session = uuid.uuid4().hex
        self.headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        answer, _ = self.ask("GET", "")
        assert answer.status == 200
        self.headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
        self.asked_again = 0

    def ask(self, method, path, body=None):
        source = (f"127.0.1.{self.number}", 0)
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=source
        )
        with contextlib.closing(connection):
            connection.request(method, self.path + path, body and json.dumps(body), self.headers)
            answer = connection.getresponse()
            return answer, answer.read()

    def replica(self):
        """Return a name of the replica that answers."""
        answer, said = self.ask("GET", "gradio_api/app_id")
        assert answer.status == 200
        return said

    def join(self, event, digits):
        call = {"data": ["", "en", digits], "fn_index": event, "session_hash": self.session}
        answer, said = self.ask("POST", "gradio_api/queue/join", call)
        assert answer.status == 200, said

    def drawn(self, digits):
        """Return whether the stream brings the drawing."""
        try:
            answer, said = self.ask("GET", f"gradio_api/queue/data?session_hash={self.session}")
        except (OSError, http.client.HTTPException):
            return False
        if answer.headers["Content-Encoding"] == "gzip":
            said = zlib.decompressobj(wbits=31).decompress(said)  # whatever of it has come
        return f"The number {digits}, written by hand" in said.decode()

    def write(self, event, digits):
        """Read the drawing of a call; if it got lost, ask again, once."""
        if not self.drawn(digits):
            self.asked_again += 1
            self.join(event, digits)
            assert self.drawn(digits)


def test_compose_names_what_nginx_has():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    config = (ROOT / "hosting/nginx.conf").read_text(encoding="utf-8")
    services = compose["services"]
    proxy = services.pop("nginx")
    addresses = [one["networks"]["inside"]["ipv4_address"] for one in services.values()]
    assert addresses == re.findall(r"server ([\d.]+):7860 ", config)
    assert set(proxy["depends_on"]) == set(services)
    assert proxy["volumes"][0].split(":")[0] == "./hosting/nginx.conf"
    for one in services.values():
        own = proxy["networks"]["inside"]["ipv4_address"]
        assert one["environment"]["FORWARDED_ALLOW_IPS"] == own
        assert one["build"] == "."
        # Passed on only if they are set.
        assert [one["environment"][name] for name in ("HF_TOKEN", "HF_ENDPOINT")] == [None, None]


def test_a_path_https_cached_pictures_limits_and_slow_visitors(demos, in_front):
    folder, port, secure = in_front
    home = f"http://127.0.0.1:{port}/"
    event = drawing_event(f"127.0.0.1:{port}")

    # Someone sends half a request, and another reads nothing of an answer.
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for one in slow:
        one.sendall(
            b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n"
        )
    deaf = socket.create_connection(("127.0.0.1", port))
    deaf.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
    for path in ("/", "/numbers/"):
        visitor = Visitor(port, 200, path)
        visitor.join(event, "7")
        visitor.write(event, "7")
        assert not visitor.asked_again
    for one in (*slow, deaf):
        one.close()

    moved = httpx.get(f"{home}numbers")
    assert (moved.status_code, moved.headers["location"]) == (301, "/numbers/")
    with httpx.Client(base_url=f"https://localhost:{secure}", verify=False) as client:
        page = client.get("/")
        assert "; Secure" in page.headers["set-cookie"]
        assert "set-cookie" not in client.get("/").headers  # it has one of 256 values
        assert re.fullmatch("[0-9a-f]{2}", client.cookies["cgan_replica"])
        info = client.get("/gradio_api/info").text
        assert f"https://localhost:{secure}/" in info

    # The second time, no replica is asked: a change of what nginx keeps would show.
    picture = httpx.get(f"{home}numbers/write.png?digits=2468", follow_redirects=True)
    assert picture.headers["content-type"] == "image/png"
    kept = [path for path in (folder / "cgan").iterdir() if picture.content in path.read_bytes()]
    assert len(kept) == 1
    kept[0].write_bytes(kept[0].read_bytes().replace(picture.content[-8:], b"from us."))
    assert httpx.get(picture.url).content.endswith(b"from us.")
    # Programs have no cookie: an address is always sent to one replica.
    said = browsers.call(home, ["135"])
    assert said.startswith("event: complete")

    # A path that the replicas cut off doesn't count as their failure.
    for _ in range(8):
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall("GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert len({Visitor(port, number).replica() for number in range(1, 17)}) == 2

    # One address asks for too much, and another isn't kept from it.
    address = str(picture.url).partition(str(port))[2]
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        for _ in range(5000):  # 200 at once and 50 a second are let through
            connection.request("HEAD", address)
            refused = connection.getresponse()
            refused.read()
            if refused.status == 429:
                break
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "1"
    answer, said = visitor.ask("GET", address.partition("/numbers/")[2])
    assert answer.status == 200

    log = (folder / "access.log").read_text()
    assert "/write.png" in log
    assert "2468" not in log


def test_long_addresses_and_what_nginx_refuses(in_front):
    _, port, _ = in_front
    home = f"http://127.0.0.1:{port}/"
    # The longest number, in characters of four bytes. A head that nginx finds too long would count
    # as a replica's failure, and three would take it away from all.
    longest = {"digits": "\U0001d7cf" * 64 + "\U000e0100" * 128, "hand": '"' * 1000}
    for seed in range(8):
        led = httpx.get(f"{home}write.png", params={"digits": longest["digits"], "seed": seed})
        assert led.status_code == 307
    with socket.create_connection(("127.0.0.1", port)) as raw:  # some write a " as it is
        query = urlencode(longest).replace("%22", '"')
        raw.sendall(f"GET /write.svg?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 400")  # it is no hand
    for path in ("", "gradio_api/startup-events"):
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(f"GET /{path} HTTP/1.0\r\n\r\n".encode())
            assert raw.recv(100).startswith(b"HTTP/1.1 200")

    refused = [
        (400, b"GET /write.png?digits=\xef\xbc\x91 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET / FOO\r\n\r\n"),
        (413, b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n"),
        (414, b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"1" * 9000)),
        (414, b"GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (b"1" * 9000)),
    ]
    for status, request in refused:
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(request)
            answer = http.client.HTTPResponse(raw)
            answer.begin()
            assert answer.status == status
            assert json.load(answer)["error"].endswith(".")


def test_without_replicas_there_is_a_sentence_and_http_may_lead_to_https(tmp_path):
    with balancing(tmp_path, [f"127.0.0.1:{free_port()}"] * 2, only_https=True) as (port, secure):
        led = httpx.get(f"http://127.0.0.1:{port}/write.png?digits=1")
        assert led.status_code == 301
        assert led.headers["location"] == "https://127.0.0.1/write.png?digits=1"
        for address in (
            f"https://localhost:{secure}/numbers/config",
            f"http://127.0.0.1:{port}/gradio_api/startup-events",  # the health check
        ):
            none = httpx.get(address, verify=False)
            assert (none.status_code, none.headers["retry-after"]) == (503, "5")
            assert none.json()["error"].startswith("The server is starting again.")
        # A visitor's browser asks again by itself.
        page = httpx.get(f"https://localhost:{secure}/", verify=False)
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert 'http-equiv="refresh"' in page.text
        assert 'lang="zh-CN"' in page.text


def test_the_benchmark_gets_all_its_pictures(in_front, capsys):
    replicas.measure({"nginx": f"127.0.0.1:{in_front[1]}"}, clients=3, rounds=1, requests=1)
    figures = r"\d+ \| 1\.00 \| \d+ \| \d+ \| 0"
    assert re.fullmatch(rf"\| 3 \| nginx \| {figures} \|\n", capsys.readouterr().out)


def test_a_replica_dies_and_its_visitors_go_on(demos, in_front):
    """Last, since it kills one."""
    _, port, _ = in_front
    event = drawing_event(f"127.0.0.1:{port}")
    dying, staying = (httpx.get(f"{one.address}gradio_api/app_id").content for one in demos)
    visitors = [Visitor(port, number) for number in range(1, VISITORS + 1)]
    before = [visitor.replica() for visitor in visitors]
    assert set(before) == {dying, staying}
    cookie = visitors[before.index(dying)].headers["Cookie"].partition("=")[2]
    all_have_asked = threading.Barrier(VISITORS + 1)
    dead = threading.Event()

    def visit(visitor):
        visitor.join(event, "13")
        all_have_asked.wait(60)
        dead.wait(60)
        visitor.write(event, "13")
        assert visitor.replica() == staying

    with ThreadPoolExecutor(VISITORS) as pool, page_with(cookie, port) as (page, let_on):
        with page.expect_request("**/queue/data*"):  # which is held back
            page.get_by_label("Your number").fill("135")
        results = [pool.submit(visit, visitor) for visitor in visitors]
        all_have_asked.wait(120)
        demos[0].process.send_signal(signal.SIGKILL)
        demos[0].process.wait(30)
        dead.set()
        for result in results:
            result.result()
        let_on()
        # Gradio says that the connection is lost, and loads the page again.
        expect(page.locator(".digit")).to_have_count(3)
        expect(page.get_by_label("Your number")).to_have_value("135")
    # Those of the one that died asked again, and nobody else did.
    assert [visitor.asked_again for visitor in visitors] == [int(one == dying) for one in before]


@contextlib.contextmanager
def page_with(cookie, port):
    """Open the page at a replica; yield it, and what lets its streams of results begin."""
    held, may_begin = [], threading.Event()

    def hold(route):
        if may_begin.is_set():
            route.continue_()
        else:
            held.append(route)

    with browsers.browser() as chromium:
        context = chromium.new_context()
        home = f"http://127.0.0.1:{port}/"
        context.add_cookies([{"name": "cgan_replica", "value": cookie, "url": home}])
        page = context.new_page()
        page.goto(home)
        ready(page)
        page.route("**/queue/data*", hold)

        def let_on():
            may_begin.set()
            for route in held:
                route.continue_()

        yield page, let_on
        context.close()
