"""The settings of a training run: the article's options, and what decides the weights."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from cgan.common.errors import UserError
from cgan.data.datasets import DATASETS
from cgan.model.architectures import ARCHITECTURES
from cgan.model.conv import MAX_WIDTH
from cgan.writing.latents import check_seed

LOSSES = ("lsgan", "bce", "hinge")
_CONV_ONLY = ("g_widths", "d_widths", "class_norm", "latent_norm", "r1")


@dataclass(frozen=True)
class TrainingOptions:
    """What decides the weights that a run ends with; saved in its `config.json`.

    Names and defaults are the article's where it has them.

    Attributes:
        dataset: "mnist" or "digits".
        arch: "mlp", the article's fully connected networks, or "conv".
        g_widths: channels of a "conv" generator (see `GeneratorConfig.widths`); None for
            `DEFAULT_WIDTHS`.
        d_widths: channels of a "conv" discriminator at 1/2, 1/4 and 1/8 of the image's size; None
            for those of the generator.
        class_norm: gains and biases of each class in a "conv" generator's BatchNorm.
        latent_norm: let z change these, too; needs `class_norm`.
        loss: "lsgan", "bce" or "hinge".
        unconditional: train G(z) instead of G(z, y).
        n_epochs: passes over the data.
        batch_size: images per step; the last batch of an epoch may be smaller.
        lr: Adam's learning rate.
        d_lr: the discriminator's; None for the same.
        decay_from: share of the run, from 0 to 1, after which the learning rates sink linearly,
            to 0 at the end; 1 keeps them constant.
        b1: decay of Adam's first moment.
        b2: decay of Adam's second moment.
        d_steps: steps of the discriminator for each of the generator.
        ema: decay of the moving average of the generator's weights, which is what is published;
            0 publishes the weights themselves.
        pack: how many images of one class a "conv" discriminator judges together.
        r1: weight of the gradient penalty that a "conv" discriminator pays on real images (see
            `cgan.training.losses`, equation 6).
        shift: most pixels by which what the discriminator sees is shifted, at random.
        n_cpu: CPU threads (at most as many as there are CPUs).
        latent_dim: length of z.
        n_classes: number of classes; None takes it from the data.
        img_size: height and width that images are resized to, in pixels.
        channels: 1 (grey) or 3 (RGB); None takes it from the data.
        sample_interval: steps between sample grids.
        evaluate_interval: epochs between evaluations, of which the best weights are kept; 0 for
            none.
        checkpoint_interval: epochs between checkpoints.
        reader: train a small classifier, too, which says how legible an image is (see
            `cgan.model.reader`), and publish it with the generator.
        reader_weight: weight of that classifier's verdict in the generator's loss.
        seed: all randomness comes from it.
        number: what `result.png` shows.
    """

    dataset: str = "mnist"
    arch: str = "mlp"
    g_widths: tuple[int, ...] | None = None
    d_widths: tuple[int, ...] | None = None
    class_norm: bool = False
    latent_norm: bool = False
    loss: str = "lsgan"
    unconditional: bool = False
    n_epochs: int = 100
    batch_size: int = 64
    lr: float = 0.0002
    d_lr: float | None = None
    decay_from: float = 1.0
    b1: float = 0.5
    b2: float = 0.999
    d_steps: int = 1
    ema: float = 0.0
    pack: int = 1
    r1: float = 0.0
    shift: int = 0
    n_cpu: int = 8
    latent_dim: int = 100
    n_classes: int | None = None
    img_size: int = 32
    channels: int | None = None
    sample_interval: int = 1000
    checkpoint_interval: int = 1
    evaluate_interval: int = 0
    reader: bool = False
    reader_weight: float = 0.0
    seed: int = 0
    number: str = "01234567890"

    def __post_init__(self) -> None:
        """Check what can be checked without the data.

        Raises:
            UserError: names the option that doesn't fit.
        """
        _check(self.dataset in DATASETS, f"--dataset must be one of {', '.join(DATASETS)}.")
        _check(self.arch in ARCHITECTURES, f"--arch must be one of {', '.join(ARCHITECTURES)}.")
        for name in _CONV_ONLY if self.arch != "conv" else ():
            _check(not getattr(self, name), f"--{name} needs --arch conv.")
        if self.d_widths is not None:
            fits = len(self.d_widths) == 3 and all(1 <= w <= MAX_WIDTH for w in self.d_widths)
            _check(fits, f"--d_widths must be three whole numbers from 1 to {MAX_WIDTH}.")
        _check(not self.latent_norm or self.class_norm, "--latent_norm needs --class_norm.")
        _check(self.arch == "conv" or self.pack == 1, "--pack needs --arch conv.")
        _check(
            self.pack >= 1 and self.batch_size % self.pack == 0,
            "--pack must be at least 1 and divide --batch_size.",
        )
        _check(self.loss in LOSSES, f"--loss must be one of {', '.join(LOSSES)}.")
        for name in ("n_epochs", "d_steps", "n_cpu", "sample_interval", "checkpoint_interval"):
            _check(getattr(self, name) >= 1, f"--{name} must be at least 1.")
        _check(
            self.batch_size >= 2,
            "--batch_size must be at least 2: BatchNorm compares the images of a batch.",
        )
        _check(self.evaluate_interval >= 0, "--evaluate_interval must be at least 0.")
        for name in ("lr", "d_lr"):
            fits = getattr(self, name) is None or 0 < getattr(self, name) < math.inf
            _check(fits, f"--{name} must be a positive number, such as 0.0002.")
        _check(0 <= self.decay_from <= 1, "--decay_from must be a number from 0 to 1.")
        _check(0 <= self.shift < self.img_size, "--shift must be from 0 to less than --img_size.")
        for name in ("b1", "b2", "ema"):
            _check(0 <= getattr(self, name) < 1, f"--{name} must be at least 0 and less than 1.")
        for name in ("r1", "reader_weight"):
            fits = 0 <= getattr(self, name) < math.inf
            _check(fits, f"--{name} must be a number that is not negative, such as 0.1.")
        _check(self.reader or self.reader_weight == 0, "--reader_weight needs --reader.")
        check_seed(self.seed)

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-ready values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingOptions":
        """Build options from JSON values; what is missing gets its default.

        Raises:
            UserError: names the option that doesn't fit.
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


def _check(fits: bool, message: str) -> None:
    if not fits:
        raise UserError(message)
