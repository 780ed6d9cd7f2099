"""What people type as a number: digits of any script, and the marks that group them."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from cgan.common.errors import BadValue

# What the page and the API take; Python and the command line have no limit.
MAX_DIGITS = 64
MAX_CHARACTERS = 3 * MAX_DIGITS  # there may be separators between the digits

# Typed between digits to group them, also in a compatibility form such as full-width.
_SEPARATORS = frozenset("-.()[]‐‑‒–—−")


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
            "Character {position}, {shown}, is a misplaced plus sign: only a leading + is allowed."
            if late_plus
            else "Character {position}, {shown}, is not a digit: only digits, spaces, hyphens, "
            "dots, brackets and a leading + can be written.",
            text_id="number.plus_inside" if late_plus else "number.bad_character",
            position=position,
            shown=_shown(character),
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


def _shown(character: str) -> str:
    """Return a character in quotes, with its code point where it may look like another."""
    shown = repr(character)
    if not character.isascii() or not character.isprintable():
        shown += f" (U+{ord(character):04X})"
    return shown


def parse(text: str) -> list[int | None]:
    """Return the digits of a number as typed, with `None` where a gap goes.

    Decimal digits of any script are digits (`１`, `٣`). Each space, hyphen, dot or bracket, and
    a + before the first digit, is a gap.

    Raises:
        NoDigit: no digit at all.
        BadCharacter: another character, named with its position (from 1).
    """
    parts: list[int | None] = []
    digits = 0
    plus_seen = False
    for position, character in enumerate(text, start=1):
        digit = unicodedata.decimal(character, None)
        plain = unicodedata.normalize("NFKC", character)
        if digit is not None:
            parts.append(digit)
            digits += 1
        elif plain in _SEPARATORS or unicodedata.category(character) == "Zs":
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
