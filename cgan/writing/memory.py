"""A cache of latents and digits, so that unchanged digits aren't drawn again.

While a visitor types or drags a slider, most of a number stays the same. Digits are kept singly,
whatever number they were in.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from cgan.writing import picture
from cgan.writing.generator import DrawsImages
from cgan.writing.hand import Choice, Latent

_KEPT = 2048  # about 4 MB of digits, and 2 MB of latents

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Digit(NamedTuple):
    """A digit as it was drawn.

    Attributes:
        pixels: (H, W[, 3]) uint8, ink 255 on 0; not to be changed.
        milliseconds: the time that the generator took for it.
    """

    pixels: NDArray[np.uint8]
    milliseconds: float


class Memory:
    """Chooses latents and draws digits, and keeps the latest; threads may share it."""

    def __init__(self, kept: int = _KEPT) -> None:
        """Keep at most `kept` latents and as many digits."""
        self._latents: _Recent[tuple[DrawsImages, Choice], Latent] = _Recent(kept)
        self._digits: _Recent[tuple[DrawsImages, bytes, int], Digit] = _Recent(kept)

    def latents(self, sampler: DrawsImages, choices: Sequence[Choice]) -> list[Latent]:
        """Return the latent of each choice.

        Raises:
            UserError: the weights have no reader to choose with.
        """
        return self._latents.get(
            [(sampler, choice) for choice in choices],
            lambda missing: [choice.choose(sampler) for _, choice in missing],
        )

    def digits(
        self,
        sampler: DrawsImages,
        latents: Sequence[NDArray[np.float32]],
        labels: NDArray[np.integer[Any]],
    ) -> list[Digit]:
        """Return each digit; those that have to be drawn are drawn in one batch.

        Args:
            sampler: the generator that draws.
            latents: N arrays (latent_dim,) float32.
            labels: (N,) integers.
        """
        keys = [
            (sampler, latent.tobytes(), int(label))
            for latent, label in zip(latents, labels, strict=True)
        ]
        return self._digits.get(keys, lambda missing: _draw(sampler, missing))


def _draw(sampler: DrawsImages, keys: Sequence[tuple[DrawsImages, bytes, int]]) -> list[Digit]:
    z = np.stack([np.frombuffer(latent, np.float32) for _, latent, _ in keys])
    labels = np.array([label for _, _, label in keys])
    start = time.perf_counter()
    images = sampler.generate(z, labels)
    each = (time.perf_counter() - start) * 1000 / len(keys)
    # Copies: a part of an array would keep all of it in memory.
    return [Digit(pixels.copy(), each) for pixels in picture.to_pixels(images)]


class _Recent(Generic[Key, Value]):
    """The most recently used values, by key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        # In the order of their last use, the most recent at the end.
        self._kept: dict[Key, Value] = {}

    def get(self, keys: Sequence[Key], make: Callable[[list[Key]], Sequence[Value]]) -> list[Value]:
        """Return a value for each key; `make` returns the values of the missing keys."""
        with self._lock:
            values = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in dict.fromkeys(keys) if key not in values]
        if missing:
            values |= zip(missing, make(missing), strict=True)
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)
                self._kept[key] = values[key]
            while len(self._kept) > self._limit:
                del self._kept[next(iter(self._kept))]
        return [values[key] for key in keys]
