"""What people type as a number: digits of any script, and the marks that group them."""

import unicodedata

from cgan.common.errors import UserError

# Typed between digits to group them; compatibility forms (full-width and the like) count, too.
_SEPARATORS = frozenset("-.()[]‐‑‒–—−")

GAP = None


class NoDigit(UserError):
    """There is nothing to write."""

    def __init__(self) -> None:
        """Say what to type."""
        super().__init__("There is no digit to write: type a number, such as 13812345678.")


class BadCharacter(UserError):
    """A character that can't be written, or a plus sign elsewhere than at the beginning."""

    def __init__(self, character: str, position: int) -> None:
        """Name the character with its position, from 1."""
        late_plus = unicodedata.normalize("NFKC", character) == "+"
        super().__init__(
            "Character {position}, {shown}, is a plus sign after the beginning: only a leading + "
            "is allowed."
            if late_plus
            else "Character {position}, {shown}, is not a digit: only digits, spaces, hyphens, "
            "dots, brackets and a leading + can be written.",
            position=position,
            shown=_shown(character),
        )


def _shown(character: str) -> str:
    """Return a character in quotes, with its code point where the eye may be deceived."""
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
            parts.append(GAP)
        elif plain == "+" and not digits and not plus_seen:
            parts.append(GAP)
            plus_seen = True
        else:
            raise BadCharacter(character, position)
    if not digits:
        raise NoDigit
    return parts
