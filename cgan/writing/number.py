"""What people type as a number: digits of any script, and the marks that group them."""

import unicodedata
from collections.abc import Sequence
from typing import Any

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
    """There is nothing to write."""

    def __init__(self) -> None:
        """Say what to type."""
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


def parse(text: str) -> list[int | None]:
    """Return the digits of a number as typed, with `None` where a gap goes.

    Decimal digits of any script are digits (`１`, `٣`). Each space, tab, line break, hyphen, dot,
    slash or bracket, and a + before the first digit, is a gap. Characters that nobody sees, such as
    those that set the direction of the text, don't count.

    Raises:
        NoDigit: no digit at all.
        BadCharacter: another character, named with its position among those one sees (from 1).
    """
    parts: list[int | None] = []
    digits = 0
    plus_seen = False
    for position, character in enumerate(visible(text), start=1):
        digit = unicodedata.decimal(character, None)
        plain = unicodedata.normalize("NFKC", character)
        if digit is not None:
            parts.append(digit)
            digits += 1
        elif (
            plain in _SEPARATORS or character in _BREAKS or unicodedata.category(character) == "Zs"
        ):
            parts.append(None)
        elif plain == "+" and not digits and not plus_seen:
            parts.append(None)
            plus_seen = True
        else:
            raise BadCharacter(character, position)
    if not digits:
        raise NoDigit
    return parts


def parse_limited(text: Any) -> list[int | None]:
    """Return what `parse` returns for a number that a visitor sent.

    Raises:
        BadValue: it is not text or too long, has no digit, or a character can't be written.
    """
    if not isinstance(text, str):
        raise BadValue("The number must be text, such as 13812345678.", text_id="number.not_text")
    if len(text) > MAX_CHARACTERS:
        raise TooLong
    parts = parse(text)
    if len(without_gaps(parts)) > MAX_DIGITS:
        raise TooLong
    return parts


def without_gaps(parts: Sequence[int | None]) -> list[int]:
    """Return the digits of what `parse` returns."""
    return [part for part in parts if part is not None]


def joined(parts: Sequence[int | None]) -> str:
    """Return the digits of what `parse` returns as text, without gaps."""
    return "".join(map(str, without_gaps(parts)))
