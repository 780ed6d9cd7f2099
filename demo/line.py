"""A line beside Gradio's queue, for requests that get their answers at once.

As in the queue, two are served at a time, clients take turns, and none may fill the line alone.
"""

import asyncio
from typing import NamedTuple

from fastapi import HTTPException
from starlette.types import Message, Send

from demo.turns import PLACES, TOGETHER, Client, Place, Turns, refusal


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

    async def join(self, client: Client) -> "Turn":
        """Wait for a client's turn; return it, to be ended.

        Raises:
            HTTPException: too many are waiting.
        """
        if problem := refusal([call.client for call in self._waiting], client, self._places):
            raise HTTPException(503, problem, {"retry-after": "1"})
        call = _Call(client, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        self.begin()
        try:
            await call.begins
        except BaseException:  # cancelled, before its turn or just when it came
            if call in self._waiting:
                self._waiting.remove(call)
            else:
                self.begin(freed=1)
            raise
        return Turn(self)

    def begin(self, freed: int = 0) -> None:
        """Let those begin whose turn it is, now that so many more may."""
        self._free += freed
        while self._free and self._waiting:
            self._waiting = self._turns.arrange(self._waiting, _place_of)
            call = self._waiting.pop(0)
            self._turns.note(_place_of(call))
            self._free -= 1
            if not call.begins.cancelled():
                call.begins.set_result(None)


def _place_of(call: _Call) -> Place:
    return Place(call.client.address, True, call.client.session)


class Turn:
    """Somebody's turn."""

    def __init__(self, line: Line) -> None:
        """Begin it."""
        self._line, self._ended = line, False

    def end(self) -> None:
        """Let the next one begin; once it has ended, do nothing."""
        if not self._ended:
            self._ended = True
            self._line.begin(freed=1)

    def until_answered(self, send: Send) -> Send:
        """Return a `send` that ends the turn when the answer is there.

        Who reads it slowly, or never, keeps nobody waiting.
        """

        async def end_and_send(message: Message) -> None:
            self.end()
            await send(message)

        return end_and_send
