"""Which tensors a generator has, by the architecture in its config; no framework needed."""

from cgan.model import conv, mlp, reader
from cgan.model.config import GeneratorConfig

_SHAPES = {"mlp": mlp.generator_shapes, "conv": conv.generator_shapes}


def generator_shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every float32 tensor in a generator's weights.

    The generator's own come first, then those of its reader, if it has one.
    """
    shapes = _SHAPES[config.architecture](config)
    return shapes | reader.shapes(config) if config.reader else shapes
