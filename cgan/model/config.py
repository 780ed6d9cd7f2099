"""What a generator is: the part of `config.json` that travels with the weights.

`GeneratorConfig` has what every architecture needs. Each architecture has a subclass, which says
its name and may add settings of its own, as `cgan.model.architectures.conv` does.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from cgan.common.errors import BadValue
from cgan.common.values import is_one_of, is_whole

# Bounds that keep a hostile or mistyped config from asking for terabytes.
MAX_LATENT_DIM = 4096
MAX_CLASSES = 1000
MIN_IMG_SIZE, MAX_IMG_SIZE = 4, 128
CHANNELS = (1, 3)

Config = TypeVar("Config", bound="GeneratorConfig")

OPTIONAL = {"optional": True}
"""Metadata of a field that `config.json` has only if it is true, since older weights lack it."""

# What the weights may hold besides the generator.
_BESIDES = ("reader", "encoder")


@dataclass(frozen=True)
class GeneratorConfig:
    """Architecture and conventions of a generator; the fields are the keys of `config.json`.

    Attributes:
        latent_dim: length of the latent z.
        n_classes: number of classes; labels are 0 .. n_classes - 1.
        img_size: height and width of an image, in pixels.
        channels: 1 (grey) or 3 (RGB).
        conditional: whether the generator takes a label (G(z, y)) or not (G(z)).
        architecture: a name in `cgan.model.registry.ARCHITECTURES`.
        latent_distribution: "normal": every component of z is standard normal.
        pixel_range: values of black and white in the generator's output.
        reader: whether the weights include a small classifier that says how legible an image is
            (see `cgan.model.reader`).
        encoder: whether they include a network that finds the latent of an image (see
            `cgan.model.encoder`).
    """

    latent_dim: int = 100
    n_classes: int = 10
    img_size: int = 32
    channels: int = 1
    conditional: bool = True
    architecture: str = ""
    latent_distribution: str = "normal"
    pixel_range: tuple[float, float] = (-1.0, 1.0)
    reader: bool = field(default=False, metadata=OPTIONAL)
    encoder: bool = field(default=False, metadata=OPTIONAL)

    def __post_init__(self) -> None:
        """Check every field's type and bounds.

        The name of the architecture is checked where it is looked up.

        Raises:
            BadValue: names the first field that doesn't fit.
        """
        check_int("latent_dim", self.latent_dim, 1, MAX_LATENT_DIM)
        check_int("n_classes", self.n_classes, 1, MAX_CLASSES)
        check_int("img_size", self.img_size, MIN_IMG_SIZE, MAX_IMG_SIZE)
        check_one_of("channels", self.channels, CHANNELS)
        check_one_of("conditional", self.conditional, (True, False))
        check_one_of("latent_distribution", self.latent_distribution, ("normal",))
        check_one_of("pixel_range", self.pixel_range, ((-1.0, 1.0),))
        for key in _BESIDES:
            check_one_of(key, getattr(self, key), (True, False))
            if getattr(self, key) and not self.conditional:
                raise BadValue(
                    "{key} must be False for an unconditional generator",
                    text_id="config.reader_unconditional",
                    key=key,
                )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Shape (C, H, W) of one image."""
        return (self.channels, self.img_size, self.img_size)

    @property
    def label_size(self) -> int:
        """Length of the label's embedding, which stands before z; 0 if unconditional."""
        return self.n_classes if self.conditional else 0

    def has_classes(self, labels: Iterable[int]) -> bool:
        """Return whether all labels are classes of this generator."""
        return all(0 <= label < self.n_classes for label in labels)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values, in the order of `config.json`."""
        values = {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) or not f.metadata.get("optional")
        }
        for key in _BESIDES:  # come last, after the architecture's own
            if key in values:
                values[key] = values.pop(key)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    @classmethod
    def from_dict(cls: type[Config], values: dict[str, Any]) -> Config:
        """Build a config of this class from JSON values.

        All keys must be present, and no others, except that optional ones may be missing.
        `cgan.model.registry.config_from_dict` finds the class.

        Raises:
            BadValue: names the key that is missing, unknown or out of bounds.
        """
        known = {f.name for f in fields(cls)}
        needed = {f.name for f in fields(cls) if not f.metadata.get("optional")}
        check_keys(values, known, needed)
        arguments: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
        }
        return cls(**arguments)


def check_keys(values: Mapping[str, Any], known: Set[str], needed: Set[str]) -> None:
    """Check that a JSON object has all keys that it needs and no unknown ones.

    Raises:
        BadValue: names the first key that is missing or unknown.
    """
    if unknown := sorted(values.keys() - known):
        raise BadValue("unknown key {key!r}", text_id="config.unknown_key", key=unknown[0])
    if missing := sorted(needed - values.keys()):
        raise BadValue("the key {key!r} is missing", text_id="config.missing_key", key=missing[0])


def check_int(name: str, value: Any, low: int, high: int) -> None:
    """Check that a field is a whole number from `low` to `high`.

    Raises:
        BadValue: it isn't.
    """
    if not is_whole(value, low, high):
        raise BadValue(
            "{key} must be a whole number from {low} to {high}, not {value!r}",
            text_id="config.whole",
            key=name,
            low=low,
            high=high,
            value=value,
        )


def check_one_of(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    """Check that a field is one of the allowed values, of the same type.

    Raises:
        BadValue: it isn't.
    """
    if not is_one_of(value, allowed):
        choices = ", ".join(repr(choice) for choice in allowed)
        raise BadValue(
            "{key} must be one of {choices}, not {value!r}",
            text_id="config.choice",
            key=name,
            choices=choices,
            value=value,
        )
