"""What is said of the parts of a text that can't be written as a number."""

import unicodedata
from collections.abc import Sequence

from cgan.common.errors import UserError
from cgan.writing.number import MARKS, Piece, scan

# The sentence names at most this many pieces, each with at most so many characters.
_MAX_PIECES = 4
_MAX_LENGTH = 24
# The letters on a telephone's keys, and the digits of those keys.
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_MIN_LETTERS = 3


def left_out(*texts: str, marks: bool = False) -> UserError | None:
    """Return a sentence, which isn't raised, on what isn't written of numbers; None if all is.

    Words in capital letters after a digit, as in "1-800-FLOWERS", stand for the digits of a
    telephone's keypad: the sentence says which, and leaves the choice to the reader.

    Args:
        texts: numbers as typed.
        marks: whether marks are written.
    """
    pieces = [piece for text in texts for piece in scan(text, marks).left_out]
    if not pieces:
        return None
    shown = _shown([piece.text for piece in pieces])
    words = [word for piece in pieces if piece.after_digit and (word := _word(piece))]
    if not words:
        return UserError("Not written: {shown}.", text_id="number.left_out", shown=shown)
    return UserError(
        "Not written: {shown}. On a phone's keypad, {letters} is {digits}.",
        text_id="number.left_out_letters",
        shown=shown,
        letters=" ".join(words),
        digits=" ".join(words).translate(_KEYPAD),
    )


def _shown(texts: Sequence[str]) -> str:
    different = list(dict.fromkeys(texts))
    shown = [
        f"“{text if len(text) <= _MAX_LENGTH else text[:_MAX_LENGTH] + '…'}”"
        for text in different[:_MAX_PIECES]
    ]
    return " ".join([*shown, *["…"][: len(different) - len(shown)]])


def _word(piece: Piece) -> str:
    """Return the letters in capitals that the piece consists of, apart from marks; else nothing."""
    plain = unicodedata.normalize("NFKC", piece.text).strip(MARKS)
    capitals = plain.isascii() and plain.isalpha() and plain.isupper()
    return plain if capitals and len(plain) >= _MIN_LETTERS else ""
