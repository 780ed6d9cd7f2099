"""The messages of a session that wait to be read, in place of the plain queue that Gradio has."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from gradio.server_messages import ProcessCompletedMessage

# Gradio's event streams ask for the next message at least this often (seconds).
READ_EVERY = 10


class Inbox(asyncio.Queue[Any]):
    """A queue that knows when its messages came, and when somebody last asked for one.

    Attributes:
        last_put: when the last message came, in seconds of `time.monotonic`.
        last_read: when somebody last asked for one.
    """

    _queue: deque[tuple[float, Any]]  # when each came

    def __init__(self) -> None:
        """Begin without messages."""
        super().__init__()
        self.last_put = self.last_read = time.monotonic()

    async def get(self) -> Any:
        """Wait for the next message."""
        self.last_read = time.monotonic()
        return await super().get()

    def is_read(self, now: float) -> bool:
        """Return whether somebody is reading."""
        return now - self.last_read < READ_EVERY * 1.5

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


def size_of(result: ProcessCompletedMessage) -> int:
    """Return about how many bytes a result takes: the texts in it."""
    data = result.output.get("data") or ()
    return sum(len(value) for value in data if isinstance(value, str))
