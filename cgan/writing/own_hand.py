"""A hand of one's own: the latents of digits that somebody wrote, small enough to be sent along.

A latent takes a byte per number: what it is rounded by changes no stroke that one would see.

There are two forms, which hold the same: JSON for a file, and a text for a link, in which nothing
has to be escaped. Its parts are separated by dots: the form's number, the beginning of the weights'
sha256, the hand's latent; then each digit that was written by hand, and its latent.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.model.config import GeneratorConfig

FORMAT_KEY, FORMAT = "format", "cgan-hand-1"
_WEIGHTS_KEY, _LATENT_KEY, _DIGITS_KEY = "weights", "latent", "digits"

# The form of a hand's text, and how much of the weights' sha256 it has.
_TEXT_FORM, _SHA_LENGTH = "1", 12
# Of what may be a hand, in characters.
MAX_TEXT = 64 << 10

_STEP = 1 / 32  # of a latent's numbers, which lie within 4 of 0

# The middle of several latents is looked for in so many steps.
_MEDIAN_STEPS = 32


class BadHand(BadValue):
    """What should be a hand is none."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This is no hand that can be read: make a new one.", text_id="hand.invalid"
        )


class ForeignHand(BadValue):
    """A hand is for other weights."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This hand was made with other weights: make it again with these.",
            text_id="hand.other_weights",
        )


@dataclass(frozen=True, eq=False)
class OwnHand:
    """Somebody's hand; two are equal if they write the same.

    Attributes:
        weights: sha256 of the generator that it is for (`Sampler.sha256`).
        latent: (latent_dim,) float32, of all digits that weren't written by hand.
        digits: the latents of those that were, by digit.
    """

    weights: str
    latent: NDArray[np.float32]
    digits: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Compare with another hand, as links have it."""
        return isinstance(other, OwnHand) and self.to_text() == other.to_text()

    def __hash__(self) -> int:
        """Return the same for equal hands."""
        return hash(self.to_text())

    @classmethod
    def of(cls, weights: str, latents: NDArray[np.float32], labels: Sequence[int]) -> "OwnHand":
        """Make a hand from the latents of some digits.

        The hand's latent is their geometric median, which one digit that is unlike the others
        hardly moves, made as long as they are. A digit that was written several times gets the
        latent nearest to the median of its own.

        Args:
            weights: as the attribute.
            latents: (N, latent_dim) float32, at least one.
            labels: the digits that they are of.
        """
        own = {}
        for label in sorted(set(labels)):
            its = latents[[index for index, other in enumerate(labels) if other == label]]
            nearest = 0
            if len(its) > 1:
                nearest = int(np.linalg.norm(its - _median(its), axis=1).argmin())
            own[label] = rounded(its[nearest])
        return cls(weights, rounded(_middle(latents)), own)

    def latent_of(self, digit: int) -> NDArray[np.float32]:
        """Return the latent that this hand writes a digit with."""
        return self.digits.get(digit, self.latent)

    def check_fits(self, weights: str) -> None:
        """Check that this hand is for a generator.

        Args:
            weights: its sha256.

        Raises:
            ForeignHand: it is for another one.
        """
        if self.weights != weights:
            raise ForeignHand

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values: about 300 bytes, and 150 for each digit."""
        return {
            FORMAT_KEY: FORMAT,
            _WEIGHTS_KEY: self.weights,
            _LATENT_KEY: _encode(_steps(self.latent)),
            _DIGITS_KEY: {str(digit): text for digit, text in self._encoded().items()},
        }

    @classmethod
    def from_dict(cls, values: Any, config: GeneratorConfig, weights: str) -> "OwnHand":
        """Read what `to_dict` returns, which may come from anyone.

        Args:
            values: from JSON.
            config: of the generator that will write.
            weights: its sha256.

        Raises:
            BadHand: it is something else.
            ForeignHand: it is a hand for another generator.
        """
        return _read_dict(values).for_weights(config, weights)

    def to_text(self) -> str:
        """Return a text for a link: 150 characters, and 137 for each digit."""
        return _join(self.weights, _encode(_steps(self.latent)), self._encoded())

    def _encoded(self) -> dict[int, str]:
        return {digit: _encode(_steps(z)) for digit, z in sorted(self.digits.items())}

    @classmethod
    def from_text(cls, text: Any, config: GeneratorConfig, weights: str) -> "OwnHand":
        """Read what `to_text` returns, or the JSON of `to_dict`, which may come from anyone.

        Args:
            text: the text.
            config: of the generator that will write.
            weights: its sha256.

        Raises:
            BadHand: it is something else.
            ForeignHand: it is a hand for another generator.
        """
        return _read_text(text).for_weights(config, weights)


class _Read(NamedTuple):
    """A hand as it was read, before it is known which generator it is for.

    Attributes:
        weights: the generator's sha256, or its beginning.
        latent: a byte for each of its numbers.
        digits: as many for each digit that was written by hand.
    """

    weights: str
    latent: bytes
    digits: dict[int, bytes]

    def for_weights(self, config: GeneratorConfig, weights: str) -> OwnHand:
        """Return the hand for a generator.

        Raises:
            BadHand: it doesn't fit the generator although it names it.
            ForeignHand: it is for another one.
        """
        if not weights.startswith(self.weights):
            raise ForeignHand
        if len(self.latent) != config.latent_dim:
            raise BadHand
        if any(digit >= config.n_classes for digit in self.digits):
            raise BadHand
        own = {digit: _floats(steps) for digit, steps in self.digits.items()}
        return OwnHand(weights, _floats(self.latent), own)


def link_text(text: Any) -> str:
    """Return the text for a link, of what `OwnHand.from_text` reads.

    Raises:
        BadHand: it is something else.
    """
    read = _read_text(text)
    digits = {digit: _encode(steps) for digit, steps in sorted(read.digits.items())}
    return _join(read.weights, _encode(read.latent), digits)


def _join(weights: str, latent: str, digits: Mapping[int, str]) -> str:
    written = [part for digit, its in digits.items() for part in (str(digit), its)]
    return ".".join([_TEXT_FORM, weights[:_SHA_LENGTH], latent, *written])


def _read_text(text: Any) -> _Read:
    """Read a hand in either form.

    Raises:
        BadHand: it is neither.
    """
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise BadHand
    if text.lstrip().startswith("{"):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadHand from error
        return _read_dict(values)
    form, *parts = text.strip().split(".")
    if form != _TEXT_FORM or len(parts) < 2 or len(parts) % 2:
        raise BadHand
    weights, latent, *rest = parts
    if not re.fullmatch(f"[0-9a-f]{{{_SHA_LENGTH}}}", weights):
        raise BadHand
    digits = dict(zip(rest[::2], rest[1::2], strict=True))
    if len(digits) < len(rest) // 2:
        raise BadHand
    return _read_parts(weights, latent, digits)


def _read_dict(values: Any) -> _Read:
    """Read the values of a JSON file.

    Raises:
        BadHand: they are something else.
    """
    keys = {FORMAT_KEY, _WEIGHTS_KEY, _LATENT_KEY, _DIGITS_KEY}
    if not isinstance(values, dict) or values.keys() != keys or values[FORMAT_KEY] != FORMAT:
        raise BadHand
    weights, digits = values[_WEIGHTS_KEY], values[_DIGITS_KEY]
    if not isinstance(weights, str) or not re.fullmatch("[0-9a-f]{64}", weights):
        raise BadHand
    if not isinstance(digits, dict):
        raise BadHand
    return _read_parts(weights, values[_LATENT_KEY], digits)


def _read_parts(weights: str, latent: Any, digits: Mapping[str, Any]) -> _Read:
    if not all(re.fullmatch("0|[1-9][0-9]{0,3}", digit) for digit in digits):
        raise BadHand
    its = _decode(latent)
    own = {int(digit): _decode(text) for digit, text in digits.items()}
    if any(len(steps) != len(its) for steps in own.values()):
        raise BadHand
    return _Read(weights, its, own)


def rounded(latent: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round a latent to what a hand keeps: multiples of 1/32 within 4 of 0."""
    steps = np.clip(np.rint(latent / np.float32(_STEP)), -127, 127)
    result: NDArray[np.float32] = (steps * _STEP).astype(np.float32)
    return result


def _middle(latents: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the geometric median, as long as the latents are."""
    median = _median(latents)
    length = np.median(np.linalg.norm(latents, axis=1))
    scaled: NDArray[np.float32] = median * (length / max(float(np.linalg.norm(median)), 1e-6))
    return scaled


def _median(latents: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the point with the smallest sum of distances (Weiszfeld, 1937)."""
    middle = latents.mean(axis=0, dtype=np.float64)
    for _ in range(_MEDIAN_STEPS):
        distances = np.linalg.norm(latents - middle, axis=1)
        shares = 1 / np.maximum(distances, 1e-6)
        middle = (shares / shares.sum()) @ latents.astype(np.float64)
    result: NDArray[np.float32] = middle.astype(np.float32)
    return result


def _steps(latent: NDArray[np.float32]) -> bytes:
    steps: NDArray[np.int8] = np.rint(latent / np.float32(_STEP)).astype(np.int8)
    return steps.tobytes()


def _floats(steps: bytes) -> NDArray[np.float32]:
    return (np.frombuffer(steps, np.int8) * _STEP).astype(np.float32)


def _encode(steps: bytes) -> str:
    return base64.urlsafe_b64encode(steps).decode().rstrip("=")


def _decode(text: Any) -> bytes:
    """Read the bytes of a latent.

    Raises:
        BadHand: it is something else.
    """
    if not isinstance(text, str) or not text:
        raise BadHand
    try:
        steps = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadHand from error
    if _encode(steps) != text:  # one text for each hand
        raise BadHand
    return steps
