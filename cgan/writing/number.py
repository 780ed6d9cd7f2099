"""What people type as a number: digits of any script, and the marks that group them."""

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from cgan.common.errors import BadValue

# What the page and the API take; Python and the command line have no limit.
MAX_DIGITS = 64
MAX_CHARACTERS = 3 * MAX_DIGITS  # there may be separators between the digits

# A part of a number: a digit, a mark of `MARKS`, or a gap (None).
Part: TypeAlias = int | str | None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a mark does in a number.

    Attributes:
        groups: whether it is typed between digits to group them. Where marks aren't written, it is
            a gap then; others are left out, but for a + that comes first.
        opens: whether it begins what it stands before.
        closes: whether it ends what it stands after.
        divides_before: whether a number that is too long for a line may be divided before it.
        divides_after: whether it may be divided after it.
    """

    groups: bool = False
    opens: bool = False
    closes: bool = False
    divides_before: bool = False
    divides_after: bool = False


_OPENING_BRACKET = Mark(groups=True, opens=True, divides_before=True)
_CLOSING_BRACKET = Mark(groups=True, closes=True, divides_after=True)
# The marks that a hand can write; `cgan.writing.marks` has their lines.
PROPERTIES = {
    "+": Mark(opens=True),
    "-": Mark(groups=True, divides_after=True),
    "(": _OPENING_BRACKET,
    ")": _CLOSING_BRACKET,
    ".": Mark(groups=True, divides_after=True),
    ",": Mark(divides_after=True),
    "/": Mark(groups=True, divides_after=True),
    "[": _OPENING_BRACKET,
    "]": _CLOSING_BRACKET,
}
MARKS = "".join(PROPERTIES)
_OPENING = "".join(mark for mark, its in PROPERTIES.items() if its.opens)
_CLOSING = "".join(mark for mark, its in PROPERTIES.items() if its.closes)
# Typed between digits to group them, also in a compatibility form such as full-width, and how each
# is written where marks are.
_DASHES = dict.fromkeys("-‐‑‒–—−", "-")
_SEPARATORS = _DASHES | {mark: mark for mark, its in PROPERTIES.items() if its.groups}
# Come along when a number is pasted from a phone, a table or a page, and can't be seen.
_VARIATION_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"


class NoDigit(BadValue):
    """There is nothing to write.

    Attributes:
        begun: whether it may become a number: there is a + or a bracket, and nothing else.
    """

    def __init__(self, begun: bool = False) -> None:
        """Say what to type."""
        self.begun = begun
        super().__init__(
            "There is no digit to write: type a number, such as 13812345678.",
            text_id="number.no_digit",
        )


class BadCharacter(BadValue):
    """A character can't be written, or a plus sign is not at the beginning."""

    def __init__(self, character: str, position: int, marks: bool = False) -> None:
        """Name the character with its position, from 1.

        Args:
            character: as typed.
            position: among those one sees.
            marks: whether marks are written; if not, only a leading + is, and what groups digits.
        """
        late_plus = unicodedata.normalize("NFKC", character) == "+"
        super().__init__(
            "Character {position}, '{shown}'{code}, is a misplaced plus sign: only a leading + is "
            "allowed."
            if late_plus
            else "Character {position}, '{shown}'{code}, is not a digit: only digits, spaces and "
            "{marks} can be written.",
            text_id="number.plus_inside" if late_plus else "number.bad_character",
            position=position,
            shown=repr(character)[1:-1],
            code=_code(character),
            marks=" ".join(mark for mark in MARKS if marks or mark == "+" or mark in _SEPARATORS),
        )


class TooLong(BadValue):
    """There are more digits than fit."""

    def __init__(self) -> None:
        """Say how many fit."""
        super().__init__(
            "That is too long: the limit is {digits} digits and {characters} characters in all.",
            text_id="number.too_long",
            digits=MAX_DIGITS,
            characters=MAX_CHARACTERS,
        )


def _code(character: str) -> str:
    """Return the code point of a character that may look like another, in brackets."""
    plain = character.isascii() and character.isprintable()
    return "" if plain else f" (U+{ord(character):04X})"


def visible(text: str) -> str:
    """Return a text without what nobody sees.

    Invisible format characters drop out, and tabs and line breaks at the ends; inside, a line break
    of two characters becomes one.
    """
    seen = "".join(
        character
        for character in text
        if unicodedata.category(character) != "Cf" and character not in _VARIATION_SELECTORS
    )
    return seen.strip(_BREAKS).replace("\r\n", "\n")


class Reading(NamedTuple):
    """What was found in a text.

    Attributes:
        parts: digits, gaps and perhaps marks in order, neither beginning nor ending with a gap.
        left_out: what can't be written, in order: each piece of text between digits and marks.
    """

    parts: list[Part]
    left_out: list["Piece"]


class Piece(NamedTuple):
    """A piece of text that can't be written.

    Attributes:
        text: of at least one character.
        position: of its first character among those one sees, from 1.
        after_digit: whether a digit comes before it.
    """

    text: str
    position: int
    after_digit: bool


def read(text: str, marks: bool = False) -> Reading:
    """Find a number in a text, such as "Tel. 138-1234".

    Decimal digits of any script are digits (`１`, `٣`). Between digits, each space, tab, line
    break, hyphen, dot, slash or bracket is a gap. What can't be written becomes one gap, with the
    marks around it. Characters that nobody sees, such as those that set the direction of the text,
    don't count.

    Args:
        text: as typed.
        marks: whether marks are written: then those of `MARKS` are parts of the number wherever
            they stand, and spaces and what can't be written make a gap between two parts.

    Raises:
        NoDigit: no digit at all.
    """
    reading = scan(text, marks)
    if not has_digit(reading.parts):
        raise NoDigit(begun=not reading.left_out and visible(text).strip() != "")
    return reading


def scan(text: str, marks: bool = False) -> Reading:
    """Return what `read` returns, also if there is no digit.

    Raises:
        BadValue: it is no text.
    """
    if not isinstance(text, str):
        raise BadValue("The number must be text, such as 13812345678.", text_id="number.not_text")
    # Digits, marks, and pieces of what can't be written.
    found: list[int | str | Piece] = []
    digit_seen = plus_seen = False
    for position, character in enumerate(visible(text), start=1):
        digit = unicodedata.decimal(character, None)
        plain = unicodedata.normalize("NFKC", character)
        if digit is not None:
            found.append(digit)
            digit_seen = True
        elif plain in _SEPARATORS:
            found.append(_SEPARATORS[plain])
        elif character in _BREAKS or unicodedata.category(character) == "Zs":
            found.append(" ")
        elif plain == "+" and (marks or (not digit_seen and not plus_seen)):
            found.append(plain)
            plus_seen = True
        elif marks and plain in MARKS:
            found.append(plain)
        elif found and isinstance(last := found[-1], Piece):
            found[-1] = last._replace(text=last.text + character)
        else:
            found.append(Piece(character, position, digit_seen))
    found = _joined_to_pieces(found) if marks else found
    parts = _with_marks(found) if marks else _without_marks(found)
    while parts and parts[-1] is None:
        del parts[-1]
    return Reading(parts, [part for part in found if isinstance(part, Piece)])


def _without_marks(found: Sequence["int | str | Piece"]) -> list[Part]:
    """Return digits with a gap for each separator and space between them, or one for a piece."""
    parts: list[Part] = []
    for is_digit, group in itertools.groupby(found, lambda part: isinstance(part, int)):
        between = list(group)
        if is_digit:
            parts += [part for part in between if isinstance(part, int)]
        elif parts:  # there is no gap before the first digit
            some = any(isinstance(part, Piece) for part in between)
            parts += [None] if some else [None] * len(between)
    return parts


def _joined_to_pieces(found: Sequence["int | str | Piece"]) -> list["int | str | Piece"]:
    """Let marks be a part of what can't be written where they touch it, as the dot of "Tel.".

    A mark that opens or closes a number stays with that, as the + of "电话：+86".
    """
    joined: list[int | str | Piece] = []
    for part in found:
        last = joined[-1] if joined else " "
        if isinstance(part, str) and part != " " and isinstance(last, Piece):
            joined[-1] = last._replace(text=last.text + part)
        elif isinstance(part, Piece):
            piece = part
            while joined and isinstance(mark := joined[-1], str) and mark != " ":
                if mark in _CLOSING and isinstance(joined[-2:][0], int):
                    break
                joined.pop()
                piece = piece._replace(text=mark + piece.text, position=piece.position - 1)
            if joined and isinstance(before := joined[-1], Piece):
                joined[-1] = before._replace(text=before.text + piece.text)
            else:
                joined.append(piece)
        elif isinstance(part, int) and isinstance(last, Piece):
            before_it = last.text.rstrip(_OPENING)
            joined[-1] = last._replace(text=before_it)
            joined += [*last.text[len(before_it) :], part]
        else:
            joined.append(part)
    return joined


def _with_marks(found: Sequence["int | str | Piece"]) -> list[Part]:
    """Return digits and marks, with one gap where there are spaces or what can't be written."""
    parts: list[Part] = []
    for part in found:
        if not isinstance(part, Piece) and part != " ":
            parts.append(part)
        elif parts and parts[-1] is not None:
            parts.append(None)
    return parts


def parse(text: str, marks: bool = False) -> list[Part]:
    """Return the digits of a number as typed, with `None` where a gap goes, as `read` does.

    Raises:
        NoDigit: no digit at all.
        BadCharacter: a character can't be written, named with its position among those one sees
            (from 1).
    """
    reading = scan(text, marks)
    if reading.left_out:
        first = reading.left_out[0]
        start = len(first.text) - len(first.text.lstrip(MARKS if marks else ""))
        raise BadCharacter(first.text[start], first.position + start, marks)
    return read(text, marks).parts


def read_limited(text: Any) -> Reading:
    """Return what `read` returns for a number that a visitor sent.

    Raises:
        BadValue: it is not text or too long, or has no digit.
    """
    if isinstance(text, str) and len(text) > MAX_CHARACTERS:
        raise TooLong
    reading = read(text)
    if len(digits_of(reading.parts)) > MAX_DIGITS:
        raise TooLong
    return reading


def has_digit(parts: Sequence[Part]) -> bool:
    """Return whether there is a digit among the parts."""
    return any(isinstance(part, int) for part in parts)


def digits_of(parts: Sequence[Part]) -> list[int]:
    """Return the digits of what `parse` returns, without marks and gaps."""
    return [part for part in parts if isinstance(part, int)]


def joined(parts: Sequence[Part]) -> str:
    """Return the digits of what `parse` returns as text."""
    return "".join(map(str, digits_of(parts)))
