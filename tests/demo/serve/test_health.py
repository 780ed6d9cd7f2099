"""The health check, against servers that answer and don't draw; tests/demo/test_api.py has ours."""

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.conftest import ROOT
from tests.hosting import free_port


class Answers(BaseHTTPRequestHandler):
    """What a server answers to a call and to the request for its result."""

    def do_POST(self):
        self.answer(*self.server.joined)

    def do_GET(self):
        self.answer(200, b'event: error\ndata: {"error": "no"}\n\n')

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def check(port, **variables):
    environment = {**os.environ, "PORT": str(port), "GRADIO_SERVER_PORT": "", **variables}
    command = [sys.executable, "-m", "demo.serve.health"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    ("joined", "said"),
    [
        ((503, b'{"detail": "Queue is stopped."}'), "status 503"),
        ((200, b'{"event_id": "1"}'), "doesn't draw"),
        ((200, b"no JSON"), "doesn't draw"),
        ((200, b"{}"), "doesn't draw"),
    ],
)
def test_a_server_that_does_not_draw_is_not_healthy(joined, said):
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.joined = joined
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = check(server.server_port)
        server.shutdown()
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "address"),
    [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("127.0.0.5", "127.0.0.5"), ("::", "::1")],
)
def test_it_asks_where_the_server_listens(name, address):
    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

    with Server((address, 0), Answers) as server:
        server.joined = 503, b"here"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = check(server.server_port, GRADIO_SERVER_NAME=name)
        server.shutdown()
    assert "status 503: here" in result.stderr


@pytest.mark.parametrize("port", ["abc", "0", "65536", "99999", "9" * 5000])
def test_a_port_that_is_none_gets_a_sentence(port):
    result = check(port)
    assert result.returncode == 1
    assert result.stderr == f"The port must be a number from 1 to 65535, not '{port}'.\n"


def test_no_server_is_not_healthy():
    result = check(free_port())
    assert result.returncode == 1
    assert "doesn't draw" in result.stderr
