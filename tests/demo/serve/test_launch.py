"""Starting the page: what goes wrong while it is built is said as it is; and its limits hold."""

import contextlib
import socket
import threading

import gradio as gr
import httpx
import pytest

from cgan.common.errors import MissingFile, UserError
from demo import compat
from demo.serve import bodies, launch, network, options

DRAWN = ((), lambda app: app)  # no pictures by address
PREVIEW = {"en": ("A page", "It is for tests.")}

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def launched(build):
    """Return what is raised by a launch of the page that `build` makes."""
    with pytest.raises(UserError) as caught:
        launch.launch(
            build, ["write"], options.parse(["--host=127.0.0.1"], "Serve."), DRAWN, PREVIEW
        )
    return caught.value


def test_an_error_of_ours_is_not_taken_for_the_networks():
    missing = MissingFile("There is no file.")

    def build():
        raise missing

    assert launched(build) is missing


def test_an_error_of_the_network_is_a_sentence():
    def build():
        raise OSError("the network is down")

    assert str(launched(build)) == "Could not start the page: the network is down"


def empty_page():
    with compat.LenientBlocks(lambda _: None, analytics_enabled=False) as page:
        gr.Markdown("Nothing")
    return page


def test_a_port_that_is_taken_at_the_last_moment_is_left(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with contextlib.ExitStack() as others:
        taken = []

        def choose(host, wanted):
            port = network.choose_port(host, wanted)
            if not taken:
                others.enter_context(socket.create_server((host, port)))
                taken.append(port)
            return port

        monkeypatch.setattr(launch, "choose_port", choose)
        page = launch.launch(
            empty_page,
            [],
            options.parse(["--host=127.0.0.1"], "Serve."),
            DRAWN,
            PREVIEW,
        )
        try:
            assert page.server_port > taken[0]
            assert httpx.get(page.local_url, timeout=30).status_code == 200
        finally:
            page.close(verbose=False)


@pytest.fixture(scope="module")
def held():
    """A page whose only endpoint answers when it is told to: (address, what to set)."""
    released = threading.Event()

    def build():
        with compat.LenientBlocks(lambda _: None, analytics_enabled=False) as page:
            gr.Button().click(lambda: str(released.wait(30)), None, gr.Textbox(), api_name="write")
        return page.queue()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")  # Gradio asks its own server whether it has started
        page = launch.launch(
            build, ["write"], options.parse(["--host=127.0.0.1"], "Serve."), DRAWN, PREVIEW
        )
        yield page.local_url, released
        released.set()
        page.close(verbose=False)


def test_few_may_wait_for_the_same_results(held):
    address, released = held
    with httpx.Client(base_url=f"{address}gradio_api/", timeout=30) as client:
        event = client.post("call/write", json={"data": []}).json()["event_id"]
        with contextlib.ExitStack() as stack:
            for _ in range(4):
                waiting = stack.enter_context(client.stream("GET", f"call/write/{event}"))
                assert waiting.status_code == 200
            refused = client.get(f"call/write/{event}")
            assert refused.status_code == 429
            assert refused.json() == {"error": "Too many wait for these results already."}
            released.set()


def test_a_body_that_does_not_come_is_refused(held, monkeypatch):
    monkeypatch.setattr(bodies, "MAX_SECONDS", 0.1)
    address, _ = held
    port = int(address.rstrip("/").rpartition(":")[2])
    head = "POST /gradio_api/call/write HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(12) == b"HTTP/1.1 408"


def test_a_body_must_say_that_it_is_json(held):
    address, _ = held
    answer = httpx.post(f"{address}gradio_api/call/write", data={"data": "1"})
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["error"]
