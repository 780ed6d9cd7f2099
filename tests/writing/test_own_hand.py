"""A hand of one's own: kept in a few bytes, checked when read, and made of several digits."""

import copy
import json
import urllib.parse

import numpy as np
import pytest

from cgan.writing.own_hand import BadHand, ForeignHand, OwnHand, link_text, rounded
from tests.conftest import TINY

SHA = "ab" * 32


def near(point, count, spread, seed=0):
    rng = np.random.default_rng(seed)
    return (point + spread * rng.standard_normal((count, len(point)))).astype(np.float32)


def test_it_survives_json_bit_for_bit():
    z = np.array([[0.1, -5, 2.7], [3, 0, -1]], np.float32)
    hand = OwnHand.of(SHA, z, [7, 2])
    text = json.dumps(hand.to_dict())
    again = OwnHand.from_dict(json.loads(text), TINY, SHA)
    assert again.weights == SHA
    for digit in range(10):
        assert again.latent_of(digit).tobytes() == hand.latent_of(digit).tobytes()
    np.testing.assert_allclose(hand.latent_of(2), z[1], atol=1 / 64)


def test_two_hands_are_equal_if_they_write_the_same():
    z = np.array([[0.1, -5, 2.7], [3, 0, -1]], np.float32)
    hand = OwnHand.of(SHA, z, [7, 2])
    assert hand == copy.deepcopy(hand)
    assert len({hand, copy.deepcopy(hand), OwnHand.of(SHA, z, [7, 3])}) == 2
    assert hand != OwnHand.of(SHA, -z, [7, 2])
    assert hand != hand.to_text()


def test_it_survives_a_link_bit_for_bit():
    hand = OwnHand.of(SHA, np.array([[0.1, -5, 2.7], [3, 0, -1]], np.float32), [7, 2])
    text = hand.to_text()
    assert urllib.parse.quote(text, safe="") == text
    for form in (text, f" {text}\n", json.dumps(hand.to_dict(), indent=2) + "\n"):
        assert link_text(form) == text
        again = OwnHand.from_text(form, TINY, SHA)
        assert again.to_dict() == hand.to_dict()


def test_what_is_too_large_for_a_byte_becomes_the_largest_that_it_holds():
    hand = OwnHand(SHA, rounded(np.array([5, -5, 0.5], np.float32)))
    again = OwnHand.from_text(hand.to_text(), TINY, SHA)
    assert again.latent.tolist() == hand.latent.tolist() == [127 / 32, -127 / 32, 0.5]


def test_one_digit_makes_a_short_link_and_ten_a_sendable_one():
    lengths = [len(OwnHand.of(SHA, near(np.zeros(100), n, 1), range(n)).to_text()) for n in (1, 10)]
    assert lengths[0] < 300
    assert lengths[1] < 1600


def test_ten_digits_take_two_kilobytes():
    hand = OwnHand.of(SHA, near(np.zeros(100), 10, 1), range(10))
    assert len(json.dumps(hand.to_dict())) < 2000


def test_a_digit_unlike_the_others_hardly_changes_the_hand():
    hand = np.full(100, 0.7)
    digits = near(hand, 6, 0.3)
    with_it = np.vstack([digits, -digits[:1]])
    before, after = (OwnHand.of(SHA, z, range(len(z))).latent for z in (digits, with_it))
    mean = with_it.mean(axis=0)
    assert np.linalg.norm(after - before) < 0.5 * np.linalg.norm(mean - digits.mean(axis=0))


def test_several_digits_are_nearer_to_the_hand_than_one_and_as_long():
    hand = np.random.default_rng(1).standard_normal(100)
    digits = near(hand, 5, 0.6)
    found = OwnHand.of(SHA, digits, range(5))
    errors = np.linalg.norm(digits - hand, axis=1)
    assert np.linalg.norm(found.latent - hand) < 0.8 * errors.min()
    lengths = np.linalg.norm(digits, axis=1)
    assert lengths.min() <= np.linalg.norm(found.latent) <= lengths.max()


def test_a_digit_that_was_written_several_times_is_written_as_it_was_once():
    z = np.array([[1, 0, 0], [1, 0.25, 0], [-3, 0, 1], [0, 0, 2]], np.float32)
    hand = OwnHand.of(SHA, z, [4, 4, 4, 5])
    assert hand.latent_of(4).tolist() in z[:2].tolist()
    assert hand.latent_of(5).tolist() == z[3].tolist()


def test_it_is_for_one_generator():
    hand = OwnHand(SHA, rounded(np.zeros(3, np.float32)))
    hand.check_fits(SHA)
    with pytest.raises(ForeignHand):
        hand.check_fits("cd" * 32)
    with pytest.raises(ForeignHand):
        OwnHand.from_dict(hand.to_dict(), TINY, "cd" * 32)
    with pytest.raises(ForeignHand):
        OwnHand.from_text(hand.to_text(), TINY, "cd" * 32)


GOOD = OwnHand.of(SHA, np.ones((1, 3), np.float32), [7]).to_dict()


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        GOOD | {"more": 1},
        GOOD | {"format": "other"},
        GOOD | {"weights": "AB" * 32},
        GOOD | {"weights": 5},
        GOOD | {"latent": GOOD["latent"] + "A"},
        GOOD | {"latent": "!!!!"},
        GOOD | {"latent": "ÄÄÄÄ"},
        GOOD | {"latent": None},
        GOOD | {"digits": []},
        GOOD | {"digits": {"10": GOOD["latent"]}},
        GOOD | {"digits": {"7": 7}},
        GOOD | {"digits": {"٧": GOOD["latent"]}},
        GOOD | {"digits": {"7": GOOD["latent"] * 2}},
    ],
    ids=str,
)
def test_anything_else_is_refused(values):
    with pytest.raises(BadHand):
        OwnHand.from_dict(values, TINY, SHA)


TEXT = OwnHand.from_dict(GOOD, TINY, SHA).to_text()
FORM, WEIGHTS, LATENT, *_ = TEXT.split(".")


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "1",
        "x" * 100_000,
        "{",
        "{" * 100_000,
        '{"a":' * 100_000,
        "[]",
        f"2.{WEIGHTS}.{LATENT}",
        f"1.{WEIGHTS}",
        f"1.{WEIGHTS.upper()}.{LATENT}",
        f"1.{WEIGHTS}0.{LATENT}",
        f"1.{WEIGHTS}.{LATENT}.7",
        f"1.{WEIGHTS}.{LATENT}.10.{LATENT}",
        f"1.{WEIGHTS}.{LATENT}.07.{LATENT}",
        f"1.{WEIGHTS}.{LATENT}.7.{LATENT}.7.{LATENT}",
        f"1.{WEIGHTS}.{LATENT}.7.{LATENT}AAAA",
        f"1.{WEIGHTS}.{LATENT}AAAA",
        f"1.{WEIGHTS}.{LATENT[:-1]}+",
        f"1.{WEIGHTS}.{LATENT[:-1]}",
        f"1.{WEIGHTS}.{LATENT}{' ' * (64 << 10)}",
    ],
    ids=lambda text: repr(text)[:40],
)
def test_any_other_text_is_refused(text):
    with pytest.raises(BadHand):
        OwnHand.from_text(text, TINY, SHA)
