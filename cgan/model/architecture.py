"""What an architecture of generators says about itself.

Everything else asks here, and never for the name of an architecture. `cgan.model.architectures`
lists the known ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol

import numpy as np
from numpy.typing import NDArray

from cgan.model.config import Config
from cgan.model.layers import Shapes, Tensors


class Network(Protocol):
    """A generator's forward pass in NumPy, in evaluation mode.

    It computes in float64, so that rounding differences between machines vanish when the result
    becomes float32. An image must not depend on the others in its batch. Nothing changes after
    construction, so any number of threads may share it.
    """

    @property
    def classes(self) -> NDArray[Any] | None:
        """All that depends on the class, (n_classes, K); None if unconditional."""

    def __call__(self, z: NDArray[np.float32], classes: NDArray[Any] | None) -> NDArray[np.float32]:
        """Generate images.

        Args:
            z: (N, latent_dim) float32.
            classes: (N, K), rows of `classes` or mixtures of them; None if unconditional.

        Returns:
            (N, C, H, W) float32 in [-1, 1].
        """


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
        config_options: the training option that sets each of the config's own fields, by field.
        network_options: the other training options that its networks take, besides those that all
            do.
    """

    name: str
    title: str
    card: str
    config: type[Config]
    shapes: Callable[[Config], Shapes]
    generator: Callable[[Config, Tensors], Network]
    networks: str
    config_options: Mapping[str, str] = field(default_factory=dict)
    network_options: frozenset[str] = frozenset()

    @property
    def options(self) -> frozenset[str]:
        """Training options that this architecture takes and others may not."""
        return self.network_options.union(self.config_options.values())

    def own_fields(self, options: object) -> dict[str, Any]:
        """Return the config's own fields that training options set.

        Args:
            options: has an attribute for each option; None leaves a field at its default.
        """
        values = {name: getattr(options, option) for name, option in self.config_options.items()}
        return {name: value for name, value in values.items() if value is not None}
