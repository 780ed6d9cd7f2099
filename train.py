"""Train the conditional GAN: `python train.py`, or `python train.py --dataset digits`.

See `python train.py --help` and the README.
"""

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

from cgan.backend.setup import DEVICES
from cgan.common.command_line import EXIT_SIGNAL_BASE, Parser, run
from cgan.common.errors import UserError
from cgan.common.signals import Interrupted
from cgan.common.terminal import note
from cgan.data.datasets import DATASETS
from cgan.hub.repository import Repository
from cgan.model.architectures import ARCHITECTURES
from cgan.model.conv import DEFAULT_WIDTHS
from cgan.publish.push import check_may_push, push
from cgan.training.execution import Execution
from cgan.training.options import LOSSES, TrainingOptions
from cgan.training.recipes import RECIPES, options_of
from cgan.training.run import generator_config, resume, start

# Help for each training option; its type and default are those of `TrainingOptions`.
_HELP = {
    "dataset": "mnist (IDX files in --data-dir, downloaded if missing) or digits (bundled)",
    "arch": "mlp (the article's networks) or conv (convolutional)",
    "g_widths": "channels of a conv generator, from the latent on; "
    f"{','.join(map(str, DEFAULT_WIDTHS))} by default",
    "d_widths": "channels of a conv discriminator; those of the generator by default",
    "loss": "lsgan (least squares), bce (cross-entropy, the article's formulas) or hinge",
    "n_epochs": "passes over the data",
    "batch_size": "images per step",
    "lr": "Adam's learning rate",
    "d_lr": "the discriminator's learning rate; the same by default",
    "decay_from": "share of the run after which the learning rates sink linearly to 0",
    "b1": "Adam's decay of the first moment",
    "b2": "Adam's decay of the second moment",
    "d_steps": "steps of the discriminator for each of the generator",
    "ema": "decay of the moving average of the generator's weights; 0 for none",
    "pack": "images of a class that the discriminator judges together",
    "r1": "weight of the gradient penalty of a conv discriminator on real images; 0 for none",
    "shift": "most pixels by which what the discriminator sees is shifted, at random",
    "n_cpu": "CPU threads, at most as many as there are CPUs",
    "latent_dim": "length of the latent z",
    "n_classes": "number of classes; taken from the data by default (10)",
    "img_size": "height and width that images are resized to",
    "channels": "1 (grey) or 3 (RGB); taken from the data by default (1)",
    "sample_interval": "steps between sample grids",
    "checkpoint_interval": "epochs between checkpoints",
    "evaluate_interval": "epochs between evaluations, which keep the best weights; 0 for none",
    "reader_weight": "weight of the reader's verdict in the generator's loss (needs --reader)",
    "seed": "the same seed gives the same weights on the same machine",
    "number": "the number in result.png",
}
_FLAGS = {
    "unconditional": "train G(z) without labels",
    "class_norm": "give each class its own gains and biases in a conv generator's BatchNorm",
    "latent_norm": "let these depend on the latent, too",
    "reader": "train a small classifier beside the generator, for writing legibly (--best-of)",
}


def _widths(text: str) -> tuple[int, ...]:
    """Read whole numbers with commas between them."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} must be such as 128,64,32") from error


_TYPES = {
    "n_classes": int,
    "channels": int,
    "d_lr": float,
    "g_widths": _widths,
    "d_widths": _widths,
}
_CHOICES = {"dataset": DATASETS, "arch": ARCHITECTURES, "loss": LOSSES}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line's values; training options only where given."""
    parser = Parser(prog="train.py", description=__doc__.split("\n")[0])
    defaults = TrainingOptions()
    for name, text in _HELP.items():
        default = getattr(defaults, name)
        shown = text if default is None else f"{text} (default {default})"
        parser.add_option(
            name,
            type=_TYPES.get(name) or type(default),
            choices=_CHOICES.get(name),
            default=argparse.SUPPRESS,
            help=shown,
        )
    for name, text in _FLAGS.items():
        parser.add_option(name, action="store_true", default=argparse.SUPPRESS, help=text)
    parser.add_option(
        "recipe",
        choices=RECIPES,
        help="what the other options begin with: article (the defaults) or best",
    )
    parser.add_option("data_dir", type=Path, default=Path("data"), help="folder of the IDX files")
    parser.add_option("out", type=Path, help="run folder (default runs/DATASET-DATE-TIME)")
    parser.add_option("resume", type=Path, metavar="RUN", help="go on with the run in this folder")
    parser.add_option("max_steps", type=int, help="stop after this many steps of the whole run")
    parser.add_option("device", choices=DEVICES, default="auto", help="auto takes a usable GPU")
    parser.add_option(
        "evaluate", action="store_true", help="measure the weights when training is done"
    )
    parser.add_option(
        "push_to_hub", metavar="USER/NAME", help="publish the weights when training is done"
    )
    parser.add_option("dry_run", action="store_true", help="print the settings and stop")
    parser.add_option("quiet", action="store_true", help="no progress")
    return parser.parse_args(arguments)


def train(arguments: list[str] | None) -> None:
    """Do what the command line says."""
    values = vars(parse(arguments))
    execution = Execution(
        data_dir=values.pop("data_dir"),
        device=values.pop("device"),
        max_steps=values.pop("max_steps"),
        evaluate=values.pop("evaluate"),
        quiet=values.pop("quiet"),
    )
    out, run_to_resume = values.pop("out"), values.pop("resume")
    dry_run, recipe = values.pop("dry_run"), values.pop("recipe")
    push_to_hub = values.pop("push_to_hub")
    repository = None if push_to_hub is None else Repository.parse(push_to_hub)
    if run_to_resume is not None:
        if recipe is not None:
            raise UserError("--resume takes no --recipe: it goes on with the run's own settings.")
        if out is not None or dry_run:
            raise UserError("--resume takes neither --out nor --dry-run: it goes on in its folder.")
        if repository is not None:
            check_may_push(repository)
        resume(run_to_resume, values, execution)
        publish(run_to_resume, repository, execution)
        return
    options = options_of(recipe or "article", values)
    config = generator_config(options)
    if out is None:
        out = Path("runs") / f"{options.dataset}-{time.strftime('%Y%m%d-%H%M%S')}"
    if dry_run:
        print(json.dumps(config.to_dict() | {"training": options.to_dict()}, indent=2))
        return
    # Before hours of training, not after them, it is told what is wrong with the name or token.
    if repository is not None:
        check_may_push(repository)
    start(options, out, execution)
    publish(out, repository, execution)


def publish(run: Path, repository: Repository | None, execution: Execution) -> None:
    """Push a finished run, which is safe in its folder whatever becomes of that."""
    if repository is None:
        return
    later = (
        f"The run is safe in {run}; push it later with: "
        f"python -m cgan push {shlex.quote(str(run))} {repository}"
    )
    execution.say(f"Pushing to {repository}.")
    try:
        pushed = push(run, repository)
    except UserError as error:
        raise UserError(f"{error} {later}") from error
    except KeyboardInterrupt:
        note(later)
        raise
    execution.say(pushed.describe(run))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    try:
        return run(lambda: train(arguments))
    except Interrupted as stop:
        print(stop, file=sys.stderr)
        return EXIT_SIGNAL_BASE + stop.signal_number


if __name__ == "__main__":
    sys.exit(main())
