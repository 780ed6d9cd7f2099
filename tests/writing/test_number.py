"""Every rule of what may be typed as a number."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.common.errors import UserError
from cgan.writing.number import (
    MARKS,
    PROPERTIES,
    NoDigit,
    TooLong,
    parse,
    read,
    read_limited,
    visible,
)
from tests.conftest import message

GAP = None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0123456789", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("007", [0, 0, 7]),
        ("１２", [1, 2]),
        ("٣۴५", [3, 4, 5]),
        ("𝟙𝟚", [1, 2]),
        ("+86 138", [8, 6, GAP, 1, 3, 8]),
        ("(+86)", [8, 6]),
        ("＋１", [1]),
        (" 1  2 ", [1, GAP, GAP, 2]),
        ("--1", [1]),
    ],
)
def test_what_is_typed_becomes_digits_and_gaps(text, parts):
    assert parse(text) == parts


@pytest.mark.parametrize(
    "separator",
    [
        *"-.()[]/ \t\n",
        "\r\n",
        *"－．（）［］﹣",  # full-width and small forms
        *"‐‑‒–—−",  # hyphens, dashes, minus
        *"\u00a0\u2007\u2009\u202f\u3000",  # spaces
    ],
)
def test_a_mark_between_digits_is_one_gap(separator):
    assert parse(f"1{separator}2") == [1, GAP, 2]


@pytest.mark.parametrize(
    "unseen",
    [
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",  # direction
        *"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad",  # joiners, soft hyphen
        *"\ufe00\ufe0e\ufe0f\U000e0100",  # variation selectors
    ],
)
def test_what_nobody_sees_drops_out(unseen):
    assert parse(f"{unseen}1{unseen} {unseen}2{unseen}") == [1, GAP, 2]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\t", "\n\n"])
def test_line_breaks_and_tabs_at_the_ends_drop_out(ends):
    assert parse(f"{ends}12{ends}") == [1, 2]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("12a", "Character 3, 'a', "),
        ("1,000", "Character 2, ',', "),
        ("é1", "Character 1, 'é' (U+00E9), "),
        ("二", "Character 1, '二' (U+4E8C), "),
        ("1²", "Character 2, '²' (U+00B2), "),
        ("1½", "Character 2, '½' (U+00BD), "),
        ("Ⅷ", "Character 1, 'Ⅷ' (U+2167), "),
        ("①", "Character 1, '①' (U+2460), "),
        ("𝟙📞", "Character 2, '📞' (U+1F4DE), "),
        ("1\0", r"Character 2, '\x00' (U+0000), "),
        ("\n\u202a1\u200b a", "Character 3, 'a', "),  # among those one sees
        ("1\udcff", r"Character 2, '\udcff' (U+DCFF), "),
    ],
)
def test_another_character_is_refused_by_name_and_position(text, start):
    with pytest.raises(UserError) as caught:
        parse(text)
    assert message(caught).startswith(f"{start}is not a digit: ")


@pytest.mark.parametrize(("text", "position"), [("1+", 2), ("++1", 2), ("+1+2", 3), ("1＋2", 2)])
def test_only_one_plus_and_only_before_the_digits(text, position):
    with pytest.raises(UserError, match=f"^Character {position}, .* is a misplaced plus sign"):
        parse(text)


@pytest.mark.parametrize("text", ["", " ", "+", "(-)", "　"])
def test_there_must_be_a_digit(text):
    with pytest.raises(UserError, match="no digit"):
        parse(text)


@given(st.text(string.digits, min_size=1))
def test_digits_are_themselves(text):
    assert parse(text) == [int(character) for character in text]


@given(st.text(st.characters(categories=["Nd"]), min_size=1))
def test_digits_of_any_script_have_their_value(text):
    assert parse(text) == [int(character) for character in text]


@given(st.text(string.digits + "-. ()[]", max_size=20))
def test_each_character_between_digits_is_one_part(text):
    parts = parse(f"1{text}7")
    assert len(parts) == len(text) + 2
    for character, part in zip(text, parts[1:], strict=False):
        assert part == (int(character) if character.isdigit() else GAP)


@pytest.mark.parametrize(
    ("text", "parts", "left_out"),
    [
        ("电话：138 1234", [1, 3, 8, GAP, 1, 2, 3, 4], ["电话："]),
        ("Tel. 030/12", [0, 3, 0, GAP, 1, 2], ["Tel"]),
        ("tel: +49 30 (x)", [4, 9, GAP, 3, 0], ["tel:", "x"]),
        ("1-800-FLOWERS", [1, GAP, 8, 0, 0], ["FLOWERS"]),
        ("12 ext. 34", [1, 2, GAP, 3, 4], ["ext"]),
        ("*31#1", [3, 1, GAP, 1], ["*", "#"]),
        ("1+2", [1, GAP, 2], ["+"]),
        ("①1②", [1], ["①", "②"]),
    ],
)
def test_a_number_is_found_in_a_text(text, parts, left_out):
    reading = read(text)
    assert (reading.parts, [piece.text for piece in reading.left_out]) == (parts, left_out)


@pytest.mark.parametrize(("text", "begun"), [("", False), (" ", False), ("+", True), ("x", False)])
def test_a_mark_may_be_the_beginning_of_a_number(text, begun):
    with pytest.raises(NoDigit) as caught:
        read(text)
    assert caught.value.begun is begun


@given(st.text(string.digits, max_size=20), st.sampled_from("abc,:*二²☎"), st.text())
def test_the_first_character_that_does_not_fit_is_the_one_named(digits, wrong, rest):
    with pytest.raises(UserError, match=f"^Character {len(digits) + 1}, '"):
        parse(digits + wrong + rest)


@given(st.text())
def test_any_text_is_parsed_or_refused_in_one_line(text):
    try:
        parts = parse(text)
    except UserError as error:
        said = str(error)
        assert said.isprintable()
    else:
        assert len(parts) <= len(visible(text))
        assert None not in (parts[0], parts[-1])
        assert set(parts) <= {*range(10), GAP}


@pytest.mark.parametrize(
    "text", ["1" * 65, "1-" * 65, "x1" * 65, "1" + " " * 192, "x" * 193, "1" * 100_000, "１" * 65]
)
def test_more_than_fits_is_refused(text):
    with pytest.raises(TooLong, match="the limit is 64 digits") as caught:
        read_limited(text)
    message(caught)


def test_as_many_characters_as_fit_are_read():
    assert read_limited("1" + " " * 190 + "2").parts == [1] + [None] * 190 + [2]


@pytest.mark.parametrize("text", [None, 138, 1.5, ["1"], b"138", True])
def test_what_is_not_text_is_refused(text):
    for reads in (read_limited, read, parse):
        with pytest.raises(UserError, match="The number must be text"):
            reads(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "+86 (138) 1234-5678",
            [*"+", 8, 6, GAP, *"(", 1, 3, 8, *")", GAP, 1, 2, 3, 4, *"-", 5, 6, 7, 8],
        ),
        ("[030]/12.5,0", [*"[", 0, 3, 0, *"]", *"/", 1, 2, *".", 5, *",", 0]),
        (
            "＋１（２）－３．４，５／６",
            [*"+", 1, *"(", 2, *")", *"-", 3, *".", 4, *",", 5, *"/", 6],
        ),
        ("1‐2‑3‒4–5—6−7﹣8", [1, *"-", 2, *"-", 3, *"-", 4, *"-", 5, *"-", 6, *"-", 7, *"-", 8]),
        ("1+2", [1, *"+", 2]),
        ("--1-", [*"--", 1, *"-"]),
        ("  1 \u3000\t 2\n", [1, GAP, 2]),
        ("\u202a1\u200b-2\u202c", [1, *"-", 2]),
    ],
)
def test_marks_are_parts_where_they_are_written(text, parts):
    assert parse(text, marks=True) == read(text, marks=True).parts == parts
    # Without them, as always.
    plain = read(text).parts
    assert plain == read(text, marks=False).parts
    assert {type(part) for part in plain} <= {int, type(None)}


@pytest.mark.parametrize(
    ("text", "parts", "left_out"),
    [
        ("Tel. 138", [1, 3, 8], ["Tel."]),
        ("1-800-FLOWERS", [1, *"-", 8, 0, 0], ["-FLOWERS"]),
        ("电话：+86 (x) 1", [*"+", 8, 6, GAP, 1], ["电话：", "(x)"]),
        ("Tel.:(030)x", [*"(", 0, 3, 0, *")"], ["Tel.:", "x"]),
        ("C++ 1", [1], ["C++"]),
        ("12 ext. 34", [1, 2, GAP, 3, 4], ["ext."]),
        ("1a-b2", [1, GAP, 2], ["a-b"]),
    ],
)
def test_marks_that_touch_what_is_left_out_go_with_it(text, parts, left_out):
    reading = read(text, marks=True)
    assert (reading.parts, [piece.text for piece in reading.left_out]) == (parts, left_out)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("12a", "Character 3, 'a', "),
        ("(1) -x", "Character 6, 'x', "),
        ("1-800-FLOWERS", "Character 7, 'F', "),
        ("--二1", "Character 3, '二' (U+4E8C), "),
    ],
)
def test_with_marks_the_right_character_is_named(text, start):
    with pytest.raises(UserError) as caught:
        parse(text, marks=True)
    assert message(caught).startswith(f"{start}is not a digit: ")


@pytest.mark.parametrize("text", ["", "+", "(-)", ",."])
def test_marks_alone_are_no_number(text):
    with pytest.raises(NoDigit):
        read(text, marks=True)


@given(st.text(string.digits + "+-().,/[] x", max_size=20))
def test_every_mark_is_written_or_named(text):
    reading = read(f"7 {text}", marks=True)
    named = "".join(piece.text for piece in reading.left_out)
    written = [part for part in reading.parts if part is not None]
    assert sorted("".join(map(str, written)) + named) == sorted(f"7{text}".replace(" ", ""))


@pytest.mark.parametrize("mark", MARKS)
def test_in_even_cells_a_mark_is_a_gap_and_named_unless_it_groups_digits(mark):
    reading = read(f"1{mark}2")
    assert reading.parts == [1, None, 2]
    assert [piece.text for piece in reading.left_out] == ([] if PROPERTIES[mark].groups else [mark])
    assert read(f"1{mark}2", marks=True).parts == [1, mark, 2]
