"""Activations and their gradients against NumPy."""

import numpy as np
import pytest

from cgan.backend.activation import leaky_relu, tanh
from cgan.backend.setup import load_jittor

jt = load_jittor()
VALUES = np.random.default_rng(0).standard_normal((3, 5, 7)).astype(np.float32) * 3
FACTORS = np.random.default_rng(1).standard_normal((3, 5, 7)).astype(np.float32)
VALUES[0, 0, :3] = -100, 0, 100


def check(function, expected, slope):
    """Check the result, and the gradient, which is the slope times what comes back."""
    x = jt.array(VALUES)
    y = function(x)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-5, atol=1e-7)
    gradient = jt.grad((y * jt.array(FACTORS)).sum(), x).numpy()
    np.testing.assert_allclose(gradient, slope * FACTORS, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("slope", [0.0, 0.1, 1.0])
def test_leaky_relu(slope):
    positive = VALUES > 0
    expected = np.where(positive, VALUES, slope * VALUES)
    check(lambda x: leaky_relu(x, slope), expected, np.where(positive, 1, slope))


def test_tanh():
    expected = np.tanh(VALUES.astype(np.float64))
    check(tanh, expected, 1 - expected**2)
