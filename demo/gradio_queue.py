"""The queue that all calls wait in, in place of Gradio's, which loses sessions and can end.

Gradio 6.31.0 keeps the messages of 2,000 sessions and drops the oldest, finished or not. If a call
of a dropped one waits, the task that starts calls ends with a `KeyError`, and the server answers
503 until it is restarted (docs/gradio-queue.md). Here

- a session is forgotten when its calls are done and read, or its results weren't read in time;
- no error in one call or one message ends the tasks, and whoever waits is told;
- clients take turns, and none may fill a line alone (`turns.py`).

All of it relies on private parts of Gradio, which `tests/demo/test_gradio_queue.py` tries.
"""

import asyncio
import sys
import time
import weakref
from collections.abc import Callable, Sequence
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
from demo.inbox import Inbox, size_of
from demo.turns import Client, Turns, network_of, refusal

# How long results wait to be read (seconds), and how much memory they may take together (bytes).
UNREAD_SECONDS = 300
UNREAD_BYTES = 1 << 26
_FETCHED = "There is no such result, or it has been fetched already."


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


class _Inboxes(dict[str, Inbox]):
    """The sessions' inboxes. Gradio removes some twice, and gives plain queues to new ones."""

    def __setitem__(self, session: str, _: object) -> None:
        super().__setitem__(session, Inbox())

    def __delitem__(self, session: str) -> None:
        self.pop(session, None)


class _Pending(dict[str, set[str]]):
    """The events of each session whose results haven't been read; none for a forgotten session."""

    def __missing__(self, session: str) -> set[str]:
        return set()


def _client_of(request: Request | None, session: str) -> Client:
    # Where the server trusts a proxy, its own middleware has put in the visitor's address.
    host = request.client.host if request is not None and request.client else ""
    return Client(network_of(host), session)


def _sender(event: Event) -> Client:
    return _client_of(event.request, event.session_hash)


class VisitorQueue(Queue):
    """Gradio's queue, mended."""

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
        self.pending_messages_per_session = _Inboxes()  # type: ignore[assignment]
        self.pending_event_ids_session = _Pending()
        self._places = places
        self._housework = housework
        self._turns = Turns()
        self._answered: weakref.WeakSet[Event] = weakref.WeakSet()

    # Joining a line and being served.

    async def push(self, body: Any, request: Request, username: str | None) -> Any:
        """Let a call join its line, unless that or its client's share is full."""
        if body.fn_index is not None:
            fn = get_fn(self.blocks, None, body)
            client = _client_of(request, body.session_hash or "")
            if problem := refusal(self._waiting(fn.concurrency_id), client, self._places):
                return False, problem, "queue_full"
        answer = await super().push(body, request, username)
        if answer[0] and (event := self.event_ids_to_events.get(str(answer[1]))):
            line = self.event_queue_per_concurrency_id[event.concurrency_id].queue
            line[:] = self._turns.arrange(line, _sender)
        return answer

    def _waiting(self, line: str) -> list[Client]:
        found = self.event_queue_per_concurrency_id.get(line)
        return [_sender(event) for event in found.queue] if found else []

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """Take the next call out of a line."""
        found = super().get_events()
        if found:
            for event in found[0]:
                self._turns.note(_sender(event))
        return found

    def start(self) -> None:
        """Start the tasks of the queue."""
        super().start()  # type: ignore[no-untyped-call]
        run_coro_in_background(self._keep_house)

    async def start_processing(self) -> None:
        """Serve the lines until the server stops; Gradio's own ends at the first error."""
        while not self.stopped:
            started = False
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
                await asyncio.sleep(self.sleep_when_free)
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
        inbox = self.pending_messages_per_session.get(event.session_hash)
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

    # Forgetting.

    async def _keep_house(self) -> None:
        while not self.stopped:
            await asyncio.sleep(1)
            try:
                self.forget(time.monotonic())
                for work in self._housework:
                    await run_sync(work)
            except Exception as error:
                report(error)

    def forget(self, now: float) -> None:
        """Forget results that weren't read in time, and sessions that are done.

        Args:
            now: in seconds of `time.monotonic`.
        """
        live = {event for event in self.event_ids_to_events.values() if event.alive}
        ids = {event._id for event in live}
        busy = {event.session_hash for event in live}
        unread = self._drop_results(now)
        inboxes = self.pending_messages_per_session
        for session, pending in list(self.pending_event_ids_session.items()):
            # What is left are calls that Gradio gave up because their client had gone.
            pending &= ids | unread
            if session not in inboxes and not pending:
                del self.pending_event_ids_session[session]
        for session, inbox in list(inboxes.items()):
            if session in busy or self.pending_event_ids_session[session]:
                continue
            if not inbox.is_read(now):
                self.pending_event_ids_session.pop(session, None)
                del inboxes[session]
            elif inbox.empty() and now - inbox.last_put > 15:
                # Somebody waits for what another reader got, and would wait for ever.
                told = ProcessCompletedMessage(output={"error": _FETCHED}, success=False)
                told.event_id = "none"
                inbox.put_nowait(told)

    def _drop_results(self, now: float) -> set[str]:
        """Drop unread results that are too old or too many; return the events of the others."""
        found = sorted(
            (
                (came, message.event_id, size_of(message), inbox)
                for inbox in self.pending_messages_per_session.values()
                for came, message in inbox.results()
                if message.event_id
            ),
            key=lambda one: one[0],
        )
        total = sum(size for _, _, size, _ in found)
        kept = set()
        for came, event, size, inbox in found:
            if now - came > UNREAD_SECONDS or total > UNREAD_BYTES:
                total -= size
                inbox.drop({event})
            else:
                kept.add(event)
        return kept
