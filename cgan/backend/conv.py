"""Convolutions, in the layout of images that is fastest on this machine.

With oneDNN, channels come last: (N, H, W, C). Jittor's own convolutions, which have them first,
take up to three times as long there, because oneDNN rearranges their inputs and results. So its
operators are called directly.

On a GPU, and where there is no oneDNN, channels come first: (N, C, H, W), and the convolutions are
Jittor's own. With channels last, an H200 took four times as long for a training step as with
Jittor's own layers. Measured by benchmarks/train_speed.py.
"""

from typing import Any

from cgan.backend import compat
from cgan.backend.setup import load_jittor

jt = load_jittor()


def channels_last() -> bool:
    """Return whether images are (N, H, W, C) on this device; otherwise they are (N, C, H, W)."""
    return not jt.flags.use_cuda and compat.has_onednn(jt)


def from_channels_first(x: Any) -> Any:
    """Return x, (N, C, H, W), in this device's layout."""
    return x.transpose((0, 2, 3, 1)) if channels_last() else x


def from_channels_last(x: Any) -> Any:
    """Return x, (N, H, W, C), in this device's layout."""
    return x if channels_last() else x.transpose((0, 3, 1, 2))


def to_channels_first(x: Any) -> Any:
    """Return x, which is in this device's layout, as (N, C, H, W)."""
    return x.transpose((0, 3, 1, 2)) if channels_last() else x


def to_channels_last(x: Any) -> Any:
    """Return x, which is in this device's layout, as (N, H, W, C)."""
    return x if channels_last() else x.transpose((0, 2, 3, 1))


def per_channel(values: Any) -> Any:
    """Return `values`, (C,) or (N, C), in a shape that applies them to all pixels of a channel."""
    shape = tuple(values.shape)
    if channels_last():
        return values if len(shape) == 1 else values.view((shape[0], 1, 1, shape[1]))
    return values.view((-1, shape[-1], 1, 1))


def conv(x: Any, weight: Any, stride: int) -> Any:
    """Convolution with a padding of 1.

    Args:
        x: (N, H, W, C) or (N, C, H, W) float32, in this device's layout.
        weight: (D, C, K, K) float32.
        stride: in pixels, in both directions.

    Returns:
        (N, (H + 2 - K) // stride + 1, the same for W, D) float32, in the same layout.
    """
    if channels_last():
        return _Conv()(x, weight, stride)
    return jt.nn.conv2d(x, weight, stride=stride, padding=1)


def conv_transpose(x: Any, weight: Any, stride: int) -> Any:
    """Transposed convolution with a padding of 1.

    Args:
        x: (N, H, W, C) or (N, C, H, W) float32, in this device's layout.
        weight: (C, D, K, K) float32.
        stride: in pixels, in both directions.

    Returns:
        (N, (H - 1) * stride + K - 2, the same for W, D) float32, in the same layout.
    """
    if channels_last():
        return _ConvTranspose()(x, weight, stride)
    return jt.nn.conv_transpose2d(x, weight, stride=stride, padding=1)


class _Conv(jt.Function):  # type: ignore[misc, name-defined]
    def execute(self, x: Any, weight: Any, stride: int) -> Any:
        self.saved = (x, weight, stride)
        return compat.convolve(jt, x, weight, stride)

    def grad(self, grad: Any) -> tuple[Any, Any, None]:
        x, weight, stride = self.saved
        to_x = compat.convolve_back(jt, grad, weight, stride, x.shape[1:3])
        to_weight = compat.convolve_weight(jt, x, grad, stride, weight.shape[2:])
        return to_x, to_weight, None


class _ConvTranspose(jt.Function):  # type: ignore[misc, name-defined]
    """The transpose of `_Conv`: forward and backward swap places."""

    def execute(self, x: Any, weight: Any, stride: int) -> Any:
        self.saved = (x, weight, stride)
        size = [
            (n - 1) * stride + k - 2 for n, k in zip(x.shape[1:3], weight.shape[2:], strict=True)
        ]
        return compat.convolve_back(jt, x, weight, stride, size)

    def grad(self, grad: Any) -> tuple[Any, Any, None]:
        x, weight, stride = self.saved
        to_x = compat.convolve(jt, grad, weight, stride)
        to_weight = compat.convolve_weight(jt, grad, x, stride, weight.shape[2:])
        return to_x, to_weight, None
