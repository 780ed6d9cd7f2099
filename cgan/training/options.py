"""The options of a training run: what decides the weights, and how to run.

An option is added by adding a field. `cgan.model.option_fields` says what a field can hold, and
gets the command line, the help, the checks and the rule of `--resume` from it. An architecture
brings options of its own (`cgan.model.architecture.Architecture.options`); here they are joined to
those of all runs.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from cgan.backend import ranks
from cgan.backend.setup import DEVICES
from cgan.common.errors import BadValue
from cgan.common.terminal import note
from cgan.data.datasets import DATASETS
from cgan.data.place import DATA_DIR, DATA_DIR_HELP
from cgan.model import registry
from cgan.model.config import MIN_IMG_SIZE, GeneratorConfig
from cgan.model.option_fields import (
    Option,
    check_needs,
    check_unchanged,
    check_values,
    option,
    options_of,
)
from cgan.model.registry import ARCHITECTURES, takers
from cgan.training.losses import LOSSES
from cgan.writing.latents import MAX_SEED
from cgan.writing.number import parse

Options = TypeVar("Options", bound="TrainingOptions")

DEFAULT_NUMBER = "01234567890"
_OWN = "own"
# What needs the classifier that is used for nothing else: the terms of `cgan.training.matching`,
# the second discriminator, and the images that are shown more often.
_TERMS = ("frechet_weight", "imle_weight", "missed_weight", "classifier_weight")
_COACHED = (*_TERMS, "feature_weight", "rare_share", "missed_share")
# What compares images class by class, in the fields' order; `--match_from` says when it begins.
COMPARING = ("range_weight", "stroke_weight", *_COACHED)
_MAX_NUMBER = 1000  # characters: a million digits in a config.json would fill the memory


@dataclass(frozen=True)
class TrainingOptions:
    """How a generator is trained; saved as "training" in the run's `config.json`.

    Names and defaults are the article's where it has them. The fields' order is that of the keys
    in `config.json`. Each one's first string says what it means; `--help` shows it, too. None as a
    default means that the value comes from the data or from another option.

    Attributes:
        own: the options that the architecture has of its own, an instance of its `options`. On the
            command line and in `config.json` they stand among the others, as in `from_dict`.

    Raises:
        BadValue: names the option that is wrong.
    """

    # The data and the networks.
    dataset: str = option(
        "mnist",
        DATASETS,
        default_in_words="images if --data-dir holds such folders and no IDX files, or else mnist",
    )
    arch: str = option(registry.DEFAULT, ARCHITECTURES)
    own: Any = None

    # The objective and the optimisers.
    loss: str = option("lsgan", LOSSES)
    unconditional: bool = option(False, "train G(z) without labels")
    n_epochs: int = option(100, "passes over the data", at_least=1)
    # The last batch of an epoch may be smaller.
    batch_size: int = option(
        64,
        "images per step",
        at_least=2,
        because="BatchNorm needs several images in a batch",
    )
    lr: float = option(0.0002, "Adam's learning rate", greater_than=0)
    d_lr: float | None = option(
        None, "the discriminator's learning rate; the same by default", greater_than=0
    )
    decay_from: float = option(
        1.0,
        "share of the run after which the learning rates fall linearly to 0",
        at_least=0,
        at_most=1,
    )
    b1: float = option(0.5, "Adam's decay of the first moment", at_least=0, less_than=1)
    b2: float = option(0.999, "Adam's decay of the second moment", at_least=0, less_than=1)
    d_steps: int = option(1, "steps of the discriminator for each of the generator", at_least=1)
    # The average is what is published.
    ema: float = option(
        0.0,
        "decay of the moving average of the generator's weights; 0 for none",
        at_least=0,
        less_than=1,
    )
    pack: int = option(
        1,
        "images of a class that the discriminator judges together",
        at_least=1,
    )
    # `cgan.training.losses`, equation 6.
    r1: float = option(
        0.0,
        f"weight of the gradient penalty of a {' or '.join(takers('r1'))} discriminator on real "
        "images; 0 for none",
        at_least=0,
    )
    shift: int = option(
        0, "shift the discriminator's images at random by up to this many pixels", at_least=0
    )
    # Decides the last bits of the weights, as the machine does: a resumed run
    # warns if the number of threads has changed.
    n_cpu: int = option(
        8,
        "CPU threads, at most as many as there are CPUs",
        decides_weights=False,
        at_least=1,
    )

    # The generator's sizes. Their bounds are those of `GeneratorConfig`.
    latent_dim: int = option(GeneratorConfig.latent_dim, "length of the latent z")
    n_classes: int | None = option(
        None,
        f"number of classes; taken from the data by default ({GeneratorConfig.n_classes})",
    )
    img_size: int = option(GeneratorConfig.img_size, "height and width that images are resized to")
    channels: int | None = option(
        None,
        f"1 (grey) or 3 (RGB); taken from the data by default ({GeneratorConfig.channels})",
    )

    # What is written on the way.
    sample_interval: int = option(
        1000, "steps between sample grids", decides_weights=False, at_least=1
    )
    checkpoint_interval: int = option(
        1, "epochs between checkpoints", decides_weights=False, at_least=1
    )
    evaluate_interval: int = option(
        0,
        "epochs between evaluations, which keep the best weights; 0 for none",
        decides_weights=False,
        at_least=0,
    )

    # The reader (`cgan.model.reader`), which is published with the generator.
    reader: bool = option(
        False, "also train a small classifier that finds legible digits (--best-of)"
    )
    reader_weight: float = option(
        0.0,
        "weight of the reader's loss in the generator's loss (needs --reader)",
        at_least=0,
        needs="reader",
    )

    # `cgan.training.losses`, equation 8.
    range_weight: float = option(
        0.0,
        "weight, in the generator's loss, of how far pixels leave the range that they have in the "
        "real images of the class",
        at_least=0,
    )
    # `cgan.training.whole_strokes`.
    stroke_weight: float = option(
        0.0,
        "weight, in the generator's loss, of breaks in strokes and of specks",
        at_least=0,
    )
    # `cgan.training.matching`.
    frechet_weight: float = option(
        0.0,
        "weight, in the generator's loss, of the Frechet distance of each class in the features of "
        "a classifier that is used for nothing else",
        at_least=0,
    )
    imle_weight: float = option(
        0.0,
        "weight, in the generator's loss, of the distance from each real image to the nearest "
        "generated one in these features",
        at_least=0,
    )
    missed_weight: float = option(
        0.0,
        "weight, in the generator's loss, of the same distance from those real images that are "
        "farther from all generated ones than from other real ones",
        at_least=0,
    )
    classifier_weight: float = option(
        0.0,
        "weight, in the generator's loss, of how far this classifier falls short of certainty "
        "about what is generated",
        at_least=0,
    )
    # `cgan.training.second_discriminator`.
    feature_weight: float = option(
        0.0,
        "weight, in the generator's loss, of a second discriminator's, which sees this "
        "classifier's features",
        at_least=0,
    )
    # `cgan.training.rare`.
    rare_share: float = option(
        0.0,
        "share of D's real images that are drawn by how unusual they are, in these features, among "
        "those of their class",
        at_least=0,
        at_most=1,
    )
    missed_share: float = option(
        0.0,
        "share of D's real images that are drawn by how far they are from all generated ones",
        at_least=0,
        at_most=1,
    )
    match_from: float = option(
        0.0,
        f"share of the run after which the options from --{COMPARING[0]} to --{COMPARING[-1]} "
        "count",
        at_least=0,
        less_than=1,
    )

    # The encoder (`cgan.model.encoder`), which is published with it, too.
    encoder: bool = option(
        False, "after training, train a network that finds the hand of a real digit"
    )
    encoder_steps: int = option(
        2500, "steps of the encoder's training (needs --encoder)", at_least=1, needs="encoder"
    )

    seed: int = option(
        0,
        "the same seed gives the same weights on the same machine",
        at_least=0,
        at_most=MAX_SEED,
    )
    # It may be somebody's phone number.
    number: str | None = option(
        None,
        f"the number in result.png (default {DEFAULT_NUMBER}, or those of its digits that the data "
        "have)",
        decides_weights=False,
        private=True,
    )

    @property
    def coached(self) -> bool:
        """Whether the classifier that is used for nothing else has to be trained."""
        return any(getattr(self, name) for name in _COACHED)

    @property
    def matched(self) -> bool:
        """Whether `cgan.training.matching` is needed."""
        return any(getattr(self, name) for name in (*_TERMS, "missed_share"))

    def __post_init__(self) -> None:
        """Check everything that can be checked without the data."""
        check_values(self)
        its_class = registry.get(self.arch).options
        if self.own is None:
            object.__setattr__(self, _OWN, its_class())
        if type(self.own) is not its_class:
            raise TypeError(f"The own options of {self.arch!r} are {its_class.__name__}.")
        for name, its in options_of(type(self)).items():
            if getattr(self, name) != its.default:
                _check_taken(name, self.arch)
        check_needs(self)
        if self.number is not None and len(self.number) > _MAX_NUMBER:
            raise BadValue(
                f"--number must have at most {_MAX_NUMBER:,} characters, not {len(self.number):,}."
            )
        if self.number is not None:
            parse(self.number)  # raises if there is no digit
        if self.batch_size % self.pack:
            raise BadValue(
                f"--pack must divide --batch_size ({self.batch_size}), which {self.pack} does not."
            )
        given = [name for name in COMPARING if getattr(self, name)]
        if self.match_from and not given:
            *others, last = COMPARING
            raise BadValue(f"--match_from needs --{', --'.join(others)} or --{last}.")
        if given and self.unconditional:
            raise BadValue(
                f"--{given[0]} compares images class by class: leave out --unconditional."
            )
        # A size below its own bounds is refused where the config is made.
        if self.shift >= self.img_size >= MIN_IMG_SIZE:
            raise BadValue(
                f"--shift must be less than --img_size ({self.img_size}), not {self.shift}."
            )

    @classmethod
    def known(cls) -> dict[str, Option]:
        """Return all options by name, those of every architecture included, in order.

        Raises:
            ImportError: an architecture has an option of the name of one that all have.
        """
        own, options = registry.own_options(ARCHITECTURES.values()), options_of(cls)
        if both := own.keys() & options.keys():
            raise ImportError(f"An architecture has an option {min(both)!r}, as all runs have.")
        known: dict[str, Option] = {}
        for field in fields(cls):
            known |= own if field.name == _OWN else {field.name: options[field.name]}
        return known

    def values(self) -> dict[str, Any]:
        """Return the values of all options by name; those of other architectures' are defaults."""
        values = {name: its.default for name, its in self.known().items()}
        for part in (self, self.own):
            values |= {name: getattr(part, name) for name in options_of(type(part))}
        return values

    def to_dict(self) -> dict[str, Any]:
        """Return the values of all options as JSON-ready values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in self.values().items()}

    @classmethod
    def from_dict(cls: type[Options], values: Mapping[str, Any]) -> Options:
        """Build options from values, which may be JSON's; missing ones get their defaults.

        Raises:
            BadValue: names the option that is wrong.
            TypeError: there is an unknown one.
        """
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        arch = values.get("arch", registry.DEFAULT)
        if not isinstance(arch, str) or arch not in ARCHITECTURES:
            return cls(arch=arch)  # which raises
        its_class = ARCHITECTURES[arch].options
        own = {}
        for name, its in registry.own_options(ARCHITECTURES.values()).items():
            value = values.pop(name, its.default)
            if name in options_of(its_class):
                own[name] = value
            elif value != its.default:
                _check_taken(name, arch)
        return cls(own=its_class(**own), **values)

    def resumed(self: Options, given: Mapping[str, Any]) -> Options:
        """Return the options of a resumed run, with the changes that the user asks for.

        Raises:
            BadValue: a given option is wrong, or decides the weights and differs from the run's.
        """
        values = self.values()
        check_unchanged(self.known(), values, given)
        return self.from_dict({**values, **given})

    def learning_rate_factor(self, progress: float) -> float:
        """Return the factor for the learning rates when `progress` of the run is done.

        Args:
            progress: share of the steps that is done, at least 0 and less than 1.
        """
        if progress < self.decay_from:
            return 1.0
        return (1 - progress) / (1 - self.decay_from)


def _check_taken(name: str, arch: str) -> None:
    """Refuse an option that other architectures take, but not this one."""
    names = takers(name)
    if names and arch not in names:
        raise BadValue(f"--{name} needs --arch {' or '.join(names)}.")


@dataclass(frozen=True)
class Execution:
    """How to run, not what to train: a run may continue with other values, so none is saved.

    Attributes:
        push_to_hub: where train.py publishes the finished run; None for nowhere. Training knows it
            only for `resume_arguments`.

    Raises:
        BadValue: names the option that is wrong.
    """

    data_dir: Path = option(DATA_DIR, DATA_DIR_HELP)  # noqa: RUF009  (immutable)
    # Of the whole run, whether it was resumed or not.
    max_steps: int | None = option(None, "stop after this many steps of the whole run", at_least=1)
    device: str = option("auto", "auto uses a GPU if it can", choices=DEVICES)
    evaluate: bool = option(False, "measure the weights when training is done")
    quiet: bool = option(False, "show no progress")
    push_to_hub: str | None = None

    def __post_init__(self) -> None:
        """Check every option."""
        check_values(self)

    def resume_arguments(self, run: Path) -> list[str]:
        """Return the arguments of train.py that continue a run in this way.

        The folder of the data is left out: the run remembers it.
        """
        arguments = _spelled("resume", str(run))
        for name in (*options_of(type(self)), "push_to_hub"):
            value = getattr(self, name)
            if name == "data_dir" or value == getattr(type(self), name):
                continue
            arguments += [f"--{name.replace('_', '-')}"] if value is True else _spelled(name, value)
        return arguments

    def resume_command(self, run: Path) -> str:
        """Return the command that continues a run in this way, for a sentence."""
        return f"{ranks.command()} train.py {shlex.join(self.resume_arguments(run))}"

    def say(self, message: str) -> None:
        """Tell what is happening, unless quiet."""
        if not self.quiet:
            note(message)


def _spelled(name: str, value: object) -> list[str]:
    """Return an option with its value, as arguments."""
    option = f"--{name.replace('_', '-')}"
    # A value with a hyphen in front would be taken for an option.
    return [f"{option}={value}"] if str(value).startswith("-") else [option, str(value)]
