"""The cached digits: the same as freshly drawn ones, and not drawn again."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cgan import Sampler
from cgan.model.weights import Weights
from cgan.writing import picture
from cgan.writing.memory import Memory
from tests.conftest import TINY, random_tensors


class Counting(Sampler):
    """Counts the images that it generates."""

    count = 0

    def generate(self, z, labels=None):
        self.count += len(z)
        return super().generate(z, labels)


@pytest.fixture
def sampler():
    return Counting(Weights(TINY, random_tensors(TINY, 0)))


def pixels(digits):
    return np.stack([digit.pixels for digit in digits])


def test_they_are_what_the_sampler_draws_each_once(sampler):
    memory, z, labels = Memory(), sampler.latents(5, seed=3), np.array([3, 0, 3, 9, 3])
    expected = picture.to_pixels(sampler.generate(z, labels))
    sampler.count = 0
    first = memory.digits(sampler, z, labels)
    np.testing.assert_array_equal(pixels(first), expected)
    assert sampler.count == 5
    assert all(digit.milliseconds > 0 for digit in first)
    assert memory.digits(sampler, z[1:4], labels[1:4]) == first[1:4]
    assert sampler.count == 5


def test_only_what_changed_is_drawn(sampler):
    memory, z = Memory(), sampler.latents(3, seed=3)
    memory.digits(sampler, z, np.array([1, 2, 3]))
    changed = memory.digits(sampler, z, np.array([1, 7, 3]))
    assert sampler.count == 4
    expected = picture.to_pixels(sampler.generate(z, [1, 7, 3]))
    np.testing.assert_array_equal(pixels(changed), expected)


def test_the_same_digit_twice_is_drawn_once(sampler):
    z = np.repeat(sampler.latents(1, seed=3), 4, axis=0)
    drawn = Memory().digits(sampler, z, np.array([5, 5, 6, 5]))
    assert sampler.count == 2
    assert drawn[0] is drawn[1] is drawn[3]


def test_other_weights_draw_their_own(sampler):
    memory, z, labels = Memory(), sampler.latents(2, seed=3), np.array([4, 5])
    other = Sampler(Weights(TINY, random_tensors(TINY, 1)))
    first, second = (pixels(memory.digits(one, z, labels)) for one in (sampler, other))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(second, picture.to_pixels(other.generate(z, labels)))


def test_what_was_used_longest_ago_goes_first(sampler):
    memory, z = Memory(kept=2), sampler.latents(1, seed=3)

    def drawn(label):
        before = sampler.count
        memory.digits(sampler, z, np.array([label]))
        return sampler.count - before

    assert [drawn(label) for label in (1, 2, 1, 3, 1, 2)] == [1, 1, 0, 1, 0, 1]
    more = memory.digits(sampler, sampler.latents(5, seed=4), np.arange(5))
    assert len(more) == 5  # more at once than are kept


def test_threads_may_share_them(sampler):
    memory, z, labels = Memory(kept=8), sampler.latents(6, seed=3), np.arange(6)
    expected = picture.to_pixels(sampler.generate(z, labels))

    def draw(start):
        order = np.roll(np.arange(6), start)
        return order, pixels(memory.digits(sampler, z[order], labels[order]))

    with ThreadPoolExecutor(4) as pool:
        for order, drawn in pool.map(draw, range(60)):
            np.testing.assert_array_equal(drawn, expected[order])
