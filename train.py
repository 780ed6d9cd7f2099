"""Train the conditional GAN: `python train.py`, or `python train.py --dataset digits`.

See `python train.py --help` and the README.
"""

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

from cgan.command_line import EXIT_SIGNAL_BASE, Parser, run
from cgan.data import DATASETS
from cgan.errors import UserError
from cgan.jittor_setup import DEVICES
from cgan.options import LOSSES, TrainingOptions
from cgan.push import check_may_push, push
from cgan.repository import Repository
from cgan.run import Execution, Interrupted, generator_config, resume, start
from cgan.terminal import note

# Help for each training option; its type and default are those of `TrainingOptions`.
_HELP = {
    "dataset": "mnist (IDX files in --data-dir, downloaded if missing) or digits (bundled)",
    "loss": "lsgan (least squares) or bce (cross-entropy, the article's formulas)",
    "n_epochs": "passes over the data",
    "batch_size": "images per step",
    "lr": "Adam's learning rate",
    "b1": "Adam's decay of the first moment",
    "b2": "Adam's decay of the second moment",
    "n_cpu": "CPU threads, at most as many as there are CPUs",
    "latent_dim": "length of the latent z",
    "n_classes": "number of classes; taken from the data by default (10)",
    "img_size": "height and width that images are resized to",
    "channels": "1 (grey) or 3 (RGB); taken from the data by default (1)",
    "sample_interval": "steps between sample grids",
    "checkpoint_interval": "epochs between checkpoints",
    "seed": "the same seed gives the same weights on the same machine",
    "number": "the number in result.png",
}
_TYPES = {"n_classes": int, "channels": int}
_CHOICES = {"dataset": DATASETS, "loss": LOSSES}


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
    parser.add_option(
        "unconditional",
        action="store_true",
        default=argparse.SUPPRESS,
        help="train G(z) without labels",
    )
    parser.add_option("data_dir", type=Path, default=Path("data"), help="folder of the IDX files")
    parser.add_option("out", type=Path, help="run folder (default runs/DATASET-DATE-TIME)")
    parser.add_option("resume", type=Path, metavar="RUN", help="go on with the run in this folder")
    parser.add_option("max_steps", type=int, help="stop after this many steps of the whole run")
    parser.add_option("device", choices=DEVICES, default="auto", help="auto takes a usable GPU")
    parser.add_option("dry_run", action="store_true", help="print the settings and stop")
    parser.add_option(
        "push_to_hub",
        metavar="USER/NAME",
        help="publish the run on the Hugging Face Hub at the end",
    )
    parser.add_option("quiet", action="store_true", help="no progress")
    return parser.parse_args(arguments)


def train(arguments: list[str] | None) -> None:
    """Do what the command line says."""
    values = vars(parse(arguments))
    execution = Execution(
        data_dir=values.pop("data_dir"),
        device=values.pop("device"),
        max_steps=values.pop("max_steps"),
        quiet=values.pop("quiet"),
    )
    out, run_to_resume = values.pop("out"), values.pop("resume")
    dry_run, hub = values.pop("dry_run"), values.pop("push_to_hub")
    repository = None if hub is None else Repository.parse(hub)
    if run_to_resume is not None:
        if out is not None or dry_run:
            raise UserError("--resume takes neither --out nor --dry-run: it goes on in its folder.")
        if repository is not None:
            check_may_push(repository)
        resume(run_to_resume, values, execution)
        publish(run_to_resume, repository, execution)
        return
    options = TrainingOptions(**values)
    config = generator_config(options)
    if out is None:
        out = Path("runs") / f"{options.dataset}-{time.strftime('%Y%m%d-%H%M%S')}"
    if dry_run:
        print(json.dumps(config.to_dict() | {"training": options.to_dict()}, indent=2))
        return
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
