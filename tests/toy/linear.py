"""A linear generator: its config, its tensors and its forward pass in NumPy.

tanh(gain W [embedding of y, z] + b), where b may be left out
"""

from dataclasses import dataclass

import numpy as np

from cgan.model.architecture import Architecture, OwnOptions
from cgan.model.config import GeneratorConfig, check_int, check_one_of
from cgan.model.layers import multiply_rows
from cgan.model.option_fields import option


@dataclass(frozen=True)
class LinearConfig(GeneratorConfig):
    """Config of a linear generator.

    Attributes:
        bias: whether there is a bias.
        gain: what the weights are multiplied by.
    """

    architecture: str = "linear"
    bias: bool = True
    gain: int = 1

    def __post_init__(self):
        """Check every field's type and bounds."""
        super().__post_init__()
        check_one_of("bias", self.bias, (True, False))
        check_int("gain", self.gain, 1, 9)


@dataclass(frozen=True)
class LinearOptions(OwnOptions):
    """The training options of the linear networks."""

    boost: int = option(1, "what a linear generator's weights are multiplied by", sets="gain")
    d_scale: float = option(
        1.0, "what a linear discriminator's score is multiplied by", greater_than=0
    )
    d_note: str = option("", "a remark", decides_weights=False)


def generator_shapes(config):
    """Return the name and shape of every tensor."""
    pixels = int(np.prod(config.image_shape))
    shapes = {"linear.weight": (pixels, config.label_size + config.latent_dim)}
    if config.bias:
        shapes["linear.bias"] = (pixels,)
    if config.conditional:
        shapes["embedding.weight"] = (config.n_classes, config.n_classes)
    return shapes


class LinearGenerator:
    """The forward pass in NumPy."""

    def __init__(self, config, tensors):
        """Take the tensors as they are."""
        self._shape = config.image_shape
        self.classes = tensors.get("embedding.weight")
        self._weight = config.gain * tensors["linear.weight"].T.astype(np.float64)
        self._bias = tensors["linear.bias"] if config.bias else 0.0

    def __call__(self, z, classes):
        """Generate images."""
        inputs = z if classes is None else np.hstack((classes, z))
        images = np.tanh(multiply_rows(inputs, self._weight) + self._bias)
        return images.reshape(-1, *self._shape).astype(np.float32)


ARCHITECTURE = Architecture(
    name="linear",
    title="one linear layer",
    card="a single linear layer each",
    config=LinearConfig,
    shapes=generator_shapes,
    generator=LinearGenerator,
    networks="tests.toy.linear_networks",
    options=LinearOptions,
    takes=frozenset({"pack"}),
)
