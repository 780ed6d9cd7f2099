"""Randomness comes from the seed and the position alone."""

import numpy as np

from cgan.training import randomness


def test_an_epochs_order_is_a_permutation_of_its_own():
    labels = np.arange(50, dtype=np.int32) % 3
    first = randomness.order(0, 0, labels)
    assert sorted(first) == list(range(50))
    assert np.array_equal(first, randomness.order(0, 0, labels))
    assert not np.array_equal(first, randomness.order(0, 1, labels))
    assert not np.array_equal(first, randomness.order(1, 0, labels))


def test_packed_images_are_of_one_class_and_each_comes_once():
    labels = np.array([0] * 31 + [1] * 7 + [2] * 2 + [4] * 40, np.int32)
    orders = [randomness.order(0, epoch, labels, pack=3) for epoch in range(20)]
    for order in orders:
        assert len(order) == len(set(order)) == 30 + 6 + 39
        groups = labels[order].reshape(-1, 3)
        assert (groups == groups[:, :1]).all()
        assert (np.diff(groups[:, 0]) != 0).sum() > 5  # classes are mixed
    # Each epoch leaves over other images, and groups an image with others.
    assert set(np.concatenate(orders)) == set(np.flatnonzero(labels != 2))
    assert len({tuple(sorted(group)) for order in orders for group in order.reshape(-1, 3)}) > 400


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


def test_packed_labels_are_equal_and_nothing_else_changes():
    seed, z, labels = randomness.draws(0, 0, 4000, 30, 5)
    packed = randomness.draws(0, 0, 4000, 30, 5, pack=4)
    assert packed[0] == seed
    assert np.array_equal(packed[1], z)
    assert packed[2].shape == labels.shape
    groups = packed[2].reshape(-1, 4)
    assert (groups == groups[:, :1]).all()
    assert set(packed[2]) == set(range(5))


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


def test_a_steps_noise_is_its_own_and_standard_normal():
    noise = randomness.noise(3, 7, (50, 1, 20, 20))
    assert (noise.shape, noise.dtype) == ((50, 1, 20, 20), np.float32)
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1) < 0.02
    assert np.array_equal(noise, randomness.noise(3, 7, (50, 1, 20, 20)))
    for other in (randomness.noise(3, 8, (50, 1, 20, 20)), randomness.noise(4, 7, (50, 1, 20, 20))):
        assert abs(np.corrcoef(noise.ravel(), other.ravel())[0, 1]) < 0.03
