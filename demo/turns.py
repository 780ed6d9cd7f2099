"""Whose turn it is in a line, and who may still join it: no visitor keeps the others waiting.

A client is a network address and a session. Addresses take turns, and so do an address's sessions:
a program that takes a new session for each call still has one address, and visitors behind one
proxy still have sessions of their own. This module must not know Gradio.
"""

import functools
import ipaddress
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple, TypeVar

# At most 1/2 of a line's places are for one address, and 1/4 for one session.
ADDRESS_SHARE, SESSION_SHARE = 2, 4
_LONGEST_NAME = 64
# How many clients' last turns are remembered.
_REMEMBERED = 4096

T = TypeVar("T")
K = TypeVar("K", bound=tuple[str, ...])


class Client(NamedTuple):
    """Who sent a call.

    Attributes:
        address: as `network_of` returns it.
        session: of the page or the program. Calls without a session have one together, "".
    """

    address: str
    session: str


@functools.lru_cache(1024)
def network_of(host: str) -> str:
    """Return an address, or the half of an IPv6 address that a household has to itself.

    Args:
        host: an address, which some proxies give with a port, or any other text.
    """
    address = _parse(host) or _parse(host.rpartition(":")[0].strip("[]"))
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address or host)[:_LONGEST_NAME]


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def refusal(waiting: Sequence[Client], client: Client, places: int) -> str:
    """Return why a client's call may not join the line; "" if it may.

    Args:
        waiting: whose calls are in the line.
        client: who wants to join it.
        places: how many calls may wait in the line.
    """
    if len(waiting) >= places:
        return "Queue is full: try again in a moment."
    session = waiting.count(client)
    address = sum(one.address == client.address for one in waiting)
    if session >= max(1, places // SESSION_SHARE) or address >= max(1, places // ADDRESS_SHARE):
        return f"Queue is full for you: {address} of your calls are waiting. Wait for some first."
    return ""


class Turns:
    """The order of the turns, and who had the last ones."""

    def __init__(self) -> None:
        """Begin with nobody served."""
        self._served: OrderedDict[tuple[str, ...], int] = OrderedDict()
        self._count = 0

    def note(self, client: Client) -> None:
        """Remember that it is this client's call that is being served."""
        self._count += 1
        for level in (1, 2):
            self._served[client[:level]] = self._count
            self._served.move_to_end(client[:level])
        while len(self._served) > _REMEMBERED:
            self._served.popitem(last=False)

    def arrange(
        self,
        line: Sequence[T],
        client_of: Callable[[T], Client],
        listens: Callable[[T], bool] = lambda _: True,
    ) -> list[T]:
        """Return the line with its calls in turn, each client's own in the order they came in.

        Args:
            line: the calls as they came in.
            client_of: who sent a call.
            listens: whether somebody waits for a call's result. At each address, those come first:
                a program may send many calls in new sessions and listen to none.
        """
        by_address = _grouped(line, lambda call: client_of(call)[:1])
        addresses = sorted(by_address, key=self._last_turn)
        return _take_turns(
            self._arrange_sessions(by_address[address], client_of, listens) for address in addresses
        )

    def _arrange_sessions(
        self, line: list[T], client_of: Callable[[T], Client], listens: Callable[[T], bool]
    ) -> list[T]:
        """Arrange the calls of one address."""
        by_session = _grouped(sorted(line, key=lambda call: not listens(call)), client_of)
        sessions = sorted(
            by_session, key=lambda one: (not listens(by_session[one][0]), self._last_turn(one))
        )
        return _take_turns(by_session[session] for session in sessions)

    def _last_turn(self, client: tuple[str, ...]) -> int:
        """Return when an address or a session had its last turn: who never had one comes first."""
        return self._served.get(client, 0)


def _grouped(line: Sequence[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for call in line:
        groups[key(call)].append(call)
    return groups


def _take_turns(lines: Iterable[list[T]]) -> list[T]:
    return [call for turn in zip_longest(*lines) for call in turn if call is not None]
