"""Connections to the server: how many there may be, and how long they may keep it waiting.

This relies on attributes of uvicorn's protocol that aren't documented: `cycle`, `connections` and
`transport` (0.54). `tests/demo/serve/test_connections.py` notices when they change.
"""

import asyncio
import contextlib
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from demo.compat import report

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    b"Retry-After: 60\r\nConnection: close\r\n\r\n"
    b'{"error": "The server is busy. Try again in a minute."}'
)
# What one server should need; a connection takes 20 to 40 kB.
MOST = 1000
# Files that the process opens besides connections.
_OTHER_FILES = 100


def raise_file_limit() -> int:
    """Let this process open as many files as it may; return how many connections it can have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    if soft == resource.RLIM_INFINITY:
        return MOST
    return max(16, min(MOST, soft - _OTHER_FILES))


class Connection(H11Protocol):
    """A connection that is closed if it keeps the server waiting for too long.

    The server waits from the start until a request is complete, for what it has sent to be read,
    and then for the next request. Uvicorn has no limit but the last one, which starts anew at each
    byte.

    Where there are too many connections, a new one takes the place of the one that has kept the
    server waiting longest: a visitor's request comes at once.

    Attributes:
        most: how many there may be.
        patience: for how long each may keep the server waiting, in seconds.
    """

    most = MOST
    patience = 20.0

    _checking: asyncio.TimerHandle | None = None
    _seen: tuple[Any, int] | None = None
    _since = 0.0
    _is_closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start, after making room; where that can't be, refuse."""
        room = len(self.connections) < self.most or self._close_the_longest()
        super().connection_made(transport)
        if room:
            self._check()
        else:
            transport.write(_BUSY)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._checking:
            self._checking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; where uvicorn fails to, such as at a path that isn't ASCII, refuse."""
        try:
            super().data_received(data)
        except Exception as error:
            report(error)
            self.transport.abort()

    def _keeps_waiting(self) -> bool:
        """Return whether it is the visitor's turn."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete or self.flow.write_paused:
            return True
        return cycle.more_body and not cycle.response_started

    def _check(self) -> None:
        """Close the connection if it has kept waiting for too long; look again in a while."""
        now = self.loop.time()
        seen = self.cycle, self.transport.get_write_buffer_size()
        if not self._keeps_waiting() or seen != self._seen:
            self._seen, self._since = seen, now
        if now - self._since >= self.patience:
            self.transport.abort()
        else:
            self._checking = self.loop.call_later(self.patience / 4, self._check)

    def _close_the_longest(self) -> bool:
        """Close the connection that has kept waiting longest; return whether there was one."""
        waiting = [
            one
            for one in self.connections
            if isinstance(one, Connection) and one._keeps_waiting() and not one._is_closed
        ]
        if not waiting:
            return False
        longest = min(waiting, key=lambda one: one._since)
        longest._is_closed = True
        longest.transport.abort()
        return True
