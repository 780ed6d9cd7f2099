"""Convolutions in both layouts against Jittor's own, forward and backward."""

import numpy as np
import pytest

from cgan.backend import conv as layout
from cgan.backend.conv import conv, conv_transpose
from cgan.backend.setup import load_jittor

jt = load_jittor()
rng = np.random.default_rng(0)
# Input channels, output channels, kernel, stride.
CASES = [(3, 5, 4, 2), (1, 2, 4, 2), (5, 1, 4, 2), (3, 2, 3, 1), (4, 4, 3, 2)]


@pytest.mark.parametrize(("source", "target", "kernel", "stride"), CASES)
@pytest.mark.parametrize("transposed", [False, True], ids=["conv", "transposed"])
def test_result_and_gradients_are_jittors(source, target, kernel, stride, transposed):
    shape = (source, target) if transposed else (target, source)
    x = jt.array(rng.standard_normal((3, 7, 6, source)).astype(np.float32))
    weight = jt.array(rng.standard_normal((*shape, kernel, kernel)).astype(np.float32))
    assert layout.channels_last()
    ours = (conv_transpose if transposed else conv)(x, weight, stride)
    operator = jt.nn.conv_transpose2d if transposed else jt.nn.conv2d
    first = operator(x.transpose((0, 3, 1, 2)), weight, stride=stride, padding=1)
    theirs = first.transpose((0, 2, 3, 1))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-4)
    factors = jt.array(rng.standard_normal(ours.shape).astype(np.float32))
    our_gradients, their_gradients = (
        jt.grad((result * factors).sum(), [x, weight]) for result in (ours, theirs)
    )
    for our, their in zip(our_gradients, their_gradients, strict=True):
        np.testing.assert_allclose(our.numpy(), their.numpy(), atol=1e-4)


def shift_and_convolve(images, weight, values):
    """Use all functions of the layout: (N, C, H, W) to the same, and channels last."""
    x = layout.from_channels_first(images) + layout.per_channel(values[0])
    x = conv_transpose(conv(x, weight, 2), weight, 2) * layout.per_channel(values)
    return layout.to_channels_first(x), layout.to_channels_last(x)


def test_without_onednn_the_same_with_channels_first(monkeypatch):
    images = jt.array(rng.standard_normal((2, 3, 6, 6)).astype(np.float32))
    weight = jt.array(rng.standard_normal((3, 3, 4, 4)).astype(np.float32))
    values = jt.array(rng.standard_normal((2, 3)).astype(np.float32))
    first, last = (x.numpy() for x in shift_and_convolve(images, weight, values))
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))
    monkeypatch.setattr(jt.compile_extern, "mkl_ops", None)
    assert not layout.channels_last()
    for ours, expected in zip(
        shift_and_convolve(images, weight, values), (first, last), strict=True
    ):
        np.testing.assert_allclose(ours.numpy(), expected, atol=1e-4)
    np.testing.assert_array_equal(layout.from_channels_last(jt.array(last)).numpy(), first)
