"""The digits that were drawn last, so that those that stay as they are aren't drawn again.

While one types or drags a slider, most of a number stays. What is kept is single digits, whatever
the numbers were.
"""

import threading
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan import Sampler
from cgan.writing import picture

_KEPT = 2048  # about 4 MB


class Digit(NamedTuple):
    """A digit as it was drawn.

    Attributes:
        pixels: (H, W) uint8, ink 255 on 0; not to be changed.
        milliseconds: what the generator took for it.
    """

    pixels: NDArray[np.uint8]
    milliseconds: float


class Digits:
    """Draws digits, and keeps the last ones; threads may share it."""

    def __init__(self, kept: int = _KEPT) -> None:
        """Keep at most `kept` digits."""
        self._limit = kept
        self._lock = threading.Lock()
        # From the one whose last use is longest ago to the one that was used last.
        self._kept: dict[tuple[Sampler, bytes, int], Digit] = {}

    def draw(
        self, sampler: Sampler, latents: NDArray[np.float32], labels: NDArray[np.integer[Any]]
    ) -> list[Digit]:
        """Return each digit; all that have to be drawn are drawn at once.

        Args:
            sampler: what draws.
            latents: (N, latent_dim) float32.
            labels: (N,) integers.
        """
        keys = [
            (sampler, latent.tobytes(), int(label))
            for latent, label in zip(latents, labels, strict=True)
        ]
        with self._lock:
            digits = {key: self._kept[key] for key in keys if key in self._kept}
        missing = {key: index for index, key in enumerate(keys) if key not in digits}
        if missing:
            rows = list(missing.values())
            start = time.perf_counter()
            images = sampler.generate(latents[rows], labels[rows])
            each = (time.perf_counter() - start) * 1000 / len(rows)
            drawn = picture.to_pixels(images)
            # Copies: a part of `drawn` would keep all of it.
            digits |= {k: Digit(one.copy(), each) for k, one in zip(missing, drawn, strict=True)}
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)
                self._kept[key] = digits[key]
            while len(self._kept) > self._limit:
                del self._kept[next(iter(self._kept))]
        return [digits[key] for key in keys]
