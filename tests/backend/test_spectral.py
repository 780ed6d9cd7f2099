"""Spectral normalisation against a singular value decomposition."""

import numpy as np
import pytest

from cgan.backend.setup import load_jittor
from cgan.backend.spectral import SpectralNorm

jt = load_jittor()
WEIGHT = np.random.default_rng(0).standard_normal((6, 3, 4, 4)).astype(np.float32)


def largest(tensor):
    return np.linalg.svd(np.asarray(tensor, np.float64).reshape(len(tensor), -1))[1][0]


def converged(weight):
    norm = SpectralNorm(jt.array(weight))
    for _ in range(300):
        norm.iterate()
    return norm


@pytest.mark.parametrize("shape", [(6, 3, 4, 4), (5, 7), (1, 9)])
def test_the_largest_singular_value_becomes_one(shape):
    weight = WEIGHT.ravel()[: np.prod(shape)].reshape(shape)
    normalised = converged(weight)().numpy()
    assert normalised.shape == shape
    assert largest(normalised) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(normalised * largest(weight), weight, rtol=1e-4)


def test_it_begins_with_a_good_estimate():
    assert largest(SpectralNorm(jt.array(WEIGHT))().numpy()) == pytest.approx(1, abs=0.05)


def test_an_iteration_follows_the_weight():
    norm = converged(WEIGHT)
    target = WEIGHT.copy()
    target[0] *= 3
    norm.weight.update(jt.array(target))
    errors = []
    for _ in range(6):
        errors.append(abs(largest(norm().numpy()) - 1))
        norm.iterate()
    assert errors[0] > 0.1
    assert errors[5] < 0.01 * errors[0]


def test_the_gradient_flows_through_the_singular_value():
    """d/dW <C, W / s(W)> = (C - <C, W / s> u vᵀ) / s."""
    norm = converged(WEIGHT)
    factors = np.random.default_rng(1).standard_normal(WEIGHT.shape).astype(np.float32)
    gradient = jt.grad((norm() * jt.array(factors)).sum(), norm.weight).numpy()
    matrix, c = WEIGHT.reshape(6, -1).astype(np.float64), factors.reshape(6, -1)
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    expected = (c - (c * matrix).sum() / s[0] * np.outer(u[:, 0], vt[0])) / s[0]
    np.testing.assert_allclose(gradient.reshape(6, -1), expected, atol=1e-5)


def test_the_vectors_are_saved_but_not_trained():
    norm = SpectralNorm(jt.array(WEIGHT))
    assert set(norm.state_dict()) == {"weight", "u", "v"}
    trained = [p for p in norm.parameters() if not p.is_stop_grad()]
    assert [tuple(p.shape) for p in trained] == [WEIGHT.shape]
