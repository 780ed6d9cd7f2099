"""Spectral normalisation of a layer's weights. Importing it imports Jittor.

Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial
Networks", 2018 (arXiv:1802.05957), algorithm 1: the weights, as a matrix W of (outputs, inputs),
are divided by an estimate of its largest singular value, uᵀ W v, whose singular vectors u and v
follow the weights by one power iteration per training step.
"""

from typing import Any

from cgan.backend.setup import load_jittor

jt = load_jittor()

# Power iterations at the start, enough for a good estimate.
_FIRST_ITERATIONS = 15
_EPS = 1e-12


class SpectralNorm(jt.nn.Module):  # type: ignore[misc, name-defined]
    """The `weight` of a layer, of any shape with the outputs first, and its singular vectors."""

    def __init__(self, weight: Any, start: Any = None) -> None:
        """Estimate the singular vectors from a start, (outputs,): by default a random one."""
        super().__init__()
        self.weight = weight
        start = jt.randn((weight.shape[0],)) if start is None else start
        self.u = _unit(start).stop_grad()
        self.v = jt.zeros((weight.numel() // weight.shape[0],)).stop_grad()
        for _ in range(_FIRST_ITERATIONS):
            self.iterate()

    def iterate(self) -> None:
        """Do one power iteration: v = Wᵀu / |Wᵀu|, u = Wv / |Wv|."""
        matrix = self._matrix().detach()
        v = _unit((matrix * self.u.unsqueeze(1)).sum(0))
        self.u.update(_unit((matrix * v.unsqueeze(0)).sum(1)))
        self.v.update(v)

    def execute(self) -> Any:
        """Return W / (uᵀ W v) in the shape of the weight; the gradient flows through both Ws."""
        outer = self.u.unsqueeze(1) * self.v.unsqueeze(0)
        return self.weight / (self._matrix() * outer).sum()

    def _matrix(self) -> Any:
        return self.weight.view((self.weight.shape[0], -1))


def begin_step(network: Any) -> None:
    """Update the spectral norms of a network to its current weights."""
    for part in network.modules():
        if isinstance(part, SpectralNorm):
            part.iterate()


def _unit(vector: Any) -> Any:
    return vector / ((vector * vector).sum().sqrt() + _EPS)
