"""Whose turn it is, and who may still join a line."""

import pytest

from demo.turns import Client, Place, Turns, network_of, refusal


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("192.0.2.7:51234", "192.0.2.7"),  # as some proxies say it
        ("[2001:db8:1:2::5]:51234", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
        ("x" * 10_000, "x" * 64),
    ],
)
def test_an_ipv6_household_is_one_address(host, network):
    assert network_of(host) == network


def place(call):
    """Return the place of a call such as "a1": from address a and session 1; "A1" is heard."""
    return Place(call[0].lower(), call[0].isupper(), call[1])


def arranged(turns, *calls):
    """Return calls as they are served."""
    return " ".join(turns.arrange(calls, place))


@pytest.mark.parametrize(
    ("came", "served"),
    [
        ("a1 a1 a1 b1", "a1 b1 a1 a1"),
        ("a1 a2 a3 a4 b1 b1", "a1 b1 a2 b1 a3 a4"),  # new sessions give an address no more turns
        ("a1 a1 a1 a2", "a1 a2 a1 a1"),  # behind a proxy
        ("a1 a1 b1 b1 c1", "a1 b1 c1 a1 b1"),
        ("a1 a2 a3 A4", "a1 A4 a2 a3"),  # nobody listens for many of an address's calls
        ("A1 A2 A3 a4", "A1 a4 A2 A3"),
        ("a1 a2 A3 b1 b2", "a1 b1 A3 b2 a2"),
        ("a1", "a1"),
        ("", ""),
    ],
)
def test_clients_take_turns(came, served):
    assert arranged(Turns(), *came.split()) == served


def test_a_clients_own_calls_stay_in_order():
    calls = [("a1", 0), ("a1", 1), ("b1", 2), ("a1", 3)]
    served = Turns().arrange(calls, lambda call: place(call[0]))
    assert [number for name, number in served if name == "a1"] == [0, 1, 3]


def test_who_was_served_longest_ago_comes_first():
    turns = Turns()
    for call in ("b1", "a1", "a2"):
        turns.note(place(call))
    assert arranged(turns, "a2", "a1", "b1") == "b1 a1 a2"
    # Who sends one call after the other isn't always first.
    turns.note(place("b1"))
    assert arranged(turns, "b1", "a1") == "a1 b1"


def test_who_was_served_again_is_not_forgotten_before_others(monkeypatch):
    monkeypatch.setattr("demo.turns._REMEMBERED", 6)  # two clients
    turns = Turns()
    for call in ("b1", "a1", "b1", "c1"):
        turns.note(place(call))
    assert arranged(turns, "b1", "a1") == "a1 b1"


def test_clients_who_have_gone_take_no_memory():
    turns = Turns()
    for number in range(10_000):
        turns.note(Place(str(number), True, "x"))
    assert len(turns._served) < 5_000


def test_one_session_or_address_leaves_places_to_others():
    waiting = [Client("a", "1")] * 2
    assert "2 of your calls" in refusal(waiting, Client("a", "1"), 8)
    assert refusal(waiting, Client("a", "2"), 8) == ""
    waiting += [Client("a", "2"), Client("a", "3")]
    assert "4 of your calls" in refusal(waiting, Client("a", "4"), 8)
    assert refusal(waiting, Client("b", "1"), 8) == ""
    full = [Client(str(number), "1") for number in range(8)]
    assert refusal(full, Client("b", "1"), 8).startswith("Queue is full")


def test_one_call_may_always_wait_in_a_line_with_places():
    assert refusal([], Client("a", "1"), 1) == ""
