"""What people type as a number: digits of any script, and the marks that group them."""

import itertools
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from cgan.common.errors import BadValue

# What the page and the API take; Python and the command line have no limit.
MAX_DIGITS = 64
MAX_CHARACTERS = 3 * MAX_DIGITS  # there may be separators between the digits

# Typed between digits to group them, also in a compatibility form such as full-width.
_SEPARATORS = frozenset("-.()[]/‐‑‒–—−")
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

    def __init__(self, character: str, position: int) -> None:
        """Name the character with its position, from 1."""
        late_plus = unicodedata.normalize("NFKC", character) == "+"
        super().__init__(
            "Character {position}, '{shown}'{code}, is a misplaced plus sign: only a leading + is "
            "allowed."
            if late_plus
            else "Character {position}, '{shown}'{code}, is not a digit: only digits, spaces, "
            "hyphens, dots, slashes, brackets and a leading + can be written.",
            text_id="number.plus_inside" if late_plus else "number.bad_character",
            position=position,
            shown=repr(character)[1:-1],
            code=_code(character),
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
        parts: digits and gaps (None) in order, neither beginning nor ending with a gap.
        left_out: what can't be written, in order: each piece of text between digits and marks.
    """

    parts: list[int | None]
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


def read(text: str) -> Reading:
    """Find a number in a text, such as "Tel. 138-1234".

    Decimal digits of any script are digits (`１`, `٣`). Between digits, each space, tab, line
    break, hyphen, dot, slash or bracket is a gap. What can't be written becomes one gap, with the
    marks around it. Characters that nobody sees, such as those that set the direction of the text,
    don't count.

    Raises:
        NoDigit: no digit at all.
    """
    reading = scan(text)
    if not reading.parts:
        raise NoDigit(begun=not reading.left_out and visible(text).strip() != "")
    return reading


def scan(text: str) -> Reading:
    """Return what `read` returns, also if there is no digit."""
    # Digits, a gap for each mark, and pieces of what can't be written.
    found: list[int | Piece | None] = []
    digit_seen = plus_seen = False
    for position, character in enumerate(visible(text), start=1):
        digit = unicodedata.decimal(character, None)
        plain = unicodedata.normalize("NFKC", character)
        if digit is not None:
            found.append(digit)
            digit_seen = True
        elif (
            plain in _SEPARATORS or character in _BREAKS or unicodedata.category(character) == "Zs"
        ):
            found.append(None)
        elif plain == "+" and not digit_seen and not plus_seen:
            found.append(None)
            plus_seen = True
        elif found and isinstance(last := found[-1], Piece):
            found[-1] = last._replace(text=last.text + character)
        else:
            found.append(Piece(character, position, digit_seen))
    parts: list[int | None] = []
    for is_digit, group in itertools.groupby(found, lambda part: isinstance(part, int)):
        between = list(group)
        if is_digit:
            parts += [part for part in between if isinstance(part, int)]
        elif parts:  # there is no gap before the first digit
            parts += [None] if any(between) else [None] * len(between)
    while parts and parts[-1] is None:
        del parts[-1]
    return Reading(parts, [part for part in found if isinstance(part, Piece)])


def parse(text: str) -> list[int | None]:
    """Return the digits of a number as typed, with `None` where a gap goes, as `read` does.

    Raises:
        NoDigit: no digit at all.
        BadCharacter: a character can't be written, named with its position among those one sees
            (from 1).
    """
    reading = scan(text)
    if reading.left_out:
        first = reading.left_out[0]
        raise BadCharacter(first.text[0], first.position)
    return read(text).parts


def read_limited(text: Any) -> Reading:
    """Return what `read` returns for a number that a visitor sent.

    Raises:
        BadValue: it is not text or too long, or has no digit.
    """
    if not isinstance(text, str):
        raise BadValue("The number must be text, such as 13812345678.", text_id="number.not_text")
    if len(text) > MAX_CHARACTERS:
        raise TooLong
    reading = read(text)
    if len(without_gaps(reading.parts)) > MAX_DIGITS:
        raise TooLong
    return reading


def without_gaps(parts: Sequence[int | None]) -> list[int]:
    """Return the digits of what `parse` returns."""
    return [part for part in parts if part is not None]


def joined(parts: Sequence[int | None]) -> str:
    """Return the digits of what `parse` returns as text, without gaps."""
    return "".join(map(str, without_gaps(parts)))
