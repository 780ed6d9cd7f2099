"""`nn.Linear` whose forward product is computed in oneDNN's fastest layout.

With x (N, K) and weights W (M, K), `nn.Linear` computes x Wᵀ. oneDNN then packs the large W
transposed, which for the article's widths (powers of two) runs at 70-150 GFLOP/s on 2 cores;
(W xᵀ)ᵀ packs the small x instead and runs at 155-180. The backward products are fast
already. Measured by benchmarks/train_speed.py.
"""

from typing import Any

from cgan.backend import compat
from cgan.backend.setup import load_jittor

jt = load_jittor()


class _Product(jt.Function):  # type: ignore[misc, name-defined]
    """x (N, K), W (M, K) -> x Wᵀ (N, M), with oneDNN's matrix product called directly."""

    def execute(self, x: Any, weight: Any) -> Any:
        self.saved = (x, weight)
        return compat.matmul(jt, weight, x, False, True).transpose(1, 0)

    def grad(self, grad: Any) -> tuple[Any, Any]:
        x, weight = self.saved
        to_x = compat.matmul(jt, grad, weight, False, False)
        return to_x, compat.matmul(jt, grad, x, True, False)


class Linear(jt.nn.Linear):  # type: ignore[misc, name-defined]
    """`nn.Linear`, with the same parameters, shapes, initial weights and result."""

    def execute(self, x: Any) -> Any:
        """Map x (N, in_features) float32 to (N, out_features) float32."""
        if jt.flags.use_cuda or not compat.has_onednn(jt):
            return super().execute(x)
        return _Product()(x, self.weight) + self.bias
