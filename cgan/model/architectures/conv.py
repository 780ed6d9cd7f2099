"""The convolutional generator: its config, its tensors and its forward pass in NumPy.

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
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cgan.common.errors import BadValue
from cgan.model import layers
from cgan.model.architecture import Architecture, OwnOptions
from cgan.model.config import OPTIONAL, GeneratorConfig, check_int, check_one_of
from cgan.model.layers import Array, Shapes, Tensors
from cgan.model.option_fields import option

DEFAULT_WIDTHS = (128, 64, 32)
MAX_WIDTH = 1024

# The size is doubled three times.
_UPSAMPLING = 8
# What BatchNorm's gains and biases take from z: both (latent_dim, width).
_LATENT_AFFINE_NAMES = ("latent_gains", "latent_biases")
# Images that go through the layers together. Fewer would mean more calls of NumPy, each of which
# may have to wait for the interpreter among many threads. More would leave the processor's cache.
_TOGETHER = 16


@dataclass(frozen=True)
class ConvConfig(GeneratorConfig):
    """Config of a convolutional generator.

    Attributes:
        widths: channels at 1/8, 1/4, 1/2 and, if there is a fourth, the whole of the image's size.
        class_norm: whether each class has its own gains and biases in every BatchNorm.
        latent_norm: whether these depend on z, too, linearly; only with `class_norm`.
    """

    architecture: str = "conv"
    widths: tuple[int, ...] = DEFAULT_WIDTHS
    class_norm: bool = False
    latent_norm: bool = field(default=False, metadata=OPTIONAL)

    def __post_init__(self) -> None:
        """Check every field's type and bounds.

        Raises:
            BadValue: names the first field that doesn't fit.
        """
        super().__post_init__()
        if self.img_size % _UPSAMPLING:
            raise BadValue(
                "{key} must be divisible by 8, not {value}: the convolutional generator doubles "
                "its size three times",
                text_id="config.img_size_not_by_8",
                key="img_size",
                value=self.img_size,
            )
        if not isinstance(self.widths, tuple) or len(self.widths) not in (3, 4):
            raise BadValue(
                "{key} must be three or four whole numbers, not {value!r}",
                text_id="config.widths",
                key="widths",
                value=self.widths,
            )
        for width in self.widths:
            check_int("widths", width, 1, MAX_WIDTH)
        check_one_of("class_norm", self.class_norm, (True, False))
        if self.class_norm and not self.conditional:
            raise BadValue(
                "{key} must be False for an unconditional generator",
                text_id="config.class_norm_unconditional",
                key="class_norm",
            )
        check_one_of("latent_norm", self.latent_norm, (True, False))
        if self.latent_norm and not self.class_norm:
            raise BadValue(
                "{key} must be False without class_norm",
                text_id="config.latent_norm_without_class_norm",
                key="latent_norm",
            )

    @property
    def base_size(self) -> int:
        """Height and width of the first layer's output."""
        return self.img_size // _UPSAMPLING

    @property
    def up_channels(self) -> list[tuple[int, int]]:
        """(from, to) of the three transposed convolutions, in order."""
        return list(itertools.pairwise((*self.widths, self.channels)[:4]))

    @property
    def has_output_layer(self) -> bool:
        """Whether a separate convolution makes the image, after the three doublings."""
        return len(self.widths) > len(self.up_channels)

    @property
    def affine_names(self) -> tuple[str, str]:
        """Names of a BatchNorm's gain and bias."""
        return ("gains", "biases") if self.class_norm else ("weight", "bias")


@dataclass(frozen=True)
class ConvOptions(OwnOptions):
    """The training options of the convolutional networks."""

    # See `ConvConfig.widths`.
    g_widths: tuple[int, ...] | None = option(
        None,
        "channels of a conv generator, from the latent to the image; "
        f"{','.join(map(str, DEFAULT_WIDTHS))} by default",
        sets="widths",
    )
    # At 1/2, 1/4 and 1/8 of the image's size.
    d_widths: tuple[int, ...] | None = option(
        None,
        "channels of a conv discriminator; those of the generator by default",
        at_least=1,
        at_most=MAX_WIDTH,
    )
    d_background: bool = option(
        False,
        "pad the images of a conv discriminator with background (-1) instead of grey (0)",
    )
    class_norm: bool = option(
        False,
        "give each class its own gains and biases in a conv generator's BatchNorm",
        sets="class_norm",
    )
    latent_norm: bool = option(
        False,
        "let class_norm's gains and biases depend on the latent, too",
        sets="latent_norm",
        needs="class_norm",
    )

    def __post_init__(self) -> None:
        """Check every option."""
        super().__post_init__()
        if self.d_widths is not None and len(self.d_widths) != 3:
            raise BadValue("--d_widths must be three whole numbers, such as 64,128,256.")


def generator_shapes(config: ConvConfig) -> Shapes:
    """Return the name and shape of every float32 tensor in a generator's weights.

    `norm0` follows `linear`, `norm1` follows `up1` and so on. Besides `linear`, only the layer that
    makes the image has a bias: the others get theirs from BatchNorm.
    """
    shapes: Shapes = {}
    if config.conditional:
        shapes["label_emb.weight"] = (config.n_classes, config.n_classes)
    outputs = config.widths[0] * config.base_size**2
    shapes["linear.weight"] = (outputs, config.label_size + config.latent_dim)
    shapes["linear.bias"] = (outputs,)
    for index, width in enumerate(config.widths):
        for name in config.affine_names:
            shape = (config.n_classes, width) if config.class_norm else (width,)
            shapes[f"norm{index}.{name}"] = shape
        if config.latent_norm:
            for name in _LATENT_AFFINE_NAMES:
                shapes[f"norm{index}.{name}"] = (config.latent_dim, width)
        shapes[f"norm{index}.running_mean"] = shapes[f"norm{index}.running_var"] = (width,)
    for index, (source, target) in enumerate(config.up_channels, start=1):
        shapes[f"up{index}.weight"] = (source, target, 4, 4)
    if config.has_output_layer:
        shapes["output.weight"] = (config.channels, config.widths[-1], 3, 3)
        shapes["output.bias"] = (config.channels,)
    else:
        shapes["up3.bias"] = (config.channels,)
    return shapes


@dataclass(frozen=True)
class Folded:
    """A generator in evaluation mode, with BatchNorm in its layers; all float64.

    Gains and biases are linear in class and latent, so with `class_norm` they remain: those of
    the classes are in `classes`, and what z adds to them is one matrix.

    Attributes:
        classes: (n_classes, K), what depends on the class: the embedding and, with `class_norm`,
            gain and bias of every BatchNorm, in order. None if unconditional.
        of_latent: (latent_dim, K - n_classes), what z adds to the gains and biases; None without
            `latent_norm`.
        linear: (label_size + latent_dim, H * W * C) and (H * W * C,): the first layer.
        ups: (from, to, 4, 4) and (to,) of each transposed convolution.
        output: (to, from, 3, 3) and (to,) of the last convolution, if there is one.
    """

    classes: Array | None
    of_latent: Array | None
    linear: tuple[Array, Array]
    ups: list[tuple[Array, Array]]
    output: tuple[Array, Array] | None


def fold(config: ConvConfig, tensors: Tensors) -> Folded:
    """Fold BatchNorm's statistics into its gains and biases, and those into the weights."""
    own = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
    norms = [_affine(own, index, config.affine_names) for index in range(len(config.widths))]
    classes = own.get("label_emb.weight")
    if config.class_norm:
        assert classes is not None
        classes = np.hstack([classes, *(part for norm in norms for part in norm)])
        norms = [(np.ones(width), np.zeros(width)) for width in config.widths]
    of_latent = None
    if config.latent_norm:
        pairs = [_affine(own, index, _LATENT_AFFINE_NAMES) for index in range(len(config.widths))]
        of_latent = np.hstack([part for pair in pairs for part in pair])
    ups = []
    for index, (_, target) in enumerate(config.up_channels, start=1):
        gain, bias = np.ones(target), own.get(f"up{index}.bias")
        if bias is None:
            gain, bias = norms[index]
        ups.append((own[f"up{index}.weight"] * gain[:, None, None], bias))
    output = (own["output.weight"], own["output.bias"]) if config.has_output_layer else None
    return Folded(classes, of_latent, _fold_linear(own, *norms[0]), ups, output)


class ConvGenerator:
    """The convolutional generator in evaluation mode; see `cgan.model.layers` for its layout.

    Attributes:
        classes: (n_classes, K) float64, what depends on the class: the embedding and, with
            `class_norm`, the gains and biases of every BatchNorm. None if unconditional.
    """

    classes: Array | None

    def __init__(self, config: ConvConfig, tensors: Tensors) -> None:
        """Fold the layers, and arrange their weights for `cgan.model.layers`."""
        self._config = config
        folded = fold(config, tensors)
        self.classes, self._of_latent = folded.classes, folded.of_latent
        self._linear = folded.linear
        self._ups = [
            (layers.fold_transposed_convolution(weight), bias) for weight, bias in folded.ups
        ]
        self._output = None
        if folded.output is not None:
            weight, bias = folded.output
            weight = weight.transpose(1, 2, 3, 0)  # (from, ky, kx, to)
            self._output = (weight.reshape(len(weight), -1), bias)

    def __call__(self, z: NDArray[np.float32], classes: Array | None) -> NDArray[np.float32]:
        """Generate images.

        Args:
            z: (N, latent_dim) float32.
            classes: (N, K) float64, rows of `classes` or mixtures of them; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        images = np.empty((len(z), *self._config.image_shape), np.float32)
        for start in range(0, len(z), _TOGETHER):
            some = slice(start, start + _TOGETHER)
            pixels = self._forward(z[some], None if classes is None else classes[some])
            images[some] = pixels.transpose(0, 3, 1, 2)
        return images

    def _forward(self, z: NDArray[np.float32], of_class: Array | None) -> Array:
        """(N, latent_dim), (N, K) -> (N, H, W, C)."""
        config, size = self._config, self._config.base_size
        if of_class is None:
            inputs, affine = z.astype(np.float64), np.empty((len(z), 0))
        else:
            inputs = np.hstack((of_class[:, : config.n_classes], z))
            affine = of_class[:, config.n_classes :]
            if self._of_latent is not None:
                affine = affine + layers.multiply_rows(z, self._of_latent)
        weight, bias = self._linear
        x = (layers.multiply_rows(inputs, weight) + bias).reshape(len(z), size, size, -1)
        start = 0
        for weight, bias in self._ups:
            x, start = _activate(x, affine, start)
            x = layers.transposed_convolution(x, weight) + bias
        if self._output is not None:
            weight, bias = self._output
            x = layers.convolution(_activate(x, affine, start)[0], weight) + bias
        image: Array = np.tanh(x)
        return image


def _activate(x: Array, affine: Array, start: int) -> tuple[Array, int]:
    """Apply the classes' gains and biases, if any, which begin at `start`, and ReLU, in place."""
    if affine.shape[1]:
        width = x.shape[-1]
        gains, biases = (
            affine[:, None, None, begin : begin + width] for begin in (start, start + width)
        )
        x *= gains
        x += biases
        start += 2 * width
    return np.maximum(x, 0, out=x), start


def _affine(tensors: dict[str, Array], index: int, names: tuple[str, str]) -> tuple[Array, Array]:
    """Return a BatchNorm in evaluation mode as gains and biases.

    They are (width,), (n_classes, width) or (latent_dim, width), as those in the tensors are.
    """
    gain, bias, mean, variance = (
        tensors[f"norm{index}.{name}"] for name in (*names, "running_mean", "running_var")
    )
    return layers.fold_batch_norm(gain, bias, mean, variance, layers.BATCH_NORM_EPS)


def _fold_linear(tensors: dict[str, Array], gain: Array, bias: Array) -> tuple[Array, Array]:
    """Return the first layer with its BatchNorm: (inputs, H * W * C), (H * W * C,)."""
    weight, offset = tensors["linear.weight"], tensors["linear.bias"]
    gain, bias = (np.tile(part, len(offset) // len(part)) for part in (gain, bias))
    return np.ascontiguousarray((weight * gain[:, None]).T), offset * gain + bias


ARCHITECTURE = Architecture(
    name="conv",
    title="convolutional",
    card="convolutional; the discriminator is a projection discriminator with spectral "
    "normalisation",
    config=ConvConfig,
    shapes=generator_shapes,
    generator=ConvGenerator,
    networks="cgan.training.conv_networks",
    graph="cgan.export.conv_graph",
    options=ConvOptions,
    takes=frozenset({"pack", "r1"}),
)
