"""The options of a training run: what decides the weights, and how to run.

An option is added by adding a field. `cgan.model.option_fields` says what a field can hold, and
gets the command line, the help, the checks and the rule of `--resume` from it.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cgan.backend.setup import DEVICES
from cgan.common.errors import BadValue
from cgan.common.terminal import note
from cgan.data.datasets import DATASETS
from cgan.data.place import DATA_DIR, DATA_DIR_HELP
from cgan.model.architectures.conv import DEFAULT_WIDTHS, MAX_WIDTH
from cgan.model.option_fields import check_needs, check_values, is_given, option, options_of
from cgan.model.registry import ARCHITECTURES, takers
from cgan.writing.latents import MAX_SEED

LOSSES = ("lsgan", "bce", "hinge")


@dataclass(frozen=True)
class TrainingOptions:
    """How a generator is trained; saved as "training" in the run's `config.json`.

    Names and defaults are the article's where it has them. The fields' order is that of the keys
    in `config.json`. What each one means is its first string, which `--help` shows too. None as a
    default means that the value comes from the data or from another option.

    Raises:
        BadValue: names the option that is wrong.
    """

    # The data and the networks.
    dataset: str = option(
        "mnist",
        "mnist (IDX files in --data-dir, downloaded if missing) or digits (bundled)",
        choices=DATASETS,
    )
    arch: str = option(
        "mlp",
        " or ".join(f"{name} ({one.title})" for name, one in ARCHITECTURES.items()),
        choices=ARCHITECTURES,
    )
    # See `GeneratorConfig.widths`.
    g_widths: tuple[int, ...] | None = option(
        None,
        "channels of a conv generator, from the latent on; "
        f"{','.join(map(str, DEFAULT_WIDTHS))} by default",
    )
    # At 1/2, 1/4 and 1/8 of the image's size.
    d_widths: tuple[int, ...] | None = option(
        None,
        "channels of a conv discriminator; those of the generator by default",
        at_least=1,
        at_most=MAX_WIDTH,
    )
    class_norm: bool = option(
        False,
        "give each class its own gains and biases in a conv generator's BatchNorm",
    )
    latent_norm: bool = option(False, "let these depend on the latent, too", needs="class_norm")

    # The objective and the optimisers.
    loss: str = option(
        "lsgan",
        "lsgan (least squares), bce (cross-entropy, the article's formulas) or hinge",
        choices=LOSSES,
    )
    unconditional: bool = option(False, "train G(z) without labels")
    n_epochs: int = option(100, "passes over the data", at_least=1)
    # The last batch of an epoch may be smaller.
    batch_size: int = option(
        64,
        "images per step",
        at_least=2,
        because="BatchNorm compares the images of a batch",
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
        "weight of the gradient penalty of a conv discriminator on real images; 0 for none",
        at_least=0,
    )
    shift: int = option(
        0, "shift what the discriminator sees at random by up to this many pixels", at_least=0
    )
    # Decides the last bits of the weights, which another machine changes, too: a resumed run
    # warns where the number of threads is not the same any more.
    n_cpu: int = option(
        8,
        "CPU threads, at most as many as there are CPUs",
        decides_weights=False,
        at_least=1,
    )

    # The generator's sizes. Their bounds are those of `GeneratorConfig`.
    latent_dim: int = option(100, "length of the latent z")
    n_classes: int | None = option(None, "number of classes; taken from the data by default (10)")
    img_size: int = option(32, "height and width that images are resized to")
    channels: int | None = option(None, "1 (grey) or 3 (RGB); taken from the data by default (1)")

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
        False, "train a small classifier beside the generator, for writing legibly (--best-of)"
    )
    reader_weight: float = option(
        0.0,
        "weight of the reader's verdict in the generator's loss (needs --reader)",
        at_least=0,
        needs="reader",
    )

    seed: int = option(
        0,
        "the same seed gives the same weights on the same machine",
        at_least=0,
        at_most=MAX_SEED,
    )
    number: str = option("01234567890", "the number in result.png", decides_weights=False)

    def __post_init__(self) -> None:
        """Check everything that can be checked without the data."""
        check_values(self)
        self._check_architecture()
        check_needs(self)
        if self.d_widths is not None and len(self.d_widths) != 3:
            raise BadValue("--d_widths must be three whole numbers, such as 64,128,256.")
        if self.batch_size % self.pack:
            raise BadValue(
                f"--pack must divide --batch_size ({self.batch_size}), which {self.pack} does not."
            )
        if self.shift >= self.img_size:
            raise BadValue(
                f"--shift must be less than --img_size ({self.img_size}), not {self.shift}."
            )

    def _check_architecture(self) -> None:
        """Refuse options that other architectures take, but not this one."""
        for name in options_of(type(self)):
            names = takers(name)
            if names and self.arch not in names and is_given(self, name):
                raise BadValue(f"--{name} needs --arch {' or '.join(names)}.")

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-ready values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingOptions":
        """Build options from JSON values; missing ones get their defaults.

        Raises:
            BadValue: names the option that is wrong.
            TypeError: there is an unknown one.
        """
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**values)

    def learning_rate_factor(self, progress: float) -> float:
        """Return what the learning rates are multiplied by when `progress` of the run is done.

        Args:
            progress: share of the steps that is done, at least 0 and less than 1.
        """
        if progress < self.decay_from:
            return 1.0
        return (1 - progress) / (1 - self.decay_from)


@dataclass(frozen=True)
class Execution:
    """How to run, as opposed to what: a run may go on with other values, so none is saved.

    Raises:
        BadValue: names the option that is wrong.
    """

    data_dir: Path = option(DATA_DIR, DATA_DIR_HELP)  # noqa: RUF009  (immutable)
    device: str = option("auto", "auto takes a usable GPU", choices=DEVICES)
    # Of the whole run, whether it was resumed or not.
    max_steps: int | None = option(None, "stop after this many steps of the whole run", at_least=1)
    evaluate: bool = option(False, "measure the weights when training is done")
    quiet: bool = option(False, "no progress")

    def __post_init__(self) -> None:
        """Check every option."""
        check_values(self)

    def say(self, message: str) -> None:
        """Tell what is happening, unless quiet."""
        if not self.quiet:
            note(message)
