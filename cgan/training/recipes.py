"""Named sets of options: `--recipe` selects one, and other options override it."""

from typing import Any

from cgan.common.errors import BadValue
from cgan.training.options import TrainingOptions

_GOOD: dict[str, Any] = {
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
}

# docs/experiments.md says how they were found.
RECIPES: dict[str, dict[str, Any]] = {
    # The defaults.
    "article": {},
    "good": _GOOD,
    # Longer, and with more in G's loss in its last sixth, while the learning rates fall.
    "best": _GOOD
    | {
        "n_epochs": 36,
        "decay_from": 0.5,
        "d_background": True,
        "range_weight": 0.1,
        "stroke_weight": 0.1,
        "frechet_weight": 0.007,
        "imle_weight": 0.002,
        "classifier_weight": 0.2,
        "feature_weight": 0.3,
        "rare_share": 0.2,
        "match_from": 0.84,
    },
}


def from_recipe(recipe: str, given: dict[str, Any]) -> TrainingOptions:
    """Return the recipe's options, with `given` ones in place of its own.

    Raises:
        BadValue: names the option that is wrong.
    """
    options = RECIPES[recipe]
    if "arch" in options and given.get("arch", options["arch"]) != options["arch"]:
        raise BadValue(f"--recipe {recipe} is for --arch {options['arch']}: leave out --arch.")
    if given.get("unconditional") and options.get("reader"):
        raise BadValue(
            f"--recipe {recipe} is for generators with labels: leave out --unconditional."
        )
    return TrainingOptions.from_dict(options | given)
