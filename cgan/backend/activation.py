"""Activations that run as one kernel on all cores, and one more for the gradient.

Jittor's own use a single core, and its ReLU keeps the sign of every value as a tensor. Together
that took a quarter of a convolutional training step. Measured by benchmarks/train_speed.py.
"""

from typing import Any

from cgan.backend.setup import load_jittor

jt = load_jittor()

_KERNEL = """
const float slope = data["slope"];
const int64_t n = out0->num;
#pragma omp parallel for simd schedule(static)
for (int64_t i = 0; i < n; i++) {{
    {inputs}
    out0_p[i] = {result};
}}
"""
# The function gives y from x; the gradient comes from y and the gradient g of y.
_FORWARD = _KERNEL.replace("{inputs}", "const float x = in0_p[i];")
_BACKWARD = _KERNEL.replace("{inputs}", "const float y = in0_p[i], g = in1_p[i];")


class _Activation(jt.Function):  # type: ignore[misc, name-defined]
    """An elementwise function whose gradient follows from its result."""

    forward: str
    backward: str

    def execute(self, x: Any, slope: float) -> Any:
        y = self._run(_FORWARD.format(result=self.forward), [x], slope)
        self.saved = (y, slope)
        return y

    def grad(self, grad: Any) -> tuple[Any, None]:
        y, slope = self.saved
        return self._run(_BACKWARD.format(result=self.backward), [y, grad], slope), None

    def _run(self, source: str, inputs: list[Any], slope: float) -> Any:
        return jt.code(
            inputs[0].shape,
            "float32",
            inputs,
            cpu_header="#include <cmath>",
            cpu_src=source,
            data={"slope": slope},
        )


class _LeakyReLU(_Activation):
    forward = "x > 0 ? x : slope * x"
    backward = "y > 0 ? g : slope * g"


class _Tanh(_Activation):
    forward = "std::tanh(x)"
    backward = "(1 - y * y) * g"


def leaky_relu(x: Any, slope: float) -> Any:
    """Return x where it is positive and slope * x elsewhere.

    Args:
        x: float32, of any shape.
        slope: at least 0; 0 makes it ReLU.
    """
    return jt.nn.leaky_relu(x, slope) if jt.flags.use_cuda else _LeakyReLU()(x, slope)


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent of x, float32 of any shape."""
    return jt.tanh(x) if jt.flags.use_cuda else _Tanh()(x, 0.0)
