"""Randomness comes from the seed and the position alone."""

import numpy as np

from cgan import randomness


def test_an_epochs_order_is_a_permutation_of_its_own():
    first = randomness.order(0, 0, 50)
    assert sorted(first) == list(range(50))
    assert np.array_equal(first, randomness.order(0, 0, 50))
    assert not np.array_equal(first, randomness.order(0, 1, 50))
    assert not np.array_equal(first, randomness.order(1, 0, 50))


def test_a_steps_draws_are_its_own():
    seed, z, labels = randomness.draws(3, 7, 1000, 20, 4)
    again = randomness.draws(3, 7, 1000, 20, 4)
    assert seed == again[0]
    assert np.array_equal(z, again[1])
    assert np.array_equal(labels, again[2])
    other = randomness.draws(3, 8, 1000, 20, 4)
    assert seed != other[0]
    assert not np.array_equal(z, other[1])
    assert not np.array_equal(labels, other[2])


def test_draws_have_the_distributions_that_training_wants():
    seed, z, labels = randomness.draws(0, 0, 4000, 30, 5)
    assert 0 < seed < 2**31
    assert z.shape == (4000, 30)
    assert z.dtype == np.float32
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02
    assert labels.dtype == np.int32
    assert set(labels) == set(range(5))


def test_consecutive_steps_get_unrelated_dropout_seeds():
    """Jittor's generator is a linear congruence: neighbouring seeds would give similar masks."""
    seeds = np.array([randomness.draws(0, step, 1, 1, 1)[0] for step in range(200)])
    assert len(set(seeds)) == 200
    assert np.abs(np.diff(seeds)).min() > 1000


def test_a_steps_shifts_are_its_own():
    shifts = randomness.shifts(3, 7, 2000, 2)
    assert (shifts.shape, shifts.dtype) == ((3, 2000, 2), np.int32)
    assert np.array_equal(shifts, randomness.shifts(3, 7, 2000, 2))
    for other in (randomness.shifts(3, 8, 2000, 2), randomness.shifts(4, 7, 2000, 2)):
        assert not np.array_equal(shifts, other)
    for values in shifts.transpose(0, 2, 1).reshape(6, 2000):
        counts = np.unique(values, return_counts=True)
        assert counts[0].tolist() == [-2, -1, 0, 1, 2]
        assert counts[1].min() > 300
    assert not randomness.shifts(3, 7, 2000, 0).any()
