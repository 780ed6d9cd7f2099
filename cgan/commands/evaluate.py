"""`evaluate`: measure the quality of a generator."""

import argparse
import os
import sys
from pathlib import Path

from cgan.common.command_line import EXIT_SIGNAL_BASE, Commands
from cgan.common.errors import BadValue, UserError
from cgan.common.terminal import note, result
from cgan.model import metrics, weights
from cgan.model.metrics import METRICS_NAME
from cgan.sampler import Sampler
from cgan.writing.latents import check_seed


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("evaluate", help="measure the quality of a generator")
    parser.add_argument("folder", type=Path, help="a run folder, or any folder of weights")
    parser.add_option(
        "dataset", help="mnist or digits (default: what the weights were trained on, or mnist)"
    )
    parser.add_option("data_dir", type=Path, default=Path("data"), help="folder of the IDX files")
    parser.add_option(
        "samples",
        type=int,
        help="how many (default 10000, or all if there are fewer training images)",
    )
    parser.add_option("seed", type=int, default=0, help="which samples (default 0)")
    parser.add_option("output", type=Path, help="folder for the pictures (default: the weights')")
    parser.add_option("device", default="auto", help="auto, cpu or cuda; auto takes a usable GPU")
    parser.add_option("quiet", action="store_true", help="print the results only")
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Evaluate, print the results, and write `metrics.json` and two pictures."""
    # Here: they take longer to import than other commands take altogether.
    from cgan.backend.setup import load_jittor
    from cgan.common.signals import Interruption
    from cgan.data import datasets
    from cgan.evaluation import evaluator

    folder, pictures = values.folder, values.output or values.folder
    sampler = Sampler(weights.load(folder))
    seed = check_seed(values.seed)
    dataset = values.dataset or _trained_on(folder)
    if dataset not in datasets.DATASETS:
        raise BadValue(f"--dataset must be one of {', '.join(datasets.DATASETS)}, not {dataset!r}.")
    train, test = datasets.load_splits(
        dataset, values.data_dir, sampler.config.img_size, values.quiet
    )
    samples = values.samples
    if samples is None:
        samples = min(evaluator.SAMPLES, len(train.labels))
    evaluator.check_fits(sampler.config, train, samples)
    _check_writable(folder, pictures)
    load_jittor(values.device)
    with Interruption("Stopping (once more to stop at once).") as interruption:

        def check() -> None:
            if interruption.signal_number is not None:
                sys.exit(EXIT_SIGNAL_BASE + interruption.signal_number)

        def say(message: str) -> None:
            if not values.quiet:
                note(message)

        measuring = evaluator.Evaluator(train, test, say=say, check=check)
        measured = measuring.evaluate(sampler, samples, seed, pictures)
    metrics.save(folder, measured)
    for line in metrics.table(measured):
        result(line)
    say(
        f"Wrote {folder / METRICS_NAME}, {pictures / evaluator.SCORES_NAME} and "
        f"{pictures / evaluator.NEIGHBOURS_NAME}."
    )


def _trained_on(folder: Path) -> str:
    """Return the data set that `config.json` names, or "mnist"."""
    training = weights.load_config(folder).get(weights.TRAINING_KEY)
    return str(training.get("dataset", "mnist")) if isinstance(training, dict) else "mnist"


def _check_writable(folder: Path, pictures: Path) -> None:
    """Find out now, not after minutes of work, whether the results can be written.

    Raises:
        UserError: they can't.
    """
    try:
        pictures.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"Could not make the folder {pictures}: {error.strerror}; choose another with --output."
        ) from error
    for path in (folder, pictures):
        if not os.access(path, os.W_OK):
            raise UserError(f"{path} can't be written: copy the weights to a folder that can be.")
