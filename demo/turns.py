"""Whose turn it is in a line, and who may still join it: no visitor keeps the others waiting.

A client is a network address and a session. Addresses take turns, and so do an address's sessions:
a program that takes a new session for each call still has one address, and visitors behind one
proxy still have sessions of their own. In between, the calls of an address whose results somebody
listens for take turns with the others: a program may send many calls and listen for none.
This module must not know Gradio.
"""

import functools
import ipaddress
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, TypeVar

# How many drawings a line makes at a time, and how many calls may wait in it: more are refused at
# once, with a sentence.
TOGETHER, PLACES = 2, 256
# At most 1/2 of a line's places are for one address, and 1/4 for one session.
ADDRESS_SHARE, SESSION_SHARE = 2, 4
_LONGEST_NAME = 64
# How many clients' last turns are remembered.
_REMEMBERED = 4096

T = TypeVar("T")


class Client(NamedTuple):
    """Who sent a call.

    Attributes:
        address: as `network_of` returns it.
        session: of the page or the program. Calls without a session have one together, "".
    """

    address: str
    session: str


class Place(NamedTuple):
    """Where a call stands in its line: calls take turns by the first field, then by the next ones.

    Attributes:
        address: of its client.
        listens: whether somebody waits for its result.
        session: of its client.
    """

    address: str
    listens: bool
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


def client_of(host: str, session: str) -> Client:
    """Return who sends from this address ("" if it is unknown), with a session of any length."""
    return Client(network_of(host), session[:_LONGEST_NAME])


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
        self._served: OrderedDict[tuple[Any, ...], int] = OrderedDict()
        self._count = 0

    def note(self, place: Place) -> None:
        """Remember that a call of this place is being served."""
        self._count += 1
        for level in range(1, len(place) + 1):
            self._served[place[:level]] = self._count
            self._served.move_to_end(place[:level])
        while len(self._served) > _REMEMBERED:
            self._served.popitem(last=False)

    def arrange(self, line: Sequence[T], place_of: Callable[[T], Place]) -> list[T]:
        """Return the line with its calls in turn; those of one place stay in their order."""
        return self._arrange([(call, place_of(call)) for call in line], 1)

    def _arrange(self, line: list[tuple[T, Place]], level: int) -> list[T]:
        if level > len(Place._fields):
            return [call for call, _ in line]
        parts: defaultdict[tuple[Any, ...], list[tuple[T, Place]]] = defaultdict(list)
        for call, place in line:
            parts[place[:level]].append((call, place))
        # Who was served longest ago comes first. Among new ones, who came first.
        keys = sorted(parts, key=lambda key: self._served.get(key, 0))
        rounds = zip_longest(*(self._arrange(parts[key], level + 1) for key in keys))
        return [call for one_round in rounds for call in one_round if call is not None]
