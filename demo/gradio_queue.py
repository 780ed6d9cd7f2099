"""The queue that all calls wait in, in place of Gradio's, which loses sessions and can end.

Gradio 6.31.0 keeps the messages of 2,000 sessions and drops the oldest, finished or not. If a call
of a dropped one waits, the task that starts calls ends with a `KeyError`, and the server answers
503 until it is restarted (docs/gradio-queue.md). Here

- a session is forgotten when its calls are done and read, or its results weren't read in time;
- no error in one call or one message ends the tasks, and whoever waits is told;
- clients take turns, and none may fill a line alone (`turns.py`);
- a server with nothing to do sleeps; Gradio's looks for calls 1,000 times a second, 6 % of a core.

All of it relies on private parts of Gradio, which `tests/demo/test_gradio_queue.py` tries.
"""

import asyncio
import contextlib
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync
from fastapi import Request
from gradio import queueing
from gradio.queueing import Event, Queue
from gradio.route_utils import get_fn
from gradio.server_messages import EstimationMessage, EventMessage, ProcessCompletedMessage
from gradio.utils import run_coro_in_background, set_task_name

from demo.compat import FAILED, report
from demo.sessions import Sessions
from demo.turns import Client, Place, Turns, client_of, refusal

# A client should listen for its result so many seconds after its call.
_LISTEN_WITHIN = 1
# Seconds after which to look for calls again, even if nothing was heard of any.
_LOOK_AGAIN = 0.5
# How many values an event may bring besides its inputs; a click on the class grid brings three.
_EVENT_VALUES = 16


def install(page: gr.Blocks, places: int, housework: Sequence[Callable[[], None]] = ()) -> None:
    """Give a page this queue; call it before the page is launched.

    Args:
        page: what calls are for.
        places: how many calls may wait in each line.
        housework: what else is to be done every second, in a thread.
    """
    page._queue = VisitorQueue(page, places, housework)
    # Gradio prints errors of the calls with a traceback, which may quote what a visitor sent.
    vars(queueing)["traceback"] = _Brief


class _Brief:
    """What Gradio's queue uses of the module `traceback`."""

    @staticmethod
    def print_exc() -> None:
        if error := sys.exc_info()[1]:
            report(error)


def _client_of(request: Request | None, session: str) -> Client:
    # Where the server trusts a proxy, its own middleware has put in the visitor's address.
    host = request.client.host if request is not None and request.client else ""
    return client_of(host, session)


def _sender(event: Event) -> Client:
    # Gradio makes a call without a session a session of its own, named like the call.
    session = "" if event.session_hash == event._id else event.session_hash
    return _client_of(event.request, session)


def _trim(body: Any, request: Request, inputs: int) -> None:
    """Drop what a waiting call doesn't need of a request: as objects, JSON takes 20 times as much.

    `check_values` refuses lists and objects later, empty ones too.
    """
    body.data = [
        type(value)() if isinstance(value, list | dict) else value for value in body.data[:inputs]
    ]
    if isinstance(body.event_data, list | dict):
        given = body.event_data if isinstance(body.event_data, dict) else {}
        plain = {name: one for name, one in given.items() if not isinstance(one, list | dict)}
        body.event_data = dict(islice(plain.items(), _EVENT_VALUES))
    for name in ("_body", "_json"):  # where Starlette keeps what it has read
        vars(request).pop(name, None)


class VisitorQueue(Queue):
    """Gradio's queue, mended.

    Attributes:
        sessions: whose calls aren't done or not read.
    """

    def __init__(
        self, page: gr.Blocks, places: int, housework: Sequence[Callable[[], None]]
    ) -> None:
        """Take what `install` takes."""
        super().__init__(
            live_updates=False,  # instead, who waits is told once a second
            concurrency_count=page.max_threads,
            update_intervals=1,
            max_size=None,
            blocks=page,
        )
        self.sessions = Sessions()
        self.pending_messages_per_session = self.sessions.inboxes  # type: ignore[assignment]
        self.pending_event_ids_session = self.sessions.pending
        self._places = places
        self._housework = housework
        self._turns = Turns()
        self._answered: weakref.WeakSet[Event] = weakref.WeakSet()
        self._changed = asyncio.Event()
        self.progress_update_sleep_when_free = 1.0  # no call has a progress bar

    # Joining a line and being served.

    async def push(self, body: Any, request: Request, username: str | None) -> Any:
        """Let a call join its line, unless that or its client's share is full."""
        if body.fn_index is not None:
            fn = get_fn(self.blocks, None, body)
            client = _client_of(request, body.session_hash or "")
            if problem := refusal(self._waiting(fn.concurrency_id), client, self._places):
                return False, problem, "queue_full"
            _trim(body, request, len(fn.inputs))
        pushed = await super().push(body, request, username)
        self._changed.set()
        return pushed

    def _waiting(self, line: str) -> list[Client]:
        found = self.event_queue_per_concurrency_id.get(line)
        return [_sender(event) for event in found.queue] if found else []

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """Take the next call out of a line that has a free worker."""
        for line in self.event_queue_per_concurrency_id.values():
            limit = line.concurrency_limit
            if line.queue and (limit is None or line.current_concurrency < limit):
                came = sorted(line.queue, key=lambda event: event.enqueue_time)
                line.queue[:] = self._turns.arrange(came, self._place_of)
        found = super().get_events()
        if found:
            for event in found[0]:
                self._turns.note(self._place_of(event))
        return found

    def _place_of(self, event: Event) -> Place:
        client, inbox = _sender(event), self.sessions.inboxes.get(event.session_hash)
        has_just_come = time.monotonic() - event.enqueue_time < _LISTEN_WITHIN
        listens = has_just_come or (inbox is not None and inbox.readers > 0)
        return Place(client.address, listens, client.session)

    def start(self) -> None:
        """Start the tasks of the queue."""
        self._changed = asyncio.Event()  # of this event loop
        super().start()  # type: ignore[no-untyped-call]
        run_coro_in_background(self._keep_house)

    async def start_processing(self) -> None:
        """Serve the lines until the server stops; Gradio's own ends at the first error."""
        while not self.stopped:
            started = False
            self._changed.clear()
            try:
                if len(self) and None in self.active_jobs:
                    async with self.delete_lock:
                        found = self.get_events()
                    if found:
                        self._serve(*found)
                        started = True
            except Exception as error:
                report(error)
            if not started:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), _LOOK_AGAIN)
        self._cancel_asyncio_tasks()  # type: ignore[no-untyped-call]

    def _serve(self, events: list[Event], batch: bool, line: str) -> None:
        self.active_jobs[self.active_jobs.index(None)] = events
        served = self.event_queue_per_concurrency_id[line]
        served.current_concurrency += 1
        start, fn = time.time(), events[0].fn
        served.start_times_per_fn[fn].add(start)
        task = run_coro_in_background(self.process_events, events, batch, start, fn)
        # `/cancel` finds the task by its name.
        set_task_name(task, events[0].session_hash, fn._id, events[0]._id, batch)
        self._asyncio_tasks.add(task)
        task.add_done_callback(self._asyncio_tasks.discard)

    async def process_events(
        self, events: list[Event], batch: bool, begin_time: float, fn: Any
    ) -> None:
        """Run a call; whatever happens, its client gets an answer."""
        try:
            await super().process_events(events, batch, begin_time, fn)
        except Exception as error:
            report(error)
        finally:
            self._changed.set()  # a worker is free
        # Not reached by a cancelled task: who cancels it answers.
        for event in events:
            self.event_ids_to_events.pop(event._id, None)
            if event not in self._answered:
                failed = ProcessCompletedMessage(output={"error": FAILED}, success=False)
                self.send_message(event, failed)

    # Messages.

    def send_message(self, event: Event, event_message: EventMessage) -> None:
        """Put a message into the inbox of the event's session, if it has one."""
        if isinstance(event_message, ProcessCompletedMessage):
            self._answered.add(event)
        inbox = self.sessions.inboxes.get(event.session_hash)
        if inbox is None:
            return
        # Estimates that nobody reads would pile up.
        if isinstance(event_message, EstimationMessage) and not inbox.is_read(time.monotonic()):
            return
        super().send_message(event, event_message)

    def broadcast_estimations(self, concurrency_id: str, after: int | None = None) -> None:
        """Tell those who wait how long it may take; an error in that stops nothing."""
        try:
            super().broadcast_estimations(concurrency_id, after)
        except Exception as error:
            report(error)

    async def _keep_house(self) -> None:
        while not self.stopped:
            await asyncio.sleep(1)
            try:
                self.sessions.forget(self.event_ids_to_events.values(), time.monotonic())
                for work in self._housework:
                    await run_sync(work)
            except Exception as error:
                report(error)
