"""Precision, recall and nearest neighbours, against sets whose answer is known."""

import numpy as np
import pytest

from cgan.evaluation import neighbours
from cgan.evaluation.neighbours import density_coverage, nearest, precision_recall

rng = np.random.default_rng(0)


def test_identical_sets_are_precise_and_complete():
    points = rng.standard_normal((200, 16)).astype(np.float32)
    assert precision_recall(points, points) == (1, 1)


def test_disjoint_sets_are_neither():
    points = rng.standard_normal((200, 16))
    assert precision_recall(points, points + 100) == (0, 0)


def test_what_draws_one_of_two_kinds_is_precise_but_not_complete():
    kinds = np.repeat([0.0, 50.0], 100)[:, None] + rng.standard_normal((200, 8))
    one = rng.standard_normal((200, 8)) / 2
    precision, recall = precision_recall(kinds, one)
    assert precision > 0.95
    assert recall < 0.5
    # What is precision of one is recall of the other.
    assert precision_recall(one, kinds) == (recall, precision)


def test_what_adds_a_kind_is_complete_but_not_precise():
    real = rng.standard_normal((200, 8))
    more = np.concatenate([rng.standard_normal((200, 8)), rng.standard_normal((200, 8)) + 50])
    precision, recall = precision_recall(real, more)
    assert 0.3 < precision <= 0.5
    assert recall > 0.8


def test_a_single_point_repeated_covers_nothing():
    real = rng.standard_normal((100, 8))
    precision, recall = precision_recall(real, np.repeat(real[:1], 100, axis=0) + 1e-3)
    assert (precision, recall) == (1, 0)


def test_fewer_points_than_neighbours_are_measured_by_the_farthest():
    three, many = np.arange(3.0)[:, None], np.linspace(0, 2, 50)[:, None]
    assert precision_recall(three, many) == (1, 1)
    assert precision_recall(three, many + 100) == (0, 0)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_definition_point_by_point(k):
    real, generated = rng.standard_normal((40, 3)), rng.standard_normal((30, 3)) + 0.5

    def manifold(points, x):
        for i, centre in enumerate(points):
            others = np.delete(points, i, axis=0)
            radius = np.sort(np.linalg.norm(others - centre, axis=1))[k - 1]
            if np.linalg.norm(x - centre) <= radius:
                return True
        return False

    expected = (
        np.mean([manifold(real, x) for x in generated]),
        np.mean([manifold(generated, x) for x in real]),
    )
    assert precision_recall(real, generated, k) == pytest.approx(expected)
    assert 0 < expected[0] < 1


def test_blocks_change_nothing(monkeypatch):
    real, generated = rng.standard_normal((50, 4)), rng.standard_normal((45, 4)) + 1
    whole = precision_recall(real, generated), nearest(real, generated, 3).tolist()
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    assert (precision_recall(real, generated), nearest(real, generated, 3).tolist()) == whole


def test_nearest_are_in_order():
    queries, references = rng.standard_normal((9, 5)), rng.standard_normal((20, 5))
    found = nearest(queries, references, 4)
    distances = np.linalg.norm(queries[:, None] - references, axis=2)
    np.testing.assert_array_equal(found, np.argsort(distances, axis=1)[:, :4])


def test_a_copy_is_its_own_nearest():
    references = rng.uniform(-1, 1, (30, 64)).astype(np.float32)
    np.testing.assert_array_equal(nearest(references[5:8], references, 1)[:, 0], [5, 6, 7])


def test_real_points_are_dense_and_cover_all():
    real, other = rng.standard_normal((2, 500, 4))
    density, covered = density_coverage(real, other)
    assert density == pytest.approx(1, abs=0.15)
    assert covered.mean() > 0.9


def test_what_draws_one_of_two_kinds_covers_that_one():
    kinds = np.repeat([0.0, 50.0], 100)[:, None] + rng.standard_normal((200, 8))
    density, covered = density_coverage(kinds, rng.standard_normal((200, 8)) / 2)
    assert covered[:100].mean() > 0.5
    assert not covered[100:].any()
    # In the middle of its kind it is in more balls than real points are.
    assert density > 1


def test_an_odd_image_covers_nothing():
    # The ball around a generated point far away would hold all real ones; those of `real` don't.
    real = rng.standard_normal((100, 4))
    density, covered = density_coverage(real, np.full((50, 4), 100.0))
    assert (density, covered.any()) == (0, False)
