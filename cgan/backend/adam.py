"""Adam with one kernel per network and step instead of about ten operators per parameter.

Kingma and Ba, "Adam", 2015 (arXiv:1412.6980), in Jittor's form: the bias corrections
are part of the step size, so eps is added to the uncorrected square root. Importing this module
imports Jittor.
"""

from typing import Any

from cgan.backend import compat, ranks
from cgan.backend.setup import load_jittor

jt = load_jittor()

_EPS = 1e-8

_DECLARE = """
float* __restrict__ p{k} = out{k}_p;
float* __restrict__ m{k} = out{m}_p;
float* __restrict__ v{k} = out{v}_p;
const int64_t n{k} = out{k}->num;
"""
_GRADIENT = "const float* __restrict__ g{k} = in{k}_p;"
# Where one array holds all gradients.
_NEXT_GRADIENT = "const float* __restrict__ g{k} = g; g += n{k};"
_UPDATE = """
#pragma omp for schedule(static) nowait
for (int64_t i = 0; i < n{k}; i++) {{
    const float g = g{k}[i];
    const float m = m{k}[i] = b1 * m{k}[i] + (1 - b1) * g;
    const float v = v{k}[i] = b2 * v{k}[i] + (1 - b2) * g * g;
    p{k}[i] -= step * m / (std::sqrt(v) + eps);
}}
"""


_JOIN = "std::memcpy(next, in{k}_p, in{k}->num * sizeof(float)); next += in{k}->num;"


def _kernel(count: int, joined: bool) -> str:
    """Return C++ that updates `count` parameters and their moments in place, in parallel.

    Args:
        count: of parameters.
        joined: the only input holds all gradients, one after the other.
    """
    tensors = range(count)
    gradient = _NEXT_GRADIENT if joined else _GRADIENT
    return "\n".join(
        [
            'const float b1 = data["b1"], b2 = data["b2"], eps = data["eps"];',
            'const float step = data["step"];',
            "const float* g = in0_p;" if joined else "",
            *(_DECLARE.format(k=k, m=count + k, v=2 * count + k) for k in tensors),
            *(gradient.format(k=k) for k in tensors),
            "#pragma omp parallel",
            "{",
            *(_UPDATE.format(k=k) for k in tensors),
            "}",
        ]
    )


class Adam(jt.nn.Adam):  # type: ignore[misc, name-defined]
    """`jittor.nn.Adam` for one group of float32 parameters, without weight decay.

    On the CPU the update is one in-place kernel on all cores; on a GPU it is Jittor's own. In-place
    means that whatever shares memory with a parameter changes, too: `load_parameters` shares memory
    with the `state_dict()` of another network, unless its tensors were copied with NumPy.
    """

    def __init__(
        self, params: list[Any], lr: float, betas: tuple[float, float], joined: bool = False
    ) -> None:
        """Set both moments to zero.

        Args:
            params: the network's `parameters()`; those without a gradient (statistics) are skipped.
            lr: learning rate.
            betas: decay of the first and second moment.
            joined: whether all processes that train together take each step, with their parts of
                the loss. Otherwise this one takes it alone, even if there are others.
        """
        super().__init__([p for p in params if not p.is_stop_grad()], lr, eps=_EPS, betas=betas)
        self._betas, self._joined = betas, joined and ranks.count() > 1
        self._source = _kernel(len(compat.adam_group(self)["params"]), self._joined)

    def step(self, loss: Any) -> None:
        """Update the parameters in place, to reduce `loss` (a scalar).

        Of joined processes, each gives its part of the loss: the gradients are added up.
        """
        if jt.flags.use_cuda:
            super().step(loss)
            return
        self.backward(loss)
        group = compat.adam_group(self)
        # Everything that reads the old values must run before they are overwritten.
        jt.sync(group["grads"])
        state = group["params"] + group["m"] + group["values"]
        (b1, b2), count = self._betas, compat.adam_steps(self)
        updated = jt.code(
            self._added_up(group["grads"]),
            state,
            cpu_header="#include <cmath>",
            cpu_src=self._source,
            data={
                "b1": b1,
                "b2": b2,
                "eps": _EPS,
                "step": self.lr * (1 - b2**count) ** 0.5 / (1 - b1**count),
            },
        )
        for old, new in zip(state, updated, strict=True):
            old.update(new)
        jt.sync(state)
        self.zero_grad()

    def _added_up(self, gradients: list[Any]) -> list[Any]:
        """Return the sum of all processes' gradients in one array; of a lone one, what it has."""
        if not self._joined:
            return gradients
        flat = jt.code(
            (sum(gradient.numel() for gradient in gradients),),
            "float32",
            gradients,
            cpu_header="#include <cstring>",
            cpu_src="\n".join(
                ["float* next = out0_p;", *(_JOIN.format(k=k) for k in range(len(gradients)))]
            ),
        )
        ranks.add_up(flat)
        return [flat]
