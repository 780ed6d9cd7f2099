"""The Frechet distance against its closed form, and what a distance must be."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from cgan.evaluation.frechet import frechet_distance

rng = np.random.default_rng(0)


def features(mean, covariance, count=500):
    """Return features whose mean and covariance are exactly these."""
    size = len(mean)
    noise = rng.standard_normal((count, size))
    noise -= noise.mean(axis=0)
    whitened = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    return whitened @ np.linalg.cholesky(covariance).T + mean


def covariance(size):
    root = rng.standard_normal((size, size))
    return root @ root.T + 0.1 * np.eye(size)


def test_a_set_is_at_no_distance_from_itself():
    a = rng.standard_normal((300, 128)).astype(np.float32) * 5
    # In units of the features' total variance, which is 128 * 25.
    assert frechet_distance(a, a) / 3200 == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, rng.permutation(a)) / 3200 == pytest.approx(0, abs=1e-9)


def test_it_is_symmetric_and_never_negative():
    a, b = rng.standard_normal((200, 20)), rng.standard_normal((300, 20)) * 2 + 1
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, b) > 0


def test_the_closed_form_for_independent_components():
    """Without correlation it is the sum of (m1 - m2)^2 + (s1 - s2)^2."""
    means, deviations = [(0.0, 1.0, -2.0), (3.0, 1.0, 0.0)], [(1.0, 2.0, 0.5), (1.0, 5.0, 1.5)]
    a, b = (
        features(np.array(m), np.diag(np.square(s))) for m, s in zip(means, deviations, strict=True)
    )
    assert frechet_distance(a, b) == pytest.approx(9 + 0 + 4 + 0 + 9 + 1)


@pytest.mark.parametrize("size", [2, 30])
def test_the_closed_form_for_any_normal_distributions(size):
    means = rng.standard_normal((2, size))
    first, second = covariance(size), covariance(size)
    expected = np.square(means[0] - means[1]).sum()
    expected += np.trace(first + second - 2 * sqrtm(first @ second).real)
    assert frechet_distance(features(means[0], first), features(means[1], second)) == pytest.approx(
        expected
    )


def test_fewer_images_than_features():
    a, b = rng.standard_normal((20, 128)), rng.standard_normal((30, 128)) + 1
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-5)
    assert 128 / 2 < frechet_distance(a, b) < 128 * 4


def test_the_distance_of_a_collapsed_set_is_its_missing_variance():
    a = features(np.zeros(5), 4 * np.eye(5))
    assert frechet_distance(a, np.zeros((100, 5))) == pytest.approx(20)
