"""The line of the page's events beside the queue: the number is drawn while a visitor types.

Through Gradio's queue an event takes two requests: one joins it, and one brings the result. These
take one. As in the queue, two are served at a time, clients take turns, and none may fill the line
alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from fastapi import HTTPException

from demo.turns import Client, Place, Turns, refusal

# Where Gradio's page sends events that were made with `queue=False`.
PATH = "/gradio_api/run/predict"
# As many as the queue draws at a time.
TOGETHER = 2
# How many may wait; a drawing takes some hundredths of a second.
PLACES = 64


class _Call(NamedTuple):
    """Somebody who waits.

    Attributes:
        client: who it is.
        begins: done when it is this call's turn.
    """

    client: Client
    begins: asyncio.Future[None]


class Line:
    """Who waits, and whose turn it is."""

    def __init__(self, together: int = TOGETHER, places: int = PLACES) -> None:
        """Begin with nobody.

        Args:
            together: how many are served at a time.
            places: how many may wait.
        """
        self._free, self._places = together, places
        self._waiting: list[_Call] = []
        self._turns = Turns()

    @asynccontextmanager
    async def turn(self, client: Client) -> AsyncIterator[None]:
        """Wait for a client's turn, which lasts as long as the context.

        Raises:
            HTTPException: too many are waiting.
        """
        if problem := refusal([call.client for call in self._waiting], client, self._places):
            raise HTTPException(503, problem, {"retry-after": "1"})
        call = _Call(client, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        self._begin()
        try:
            await call.begins
            yield
        finally:
            if call in self._waiting:  # cancelled before its turn
                self._waiting.remove(call)
            else:
                self._free += 1
                self._begin()

    def _begin(self) -> None:
        """Let those begin whose turn it is."""
        while self._free and self._waiting:
            self._waiting = self._turns.arrange(self._waiting, _place_of)
            call = self._waiting.pop(0)
            self._turns.note(_place_of(call))
            self._free -= 1
            if not call.begins.cancelled():
                call.begins.set_result(None)


def _place_of(call: _Call) -> Place:
    return Place(call.client.address, True, call.client.session)
