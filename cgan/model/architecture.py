"""How an architecture of generators describes itself.

All other code asks here, and never looks at the name of an architecture. `cgan.model.registry`
lists the known ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol

import numpy as np
from numpy.typing import NDArray

from cgan.model.config import Config
from cgan.model.layers import Shapes, Tensors
from cgan.model.option_fields import check_needs, check_values, options_of


class Network(Protocol):
    """A generator's forward pass in NumPy, in evaluation mode.

    It computes in float64, so that rounding differences between machines vanish when the result
    becomes float32. An image must not depend on the others in its batch. Nothing changes after
    construction, so any number of threads may share it.
    """

    @property
    def classes(self) -> NDArray[Any] | None:
        """Everything that depends on the class, (n_classes, K); None if unconditional."""

    def __call__(self, z: NDArray[np.float32], classes: NDArray[Any] | None) -> NDArray[np.float32]:
        """Generate images.

        Args:
            z: (N, latent_dim) float32.
            classes: (N, K), rows of `classes` or mixtures of them; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """


@dataclass(frozen=True)
class OwnOptions:
    """The training options that only one architecture has: none, but a subclass adds some.

    They are fields made by `cgan.model.option_fields.option`.

    Raises:
        BadValue: names the option that is wrong.
    """

    def __post_init__(self) -> None:
        """Check every option."""
        check_values(self)
        check_needs(self)


@dataclass(frozen=True, kw_only=True)
class Architecture(Generic[Config]):
    """An architecture of generators.

    Attributes:
        name: its name in `config.json` and for `--arch`.
        title: what the help of `--arch` says about it.
        card: what its networks are, for the model card: it follows "The networks are".
        config: class of its configs, with its own fields, their defaults and checks.
        shapes: returns the name and shape of every tensor of a generator, without its reader.
        generator: builds the forward pass in NumPy from a config and checked tensors.
        networks: module with its Jittor networks (see `cgan.training.networks`). It is imported
            only for training, because it imports Jittor.
        graph: module with its ONNX graph (see `cgan.export.generator`). It is imported only for
            export, because it imports onnx. Empty if it has none.
        options: class of its own training options. They are on the command line and in
            `config.json` with all others, and its networks find them in `TrainingOptions.own`.
        takes: the training options that it takes and others may not, besides its own.
    """

    name: str
    title: str
    card: str
    config: type[Config]
    shapes: Callable[[Config], Shapes]
    generator: Callable[[Config, Tensors], Network]
    networks: str
    graph: str = ""
    options: type[OwnOptions] = OwnOptions
    takes: frozenset[str] = frozenset()

    def own_fields(self, own: OwnOptions) -> dict[str, Any]:
        """Return the config's own fields that the architecture's own options set."""
        values = {its.sets: getattr(own, name) for name, its in options_of(self.options).items()}
        return {name: value for name, value in values.items() if name and value is not None}

    def option_for(self, field: str) -> str:
        """Return the name of the training option that sets a field of the config."""
        setters = {its.sets: name for name, its in options_of(self.options).items()}
        return setters.get(field, field)
