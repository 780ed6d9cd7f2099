"""Connections: those that keep the server waiting are closed, and the others never are."""

import asyncio
import contextlib
import resource
import socket
import threading
import time
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.server import ServerState

from demo.serve import connections

released = threading.Event()


async def app(scope, receive, send):
    """Answer with two bytes, with a pause in between for `/slow` and `/held`; `/big` is 20 MB."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a", "more_body": True})
    if scope["path"] == "/slow":
        await asyncio.sleep(3 * Impatient.patience)
    while scope["path"] == "/held" and not released.is_set():
        await asyncio.sleep(0.01)
    for _ in range(200 if scope["path"] == "/big" else 0):
        await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
    await send({"type": "http.response.body", "body": b"z"})


class Impatient(connections.Connection):
    """With limits for tests."""

    most = 4
    patience = 0.3


@pytest.fixture(scope="module")
def server():
    """A server with these limits."""
    config = uvicorn.Config(app, http=Impatient, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield server
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def port(server):
    return server.port


@contextlib.contextmanager
def connected(port, sent=b""):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        yield connection


def read_to_end(connection):
    """Return everything until the server closes the connection."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(1 << 16):
            answer += chunk
    return answer


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"", HEAD, POST, HEAD + b"\r\n", HEAD + b"Content-Length: 1000\r\n\r\n"],
    ids=["nothing", "half a head", "half a body", "a request", "a request without its body"],
)
def test_a_connection_is_closed_in_the_end_though_bytes_still_come(port, sent):
    with connected(port, sent) as connection:
        connection.settimeout(Impatient.patience / 10)
        for _ in range(1000):
            try:
                connection.sendall(b"x" if b"1000" in sent else b"")
                if not connection.recv(1000):
                    return
            except TimeoutError:
                pass
            except ConnectionError:
                return
    pytest.fail("still open")


def test_an_answer_that_nobody_reads_is_given_up(server, port):
    with connected(port, b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert connection.recv(1, socket.MSG_PEEK)
        deadline = time.monotonic() + 20
        while server.server_state.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(read_to_end(connection)) < 20_000_000


def test_who_waits_for_an_answer_may_wait(port):
    with connected(port, b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as slow:
        assert b"z" in read_to_end(slow).partition(b"\r\n\r\n")[2]


def test_a_new_connection_takes_the_place_of_one_that_asks_for_nothing(port):
    with contextlib.ExitStack() as stack:
        for _ in range(3 * Impatient.most):
            stack.enter_context(connected(port, HEAD))
        with connected(port, HEAD + b"Connection: close\r\n\r\n") as connection:
            assert read_to_end(connection).startswith(b"HTTP/1.1 200")


def test_connections_that_come_at_once_take_the_places_of_different_ones():
    async def main():
        config = uvicorn.Config(app, lifespan="off", log_config=None)
        config.load()
        state = ServerState()
        opened = [Mock(spec=asyncio.Transport) for _ in range(Impatient.most + 2)]
        for transport in opened:
            transport.get_extra_info.return_value = None
            transport.get_write_buffer_size.return_value = 0
            Impatient(config, state, {}).connection_made(transport)
        assert [transport.abort.call_count for transport in opened] == [1, 1, 0, 0, 0, 0]
        for connection in [*state.connections]:
            connection.connection_lost(None)

    asyncio.run(main())


def test_where_all_are_being_answered_a_new_one_is_refused_in_a_sentence(port):
    with contextlib.ExitStack() as stack:
        stack.callback(released.set)
        for _ in range(Impatient.most):
            held = stack.enter_context(connected(port, b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n"))
            assert held.recv(12) == b"HTTP/1.1 200"  # and the rest comes later
        with connected(port) as connection:
            answer = read_to_end(connection)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"The server is busy. Try again in a minute." in answer


@pytest.mark.parametrize(
    ("files", "most"), [(300, 200), (50, 16), (5000, 1000), (resource.RLIM_INFINITY, 1000)]
)
def test_connections_leave_some_files(monkeypatch, files, most):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert connections.raise_file_limit() == most


def test_as_many_files_as_allowed_may_be_opened():
    before = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 300), hard))
        connections.raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
