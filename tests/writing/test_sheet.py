"""Digits are found on photographed sheets, in reading order."""

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cgan.writing.normalise import to_mnist
from cgan.writing.photo import BadPhoto, read_photo
from cgan.writing.pieces import pieces
from cgan.writing.sheet import UnreadableSheet, find_digits
from tests.conftest import message
from tests.writing.sheets import drawn, sheet

DIGITS = [3, 1, 4, 5, 9, 2, 6, 0, 8, 7]


def likeness(found):
    """Return which digit each found one is most like."""
    known = np.stack([to_mnist(drawn(digit, height=110, pen=9)) for digit in range(10)]) / 255.0
    return [
        int(np.argmin([np.mean((to_mnist(one.ink) / 255.0 - each) ** 2) for each in known]))
        for one in found
    ]


@pytest.mark.parametrize(
    "seen",
    [
        {},
        {"lines": 2, "noise": 6},
        {"lines": 2, "shadow": 0.6, "noise": 4},
        {"angle": 3},
        {"lines": 2, "angle": -3, "noise": 4},
        {"lines": 2, "ruled": 80, "noise": 4},
        {"lines": 2, "ruled": 255},
        {"lines": 2, "ruled": 80, "squared": True, "noise": 4},
        {"lines": 2, "angle": 15, "margin": 150, "noise": 4},
        {"lines": 2, "angle": -10, "margin": 100, "noise": 4, "ruled": 130},
        {"lines": 2, "angle": 10, "margin": 100, "noise": 4, "ruled": 130, "squared": True},
    ],
    ids=str,
)
def test_digits_are_found_in_reading_order(seen):
    assert likeness(find_digits(sheet(DIGITS, **seen), 10)) == DIGITS


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_digits_far_above_and_below_their_line_stay_on_it(seed):
    uneven = sheet(DIGITS, lines=2, wobble=50, margin=45, seed=seed)
    assert likeness(find_digits(uneven, 10)) == DIGITS


def test_a_digit_may_fill_the_picture():
    ink = drawn(2, height=300, pen=24)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    grey = (215 - 0.7 * np.pad(cut, ((40, 40), (16, 16)))).astype(np.uint8)
    (found,) = find_digits(grey, 1)
    assert found.box[2] - found.box[0] > 0.8 * grey.shape[1]


def test_where_they_are_is_told():
    found = find_digits(sheet([1, 5]), 2)
    left, top, right, bottom = found[1].box
    assert 160 < left < right < 360
    assert (right - left, bottom - top) == pytest.approx((70, 120), abs=15)


@pytest.mark.parametrize("ruled", [0, 100])
def test_digits_of_a_turned_sheet_are_upright_and_their_boxes_are_in_the_picture(ruled):
    grey = sheet([1] * 8, lines=2, angle=12, margin=120, ruled=ruled)
    found = find_digits(grey, 8)
    for one in found:
        rows, columns = np.nonzero(one.ink > 128)
        top, bottom = (columns[part].mean() for part in (rows < 50, rows > len(one.ink) - 40))
        assert abs(bottom - top) < 20  # 12 degrees would be 30 pixels more
        left, upper, right, lower = one.box
        assert grey[upper:lower, left:right].min() < 100
    assert found[0].box[1] > found[3].box[1]  # the picture turns to the left


@pytest.mark.parametrize("wanted", [1, 3])
def test_another_number_of_digits_is_told_with_advice(wanted):
    with pytest.raises(UnreadableSheet) as caught:
        find_digits(sheet([1, 5]), wanted)
    assert message(caught).startswith(f"2 digits were found in the picture instead of {wanted}: ")


def table_at_the_edge():
    grey = np.full((400, 600), 230, np.uint8)
    grey[150:250, :60] = 20
    return grey


@pytest.mark.parametrize(
    "grey",
    [np.full((300, 300), 200, np.uint8), np.zeros((3, 2), np.uint8), table_at_the_edge()],
    ids=["paper", "tiny", "edge"],
)
@pytest.mark.parametrize("wanted", [1, None])
def test_there_may_be_nothing(grey, wanted):
    with pytest.raises(UnreadableSheet):
        find_digits(grey, wanted)


def test_pieces_touch_at_sides_and_corners():
    mask = np.array([[1, 0, 1, 0], [0, 0, 1, 0], [1, 1, 0, 1], [0, 0, 0, 1]], bool)
    found = [(piece.left, piece.top, piece.count) for piece in pieces(mask)]
    assert found == [(0, 0, 1), (0, 0, 6)]
    cup = np.array([[1, 0, 1], [1, 0, 1], [1, 1, 1]], bool)
    assert [piece.count for piece in pieces(cup)] == [7]
    assert pieces(np.zeros((3, 3), bool)) == []


def test_small_pieces_and_the_smallest_may_be_left_out():
    mask = np.array([[1, 0, 1, 1, 0, 1], [0, 0, 0, 0, 0, 1], [1, 1, 1, 0, 0, 1]], bool)
    assert [piece.count for piece in pieces(mask)] == [1, 2, 3, 3]
    assert [piece.count for piece in pieces(mask, least=3)] == [3, 3]
    assert [piece.count for piece in pieces(mask, most=3)] == [2, 3, 3]


@pytest.mark.parametrize(("side", "apart"), [(2, 9), (5, 14)])
def test_digits_are_found_among_thousands_of_specks(side, apart):
    grey = np.pad(sheet(DIGITS, lines=2), ((306, 306), (107, 107)), mode="edge")
    some = np.random.default_rng(0).random([-(-length // apart) for length in grey.shape]) < 0.6
    speck = np.pad(np.ones((side, side), bool), (0, apart - side))
    specks = np.kron(some, speck)[: grey.shape[0], : grey.shape[1]]
    near = np.asarray(Image.fromarray(grey).filter(ImageFilter.MinFilter(31))) < 150
    clean = find_digits(grey, 10)
    grey[specks & ~near] = 43
    assert [one.box for one in find_digits(grey, 10)] == [one.box for one in clean]


def file_of(image, kind="PNG", **settings):
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def test_a_photo_is_read_grey_upright_on_white_and_not_too_large():
    image = Image.new("RGB", (3000, 1000), "white")
    image.paste("black", (0, 0, 1500, 1000))
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    grey = read_photo(file_of(image, "JPEG", exif=turned))
    assert (grey.dtype, grey.shape) == (np.uint8, (1400, 467))
    assert grey[:600].max() < 20 < 240 < grey[800:].min()
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert read_photo(file_of(clear)).min() == 255


SHORT = b"Exif\0\0II*\0"
LARGE, OTHER, DAMAGED = "at most 20 MB and 50 megapixels", "JPEG, PNG or WebP", "is damaged"
KINDS = {
    "too many pixels": LARGE,
    "far too many pixels": LARGE,
    "too many bytes": LARGE,
    "GIF": OTHER,
    "text": OTHER,
    "nothing": OTHER,
    "a sound": OTHER,
    "cut": DAMAGED,
    "cut JPEG": DAMAGED,
    "cut head": DAMAGED,
    "PNG": DAMAGED,
    "WEBP": DAMAGED,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_photo_is_refused_before_it_is_decoded(kind):
    noise = Image.effect_noise((64, 64), 50)
    data = {
        "too many pixels": lambda: file_of(Image.new("1", (10_000, 5_001))),
        "far too many pixels": lambda: file_of(Image.new("1", (20_000, 10_000))),
        "too many bytes": lambda: bytes((20 << 20) + 1),
        "GIF": lambda: file_of(Image.new("L", (8, 8)), "GIF"),
        "text": lambda: b"0123456789",
        "nothing": lambda: b"",
        "a sound": lambda: b"RIFF\x24\0\0\0WAVEfmt ",
        "cut": lambda: file_of(noise)[:200],
        "cut JPEG": lambda: file_of(noise, "JPEG")[:-300],
        "cut head": lambda: file_of(noise)[:20],
        # With EXIF that ends in its head.
        **{one: partial(file_of, noise, one, exif=SHORT) for one in ("PNG", "WEBP")},
    }[kind]()
    with pytest.raises(BadPhoto) as caught:
        read_photo(data)
    assert KINDS[kind] in message(caught)
