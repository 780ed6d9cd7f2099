"""Latents from seeds: golden values, independent rows, standard normal."""

import math

import numpy as np
import pytest

from cgan.common.errors import UserError
from cgan.writing.latents import MAX_SEED, check_seed, latent, latents, slerp
from tests.conftest import message


@pytest.fixture(scope="module")
def many():
    return latents(2000, 0, 101)


@pytest.mark.parametrize(
    ("seed", "index", "expected"),
    [
        (0, 0, [0.94466835, 0.62668675, 2.1574028, 0.09845438, -1.4924848]),
        (0, 1, [0.46544695, 1.0090837, 0.05686805, -0.1304371, 0.38940254]),
        (7, 0, [0.15039824, -0.1443871, 0.49939042, 0.95764405, 0.44280306]),
        (7, 10, [0.88921875, -0.78847605, 1.7413456, 0.2641233, -0.191253]),
        (2**32 - 1, 9999, [-2.2708297, 0.6954189, 0.11689944, -0.49641362, 0.7354762]),
        (MAX_SEED, 3, [-1.2685633, 0.40480185, -0.48636445, -0.27741632, -0.98409826]),
    ],
)
def test_the_stream_is_the_same_for_ever(seed, index, expected):
    """Whoever changes these numbers changes every picture that anyone has kept a seed of."""
    np.testing.assert_array_equal(latent(seed, index, 5), np.array(expected, np.float32))


def test_the_stream_of_the_articles_length_is_the_same_for_ever():
    row = latent(7, 0, 100)[[0, 49, 50, 99]]
    expected = np.array([-0.6238202, 0.3759939, 0.7419907, 0.36616397], np.float32)
    np.testing.assert_array_equal(row, expected)


def test_a_batch_is_its_rows():
    rows = latents(5, 7, 3)
    assert (rows.shape, rows.dtype) == ((5, 3), np.float32)
    for index, row in enumerate(rows):
        np.testing.assert_array_equal(row, latent(7, index, 3))


def test_more_latents_begin_with_the_fewer():
    np.testing.assert_array_equal(latents(9, 7, 100)[:4], latents(4, 7, 100))


def test_no_two_rows_or_seeds_share_a_latent():
    """Guards against a seed of more than 32 bits whose upper half is taken for an index."""
    pairs = [(5, 0), (5, 7), (7, 5), (5 + (7 << 32), 0), (7, 7), (MAX_SEED, 0)]
    rows = [tuple(latent(seed, index, 4)) for seed, index in pairs]
    assert len(set(rows)) == len(pairs)


@pytest.mark.parametrize("latent_dim", [1, 2, 3, 100, 101])
def test_any_length_odd_or_even(latent_dim):
    row = latent(0, 0, latent_dim)
    assert (row.shape, row.dtype) == ((latent_dim,), np.float32)
    assert len(set(row.tolist())) == latent_dim


def test_numpys_global_generator_is_left_alone():
    np.random.seed(1)
    first = latents(2, 3, 4)
    expected = np.random.random()
    np.random.seed(1)
    assert np.random.random() == expected
    np.random.seed(2)
    np.testing.assert_array_equal(latents(2, 3, 4), first)


def test_they_are_standard_normal(many):
    """Kolmogorov and Smirnov's distance: 1.63 / sqrt(n) is passed by chance once in a hundred."""
    values = np.sort(many, axis=None).astype(np.float64)
    normal = 0.5 * (1 + np.vectorize(math.erf)(values / math.sqrt(2)))
    steps = np.arange(len(values) + 1) / len(values)
    distance = max((steps[1:] - normal).max(), (normal - steps[:-1]).max())
    assert distance < 1.63 / math.sqrt(len(values))
    assert abs(values.mean()) < 4 / math.sqrt(len(values))
    assert abs(values.std() - 1) < 4 / math.sqrt(2 * len(values))


def test_components_and_neighbours_do_not_correlate(many):
    """Above all the two halves, which share their radius."""
    n = len(many)
    components = np.corrcoef(many, rowvar=False)[~np.eye(101, dtype=bool)]
    assert abs(components).max() < 6 / math.sqrt(n)
    squares = np.corrcoef(many**2, rowvar=False)[~np.eye(101, dtype=bool)]
    assert abs(squares).max() < 0.2
    neighbours = (many[1:] * many[:-1]).mean()
    assert abs(neighbours) < 4 / math.sqrt(many.size)
    seeds = (many[:1000] * latents(1000, 1, 101)).mean()
    assert abs(seeds) < 4 / math.sqrt(101_000)


def test_interpolation_begins_and_ends_exactly():
    start, end = latents(5, 1, 100), latents(5, 2, 100)
    np.testing.assert_array_equal(slerp(start, end, 0.0), start)
    np.testing.assert_array_equal(slerp(start, end, 1.0), end)


def test_interpolation_between_equal_lengths_keeps_the_length():
    start, end = latents(5, 1, 100), latents(5, 2, 100)
    end *= np.linalg.norm(start, axis=1, keepdims=True) / np.linalg.norm(end, axis=1, keepdims=True)
    for share in (0.1, 0.5, 0.8):
        between = slerp(start, end, share)
        np.testing.assert_allclose(
            np.linalg.norm(between, axis=1), np.linalg.norm(start, axis=1), rtol=1e-5
        )
    # A straight line would pass closer to the centre.
    straight = np.linalg.norm((start + end) / 2, axis=1)
    assert (straight < 0.9 * np.linalg.norm(start, axis=1)).all()


def test_interpolation_goes_evenly_along_the_arc():
    start, end = np.eye(3, dtype=np.float32)[:1], np.eye(3, dtype=np.float32)[1:2]
    third = slerp(start, end, 1 / 3)
    expected = [math.cos(math.pi / 6), math.sin(math.pi / 6), 0]
    np.testing.assert_allclose(third[0], expected, atol=1e-6)


@pytest.mark.parametrize("factor", [1, 2, -1, 0])
def test_interpolation_between_parallels_is_a_straight_line(factor):
    start = latents(3, 1, 10)
    between = slerp(start, factor * start, 0.25)
    np.testing.assert_allclose(between, (0.75 + 0.25 * factor) * start, atol=1e-5)


@pytest.mark.parametrize("seed", [0, 7, MAX_SEED, np.int64(5), np.uint64(2**63 - 1), np.uint8(3)])
def test_whole_numbers_are_seeds(seed):
    checked = check_seed(seed)
    assert type(checked) is int
    assert checked == seed


@pytest.mark.parametrize(
    "seed",
    [-1, 2**63, np.uint64(2**63), 1.0, np.float64(1), math.nan, "1", None, True, [1], np.True_],
)
def test_anything_else_is_refused(seed):
    with pytest.raises(UserError) as caught:
        check_seed(seed)
    assert message(caught).startswith("The seed must be a whole number from 0 to ")
