"""Which tensors a generator has, by the architecture in its config; no framework needed."""

from cgan import conv, mlp
from cgan.config import GeneratorConfig

_SHAPES = {"mlp": mlp.generator_shapes, "conv": conv.generator_shapes}


def generator_shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every float32 tensor in a generator's weights."""
    return _SHAPES[config.architecture](config)
