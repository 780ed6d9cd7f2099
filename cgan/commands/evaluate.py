"""`evaluate`: measure the quality of a generator."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cgan.common.command_line import EXIT_SIGNAL_BASE, Commands, named_path
from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.common.terminal import note, result
from cgan.data.place import DATA_DIR, DATA_DIR_HELP, recorded_folder
from cgan.model import metrics, weights
from cgan.model.config import GeneratorConfig
from cgan.model.encoder import NoEncoder
from cgan.model.metrics import METRICS_NAME
from cgan.sampler import Sampler
from cgan.writing.latents import check_seed

if TYPE_CHECKING:
    from cgan.data.datasets import Dataset


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("evaluate", help="measure the quality of a generator")
    parser.add_argument("folder", type=named_path, help="a run folder, or any folder of weights")
    parser.add_option(
        "dataset",
        help="mnist, digits or images (default: what the weights were trained on, or mnist)",
    )
    parser.add_option("data_dir", type=named_path, default=DATA_DIR, help=DATA_DIR_HELP)
    parser.add_option(
        "samples",
        type=int,
        help="how many (default 10000, at most as many as there are training images)",
    )
    parser.add_option("seed", type=int, default=0, help="which samples (default 0)")
    parser.add_option(
        "output", type=named_path, help="folder for the pictures (default: the weights')"
    )
    parser.add_option("device", default="auto", help="auto, cpu or cuda; auto uses a GPU if it can")
    parser.add_option(
        "hands",
        action="store_true",
        help="measure the encoder only, and keep the other figures of metrics.json",
    )
    parser.add_option(
        "details",
        action="store_true",
        help="the same of strokes and pixels",
    )
    parser.add_option("quiet", action="store_true", help="print the results only")
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Evaluate, print the results, and write `metrics.json` and three pictures."""
    # Imported here: it takes longer than other commands take altogether.
    from cgan.backend.setup import compile_race_told, load_jittor
    from cgan.evaluation import evaluator

    folder, pictures = values.folder, values.output or values.folder
    if not folder.exists():
        raise MissingFile(
            f"There is no folder {folder}: only folders are evaluated, so download weights on the "
            "Hub first (hf download USER/NAME --local-dir FOLDER)."
        )
    sampler = Sampler(weights.load(folder))
    seed = check_seed(values.seed)
    before = _before(values, sampler)
    train, test = _load_splits(values, sampler.config)
    samples = values.samples
    if samples is None:
        samples = min(evaluator.SAMPLES, len(train.labels))
    evaluator.check_fits(sampler.config, train, samples)
    if before is not None and values.details:
        _check_same_samples(folder, before, samples, seed)
    _check_writable(folder, pictures)
    load_jittor(values.device)

    def say(message: str) -> None:
        if not values.quiet:
            note(message)

    lines, written = [], [folder / METRICS_NAME]
    with _stoppable() as check, compile_race_told():
        measuring = evaluator.Evaluator(train, test, say=say, check=check)
        if before is not None and before.data_sha256 != measuring.data_sha256:
            raise BadValue(
                f"The figures in {folder / METRICS_NAME} were measured on other data: measure "
                "the same ones, or everything again."
            )
        if before is None:
            measured = measuring.evaluate(sampler, samples, seed, pictures)
            lines = metrics.table(measured)
            names = evaluator.SCORES_NAME, evaluator.NEIGHBOURS_NAME, evaluator.PIXELS_NAME
            written += [pictures / name for name in names]
        else:
            measured = before
            if values.details:
                ours, real = measuring.details(sampler, samples, seed, pictures)
                measured = replace(measured, details=ours, details_real=real)
                lines += metrics.detail_table(ours, real)
                written.append(pictures / evaluator.PIXELS_NAME)
            if values.hands and (hand := measuring.hands(sampler)):
                measured = replace(measured, hand=hand)
                lines += metrics.hand_table(hand)
    metrics.save(folder, measured)
    for line in lines:
        result(line)
    *first, last = map(str, written)
    say(f"Wrote {', '.join(first)}{' and ' if first else ''}{last}.")


def _before(values: argparse.Namespace, sampler: Sampler) -> metrics.Metrics | None:
    """Return the figures so far, if others are to be added to them; None to measure everything.

    Raises:
        UserError: there are none, or the weights have no encoder.
    """
    if not (values.hands or values.details):
        return None
    if values.hands and not sampler.config.encoder:
        raise NoEncoder
    try:
        return metrics.read(values.folder, sampler.sha256)
    except MissingFile as error:
        raise MissingFile(
            f"{values.folder / METRICS_NAME} is missing: evaluate without --hands and --details "
            "first, since they add to its figures."
        ) from error


def _check_same_samples(folder: Path, before: metrics.Metrics, samples: int, seed: int) -> None:
    """Check that details are measured of the samples that the other figures are of.

    Raises:
        BadValue: they are of others.
    """
    if (before.samples, before.seed) != (samples, seed):
        raise BadValue(
            f"The figures in {folder / METRICS_NAME} are of {before.samples} samples with "
            f"seed {before.seed}: measure the details of the same ones, or everything again."
        )


def _load_splits(values: argparse.Namespace, config: GeneratorConfig) -> "tuple[Dataset, Dataset]":
    """Load the training set and the test set to measure against."""
    from cgan.data import datasets

    trained_on, trained_in = _trained_on(values.folder)
    dataset = trained_on if values.dataset is None else values.dataset
    folder = values.data_dir
    if dataset == trained_on:
        folder = recorded_folder(folder, trained_in)
    if dataset == "mnist" and folder != DATA_DIR and not folder.is_dir():
        # MNIST is downloaded into the usual folder; another one is of data that are there.
        raise MissingFile(f"There is no folder {folder}: say where the data are with --data-dir.")
    return datasets.load_splits(dataset, folder, config.img_size, values.quiet, config.channels)


@contextlib.contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """Let a signal stop the work at the next call of the function that this yields."""
    from cgan.common.signals import Interruption

    with Interruption("Stopping (once more to stop at once).") as interruption:

        def check() -> None:
            if interruption.signal_number is not None:
                sys.exit(EXIT_SIGNAL_BASE + interruption.signal_number)

        yield check


def _trained_on(folder: Path) -> tuple[str, str | None]:
    """Return the data set that `config.json` names, or "mnist", and its folder, if it says one."""
    training = weights.load_config(folder).get(weights.TRAINING_KEY)
    if not isinstance(training, dict):
        return "mnist", None
    place = training.get("data_dir")  # published weights don't say it
    return str(training.get("dataset", "mnist")), place if isinstance(place, str) else None


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
