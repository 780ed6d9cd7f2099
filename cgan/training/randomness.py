"""All randomness of training, which depends on the seed and the position alone.

So a run that is resumed at any step draws the same numbers as one that was never stopped.
"""

import numpy as np
from numpy.typing import NDArray

_INITIALISATION, _EPOCH, _STEP, _SHIFT, _NOISE, _ENCODER, _ENCODER_STEP = range(7)
_SECOND, _RARE, _MISSED, _MISSED_AGAIN = range(7, 11)


def _generator(seed: int, purpose: int, index: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, purpose, index])))


def _jittor_seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 2**31 - 1))


def initialisation_seed(seed: int) -> int:
    """Return the seed of Jittor's generator for the initial weights."""
    return _jittor_seed(_generator(seed, _INITIALISATION, 0))


def order(seed: int, epoch: int, labels: NDArray[np.int32], pack: int = 1) -> NDArray[np.int64]:
    """Return the order of the images in an epoch: a permutation of their indices.

    With `pack` above 1, the images come in random groups of `pack` of one class. The remainder
    of each class is left out, so every epoch is shorter by the same number of images.

    Args:
        seed: of the run.
        epoch: from 0.
        labels: (N,), the class of each image.
        pack: images in a group.
    """
    rng = _generator(seed, _EPOCH, epoch)
    indices = rng.permutation(len(labels))
    if pack == 1:
        return indices
    classes = (indices[labels[indices] == label] for label in np.unique(labels))
    groups = [own[: len(own) // pack * pack].reshape(-1, pack) for own in classes]
    return rng.permutation(np.concatenate(groups)).ravel()


def draws(
    seed: int, step: int, count: int, latent_dim: int, n_classes: int, pack: int = 1
) -> tuple[int, NDArray[np.float32], NDArray[np.int32]]:
    """Return the random numbers of a training step.

    Returns:
        The seed of Jittor's generator, for this step's dropout; z (count, latent_dim) float32,
        standard normal; labels (count,) int32, uniform, in runs of `pack` equal ones. `pack` must
        divide `count`.
    """
    rng = _generator(seed, _STEP, step)
    return (
        _jittor_seed(rng),
        rng.standard_normal((count, latent_dim), np.float32),
        rng.integers(0, n_classes, count // pack, np.int32).repeat(pack),
    )


def seed_of_rank(seed: int, rank: int) -> int:
    """Return the seed of Jittor's generator in one of several processes, from the first one's.

    Each has its own, so that their dropout differs.
    """
    if rank == 0:
        return seed
    return _jittor_seed(np.random.Generator(np.random.PCG64([seed, rank])))


def shifts(seed: int, step: int, count: int, reach: int) -> NDArray[np.int32]:
    """Return the shifts of a training step's images, which the discriminator then sees.

    Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020
    (arXiv:2006.10738): real and generated images are shifted alike, and the gradient flows through
    to the generator. Of the paper's augmentations, only shifts suit handwriting.

    Returns:
        (3, count, 2) int32, uniform in -reach .. reach, in pixels: down and right. They are for the
        generator's step, and for the real and the generated images of the discriminator's step.
    """
    return _generator(seed, _SHIFT, step).integers(
        -reach, reach, (3, count, 2), np.int32, endpoint=True
    )


def noise(seed: int, step: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the noise of a training step's gradient penalty: standard normal, float32."""
    return _generator(seed, _NOISE, step).standard_normal(shape, np.float32)


def encoder_initialisation(seed: int) -> np.random.Generator:
    """Return the generator of an encoder's initial weights."""
    return _generator(seed, _ENCODER, 0)


def second_initialisation(seed: int) -> np.random.Generator:
    """Return the generator of a second discriminator's initial weights."""
    return _generator(seed, _SECOND, 0)


def rare(seed: int, step: int) -> np.random.Generator:
    """Return the generator of a training step that decides which real images are drawn again."""
    return _generator(seed, _RARE, step)


def missed(seed: int, step: int) -> np.random.Generator:
    """Return the generator of a training step that chooses among real images that G misses."""
    return _generator(seed, _MISSED, step)


def missed_again(seed: int, step: int) -> np.random.Generator:
    """Return the generator of a training step that decides which of these D is shown."""
    return _generator(seed, _MISSED_AGAIN, step)


def encoder_draws(
    seed: int, step: int, count: int, images: int, latent_dim: int, n_classes: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int32]]:
    """Return the random numbers of a step of the encoder's training.

    Returns:
        Indices of real images (count,), below `images`; z (count, latent_dim) float32, standard
        normal; labels (count,) int32, uniform.
    """
    rng = _generator(seed, _ENCODER_STEP, step)
    return (
        rng.integers(0, images, count),
        rng.standard_normal((count, latent_dim), np.float32),
        rng.integers(0, n_classes, count, np.int32),
    )
