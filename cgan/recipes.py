"""Named sets of options: what `--recipe` begins with, and other options change."""

from typing import Any

from cgan.options import TrainingOptions

RECIPES: dict[str, dict[str, Any]] = {
    # The defaults.
    "article": {},
    "best": {
        "arch": "conv",
        "loss": "hinge",
        "n_epochs": 20,
        "batch_size": 128,
        "lr": 4e-4,
        "b1": 0.0,
        "decay_from": 0.5,
        "ema": 0.999,
    },
}


def options_of(recipe: str, given: dict[str, Any]) -> TrainingOptions:
    """Return the recipe's options, but for those that were given.

    Raises:
        UserError: one does not fit.
    """
    return TrainingOptions(**(RECIPES[recipe] | given))
