"""The settings of a training run: the article's options, and what decides the weights."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from cgan.data import DATASETS
from cgan.errors import UserError
from cgan.latents import check_seed

LOSSES = ("lsgan", "bce")


@dataclass(frozen=True)
class TrainingOptions:
    """What decides the weights that a run ends with; saved in its `config.json`.

    Names and defaults are the article's where it has them.

    Attributes:
        dataset: "mnist" or "digits".
        loss: "lsgan" or "bce".
        unconditional: train G(z) instead of G(z, y).
        n_epochs: passes over the data.
        batch_size: images per step; the last batch of an epoch may be smaller.
        lr: Adam's learning rate, for both networks.
        b1: decay of Adam's first moment.
        b2: decay of Adam's second moment.
        n_cpu: CPU threads (at most as many as there are CPUs).
        latent_dim: length of z.
        n_classes: number of classes; None takes it from the data.
        img_size: height and width that images are resized to, in pixels.
        channels: 1 (grey) or 3 (RGB); None takes it from the data.
        sample_interval: steps between sample grids.
        checkpoint_interval: epochs between checkpoints.
        seed: all randomness comes from it.
        number: what `result.png` shows.
    """

    dataset: str = "mnist"
    loss: str = "lsgan"
    unconditional: bool = False
    n_epochs: int = 100
    batch_size: int = 64
    lr: float = 0.0002
    b1: float = 0.5
    b2: float = 0.999
    n_cpu: int = 8
    latent_dim: int = 100
    n_classes: int | None = None
    img_size: int = 32
    channels: int | None = None
    sample_interval: int = 1000
    checkpoint_interval: int = 1
    seed: int = 0
    number: str = "01234567890"

    def __post_init__(self) -> None:
        """Check what can be checked without the data.

        Raises:
            UserError: names the option that doesn't fit.
        """
        _check(self.dataset in DATASETS, f"--dataset must be one of {', '.join(DATASETS)}.")
        _check(self.loss in LOSSES, f"--loss must be one of {', '.join(LOSSES)}.")
        for name in ("n_epochs", "n_cpu", "sample_interval", "checkpoint_interval"):
            _check(getattr(self, name) >= 1, f"--{name} must be at least 1.")
        _check(
            self.batch_size >= 2,
            "--batch_size must be at least 2: BatchNorm compares the images of a batch.",
        )
        _check(0 < self.lr < math.inf, "--lr must be a positive number, such as 0.0002.")
        for name in ("b1", "b2"):
            _check(0 <= getattr(self, name) < 1, f"--{name} must be at least 0 and less than 1.")
        check_seed(self.seed)

    def to_dict(self) -> dict[str, Any]:
        """Return the options as JSON-ready values."""
        return asdict(self)


def _check(fits: bool, message: str) -> None:
    if not fits:
        raise UserError(message)
