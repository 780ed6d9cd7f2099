"""The queue over HTTP: nobody is forgotten, nothing ends it, and clients take turns."""

import asyncio
import gc
import json
import resource
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio import queueing, route_utils
from gradio.routes import App
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from demo import compat, gradio_queue, sessions

pytestmark = [
    pytest.mark.usefixtures("collect_what_gradio_left"),
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NUMBER = "13912345678"
PLACES = 16
AGES = 1000  # seconds: longer than anything is kept


class Worker:
    """What the page's functions do. `hold` waits until it is allowed to go on."""

    def __init__(self):
        self.go_on = threading.Event()
        self.served = []

    def hold(self, text):
        self.go_on.wait(30)
        self.served.append(text)
        return text

    def fail(self, text):
        raise ValueError(text)


@pytest.fixture(scope="module")
def worker():
    return Worker()


@pytest.fixture(scope="module")
def page(worker):
    with compat.LenientBlocks(lambda values: None, analytics_enabled=False) as page:
        text = gr.Textbox()
        for name, function in (
            ("hold", worker.hold),
            ("fail", worker.fail),
            ("say", lambda text: text),
        ):
            gr.Button().click(function, text, text, api_name=name, concurrency_id=name)
    gradio_queue.install(page, PLACES)
    yield page
    page.close()


@pytest.fixture(scope="module")
def client(page):
    app = App.create_app(page)
    compat.keep_no_sessions(page)
    # As behind a proxy that the server trusts: it says who the visitor is.
    with TestClient(ProxyHeadersMiddleware(app, "*")) as client:
        assert client.get("/gradio_api/startup-events").json()  # starts the queue
        yield client


@pytest.fixture(autouse=True)
def _begin(worker, page):
    worker.go_on.clear()
    worker.served.clear()
    yield
    worker.go_on.set()
    wait_until(lambda: not page._queue.event_ids_to_events)


def wait_until(done):
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.005)


def send(client, name, text="x", session=None, address="192.0.2.1"):
    body = {"data": [text]} | ({"session_hash": session} if session else {})
    headers = {"X-Forwarded-For": address}
    return client.post(f"/gradio_api/call/{name}", json=body, headers=headers)


def call(client, name, *given, **named):
    return send(client, name, *given, **named).json()["event_id"]


def fetch(client, name, event):
    return client.get(f"/gradio_api/call/{name}/{event}").text


def forget(client, page, later=0):
    """Have the queue forget what is to be forgotten this many seconds later."""
    queue = page._queue
    calls = queue.event_ids_to_events.values()
    client.portal.call(queue.sessions.forget, calls, time.monotonic() + later)


def begin_holding(client, page):
    """Have a first call held, so that the next ones wait; return its event."""
    event = call(client, "hold", "first", address="198.51.100.1")
    wait_until(lambda: not page._queue.event_queue_per_concurrency_id["hold"].queue)
    return event


def test_a_waiting_session_is_not_forgotten_when_two_thousand_newer_ones_come(client, page, worker):
    events = [begin_holding(client, page), call(client, "hold", "second"), call(client, "hold")]
    inboxes = page._queue.pending_messages_per_session
    for number in range(2_001):
        inboxes[str(number)] = asyncio.Queue()  # as Gradio does for each new session
    worker.go_on.set()
    assert [fetch(client, "hold", event)[:15] for event in events] == ["event: complete"] * 3
    assert fetch(client, "say", call(client, "say")).startswith("event: complete")


def test_errors_while_calls_are_started_or_estimated_end_nothing(client, page, monkeypatch, capsys):
    failed = []

    def fail(*_):
        failed.append(time.monotonic())
        raise KeyError(NUMBER)

    monkeypatch.setattr(queueing.Queue, "broadcast_estimations", fail)
    assert fetch(client, "say", call(client, "say")).startswith("event: complete")
    with monkeypatch.context() as patched:
        patched.setattr(queueing.Queue, "get_events", fail)
        event = call(client, "say")
        wait_until(lambda: len(failed) > 2)
    assert fetch(client, "say", event).startswith("event: complete")
    said = capsys.readouterr().err
    assert "KeyError" in said
    assert NUMBER not in said


def test_an_error_in_a_call_becomes_a_sentence_and_is_logged_without_what_was_sent(client, capsys):
    said = fetch(client, "fail", call(client, "fail", NUMBER))
    assert said.startswith("event: error")
    assert compat.FAILED in said
    printed = "".join(capsys.readouterr())
    assert "ValueError" in printed
    assert NUMBER not in printed


def test_who_called_is_told_even_if_gradio_fails_before_the_call(client, monkeypatch, capsys):
    def fail(**_):
        raise ValueError(NUMBER)

    monkeypatch.setattr(route_utils, "compile_gr_request", fail)
    said = fetch(client, "say", call(client, "say"))
    assert said.startswith("event: error")
    assert compat.FAILED in said
    assert NUMBER not in "".join(capsys.readouterr())


def test_a_session_is_forgotten_when_its_results_are_read(client, page):
    for session in (None, "mine"):
        fetch(client, "say", call(client, "say", session=session))
    wait_until(lambda: not page._queue.event_ids_to_events)
    forget(client, page)
    assert page._queue.pending_messages_per_session != {}  # its next call may come at once
    forget(client, page, 20)
    assert page._queue.sessions.inboxes == {}
    assert page._queue.sessions.pending == {}


@pytest.mark.parametrize("session", [None, "mine"])
def test_results_that_nobody_reads_are_dropped_after_minutes(client, page, session):
    event = call(client, "say", session=session)
    wait_until(lambda: event not in page._queue.event_ids_to_events)
    forget(client, page, 120)
    assert compat.is_pending(page, event)
    forget(client, page, AGES)
    assert not compat.is_pending(page, event)
    assert page._queue.sessions.inboxes == {}
    assert page._queue.sessions.pending == {}


def test_unread_results_are_dropped_even_if_their_session_goes_on(client, page):
    events = [call(client, "say", NUMBER, "mine") for _ in range(3)]
    wait_until(lambda: not page._queue.event_ids_to_events)
    held = call(client, "hold", session="mine")
    forget(client, page, AGES)
    assert not any(compat.is_pending(page, event) for event in events)
    assert compat.is_pending(page, held)
    (inbox,) = page._queue.pending_messages_per_session.values()
    assert list(inbox.results()) == []


def test_the_largest_results_are_dropped_if_all_take_too_much_memory(client, page, monkeypatch):
    monkeypatch.setattr(sessions, "UNREAD_BYTES", 100_000)
    sizes = (10, 60_000, 50_000, 50_000, 10)
    events = [call(client, "say", "x" * size) for size in sizes]
    wait_until(lambda: not page._queue.event_ids_to_events)
    forget(client, page)  # who called just now may be about to read
    assert all(compat.is_pending(page, event) for event in events)
    forget(client, page, 10)
    assert [compat.is_pending(page, event) for event in events] == [True, False, False, True, True]


def test_a_call_that_waits_is_never_dropped(client, page, worker):
    events = [begin_holding(client, page), call(client, "hold")]
    forget(client, page, AGES)
    worker.go_on.set()
    assert all("complete" in fetch(client, "hold", event) for event in events)


def test_estimates_that_nobody_reads_do_not_pile_up(client, page):
    begin_holding(client, page)
    call(client, "hold", session="mine")
    inbox = page._queue.pending_messages_per_session["mine"]
    inbox.last_read -= 60
    before = inbox.qsize()
    for _ in range(5):
        client.portal.call(page._queue.broadcast_estimations, "hold")
    assert inbox.qsize() == before


def test_what_a_client_who_has_gone_asked_for_is_forgotten(client, page, worker):
    event = begin_holding(client, page)
    # What Gradio does when a stream is cut.
    client.portal.call(lambda: page._queue.clean_events(session_hash=event))
    del page._queue.pending_messages_per_session[event]
    del page._queue.pending_messages_per_session[event]  # another stream of the session
    forget(client, page)
    assert not compat.is_pending(page, event)
    assert event not in page._queue.pending_event_ids_session
    worker.go_on.set()
    assert fetch(client, "say", call(client, "say")).startswith("event: complete")


def test_a_second_reader_of_a_result_is_told_and_does_not_wait_for_ever(client, page, worker):
    event = begin_holding(client, page)
    inbox = page._queue.pending_messages_per_session[event]
    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(fetch, client, "hold", event) for _ in range(2)]
        wait_until(lambda: inbox.readers == 2)
        worker.go_on.set()
        wait_until(lambda: any(reader.done() for reader in readers))
        inbox.last_put -= 20
        forget(client, page)
        said = sorted(reader.result(30)[:15] for reader in readers)
    assert said == ["event: complete", "event: error\nda"]


def test_a_call_can_be_cancelled(client, page):
    begin_holding(client, page)
    event = call(client, "hold", "cancelled", session="mine")
    fn = next(number for number, fn in page.fns.items() if fn.api_name == "hold")
    body = {"session_hash": "mine", "fn_index": fn, "event_id": event}
    assert client.post("/gradio_api/cancel", json=body).json() == {"success": True}
    assert event not in page._queue.event_ids_to_events
    assert "complete" in client.get("/gradio_api/queue/data?session_hash=mine").text


def test_a_server_with_nothing_to_do_sleeps(client):
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    time.sleep(1)
    woken = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - begun
    assert woken < 200  # with Gradio's own queue, it is about 900


def test_clients_take_turns(client, page, worker):
    begin_holding(client, page)
    for number in range(3):
        call(client, "hold", f"greedy {number}", session="greedy", address="203.0.113.1")
    call(client, "hold", "other session", session="other", address="203.0.113.1")
    call(client, "hold", "other address", session="greedy", address="203.0.113.2")
    worker.go_on.set()
    wait_until(lambda: len(worker.served) == 6)
    assert worker.served == [
        *("first", "greedy 0", "other address", "other session"),
        *("greedy 1", "greedy 2"),
    ]


def test_a_clients_calls_are_served_as_they_came_however_the_line_was_arranged(
    client, page, worker
):
    begin_holding(client, page)
    for number in range(3):
        call(client, "hold", f"{number}")
    page._queue.event_queue_per_concurrency_id["hold"].queue.reverse()
    worker.go_on.set()
    wait_until(lambda: len(worker.served) == 4)
    assert worker.served == ["first", "0", "1", "2"]


def test_who_listens_does_not_wait_for_calls_in_new_sessions_that_nobody_listens_to(
    client, page, worker
):
    begin_holding(client, page)
    for number in range(3):
        call(client, "hold", f"{number}", session=f"new {number}", address="203.0.113.3")
    event = call(client, "hold", "heard", address="203.0.113.3")
    inbox = page._queue.sessions.inboxes[event]
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(fetch, client, "hold", event)
        wait_until(lambda: inbox.readers)
        for waiting in page._queue.event_ids_to_events.values():
            waiting.enqueue_time -= 60
        worker.go_on.set()
        reader.result(30)
    wait_until(lambda: len(worker.served) == 5)
    assert worker.served.index("heard") <= 2


@pytest.mark.parametrize("session", ["greedy", None])
def test_one_client_cannot_fill_a_line(client, page, session):
    begin_holding(client, page)
    answers = [send(client, "hold", session=session) for _ in range(PLACES)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [503] * 12
    assert answers[-1].json()["detail"].startswith("Queue is full for you: 4 of your calls")
    assert send(client, "hold", session="other").status_code == 200
    assert send(client, "say", session=session).status_code == 200  # another line


def test_calls_that_wait_take_little_memory(client, page):
    begin_holding(client, page)
    nested = [[]] * 10_000  # 40 kB of JSON, 0.6 MB of lists
    body = {"data": [nested], "event_data": nested, "session_hash": "mine"}
    tracemalloc.start()
    try:
        for _ in range(4):
            assert client.post("/gradio_api/call/hold", json=body).status_code == 200
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_page_that_waits_knows_its_place(client, page, worker):
    begin_holding(client, page)
    call(client, "hold", session="mine")
    inbox = page._queue.pending_messages_per_session["mine"]
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(client.get, "/gradio_api/queue/data?session_hash=mine")
        wait_until(lambda: inbox.readers)
        client.portal.call(page._queue.broadcast_estimations, "hold")
        worker.go_on.set()
        said = reader.result(30).text
    told = [json.loads(line[6:])["msg"] for line in said.splitlines() if line.startswith("data")]
    assert told[:2] == ["estimation", "estimation"]
    assert told[-3:] == ["process_starts", "process_completed", "close_stream"]
