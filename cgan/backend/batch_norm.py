"""BatchNorm over the whole batch, whichever process has the images. Importing it imports Jittor.

Ioffe and Szegedy, "Batch Normalization", 2015 (arXiv:1502.03167). If several processes train
together, each has a share of the batch; mean and variance are those of all shares, weighted by
their images, in training and in what is remembered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cgan.backend import ranks
from cgan.backend.setup import load_jittor

jt = load_jittor()


@contextmanager
def remembering(network: Any) -> Iterator[None]:
    """Let all BatchNorms of a network use the mean and variance that they remember, and keep them.

    Unlike `network.eval()`, it leaves the gradients of the weights.
    """
    norms = [part for part in network.modules() if isinstance(part, jt.nn.BatchNorm)]
    before = [norm.is_train for norm in norms]
    for norm in norms:
        norm.is_train = False
    try:
        yield
    finally:
        for norm, was in zip(norms, before, strict=True):
            norm.is_train = was


class BatchNorm(jt.nn.BatchNorm1d):  # type: ignore[misc, name-defined]
    """`jittor.nn.BatchNorm` for training, with the same parameters; a lone process's is the same.

    Like Jittor's, it computes the variance as E[x²] - E[x]², and remembers it without Bessel's
    correction.
    """

    def execute(self, x: Any) -> Any:
        """Normalise each channel of x (N, C) or (N, C, H, W), float32."""
        if ranks.count() == 1 or not self.is_train:
            return super().execute(x)
        dims = [0, *range(2, x.ndim)]
        # Both in one message: two could be sent in different orders by different processes.
        moments = ranks.mean(jt.concat([x.mean(dims), (x * x).mean(dims)]))
        mean, square = moments[: self.num_features], moments[self.num_features :]
        variance = (square - mean * mean).maximum(0.0)
        gain = self.weight / (variance + self.eps).sqrt()
        offset = self.bias - mean * gain
        for remembered, value in ((self.running_mean, mean), (self.running_var, variance)):
            remembered.update(remembered + (value - remembered) * self.momentum)
        return x * gain.broadcast(x, dims) + offset.broadcast(x, dims)
