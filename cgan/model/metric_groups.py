"""Groups of figures in `metrics.json`, which older files and quick evaluations don't have."""

import re
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

from cgan.common.errors import BadValue
from cgan.common.values import is_finite, is_whole
from cgan.model.config import check_keys

Own = TypeVar("Own", bound="Group")

_MAX_INT = 2**63 - 1
# JSON may hold halves of a character, which can't be printed or written.
_SURROGATE = re.compile("[\ud800-\udfff]")


# Figures are rounded to these decimals: their last bits depend on the matrix library.
_DECIMALS = 6


def as_figure(value: Any) -> float:
    """Return what was measured, rounded as `metrics.json` has it."""
    return round(float(value), _DECIMALS)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Figures that are measured together.

    Attributes:
        SHARES: names of the fields that are from 0 to 1.
    """

    SHARES: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        """Check every field's type and bounds.

        Raises:
            BadValue: names the first field that doesn't fit.
        """
        check_types(self)
        check_shares(self, self.SHARES)

    @classmethod
    def from_dict(cls: type[Own], name: str, values: Any) -> Own:
        """Build a group from JSON values; all keys must be present, and no others.

        Args:
            name: of the group, for errors.
            values: what the file holds.

        Raises:
            BadValue: names the key that is missing, unknown or out of bounds.
        """
        if not isinstance(values, dict):
            raise BadValue(f"{name} can't be {values!r}")
        known = {field.name for field in fields(cls)}
        check_keys(values, known, known)
        return cls(**as_fields(cls, values))


@dataclass(frozen=True, kw_only=True)
class HandMetrics(Group):
    """What `cgan.evaluation.hands` measured of an encoder, on hands taken from one digit each.

    Attributes:
        reconstruction: share of the real digits' variance that is in the same digits drawn again.
        legible: share of all digits in these hands that the classifier reads as what they are.
        slant: correlation of the real digits' slant with that of all digits in their hands.
        stroke_width: the same of the width of the strokes.
        same_hand: how alike the digits of a hand are to those of a hand that was taken from another
            digit written in it: 1 for equal ones, 0 for those of two unrelated hands.
        samples: number of real digits.
        encoder_sha256: of the encoder, as `Sampler.encoder_sha256`.
    """

    SHARES = ("legible",)

    reconstruction: float
    legible: float
    slant: float
    stroke_width: float
    same_hand: float
    samples: int
    encoder_sha256: str


@dataclass(frozen=True, kw_only=True)
class DetailMetrics(Group):
    """What `cgan.evaluation.details` measured of some images, beside real test images.

    These are flaws that accuracy and Frechet distance don't see. Real training images, measured
    likewise, say how much of each is usual.

    Attributes:
        density: how many balls around real images each image is in, by the number that real images
            should be in: about 1 for real ones (Naeem et al., "Reliable fidelity and diversity
            metrics for generative models", 2020, arXiv:2002.09797).
        coverage: share of the real images that have an image nearby (Naeem et al.).
        coverage_per_class: the same for each class, in order; 1 for one without real images.
        pieces: share of the images in more pieces than real ones of their class.
        specks: share of the images with a piece of a few pixels.
        border: mean ink in the outer two rows and columns, from 0 to 1.
        pixel_mean: the largest difference of a pixel's mean ink from that of real images, less what
            the pixels around it have of it.
        pixel_deviation: the same of the standard deviation.
        stroke_width: distance of the widths of strokes from those of real images of the same class,
            in pixels (Wasserstein's, of order 1), mean of the classes.
        slant: the same of the slant, in dx/dy.
        legible: share of the images that the classifier reads as what they are when they are drawn
            as the page draws them, with edges at a threshold; None for colour images.
    """

    SHARES = ("coverage", "coverage_per_class", "pieces", "specks", "border", "legible")

    density: float
    coverage: float
    coverage_per_class: tuple[float, ...]
    pieces: float
    specks: float
    border: float
    pixel_mean: float
    pixel_deviation: float
    stroke_width: float
    slant: float
    legible: float | None


def check_types(figures: Any) -> None:
    """Check the type of every field of a dataclass of figures.

    Raises:
        BadValue: names the first field that doesn't fit.
    """
    hints = typing.get_type_hints(type(figures))
    for field in fields(figures):
        _check_type(field.name, getattr(figures, field.name), hints[field.name])


def check_shares(figures: Any, names: tuple[str, ...]) -> None:
    """Check that figures, or all that a tuple holds, are from 0 to 1; None is no figure.

    Raises:
        BadValue: names the first one that isn't.
    """
    for name in names:
        value = getattr(figures, name)
        for one in value if isinstance(value, tuple) else (value,):
            check_between(name, one, 1)


def check_between(name: str, value: float | None, high: float) -> None:
    """Check that a figure is from 0 to `high`, or None.

    Raises:
        BadValue: it isn't.
    """
    if value is not None and not 0 <= value <= high:
        raise BadValue(f"{name} can't be {value!r}")


def as_fields(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    """Return JSON values with a tuple in place of a list, where a dataclass has a tuple."""
    hints = typing.get_type_hints(kind)
    return {
        key: tuple(value) if isinstance(value, list) and hints[key] in _TUPLES else value
        for key, value in values.items()
    }


def _check_type(name: str, value: Any, kind: Any) -> None:
    if not _FITS[kind](value):
        raise BadValue(f"{name} can't be {value!r}")
    if isinstance(value, tuple):
        for one in value:
            _check_type(name, one, float)


_TUPLES = (tuple[float, ...],)
# By the type of a field.
_FITS: dict[Any, Callable[[Any], bool]] = {
    float: is_finite,
    float | None: lambda value: value is None or is_finite(value),
    int: lambda value: is_whole(value, 0, _MAX_INT),
    str: lambda value: isinstance(value, str) and not _SURROGATE.search(value),
    tuple[float, ...]: lambda value: isinstance(value, tuple) and len(value) > 0,
    HandMetrics | None: lambda value: value is None or isinstance(value, HandMetrics),
    DetailMetrics | None: lambda value: value is None or isinstance(value, DetailMetrics),
}
