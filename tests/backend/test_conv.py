"""Convolutions with channels last against Jittor's own, both ways."""

import numpy as np
import pytest

from cgan.backend.conv import conv, conv_transpose
from cgan.backend.setup import load_jittor

jt = load_jittor()
rng = np.random.default_rng(0)
# Input channels, output channels, kernel, stride.
CASES = [(3, 5, 4, 2), (1, 2, 4, 2), (5, 1, 4, 2), (3, 2, 3, 1), (4, 4, 3, 2)]


def channels_first(x):
    return x.transpose((0, 3, 1, 2))


@pytest.mark.parametrize(("source", "target", "kernel", "stride"), CASES)
@pytest.mark.parametrize("transposed", [False, True], ids=["conv", "transposed"])
def test_result_and_gradients_are_jittors(source, target, kernel, stride, transposed):
    shape = (source, target) if transposed else (target, source)
    x = jt.array(rng.standard_normal((3, 7, 6, source)).astype(np.float32))
    weight = jt.array(rng.standard_normal((*shape, kernel, kernel)).astype(np.float32))
    ours = (conv_transpose if transposed else conv)(x, weight, stride)
    operator = jt.nn.conv_transpose2d if transposed else jt.nn.conv2d
    theirs = operator(channels_first(x), weight, stride=stride, padding=1).transpose((0, 2, 3, 1))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-4)
    factors = jt.array(rng.standard_normal(ours.shape).astype(np.float32))
    our_gradients, their_gradients = (
        jt.grad((result * factors).sum(), [x, weight]) for result in (ours, theirs)
    )
    for our, their in zip(our_gradients, their_gradients, strict=True):
        np.testing.assert_allclose(our.numpy(), their.numpy(), atol=1e-4)


def test_without_onednn_it_is_jittors_own(monkeypatch):
    x = jt.array(rng.standard_normal((2, 6, 6, 3)).astype(np.float32))
    weight = jt.array(rng.standard_normal((3, 3, 4, 4)).astype(np.float32))
    expected = [function(x, weight, 2).numpy() for function in (conv, conv_transpose)]
    monkeypatch.setattr(jt.compile_extern, "mkl_ops", None)
    for function, result in zip((conv, conv_transpose), expected, strict=True):
        np.testing.assert_allclose(function(x, weight, 2).numpy(), result, atol=1e-4)
