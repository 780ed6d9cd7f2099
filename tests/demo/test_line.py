"""The line beside the queue: a few at a time, in turn, and not too many of one client."""

import asyncio
import contextlib

import pytest
from fastapi import HTTPException

from demo.line import Line
from demo.turns import Client

ANN, BEN = Client("192.0.2.1", "ann"), Client("192.0.2.2", "ben")


class Room:
    """Where visitors stay until they are told to leave; it notes who came in."""

    def __init__(self, line):
        self.line, self.entered, self.inside = line, [], 0
        self.leave = asyncio.Semaphore(0)

    async def visit(self, client):
        turn = await self.line.join(client)
        self.entered.append(client)
        self.inside += 1
        try:
            await self.leave.acquire()
        finally:
            self.inside -= 1
            turn.end()


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def test_clients_take_turns_and_two_are_served_at_a_time():
    async def main():
        room = Room(Line(together=2, places=40))
        visits = [asyncio.create_task(room.visit(ANN)) for _ in range(6)]
        await settle()
        visits.append(asyncio.create_task(room.visit(BEN)))
        await settle()
        assert (room.entered, room.inside) == ([ANN, ANN], 2)
        room.leave.release()
        await settle()
        # Five of Ann's came before.
        assert (room.entered, room.inside) == ([ANN, ANN, BEN], 2)
        for _ in range(6):
            room.leave.release()
        await asyncio.gather(*visits)
        assert (room.entered[3:], room.inside) == ([ANN] * 4, 0)

    asyncio.run(main())


def test_a_client_may_not_fill_the_line():
    async def main():
        room = Room(Line(together=1, places=8))
        visits = [asyncio.create_task(room.visit(ANN)) for _ in range(3)]
        await settle()
        with pytest.raises(HTTPException, match="full for you") as caught:
            await room.visit(ANN)
        assert (caught.value.status_code, "retry-after" in caught.value.headers) == (503, True)
        visits.append(asyncio.create_task(room.visit(BEN)))
        for _ in visits:
            room.leave.release()
        await asyncio.gather(*visits)
        assert room.entered.count(BEN) == 1

    asyncio.run(main())


@pytest.mark.parametrize("gone", [0, 1])
def test_who_leaves_before_or_in_their_turn_holds_nobody_up(gone):
    async def main():
        room = Room(Line(together=1, places=40))
        visits = [asyncio.create_task(room.visit(client)) for client in (ANN, BEN)]
        await settle()
        visits[gone].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await visits[gone]
        room.leave.release()
        room.leave.release()
        await visits[1 - gone]
        await room.visit(ANN)
        assert room.entered[-1] == ANN

    # A line that nobody moves on would last for ever.
    asyncio.run(asyncio.wait_for(main(), 10))


def test_who_leaves_while_another_turn_ends_holds_nobody_up():
    async def main():
        line = Line(together=1)
        first = await line.join(ANN)
        leaving = asyncio.create_task(line.join(BEN))
        await settle()
        leaving.cancel()
        first.end()  # before the other task notices
        await asyncio.gather(leaving, return_exceptions=True)
        await line.join(ANN)

    asyncio.run(asyncio.wait_for(main(), 10))


def test_who_does_not_read_the_answer_holds_nobody_up():
    async def main():
        line = Line(together=1, places=4)
        stuck = asyncio.Event()

        async def send(message):
            await stuck.wait()

        turn = await line.join(ANN)
        sending = asyncio.create_task(turn.until_answered(send)({"type": "http.response.start"}))
        (await line.join(BEN)).end()
        assert not sending.done()
        stuck.set()
        await sending
        turn.end()  # once more, and it counts once
        await line.join(ANN)
        waiting = asyncio.create_task(line.join(BEN))
        await settle()
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(asyncio.wait_for(main(), 10))
