"""The architectures of generators, by name: every module in `cgan/model/architectures/` has one.

To add one, write two files: a module in that folder, like `mlp.py`, which describes it as an
`ARCHITECTURE`; and one with its Jittor networks, like `cgan/training/mlp_networks.py`. Modules
whose names begin with an underscore are left out: they are for what architectures share.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any

from cgan.model import architectures, encoder, reader
from cgan.model.architecture import Architecture
from cgan.model.config import GeneratorConfig, check_one_of
from cgan.model.layers import Shapes
from cgan.model.option_fields import Option, options_of

# The article's.
DEFAULT = "mlp"


def discover() -> dict[str, Architecture[Any]]:
    """Return the architectures by name: the default one first, then by the alphabet.

    Raises:
        ImportError: a module has no architecture, or two have the same name or different options
            of the same name.
    """
    found: dict[str, Architecture[Any]] = {}
    for info in pkgutil.iter_modules(architectures.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{architectures.__name__}.{info.name}")
        one = getattr(module, "ARCHITECTURE", None)
        if not isinstance(one, Architecture):
            raise ImportError(
                f"{module.__file__} has no ARCHITECTURE. If it is no architecture, begin its name "
                "with an underscore.",
                name=module.__name__,
            )
        if one.name in found:
            raise ImportError(
                f"{module.__file__}: another architecture is called {one.name!r}.",
                name=module.__name__,
            )
        found[one.name] = one
    ordered = sorted(found, key=lambda name: (name != DEFAULT, name))
    own_options(found[name] for name in ordered)
    return {name: found[name] for name in ordered}


def own_options(several: Iterable[Architecture[Any]]) -> dict[str, Option]:
    """Return the training options that architectures have of their own, by name.

    Raises:
        ImportError: two have options of the same name that aren't the same.
    """
    options: dict[str, Option] = {}
    for one in several:
        for name, its in options_of(one.options).items():
            if options.setdefault(name, its) != its:
                raise ImportError(
                    f"The architecture {one.name!r} has an option {name!r} that differs from "
                    "another's of that name.",
                    name=one.options.__module__,
                )
    return options


ARCHITECTURES = discover()


def get(name: Any) -> Architecture[Any]:
    """Return an architecture.

    Raises:
        BadValue: no architecture has this name.
    """
    check_one_of("architecture", name, tuple(ARCHITECTURES))
    return ARCHITECTURES[name]


def of(config: GeneratorConfig) -> Architecture[Any]:
    """Return the architecture of a generator.

    Raises:
        BadValue: its name is unknown.
        TypeError: the config is not of the architecture's class.
    """
    architecture = get(config.architecture)
    if type(config) is not architecture.config:
        raise TypeError(
            f"The config of {architecture.name!r} is a {architecture.config.__name__}, "
            f"not a {type(config).__name__}."
        )
    return architecture


def takers(option: str) -> tuple[str, ...]:
    """Return the names of the architectures that take a training option, if only some do.

    Empty for an option that has nothing to do with the architecture.
    """
    return tuple(
        name
        for name, one in ARCHITECTURES.items()
        if option in one.takes or option in options_of(one.options)
    )


def generator_shapes(config: GeneratorConfig) -> Shapes:
    """Return the name and shape of every float32 tensor in a generator's weights.

    The generator's own come first, then those of its reader and its encoder, if it has them.
    """
    shapes: Shapes = of(config).shapes(config)
    if config.reader:
        shapes |= reader.shapes(config)
    if config.encoder:
        shapes |= encoder.shapes(config)
    return shapes


def config_from_dict(values: dict[str, Any]) -> GeneratorConfig:
    """Build a generator's config from JSON values.

    All keys of its architecture must be present, and no others, except that optional ones may be
    missing.

    Raises:
        BadValue: names the key that is missing, unknown or out of bounds.
    """
    name = values.get("architecture")
    known = isinstance(name, str) and name in ARCHITECTURES
    config = (ARCHITECTURES[str(name)].config if known else GeneratorConfig).from_dict(values)
    get(config.architecture)
    return config
