"""What people type as a number: digits of any script, and the marks that group them."""

import unicodedata

from cgan.errors import UserError

# Typed between digits to group them; compatibility forms (full-width and the like) count, too.
_SEPARATORS = frozenset("-.()[]‐‑‒–—−")

GAP = None


def parse(text: str) -> list[int | None]:
    """Return the digits of a number as typed, with `None` where a gap goes.

    Decimal digits of any script are digits (`１`, `٣`). Each space, hyphen, dot or bracket, and
    a + before the first digit, is a gap.

    Raises:
        UserError: no digit at all, or another character, named with its position (from 1).
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
            raise UserError(_refusal(character, position))
    if not digits:
        raise UserError("There is no digit to write: type a number, such as 13812345678.")
    return parts


def _refusal(character: str, position: int) -> str:
    shown = repr(character)
    if not character.isascii() or not character.isprintable():
        shown += f" (U+{ord(character):04X})"
    where = f"Character {position}, {shown},"
    if unicodedata.normalize("NFKC", character) == "+":
        return f"{where} is a plus sign after the beginning: only a leading + is allowed."
    return (
        f"{where} is not a digit: only digits, spaces, hyphens, dots, brackets and a leading + "
        "can be written."
    )
