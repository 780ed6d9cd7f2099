"""A hand of one's own: the latents of digits that somebody wrote, small enough to be sent along.

A latent takes a byte per number: what it is rounded by changes no stroke that one would see.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.model.config import GeneratorConfig

FORMAT_KEY, FORMAT = "format", "cgan-hand-1"
_WEIGHTS_KEY, _LATENT_KEY, _DIGITS_KEY = "weights", "latent", "digits"

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


@dataclass(frozen=True)
class OwnHand:
    """Somebody's hand.

    Attributes:
        weights: sha256 of the generator that it is for (`Sampler.sha256`).
        latent: (latent_dim,) float32, of all digits that weren't written by hand.
        digits: the latents of those that were, by digit.
    """

    weights: str
    latent: NDArray[np.float32]
    digits: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)

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
            distances = np.linalg.norm(its - _median(its), axis=1)
            own[label] = rounded(its[int(distances.argmin())])
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
            _LATENT_KEY: _to_text(self.latent),
            _DIGITS_KEY: {str(digit): _to_text(z) for digit, z in sorted(self.digits.items())},
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
        keys = {FORMAT_KEY, _WEIGHTS_KEY, _LATENT_KEY, _DIGITS_KEY}
        if not isinstance(values, dict) or values.keys() != keys or values[FORMAT_KEY] != FORMAT:
            raise BadHand
        its_weights, digits = values[_WEIGHTS_KEY], values[_DIGITS_KEY]
        if not isinstance(its_weights, str) or not re.fullmatch("[0-9a-f]{64}", its_weights):
            raise BadHand
        if its_weights != weights:
            raise ForeignHand
        allowed = {str(digit) for digit in range(config.n_classes)}
        if not isinstance(digits, dict) or not digits.keys() <= allowed:
            raise BadHand
        own = {int(digit): _from_text(text, config.latent_dim) for digit, text in digits.items()}
        return cls(weights, _from_text(values[_LATENT_KEY], config.latent_dim), own)


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


def _to_text(latent: NDArray[np.float32]) -> str:
    steps = np.rint(latent / np.float32(_STEP)).astype(np.int8)
    return base64.urlsafe_b64encode(steps.tobytes()).decode().rstrip("=")


def _from_text(text: Any, latent_dim: int) -> NDArray[np.float32]:
    """Read a latent.

    Raises:
        BadHand: it is something else.
    """
    if not isinstance(text, str) or len(text) != -(-4 * latent_dim // 3):
        raise BadHand
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadHand from error
    return (np.frombuffer(data, np.int8) * _STEP).astype(np.float32)
