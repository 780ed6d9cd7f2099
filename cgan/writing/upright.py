"""Which way up a photographed sheet is, and what is on it, as the weights' reader sees it.

A camera doesn't always say how it was held, and what is written may not be what was announced. The
reader of the weights, which knows nothing of either, tells both. Weights without one go on as ever.
"""

import contextlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.writing.generator import ReadsImages
from cgan.writing.normalise import normalise
from cgan.writing.sheet import Found, UnreadableSheet, find_digits

# Ten digits that nobody has named are taken for these.
IN_ORDER = tuple(range(10))
# So many of them must look as they should; people's digits are misread now and then.
_ENOUGH_IN_ORDER = 7


class _Bounds(NamedTuple):
    """When a turned sheet clearly fits better.

    Attributes:
        fit: the least probability of its digits, on average.
        better: by how much it must be greater than the upright sheet's.
        digits: the least number of them: a 6 alone may be a 9 upside down.
    """

    fit: float
    better: float
    digits: int


_NAMED = _Bounds(0.8, 0.3, 3)
# Where nobody has named the digits, the reader is surer of upright ones: 0.99 on average, of those
# that lie on their side 0.79.
_UNNAMED = _Bounds(0.93, 0.15, 5)

# A digit looks like another if the reader is this sure of that one.
_CERTAIN = 0.9


class NotUpright(BadValue):
    """A picture should be turned."""

    def __init__(self, degrees: int) -> None:
        """Say by how many degrees."""
        super().__init__(
            "The picture isn't upright: turn it by {degrees} degrees clockwise.",
            text_id="sheet.not_upright",
            degrees=degrees,
        )


class OtherDigits(BadValue):
    """The digits on a sheet aren't those that were named."""

    def __init__(self, named: Sequence[int], read: Sequence[int]) -> None:
        """Say what they look like, and what to check.

        Args:
            named: what should be on the sheet.
            read: what the reader takes the digits for, in the sheet's order.
        """
        super().__init__(
            "The digits in the picture look like {read}, not like {named}: name those that are "
            "on it, line by line.",
            text_id="sheet.other_digits",
            read="".join(map(str, read)),
            named="".join(map(str, named)),
        )


class Doubt(NamedTuple):
    """A digit that looks like another.

    Attributes:
        place: on the sheet, from 0.
        label: which digit it should be.
        read: which it looks like.
    """

    place: int
    label: int
    read: int


class ReadSheet(NamedTuple):
    """The digits on a sheet.

    Attributes:
        found: in reading order, as `find_digits` returns them from the picture that was turned.
        images: (N, 1, S, S) float32 in [-1, 1], as the generator's are.
        chances: (N, n_classes) float64, how probable the reader finds each digit; None without one.
        turned: by how many degrees the picture was turned clockwise: 0, 90, 180 or 270.
    """

    found: list[Found]
    images: NDArray[np.float32]
    chances: NDArray[np.float64] | None
    turned: int

    @property
    def read(self) -> list[int] | None:
        """What the reader takes each digit for; None without one."""
        return None if self.chances is None else self.chances.argmax(axis=1).tolist()

    def doubts(self, labels: Sequence[int]) -> list[Doubt]:
        """Return which digits clearly look like others than these.

        Args:
            labels: a digit for each, in 0 .. n_classes - 1.
        """
        if self.chances is None:
            return []
        return [
            Doubt(place, label, int(its.argmax()))
            for place, (label, its) in enumerate(zip(labels, self.chances, strict=True))
            if its.argmax() != label and its.max() >= _CERTAIN
        ]

    def is_in_order(self) -> bool:
        """Return whether there are ten digits that may well be 0 to 9 in order."""
        if len(self.found) != len(IN_ORDER):
            return False
        if self.read is None:
            return True
        right = sum(one == other for one, other in zip(self.read, IN_ORDER, strict=True))
        # Each of the ten once, but in another order: so many errors don't match by chance.
        moved = right < len(IN_ORDER) and sorted(self.read) == list(IN_ORDER)
        return right >= _ENOUGH_IN_ORDER and not moved


def read_sheet(
    grey: NDArray[np.uint8], reader: ReadsImages, labels: Sequence[int] | None = None
) -> ReadSheet:
    """Find the digits on a sheet, which is turned if they clearly look better then.

    Args:
        grey: (H, W) uint8, dark strokes on light paper.
        reader: weights that read images, or have no reader.
        labels: which digits there are, in 0 .. n_classes - 1; None if nobody says.

    Raises:
        UnreadableSheet: another number of digits was found, or there are more than 30 or none.
    """
    try:
        upright = _read(grey, reader, labels, 0)
    except UnreadableSheet:
        if labels is None or not _can_read(reader):
            raise
        turned = _turned(grey, reader, labels)
        if best := _best(turned, labels, 0.0, _NAMED):
            return best
        raise
    if upright.chances is None:
        return upright
    if labels is None and len(upright.found) > len(IN_ORDER) <= reader.config.n_classes:
        with contextlib.suppress(UnreadableSheet):
            return _read(grey, reader, IN_ORDER, 0)
    if labels is not None:
        before = _fit(upright, labels)
        if before + _NAMED.better > 1:
            return upright
        return _best(_turned(grey, reader, labels), labels, before, _NAMED) or upright
    before = _fit(upright, None)
    ten = len(upright.found) == len(IN_ORDER) <= reader.config.n_classes
    if upright.is_in_order() or (before + _UNNAMED.better > 1 and not ten):
        return upright
    turned = _turned(grey, reader, None)
    in_order = [sheet for sheet in turned if sheet.is_in_order()]
    return (
        _best(in_order, IN_ORDER, _fit(upright, IN_ORDER) if ten else 0.0, _NAMED)
        or _best(turned, None, before, _UNNAMED)
        or upright
    )


def _turned(
    grey: NDArray[np.uint8], reader: ReadsImages, labels: Sequence[int] | None
) -> list[ReadSheet]:
    """Return the turned sheets with the right number of digits."""
    sheets = []
    for degrees in (90, 180, 270):
        with contextlib.suppress(UnreadableSheet):
            sheets.append(_read(grey, reader, labels, degrees))
    return sheets


def _best(
    sheets: list[ReadSheet], labels: Sequence[int] | None, before: float, bounds: _Bounds
) -> ReadSheet | None:
    """Return the sheet that fits best, if it clearly fits better than the upright one.

    Args:
        sheets: turned ones.
        labels: which digits there are; None if nobody says.
        before: how well the upright one fits.
        bounds: what is clear.
    """
    fits = [(_fit(sheet, labels), sheet) for sheet in sheets if len(sheet.found) >= bounds.digits]
    fit, best = max(fits, key=lambda one: one[0], default=(0.0, None))
    return best if fit >= max(bounds.fit, before + bounds.better) else None


def _read(
    grey: NDArray[np.uint8], reader: ReadsImages, labels: Sequence[int] | None, degrees: int
) -> ReadSheet:
    turned = np.ascontiguousarray(np.rot90(grey, -degrees // 90))
    wanted = None if labels is None else len(labels)
    try:
        return _seen(find_digits(turned, wanted), reader, degrees)
    except UnreadableSheet as error:
        if labels is None or error.found < len(labels) or not _can_read(reader):
            raise
        # A digit may be in strokes that don't touch, such as a 4 whose upright stands apart.
        joined = _seen(find_digits(turned, wanted, join=True), reader, degrees)
        fits = _fits(joined, labels)
        sure = [fit for digit, fit in zip(joined.found, fits, strict=True) if digit.joined]
        if min(sure) < _CERTAIN or fits.mean() < _NAMED.fit:
            raise
        return joined


def _seen(found: list[Found], reader: ReadsImages, degrees: int) -> ReadSheet:
    images = np.stack([normalise(digit.ink, reader.config.img_size) for digit in found])
    chances = reader.read(images) if _can_read(reader) else None
    return ReadSheet(found, images, chances, degrees)


def _can_read(reader: ReadsImages) -> bool:
    return reader.config.reader and reader.config.channels == 1


def _fit(sheet: ReadSheet, labels: Sequence[int] | None) -> float:
    """Return how probable these digits are, or those that the reader sees, on average."""
    return float(_fits(sheet, labels).mean())


def _fits(sheet: ReadSheet, labels: Sequence[int] | None) -> NDArray[np.float64]:
    """Return how probable each of these digits is, or what the reader sees, (N,)."""
    assert sheet.chances is not None
    read = sheet.chances.argmax(axis=1) if labels is None else list(labels)
    return sheet.chances[np.arange(len(sheet.chances)), read]
