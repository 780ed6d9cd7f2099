"""Convolutions with channels last, the layout that oneDNN is fastest in.

With channels before rows and columns, Jittor's own convolutions take up to three times as long:
oneDNN then rearranges their inputs and results. Here its operators are called directly, on
(N, H, W, C). Measured by benchmarks/train_speed.py.
"""

from typing import Any

from cgan.backend import compat
from cgan.backend.setup import load_jittor

jt = load_jittor()


def conv(x: Any, weight: Any, stride: int) -> Any:
    """Convolution with a padding of 1.

    Args:
        x: (N, H, W, C) float32.
        weight: (D, C, K, K) float32.
        stride: in pixels, in both directions.

    Returns:
        (N, (H + 2 - K) // stride + 1, the same for W, D) float32.
    """
    if _has_onednn():
        return _Conv()(x, weight, stride)
    return _last(jt.nn.conv2d(_first(x), weight, stride=stride, padding=1))


def conv_transpose(x: Any, weight: Any, stride: int) -> Any:
    """Transposed convolution with a padding of 1.

    Args:
        x: (N, H, W, C) float32.
        weight: (C, D, K, K) float32.
        stride: in pixels, in both directions.

    Returns:
        (N, (H - 1) * stride + K - 2, the same for W, D) float32.
    """
    if _has_onednn():
        return _ConvTranspose()(x, weight, stride)
    return _last(jt.nn.conv_transpose2d(_first(x), weight, stride=stride, padding=1))


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


def _has_onednn() -> bool:
    return not jt.flags.use_cuda and compat.has_onednn(jt)


def _first(x: Any) -> Any:
    return x.transpose((0, 3, 1, 2))


def _last(x: Any) -> Any:
    return x.transpose((0, 2, 3, 1))
