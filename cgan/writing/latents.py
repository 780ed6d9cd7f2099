"""Latents from seeds: the same on every machine, for ever.

NumPy keeps the bits of its bit generators stable but may improve how it turns them into normal
numbers. So only the bits come from NumPy; the Box-Muller transform (1958) here does the rest.
"""

import operator

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.common.values import is_whole

MAX_SEED = 2**63 - 1

# The distance between the indices of an image's candidates: more images than anyone draws with a
# seed, so that no candidate is another image's latent.
_CANDIDATE_STRIDE = 2**24


def check_seed(seed: int) -> int:
    """Return `seed` as an int.

    Raises:
        BadValue: not a whole number from 0 to 2**63 - 1.
    """
    try:
        # NumPy's truth values have an index, too.
        value = seed if isinstance(seed, bool | np.bool_) else operator.index(seed)
    except TypeError:
        value = -1
    if not is_whole(value, 0, MAX_SEED):
        raise BadValue(f"The seed must be a whole number from 0 to {MAX_SEED}, not {seed!r}.")
    return value


def latent(seed: int, index: int, latent_dim: int) -> NDArray[np.float32]:
    """Return the latent number `index` of `seed`: (latent_dim,) float32, standard normal."""
    half = (latent_dim + 1) // 2
    # Words of 32 bits each, so that a large seed can't overlap with an index.
    words = [seed & 0xFFFFFFFF, index, seed >> 32]
    bits = np.random.PCG64(np.random.SeedSequence(words)).random_raw(2 * half)
    # 53 random bits and a half: uniform in the open interval (0, 1), so the logarithm is finite.
    uniform = ((bits >> np.uint64(11)) + 0.5) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log(uniform[:half]))
    angle = 2.0 * np.pi * uniform[half:]
    normal: NDArray[np.float64] = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    return normal[:latent_dim].astype(np.float32)


def candidates(seed: int, index: int, count: int, latent_dim: int) -> NDArray[np.float32]:
    """Return `count` latents to choose from: (count, latent_dim) float32, standard normal.

    The first is the latent number `index` of `seed` itself.
    """
    indices = (index + choice * _CANDIDATE_STRIDE for choice in range(count))
    return np.stack([latent(seed, each, latent_dim) for each in indices])


def slerp(
    start: NDArray[np.float32], end: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """Interpolate on the sphere, so that latents between the ends are as likely as the ends.

    White, "Sampling Generative Networks", 2016 (arXiv:1609.04468).

    Args:
        start: (N, latent_dim) float32.
        end: (N, latent_dim) float32.
        share: 0 gives `start` and 1 gives `end`, exactly.

    Returns:
        (N, latent_dim) float32.
    """
    a, b = start.astype(np.float64), end.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosine = np.sum(a * b, axis=1) / np.maximum(lengths, np.finfo(np.float64).tiny)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    sine = np.sin(angle)
    # There is no arc between equal or opposite directions, or from a vector of length 0.
    straight = (sine < 1e-6) | (lengths == 0)
    safe = np.where(straight, 1.0, sine)
    from_start = np.where(straight, 1 - share, np.sin((1 - share) * angle) / safe)
    from_end = np.where(straight, share, np.sin(share * angle) / safe)
    return (from_start[:, None] * a + from_end[:, None] * b).astype(np.float32)


def latents(n: int, seed: int, latent_dim: int) -> NDArray[np.float32]:
    """Return (n, latent_dim) float32, standard normal; row i depends on (seed, i) alone."""
    rows = np.empty((n, latent_dim), np.float32)
    for index in range(n):
        rows[index] = latent(seed, index, latent_dim)
    return rows
