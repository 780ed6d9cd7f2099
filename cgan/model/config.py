"""What a generator is: the part of `config.json` that travels with the weights."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from cgan.common.errors import UserError

# Bounds that keep a hostile or mistyped config from asking for terabytes.
MAX_LATENT_DIM = 4096
MAX_CLASSES = 1000
MIN_IMG_SIZE, MAX_IMG_SIZE = 4, 128
CHANNELS = (1, 3)
MAX_WIDTH = 1024
DEFAULT_WIDTHS = (128, 64, 32)

ARCHITECTURES = ("mlp", "conv")
# Fields that only a convolutional generator has; the others' `config.json` is without them.
_CONV_FIELDS = ("widths", "class_norm", "latent_norm")
# In `config.json` only where they are true: there were weights before there were these.
_OPTIONAL = ("latent_norm", "reader")


@dataclass(frozen=True)
class GeneratorConfig:
    """Architecture and conventions of a generator; the fields are `config.json`'s keys.

    Attributes:
        architecture: "mlp", the article's fully connected generator, or "conv".
        latent_dim: length of the latent z.
        latent_distribution: "normal": every component of z is standard normal.
        n_classes: number of classes; labels are 0 .. n_classes - 1.
        conditional: whether the generator takes a label (G(z, y)) or not (G(z)).
        img_size: height and width of an image, in pixels.
        channels: 1 (grey) or 3 (RGB).
        pixel_range: values of black and white in the generator's output.
        widths: channels of a "conv" generator at 1/8, 1/4, 1/2 and, if there is a fourth, the
            whole of the image's size; empty for "mlp".
        class_norm: whether each class has gains and biases of its own in a "conv" generator's
            BatchNorm.
        latent_norm: whether these depend on z, too, linearly; only with `class_norm`.
        reader: whether a small classifier comes with the weights, which says how legible an
            image is (see `cgan.model.reader`).
    """

    latent_dim: int = 100
    n_classes: int = 10
    img_size: int = 32
    channels: int = 1
    conditional: bool = True
    architecture: str = "mlp"
    latent_distribution: str = "normal"
    pixel_range: tuple[float, float] = (-1.0, 1.0)
    widths: tuple[int, ...] = ()
    class_norm: bool = False
    latent_norm: bool = False
    reader: bool = False

    def __post_init__(self) -> None:
        """Check every field's type and bounds.

        Raises:
            UserError: names the first field that doesn't fit.
        """
        _check_int("latent_dim", self.latent_dim, 1, MAX_LATENT_DIM)
        _check_int("n_classes", self.n_classes, 1, MAX_CLASSES)
        _check_int("img_size", self.img_size, MIN_IMG_SIZE, MAX_IMG_SIZE)
        _check_one_of("channels", self.channels, CHANNELS)
        _check_one_of("conditional", self.conditional, (True, False))
        _check_one_of("architecture", self.architecture, ARCHITECTURES)
        _check_one_of("latent_distribution", self.latent_distribution, ("normal",))
        _check_one_of("pixel_range", self.pixel_range, ((-1.0, 1.0),))
        _check_one_of("reader", self.reader, (True, False))
        if self.reader and not self.conditional:
            raise UserError("reader must be False for an unconditional generator")
        if self.architecture == "conv":
            self._check_conv()
        else:
            _check_one_of("widths", self.widths, ((),))
            _check_one_of("class_norm", self.class_norm, (False,))
            _check_one_of("latent_norm", self.latent_norm, (False,))

    def _check_conv(self) -> None:
        if self.img_size % 8:
            raise UserError(
                "img_size must be divisible by 8, because the convolutional generator doubles "
                "its size three times, not {value}",
                value=self.img_size,
            )
        if not isinstance(self.widths, tuple) or len(self.widths) not in (3, 4):
            raise UserError(
                "widths must be three or four whole numbers, not {value!r}", value=self.widths
            )
        for width in self.widths:
            _check_int("widths", width, 1, MAX_WIDTH)
        _check_one_of("class_norm", self.class_norm, (True, False))
        if self.class_norm and not self.conditional:
            raise UserError("class_norm must be False for an unconditional generator")
        _check_one_of("latent_norm", self.latent_norm, (True, False))
        if self.latent_norm and not self.class_norm:
            raise UserError("latent_norm must be False without class_norm")

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Shape (C, H, W) of one image."""
        return (self.channels, self.img_size, self.img_size)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        values = asdict(self) | {"pixel_range": list(self.pixel_range), "widths": list(self.widths)}
        if self.architecture != "conv":
            for name in _CONV_FIELDS:
                del values[name]
        for name in _OPTIONAL:
            if not getattr(self, name):
                values.pop(name, None)
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "GeneratorConfig":
        """Build a config from JSON values; all keys of the architecture must be there, no others.

        "latent_norm" and "reader" may be missing: then they are false.

        Raises:
            UserError: names the key that is missing, unknown or out of bounds.
        """
        known = {field.name for field in fields(cls)}
        if values.get("architecture") != "conv":
            known -= set(_CONV_FIELDS)
        if unknown := sorted(values.keys() - known):
            raise UserError("unknown key {key!r}", key=unknown[0])
        if missing := sorted(known - values.keys() - set(_OPTIONAL)):
            raise UserError("the key {key!r} is missing", key=missing[0])
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**values)


def _check_int(name: str, value: Any, low: int, high: int) -> None:
    # bool is an int in Python; `true` is no size.
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UserError(
            "{key} must be a whole number from {low} to {high}, not {value!r}",
            key=name,
            low=low,
            high=high,
            value=value,
        )


def _check_one_of(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if not any(type(value) is type(choice) and value == choice for choice in allowed):
        choices = ", ".join(repr(choice) for choice in allowed)
        raise UserError(
            "{key} must be one of {choices}, not {value!r}", key=name, choices=choices, value=value
        )
