"""The convolutional generator's parameters by name and shape; no framework needed.

Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional
Generative Adversarial Networks", 2016 (arXiv:1511.06434), with the class beside z:

    Embedding(n_classes, n_classes) beside z; Linear to widths[0] channels of size / 8, which
    come last
    transposed convolutions 4x4, stride 2, padding 1, to widths[1], widths[2] and the image
    BatchNorm and ReLU before each of them; tanh after the last

With a fourth width the third transposed convolution leads to that many channels, and a
convolution 3x3 from there to the image. With `class_norm` each class has its own gains and
biases in every BatchNorm (Dumoulin et al., "A Learned Representation For Artistic Style", 2017,
arXiv:1610.07629); with `latent_norm` a linear map of z is added to both (after Chen et al., "On
Self Modulation for Generative Adversarial Networks", 2019, arXiv:1810.01365).
"""

import itertools

from cgan.model.config import GeneratorConfig

# Three times doubled.
UPSAMPLING = 8
BATCH_NORM_EPS = 1e-5

# What gains and biases take from z: both (latent_dim, width).
LATENT_AFFINE_NAMES = ("latent_gains", "latent_biases")


def base_size(config: GeneratorConfig) -> int:
    """Return the height and width that the first layer makes."""
    return config.img_size // UPSAMPLING


def up_channels(config: GeneratorConfig) -> list[tuple[int, int]]:
    """Return (from, to) of the three transposed convolutions, in order."""
    return list(itertools.pairwise((*config.widths, config.channels)[:4]))


def has_output_layer(config: GeneratorConfig) -> bool:
    """Return whether a convolution of its own makes the image, after the three doublings."""
    return len(config.widths) > len(up_channels(config))


def affine_names(config: GeneratorConfig) -> tuple[str, str]:
    """Return what a BatchNorm's factors and summands are called."""
    return ("gains", "biases") if config.class_norm else ("weight", "bias")


def generator_shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every float32 tensor in a generator's weights.

    `norm0` follows `linear`, `norm1` follows `up1` and so on. Only a layer that makes the image
    has a bias of its own, besides the first: BatchNorm brings one to the others.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = config.latent_dim
    if config.conditional:
        shapes["label_emb.weight"] = (config.n_classes, config.n_classes)
        inputs += config.n_classes
    outputs = config.widths[0] * base_size(config) ** 2
    shapes["linear.weight"] = (outputs, inputs)
    shapes["linear.bias"] = (outputs,)
    for index, width in enumerate(config.widths):
        for name in affine_names(config):
            shape = (config.n_classes, width) if config.class_norm else (width,)
            shapes[f"norm{index}.{name}"] = shape
        if config.latent_norm:
            for name in LATENT_AFFINE_NAMES:
                shapes[f"norm{index}.{name}"] = (config.latent_dim, width)
        shapes[f"norm{index}.running_mean"] = shapes[f"norm{index}.running_var"] = (width,)
    for index, (source, target) in enumerate(up_channels(config), start=1):
        shapes[f"up{index}.weight"] = (source, target, 4, 4)
    if has_output_layer(config):
        shapes["output.weight"] = (config.channels, config.widths[-1], 3, 3)
        shapes["output.bias"] = (config.channels,)
    else:
        shapes["up3.bias"] = (config.channels,)
    return shapes
