"""Named sets of options: `--recipe` selects one, and other options override it."""

from typing import Any

from cgan.training.options import TrainingOptions

RECIPES: dict[str, dict[str, Any]] = {
    # The defaults.
    "article": {},
    "best": {
        "arch": "conv",
        "d_widths": (48, 96, 192),
        "class_norm": True,
        "latent_norm": True,
        "loss": "hinge",
        "n_epochs": 20,
        "batch_size": 64,
        "lr": 8e-4,
        "d_lr": 1.6e-3,
        "b1": 0.0,
        "decay_from": 0.0,
        "ema": 0.999,
        "pack": 2,
        "r1": 0.3,
        "reader": True,
        "reader_weight": 0.2,
        "encoder": True,
    },
}


def from_recipe(recipe: str, given: dict[str, Any]) -> TrainingOptions:
    """Return the recipe's options, with `given` ones in place of its own.

    Raises:
        BadValue: names the option that is wrong.
    """
    return TrainingOptions.from_dict(RECIPES[recipe] | given)
