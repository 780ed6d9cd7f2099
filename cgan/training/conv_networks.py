"""The convolutional generator and discriminator, as Jittor modules.

`cgan.model.architectures.conv` says what the generator is. Inside, images are in the layout that
`cgan.backend.conv` chooses. Importing this module imports Jittor.
"""

from typing import Any

from cgan.backend.activation import leaky_relu, tanh
from cgan.backend.batch_norm import BatchNorm
from cgan.backend.conv import (
    channels_last,
    conv,
    conv_transpose,
    from_channels_first,
    from_channels_last,
    per_channel,
    to_channels_first,
    to_channels_last,
)
from cgan.backend.linear import Linear
from cgan.backend.setup import load_jittor
from cgan.backend.spectral import SpectralNorm, begin_step
from cgan.model.architectures.conv import ConvConfig, ConvOptions
from cgan.model.layers import BATCH_NORM_EPS, LEAKY_SLOPE
from cgan.training.options import TrainingOptions

jt = load_jittor()
nn = jt.nn


def make(config: ConvConfig, options: TrainingOptions) -> tuple["Generator", "Discriminator"]:
    """Return a new generator and a new discriminator."""
    own: ConvOptions = options.own
    # In this order: both draw their weights from one stream of random numbers.
    discriminator = Discriminator(config, own.d_widths, options.pack, own.d_background)
    return Generator(config), discriminator


class Generator(nn.Module):  # type: ignore[misc, name-defined]
    """G(z, y), or G(z) for an unconditional config."""

    def __init__(self, config: ConvConfig) -> None:
        """Build the layers."""
        super().__init__()
        self.config = config
        if config.conditional:
            self.label_emb = nn.Embedding(config.n_classes, config.n_classes)
        inputs = config.label_size + config.latent_dim
        self.linear = Linear(inputs, config.widths[0] * config.base_size**2)
        self.norm0 = _norm(config, 0)
        for index, (source, target) in enumerate(config.up_channels, start=1):
            makes_image = index == 3 and not config.has_output_layer
            setattr(self, f"up{index}", _Up(source, target, bias=makes_image))
            if not makes_image:
                setattr(self, f"norm{index}", _norm(config, index))
        if config.has_output_layer:
            self.output = nn.Conv(config.widths[-1], config.channels, 3)

    def execute(self, z: Any, labels: Any = None) -> Any:
        """Generate images.

        Args:
            z: (N, latent_dim) float32, standard normal.
            labels: (N,) int32 in 0 .. n_classes - 1; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """
        size = self.config.base_size
        x = jt.concat((self.label_emb(labels), z), dim=1) if self.config.conditional else z
        x = self.linear(x).view((z.shape[0], size, size, self.config.widths[0]))
        x = from_channels_last(x)
        for norm, layer in (
            (self.norm0, self.up1),
            (self.norm1, self.up2),
            (self.norm2, self.up3),
        ):
            x = layer(leaky_relu(norm(x, z, labels), 0.0))
        if self.config.has_output_layer:
            x = leaky_relu(self.norm3(x, z, labels), 0.0)
            x = conv(x, self.output.weight, stride=1) + per_channel(self.output.bias)
        return to_channels_first(tanh(x))


class _Up(nn.Module):  # type: ignore[misc, name-defined]
    """Transposed convolution 4x4 of stride 2, which has a bias only on request."""

    def __init__(self, source: int, target: int, bias: bool) -> None:
        super().__init__()
        layer = nn.ConvTranspose(source, target, 4, bias=bias)
        self.weight, self.bias = layer.weight, layer.bias

    def execute(self, x: Any) -> Any:
        y = conv_transpose(x, self.weight, stride=2)
        return y if self.bias is None else y + per_channel(self.bias)


class _BatchNorm(BatchNorm):
    """BatchNorm over all pixels; it ignores latents and labels."""

    def execute(self, x: Any, z: Any = None, labels: Any = None) -> Any:
        if not channels_last():
            return super().execute(x)
        return super().execute(x.view((-1, x.shape[-1]))).view(x.shape)


class _ClassNorm(_BatchNorm):
    """BatchNorm with each class's own gains and biases, to which a linear map of z may be added."""

    def __init__(self, config: ConvConfig, width: int) -> None:
        super().__init__(width, BATCH_NORM_EPS, affine=False)
        self.gains = jt.ones((config.n_classes, width))
        self.biases = jt.zeros((config.n_classes, width))
        self._of_latent = config.latent_norm
        if self._of_latent:
            self.latent_gains = jt.zeros((config.latent_dim, width))
            self.latent_biases = jt.zeros((config.latent_dim, width))

    def execute(self, x: Any, z: Any = None, labels: Any = None) -> Any:
        gains, biases = self.gains[labels], self.biases[labels]
        if self._of_latent:
            gains = gains + jt.matmul(z, self.latent_gains)
            biases = biases + jt.matmul(z, self.latent_biases)
        return super().execute(x, z, labels) * per_channel(gains) + per_channel(biases)


def _norm(config: ConvConfig, index: int) -> Any:
    width = config.widths[index]
    if config.class_norm:
        return _ClassNorm(config, width)
    return _BatchNorm(width, BATCH_NORM_EPS)


class Discriminator(nn.Module):  # type: ignore[misc, name-defined]
    """D(x, y), or D(x) for an unconditional config: a score without a sigmoid.

    Three convolutions 4x4 of stride 2 with LeakyReLU make features h of size / 8; the score is
    linear in them plus, if conditional, a projection: w·h + b + e(y)·h (Miyato and Koyama,
    "cGANs with Projection Discriminator", 2018, arXiv:1802.05637). All weights are spectrally
    normalised.

    With `pack` above 1 it judges that many images of one class together, as channels of one image,
    and so notices when they are too much alike (Lin et al., "PacGAN", 2018, arXiv:1712.04086).

    With `background` its first convolution is padded with -1. The usual padding of 0 is a bright
    frame around handwriting, beside which it overlooks a dot (docs/experiments.md).
    """

    def __init__(
        self,
        config: ConvConfig,
        widths: tuple[int, ...] | None = None,
        pack: int = 1,
        background: bool = False,
    ) -> None:
        """Build the layers.

        Args:
            config: of the generator.
            widths: channels at 1/2, 1/4 and 1/8 of the image's size; None for the generator's.
            pack: number of images that are judged together.
            background: whether images go on as background beyond their border, not as grey.
        """
        super().__init__()
        widths = widths or config.widths[2::-1]
        self.config = config
        self.pack = pack
        self._background = background
        source = config.channels * pack
        for index, target in enumerate(widths, start=1):
            layer = nn.Conv(source, target, 4)
            setattr(self, f"conv{index}", SpectralNorm(layer.weight))
            setattr(self, f"bias{index}", layer.bias)
            source = target
        features = source * config.base_size**2
        linear = nn.Linear(features, 1)
        self.linear, self.bias = SpectralNorm(linear.weight), linear.bias
        if config.conditional:
            self.embedding = SpectralNorm(nn.Embedding(config.n_classes, features).weight)

    def begin_step(self) -> None:
        """Update the spectral norms to the current weights."""
        begin_step(self)

    def execute(self, images: Any, labels: Any = None) -> Any:
        """Score images.

        Args:
            images: (N, C, H, W) float32 in [-1, 1]; N is a multiple of `pack`.
            labels: (N,) int32 in 0 .. n_classes - 1, in runs of `pack` equal ones; None if
                unconditional.

        Returns:
            (N / pack, 1) float32: the higher, the more real.
        """
        count, channels, height, width = images.shape
        packed = images.view((count // self.pack, channels * self.pack, height, width))
        # Convolutions pad with 0: that is what background becomes here.
        x = from_channels_first(packed + 1.0 if self._background else packed)
        for layer, bias in (
            (self.conv1, self.bias1),
            (self.conv2, self.bias2),
            (self.conv3, self.bias3),
        ):
            x = leaky_relu(conv(x, layer(), stride=2) + per_channel(bias), LEAKY_SLOPE)
        x = to_channels_last(x).view((x.shape[0], -1))
        direction = self.linear()
        if self.config.conditional:
            direction = direction + self.embedding()[labels[:: self.pack]]
        return (x * direction).sum(1, keepdims=True) + self.bias
