"""`evaluate`: measure the quality of a generator."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cgan.common.command_line import EXIT_SIGNAL_BASE, Commands
from cgan.common.errors import UserError, kind_of
from cgan.common.terminal import note, result
from cgan.data.place import DATA_DIR, DATA_DIR_HELP
from cgan.model import metrics, weights
from cgan.model.config import GeneratorConfig
from cgan.model.metrics import METRICS_NAME
from cgan.sampler import Sampler
from cgan.writing.latents import check_seed

if TYPE_CHECKING:
    from cgan.data.datasets import Dataset


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("evaluate", help="measure the quality of a generator")
    parser.add_argument("folder", type=Path, help="a run folder, or any folder of weights")
    parser.add_option(
        "dataset",
        help="mnist, digits or images (default: what the weights were trained on, or mnist)",
    )
    parser.add_option("data_dir", type=Path, default=DATA_DIR, help=DATA_DIR_HELP)
    parser.add_option(
        "samples",
        type=int,
        help="how many (default 10000, at most as many as there are training images)",
    )
    parser.add_option("seed", type=int, default=0, help="which samples (default 0)")
    parser.add_option("output", type=Path, help="folder for the pictures (default: the weights')")
    parser.add_option("device", default="auto", help="auto, cpu or cuda; auto uses a GPU if it can")
    parser.add_option("quiet", action="store_true", help="print the results only")
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Evaluate, print the results, and write `metrics.json` and two pictures."""
    # Imported here: it takes longer than other commands take altogether.
    from cgan.backend.setup import load_jittor
    from cgan.evaluation import evaluator

    folder, pictures = values.folder, values.output or values.folder
    sampler = Sampler(weights.load(folder))
    seed = check_seed(values.seed)
    train, test = _load_splits(values, sampler.config)
    samples = values.samples
    if samples is None:
        samples = min(evaluator.SAMPLES, len(train.labels))
    evaluator.check_fits(sampler.config, train, samples)
    _check_writable(folder, pictures)
    load_jittor(values.device)

    def say(message: str) -> None:
        if not values.quiet:
            note(message)

    with _stoppable() as check:
        measuring = evaluator.Evaluator(train, test, say=say, check=check)
        measured = measuring.evaluate(sampler, samples, seed, pictures)
    metrics.save(folder, measured)
    for line in metrics.table(measured):
        result(line)
    say(
        f"Wrote {folder / METRICS_NAME}, {pictures / evaluator.SCORES_NAME} and "
        f"{pictures / evaluator.NEIGHBOURS_NAME}."
    )


def _load_splits(values: argparse.Namespace, config: GeneratorConfig) -> "tuple[Dataset, Dataset]":
    """Load the training set and the test set to measure against."""
    from cgan.data import datasets

    dataset = values.dataset or _trained_on(values.folder)
    return datasets.load_splits(
        dataset, values.data_dir, config.img_size, values.quiet, config.channels
    )


@contextlib.contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """Let a signal stop the work at the next call of the function that this yields."""
    from cgan.common.signals import Interruption

    with Interruption("Stopping (once more to stop at once).") as interruption:

        def check() -> None:
            if interruption.signal_number is not None:
                sys.exit(EXIT_SIGNAL_BASE + interruption.signal_number)

        yield check


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
        raise kind_of(error)(
            f"Could not make the folder {pictures}: {error.strerror}; choose another with --output."
        ) from error
    for path in (folder, pictures):
        if not os.access(path, os.W_OK):
            raise UserError(f"{path} can't be written: copy the weights to a writable folder.")
