"""What is kept of each session: its inbox, and its calls whose results nobody has read yet.

Gradio 6.31.0 keeps both in two dictionaries. It drops the inboxes of the sessions that came first
when there are 2,000, and never cleans the other. Here a session is forgotten when it is done.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from gradio.queueing import Event
from gradio.server_messages import ProcessCompletedMessage

# How long results wait to be read (seconds). All together may take so much memory (bytes): if they
# take more, the largest that are older than a moment (seconds) are dropped.
UNREAD_SECONDS = 300
UNREAD_BYTES = 1 << 25
MOMENT_SECONDS = 2
# Gradio's event streams ask for the next message at least every ten seconds: if nobody has asked
# for this long, nobody is reading.
_READ_SECONDS = 15
_FETCHED = "There is no such result, or it has been fetched already."


class Inbox(asyncio.Queue[Any]):
    """The messages of a session: a queue that knows when they came, and when it was last read.

    Attributes:
        last_put: when the last message came, in seconds of `time.monotonic`.
        last_read: when somebody last asked for one.
        readers: how many wait for one.
    """

    _queue: deque[tuple[float, Any]]  # when each came

    def __init__(self) -> None:
        """Begin without messages."""
        super().__init__()
        self.last_put = self.last_read = time.monotonic()
        self.readers = 0

    async def get(self) -> Any:
        """Wait for the next message."""
        self.last_read = time.monotonic()
        self.readers += 1
        try:
            return await super().get()
        finally:
            self.readers -= 1

    def is_read(self, now: float) -> bool:
        """Return whether somebody is reading."""
        return now - self.last_read < _READ_SECONDS

    def results(self) -> Iterator[tuple[float, ProcessCompletedMessage]]:
        """Yield the results that nobody has read, and when they came."""
        for came, message in self._queue:
            if isinstance(message, ProcessCompletedMessage):
                yield came, message

    def drop(self, unwanted: set[str]) -> None:
        """Forget the messages of these events."""
        self._queue = deque(
            (came, message)
            for came, message in self._queue
            if getattr(message, "event_id", None) not in unwanted
        )

    # `asyncio.Queue` is made to be changed in these three.

    def _init(self, maxsize: int) -> None:
        self._queue = deque()

    def _get(self) -> Any:
        return self._queue.popleft()[1]

    def _put(self, item: Any) -> None:
        self._queue.append((time.monotonic(), item))
        if getattr(item, "event_id", None):  # not a heartbeat
            self.last_put = time.monotonic()


def _size_of(result: ProcessCompletedMessage) -> int:
    """Return about how many bytes a result takes: the texts in it, and what is around them."""
    data = result.output.get("data") or ()
    return 2000 + sum(len(value) for value in data if isinstance(value, str))


class Inboxes(dict[str, Inbox]):
    """The sessions' inboxes. Gradio removes some twice, and gives plain queues to new ones."""

    def __setitem__(self, session: str, _: object) -> None:
        super().__setitem__(session, Inbox())

    def __delitem__(self, session: str) -> None:
        self.pop(session, None)


class Pending(dict[str, set[str]]):
    """The events of each session whose results haven't been read; none for a forgotten session."""

    def __missing__(self, session: str) -> set[str]:
        return set()


class Sessions:
    """The sessions that have calls to do, or results to read.

    Attributes:
        inboxes: by session.
        pending: by session.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.inboxes = Inboxes()
        self.pending = Pending()

    def forget(self, events: Iterable[Event], now: float) -> None:
        """Forget results that weren't read in time, and sessions that are done.

        Args:
            events: the calls that wait or run.
            now: in seconds of `time.monotonic`.
        """
        live = [event for event in events if event.alive]
        ids = {event._id for event in live} | self._drop_results(now)
        for session, pending in list(self.pending.items()):
            # What is left are calls that Gradio gave up because their client had gone.
            pending &= ids
            if session not in self.inboxes and not pending:
                del self.pending[session]
        busy = {event.session_hash for event in live}
        for session, inbox in list(self.inboxes.items()):
            if session in busy or self.pending[session]:
                continue
            if not inbox.is_read(now):
                self.pending.pop(session, None)
                del self.inboxes[session]
            elif inbox.empty() and now - inbox.last_put > _READ_SECONDS:
                # Somebody waits for what another reader got, and would wait for ever.
                told = ProcessCompletedMessage(output={"error": _FETCHED}, success=False)
                told.event_id = "none"
                inbox.put_nowait(told)

    def _drop_results(self, now: float) -> set[str]:
        """Drop unread results that are too old or too many; return the events of the others."""
        found = sorted(
            (
                (came, message.event_id, _size_of(message), inbox)
                for inbox in self.inboxes.values()
                for came, message in inbox.results()
                if message.event_id
            ),
            key=lambda one: (-one[2], one[0]),
        )
        total = sum(size for _, _, size, _ in found)
        kept = set()
        for came, event, size, inbox in found:
            age = now - came
            if age > UNREAD_SECONDS or (age > MOMENT_SECONDS and total > UNREAD_BYTES):
                total -= size
                inbox.drop({event})
            else:
                kept.add(event)
        return kept
