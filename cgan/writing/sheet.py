"""Finding the digits on a photographed or scanned sheet of paper.

contrast with the paper around, so that uneven light doesn't matter
  -> straight, as the paper's lines or the rows of digits say
  -> ink: what is at least half as dark as the strokes; fainter lines of ruled paper drop out
  -> dark lines of ruled paper are taken out
  -> pieces of ink that belong together, without specks, shadows and the table's edge
  -> lines of digits, from the top, each from the left
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cgan.common.errors import BadValue
from cgan.writing import straight
from cgan.writing.pieces import Piece, pieces
from cgan.writing.ruled import ruled_lines
from cgan.writing.straight import View

MAX_FOUND = 30  # digits, where nobody says how many there are

# Side of the blocks, in pixels, in which the paper is looked for. Wider than any stroke when seven
# of them are taken together.
_BLOCK = 8
_BLOCKS_AROUND = 7
_INK = 85  # percentile of the ink's contrast that is the strokes'
_DARKER = 2.0  # times the contrast of the paper's lines: they aren't ink beside such a pen
_NOISE = 6.0  # standard deviations of the paper that ink must exceed
_MIN_CONTRAST = 0.1
_FAINT = 0.2  # what has less of the strokes' contrast becomes paper
_MIN_PIXELS = 12  # of a piece that is no speck
_LOOKED_AT = 2000  # of the largest pieces: a picture of specks alone has a hundred thousand
_MAX_PIECES = 200  # so many are no digits, and it would take long to join them
# Lines of digits are told apart by gaps between the digits' middles, in parts of their height, if
# the middles of each line are nearer to each other than this.
_CLEAR_GAP, _LEVEL = 0.65, 2.0
_SMALL = 0.4  # pieces of less than this part of the usual height are no digits
# Where more digits are found than there are, strokes beside each other may be one digit: those that
# are nearer than this part of the usual height, and no wider together than that one.
_NEAR, _WIDE = 0.25, 1.2


class UnreadableSheet(BadValue):
    """Other than the expected number of digits were found on a sheet.

    Attributes:
        found: how many were found.
    """

    def __init__(self, found: int, wanted: int | str) -> None:
        """Say how many, and what the picture should be like."""
        self.found = found
        super().__init__(
            "{found} digits were found in the picture instead of {wanted}: write them apart from "
            "each other with a dark pen on light paper, and take the picture from above, in even "
            "light, with nothing else in it."
            if found
            else "No digits were found in the picture: write them apart from each other with a "
            "dark pen on light paper, and take the picture from above, in even light, with nothing "
            "else in it.",
            text_id="sheet.count" if found else "sheet.none",
            found=found,
            wanted=wanted,
        )


class Found(NamedTuple):
    """A digit on a sheet.

    Attributes:
        ink: (H, W) uint8, ink 255 on exactly 0, for `cgan.writing.normalise.normalise`.
        box: left, top, right and bottom, in pixels of the picture; right and bottom are outside.
        joined: whether it is several ones, which were too many.
    """

    ink: NDArray[np.uint8]
    box: tuple[int, int, int, int]
    joined: bool = False


def find_digits(
    grey: NDArray[np.uint8], wanted: int | None = None, join: bool = False
) -> list[Found]:
    """Return the digits on a sheet, line by line from the top, each from the left.

    Args:
        grey: (H, W) uint8, dark strokes on light paper.
        wanted: how many digits there are; None for 1 to 30.
        join: whether, of more digits than wanted, those close beside each other are one.

    Raises:
        UnreadableSheet: another number was found.
    """
    contrast, strokes = _contrast(grey)
    height, width = grey.shape
    looked = None
    if strokes > 0:
        ruled = straight.by_lines(contrast)
        looked = _looked(contrast, strokes, ruled)
        if ruled is None and (turned := straight.by_rows(looked.digits, (height, width))):
            again = _looked(contrast, strokes, turned)
            if len(again.digits) == len(looked.digits):
                looked = again
    digits = looked.digits if looked else []
    joined: list[Piece] = []
    if join and wanted is not None and len(digits) > wanted:
        digits, joined = _as_many(digits, wanted)
    if wanted is None and not 1 <= len(digits) <= MAX_FOUND:
        raise UnreadableSheet(len(digits), f"1\N{EN DASH}{MAX_FOUND}")
    if wanted is not None and len(digits) != wanted:
        raise UnreadableSheet(len(digits), wanted)
    if looked is None:
        return []
    return [
        _cut_out(looked, digit)._replace(joined=any(digit is one for one in joined))
        for line in _lines(digits)
        for digit in line
    ]


class _Looked(NamedTuple):
    """A straight picture, and what was found there.

    Attributes:
        contrast: (H, W) float32, 1 for the strokes and 0 for the paper.
        lines: (H, W) bool, where the paper's lines are.
        digits: in no order.
        view: None if the photograph was straight.
    """

    contrast: NDArray[np.float32]
    lines: NDArray[np.bool_]
    digits: list[Piece]
    view: View | None


def _looked(contrast: NDArray[np.float32], strokes: float, view: View | None) -> _Looked:
    """Return the digits in a picture, after it is made straight."""
    if view is not None and view.is_straight:
        view = None
    seen = contrast if view is None else view.straight(contrast)
    inside = np.ones(seen.shape, bool) if view is None else view.inside()

    def look(strokes: float, lines: NDArray[np.bool_]) -> _Looked:
        found = pieces((seen > strokes / 2) & ~lines, _MIN_PIXELS, _LOOKED_AT)
        if view is not None:
            found = [piece for piece in found if _is_inside(piece, inside)]
        return _Looked(seen / strokes, lines, _digits(found, seen.shape), view)

    lines = ruled_lines(seen > strokes / 4, inside)
    first = look(strokes, lines)
    if not lines.any() or not first.digits:
        return first
    # Most of the ink may be the paper's lines. Of a pen that is much darker than these, strokes
    # along them stay.
    pen = float(np.percentile(np.concatenate([_inked(seen, one) for one in first.digits]), _INK))
    pale = float(np.median(seen[lines]))
    return look(pen, lines & (seen < (pale + pen) / 2)) if pen > _DARKER * pale else first


def _inked(seen: NDArray[np.float32], piece: Piece) -> NDArray[np.float32]:
    box = seen[piece.top : piece.bottom, piece.left : piece.right]
    return box[piece.mask]


def _is_inside(piece: Piece, inside: NDArray[np.bool_]) -> bool:
    box = inside[piece.top : piece.bottom, piece.left : piece.right]
    return bool(box[piece.mask].all())


def _contrast(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """Return how much darker each pixel is than the paper, from 0 to 1, and that of the strokes.

    The latter is 0 if there are none.
    """
    height, width = grey.shape
    image = Image.fromarray(grey)
    around = image.reduce(_BLOCK).filter(ImageFilter.MaxFilter(_BLOCKS_AROUND))
    paper = around.filter(ImageFilter.GaussianBlur(_BLOCKS_AROUND / 2))
    paper = paper.resize((width, height), Image.Resampling.BILINEAR)
    smooth = image.filter(ImageFilter.GaussianBlur(0.7))  # the camera's noise
    light = np.maximum(np.asarray(paper, np.float32), 1)
    contrast = 1 - np.asarray(smooth, np.float32) / light
    usual = float(np.median(contrast))
    noise = 1.4826 * float(np.median(np.abs(contrast - usual)))
    contrast = np.clip(contrast - usual, 0, 1)
    ink = contrast[contrast > max(_MIN_CONTRAST, _NOISE * noise)]
    if len(ink) < _MIN_PIXELS:
        return contrast, 0.0
    return contrast, float(np.percentile(ink, _INK))


def _digits(found: list[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """Return the digits among pieces of ink: pieces that belong together are one."""
    height, width = shape
    inside = [
        piece
        for piece in found
        if min(piece.left, piece.top) > 0
        and piece.right < width
        and piece.bottom < height
        and piece.height < 0.95 * height
    ]
    # What is wider is the table's edge or a shadow's, unless it is alone in the picture.
    narrow = [piece for piece in inside if piece.width < 0.7 * width]
    inside = narrow or [piece for piece in inside if piece.width < 0.95 * width]
    if not inside:
        return []
    largest = max(piece.height for piece in inside)
    usual = float(np.median([p.height for p in inside if p.height > largest / 3]))
    # Specks stay apart: they would be taken for parts of the digit beside them.
    whole = [piece for piece in inside if max(piece.height, piece.width) > usual / 8]
    if not whole or len(whole) > _MAX_PIECES:
        return whole
    whole = _joined(whole, usual)
    usual = float(np.median([piece.height for piece in whole if piece.height > usual / 3]))
    return [piece for piece in whole if piece.height > _SMALL * usual]


def _joined(found: list[Piece], usual: float) -> list[Piece]:
    """Join pieces of one digit, such as the bar of a 5: above each other, and close."""
    waiting, whole = list(found), list[Piece]()
    while waiting:
        piece = waiting.pop(0)
        for others in (waiting, whole):
            near = [i for i, other in enumerate(others) if _belong_together(piece, other, usual)]
            if near:
                waiting.insert(0, piece.joined(others.pop(near[0])))
                break
        else:
            whole.append(piece)
    return whole


def _as_many(digits: list[Piece], wanted: int) -> tuple[list[Piece], list[Piece]]:
    """Join the nearest strokes until there are as many digits as wanted, if that is possible.

    A digit may be of strokes that don't touch, such as a 4 whose upright stands apart.

    Returns:
        All digits, and those that were joined.
    """
    usual = float(np.median([piece.height for piece in digits]))
    whole, joined = list(digits), list[Piece]()
    while len(whole) + len(joined) > wanted:
        near = [
            (beside, i, j)
            for (i, a), (j, b) in combinations(enumerate(whole), 2)
            if (beside := _beside(a, b)) < _NEAR * usual
            and _overlap(a, b) > 0.3
            and max(a.right, b.right) - min(a.left, b.left) < _WIDE * usual
        ]
        if not near:
            break
        _, i, j = min(near)
        joined.append(whole[i].joined(whole.pop(j)))
        del whole[i]
    return whole + joined, joined


def _belong_together(a: Piece, b: Piece, usual: float) -> bool:
    beside = _beside(a, b)
    above = max(a.top, b.top) - min(a.bottom, b.bottom)
    overlap = -beside / min(a.width, b.width)
    if above < 0:  # at the same height: one must be inside the other's columns, or be small
        small = min(a.height, b.height) < 0.6 * usual
        return overlap > (0.1 if small else 0.6) or (small and beside < 0.08 * usual)
    return (
        overlap > 0.3
        and above < 0.2 * usual
        and max(a.bottom, b.bottom) - min(a.top, b.top) < 1.6 * usual
    )


def _beside(a: Piece, b: Piece) -> int:
    """Return how many columns are between two pieces; negative where they overlap."""
    return max(a.left, b.left) - min(a.right, b.right)


def _lines(digits: list[Piece]) -> list[list[Piece]]:
    """Sort digits into lines: those between clear gaps, or else each digit follows one beside it.

    The latter lines may rise or fall.
    """
    return _rows(digits) or _chains(digits)


def _rows(digits: list[Piece]) -> list[list[Piece]]:
    """Sort digits into level lines with clear gaps between them; none if there are no such."""
    ordered = sorted(digits, key=_middle)
    usual = float(np.median([piece.height for piece in digits])) if digits else 0.0
    gaps = np.diff(np.array([_middle(piece) for piece in ordered], np.float64))
    cuts = np.flatnonzero(gaps > _CLEAR_GAP * usual) + 1
    inside = np.delete(gaps, cuts - 1)
    lines = [[ordered[index] for index in part] for part in np.split(np.arange(len(ordered)), cuts)]
    level = all(_middle(line[-1]) - _middle(line[0]) < _LEVEL * usual for line in lines if line)
    if not level or (len(cuts) and gaps[cuts - 1].min() < 1.5 * inside.max(initial=0.0)):
        return []
    return [sorted(line, key=lambda piece: piece.left + piece.right) for line in lines]


def _middle(piece: Piece) -> float:
    return (piece.top + piece.bottom) / 2


def _chains(digits: list[Piece]) -> list[list[Piece]]:
    """Sort digits into lines that may rise or fall: each digit follows one at its height."""
    lines: list[list[Piece]] = []
    for digit in sorted(digits, key=lambda piece: piece.left + piece.right):
        overlaps = [_overlap(line[-1], digit) for line in lines]
        if overlaps and max(overlaps) > 0.3:
            lines[overlaps.index(max(overlaps))].append(digit)
        else:
            lines.append([digit])
    return sorted(lines, key=lambda line: np.mean([piece.top + piece.bottom for piece in line]))


def _overlap(a: Piece, b: Piece) -> float:
    """Return which part of the lower digit's height is beside the other."""
    both = min(a.bottom, b.bottom) - max(a.top, b.top)
    return both / min(a.height, b.height)


def _cut_out(looked: _Looked, digit: Piece) -> Found:
    """Return a digit with its soft edges, and nothing else in its box."""
    margin = 2
    mask = np.pad(digit.mask, margin)
    near = np.asarray(Image.fromarray(mask).filter(ImageFilter.MaxFilter(2 * margin + 1)))
    top, left = digit.top - margin, digit.left - margin
    bottom, right = digit.bottom + margin, digit.right + margin
    there = slice(top + margin, bottom + margin), slice(left + margin, right + margin)
    contrast = np.pad(looked.contrast, margin)[there]
    lines = np.pad(looked.lines, margin)[there]
    ink = np.where(near & ~lines & (contrast > _FAINT), np.clip(contrast, 0, 1), 0)
    box = digit.left, digit.top, digit.right, digit.bottom
    box = box if looked.view is None else looked.view.box(box)
    return Found(np.rint(255 * ink).astype(np.uint8), box)
