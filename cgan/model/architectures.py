"""The known architectures, by name.

To add one, write a module like `cgan.model.mlp`, which describes it as an `ARCHITECTURE`, and one
like `cgan.training.mlp_networks`, which trains it; then list the first below.
"""

from typing import Any

from cgan.model import conv, mlp, reader
from cgan.model.architecture import Architecture
from cgan.model.config import GeneratorConfig, check_one_of
from cgan.model.layers import Shapes

ARCHITECTURES: dict[str, Architecture[Any]] = {
    module.ARCHITECTURE.name: module.ARCHITECTURE for module in (mlp, conv)
}


def get(name: Any) -> Architecture[Any]:
    """Return an architecture.

    Raises:
        BadValue: there is none of this name.
    """
    check_one_of("architecture", name, tuple(ARCHITECTURES))
    return ARCHITECTURES[name]


def of(config: GeneratorConfig) -> Architecture[Any]:
    """Return the architecture of a generator.

    Raises:
        BadValue: its name is unknown.
        TypeError: the config is of another class than the architecture's.
    """
    architecture = get(config.architecture)
    if type(config) is not architecture.config:
        raise TypeError(
            f"The config of {architecture.name!r} is a {architecture.config.__name__}, "
            f"not a {type(config).__name__}."
        )
    return architecture


def takers(option: str) -> tuple[str, ...]:
    """Return the names of the architectures that take a training option which not all take.

    Empty for an option that is not about the architecture at all.
    """
    return tuple(name for name, one in ARCHITECTURES.items() if option in one.options)


def generator_shapes(config: GeneratorConfig) -> Shapes:
    """Return the name and shape of every float32 tensor in a generator's weights.

    The generator's own come first, then those of its reader, if it has one.
    """
    shapes: Shapes = of(config).shapes(config)
    return shapes | reader.shapes(config) if config.reader else shapes


def config_from_dict(values: dict[str, Any]) -> GeneratorConfig:
    """Build a generator's config from JSON values.

    All keys of its architecture must be there, and no others, except that optional ones may be
    missing.

    Raises:
        BadValue: names the key that is missing, unknown or out of bounds.
    """
    name = values.get("architecture")
    known = isinstance(name, str) and name in ARCHITECTURES
    config = (ARCHITECTURES[str(name)].config if known else GeneratorConfig).from_dict(values)
    get(config.architecture)
    return config
