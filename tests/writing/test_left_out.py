"""What is said of the parts of a text that can't be written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.writing.left_out import left_out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Tel. 1 * 2 Tel", "Not written: “Tel” “*”."),
        (
            "1-800-GOT-ＪＵＮＫ",
            "Not written: “GOT” “ＪＵＮＫ”. On a phone's keypad, GOT JUNK is 468 5865.",
        ),
        ("FAX 1 ext 2 AB 3 Ext", "Not written: “FAX” “ext” “AB” “Ext”."),  # no words to dial
        ("1 КОТ", "Not written: “КОТ”."),  # no letters of a keypad
        ("1a2b3c4d5e", "Not written: “a” “b” “c” “d” …."),
        (f"1{'x' * 99}", f"Not written: “{'x' * 24}…”."),
        ("\0\U0001f4de1", "Not written: “\\x00\U0001f4de”."),
    ],
)
def test_each_piece_is_named(text, said):
    assert str(left_out(text)) == said


@pytest.mark.parametrize("text", ["１３８", "٣۴۵", "+86 (138) 12-34.5/6", "\u202a1\u202c"])
def test_nothing_is_said_where_all_is_written(text):
    assert left_out(text) is None


def test_the_pieces_of_several_numbers_are_named_together():
    assert str(left_out("1a", "b2", "3")) == "Not written: “a” “b”."


@given(st.text())
def test_any_text_gets_one_short_line_or_none(text):
    said = left_out(text)
    assert said is None or (str(said).isprintable() and len(str(said)) < 400)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Tel. 138", "Not written: “Tel.”."),
        ("1-800-FLOWERS", "Not written: “-FLOWERS”. On a phone's keypad, FLOWERS is 3569377."),
        ("+86 (138) 1,234.5/6 [7]", None),
        ("1+2", None),
    ],
)
def test_where_marks_are_written_they_are_not_left_out(text, said):
    found = left_out(text, marks=True)
    assert said == (None if found is None else str(found))
