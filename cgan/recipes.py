"""Named sets of options: what `--recipe` begins with, and other options change."""

from typing import Any

from cgan.options import TrainingOptions

RECIPES: dict[str, dict[str, Any]] = {
    # The defaults.
    "article": {},
    "best": {
        "arch": "conv",
        "class_norm": True,
        "n_epochs": 40,
        "batch_size": 64,
        "lr": 4e-4,
        "b1": 0.0,
        "decay_from": 0.0,
        "ema": 0.999,
        "reader": True,
    },
}


def options_of(recipe: str, given: dict[str, Any]) -> TrainingOptions:
    """Return the recipe's options, but for those that were given.

    Raises:
        UserError: one does not fit.
    """
    return TrainingOptions(**(RECIPES[recipe] | given))
