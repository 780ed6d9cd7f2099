"""One training run, from its options to a finished folder."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cgan.backend.setup import load_jittor, usable_threads
from cgan.common.errors import UserError
from cgan.common.signals import Interruption
from cgan.common.terminal import warn
from cgan.data import datasets
from cgan.model import architectures, reader, weights
from cgan.model.config import GeneratorConfig
from cgan.training import checkpoint
from cgan.training.execution import Execution
from cgan.training.options import TrainingOptions
from cgan.training.run_evaluation import RunEvaluation
from cgan.training.run_folder import RunFolder
from cgan.training.run_loop import RunLoop
from cgan.writing.number import parse

if TYPE_CHECKING:  # importing them imports Jittor, which may have to compile itself first
    from cgan.evaluation.classifier import Classifier
    from cgan.training.trainer import Trainer

_THREADS_KEY, _DEVICE_KEY = "threads", "device"


def resolve(
    options: TrainingOptions, dataset: datasets.Dataset
) -> tuple[TrainingOptions, GeneratorConfig]:
    """Fill in what the options leave to the data, and say what generator that makes.

    Raises:
        UserError: options and data don't fit.
    """
    n_classes = dataset.n_classes if options.n_classes is None else options.n_classes
    if n_classes < dataset.n_classes:
        raise UserError(
            f"--n_classes {n_classes} is too few: the data have {dataset.n_classes} classes. "
            "Leave it out to take it from the data."
        )
    if options.channels not in (None, dataset.channels):
        raise UserError(
            f"--channels {options.channels} does not fit: the images have {dataset.channels}. "
            "Leave it out to take it from the data."
        )
    if len(dataset.labels) < 2:
        raise UserError(f"{dataset.name} holds fewer than two images: too few to train on.")
    if np.bincount(dataset.labels).max() < options.pack:
        raise UserError(
            f"--pack {options.pack} is too much: {dataset.name} holds fewer images of each class."
        )
    options = replace(options, n_classes=n_classes, channels=dataset.channels)
    config = generator_config(options)
    digits = [part for part in parse(options.number) if part is not None]
    if config.conditional and max(digits) >= n_classes:
        raise UserError(
            f"--number {options.number} can't be written: the data have only the classes 0 to "
            f"{n_classes - 1}."
        )
    return options, config


def generator_config(options: TrainingOptions) -> GeneratorConfig:
    """Return the config of the generator that these options train.

    Raises:
        UserError: a size is out of bounds.
    """
    architecture = architectures.get(options.arch)
    try:
        config: GeneratorConfig = architecture.config(
            latent_dim=options.latent_dim,
            n_classes=10 if options.n_classes is None else options.n_classes,
            img_size=options.img_size,
            channels=1 if options.channels is None else options.channels,
            conditional=not options.unconditional,
            architecture=options.arch,
            reader=options.reader,
            **architecture.own_fields(options),
        )
        return config
    except UserError as error:
        # The option is named for the network that has these widths.
        message = re.sub("^widths", "g_widths", str(error))
        raise UserError(f"--{message}.") from error


def start(options: TrainingOptions, out: Path, execution: Execution) -> None:
    """Train from the beginning into the new folder `out`.

    Raises:
        UserError: bad options, data or folder; or training had to stop.
        Interrupted: a signal stopped it.
    """
    with RunFolder.create(out) as run:
        dataset = _load_data(options, execution)
        options, config = resolve(options, dataset)
        threads, device = _prepare_jittor(options, execution)
        record = options.to_dict() | {_THREADS_KEY: threads, _DEVICE_KEY: device}
        weights.save_config(run.path, config, record)
        with Interruption() as interruption:
            evaluation = _make_evaluation(run, config, options, execution, interruption)
            classifier = _make_reader(run, config, dataset, execution, interruption)
            trainer = _make_trainer(config, options, dataset, classifier)
            readers = {} if classifier is None else reader.fold(classifier.tensors)
            loop = RunLoop(run, trainer, readers, options, execution, interruption, evaluation)
            loop.save_sample()
            loop.finish()


def resume(path: Path, given: dict[str, Any], execution: Execution) -> None:
    """Go on with the run in `path` from its last checkpoint.

    Args:
        path: the run folder.
        given: training options that the user named; they must be the run's own.
        execution: how to run.

    Raises:
        UserError: no run, other settings, a damaged checkpoint; or training had to stop.
        Interrupted: a signal stopped it.
    """
    with RunFolder.reopen(path) as run:
        record = weights.load_config(path).get(weights.TRAINING_KEY)
        options, old_threads, old_device = _read_record(record, path / weights.CONFIG_NAME)
        _check_same(options, given)
        dataset = _load_data(options, execution)
        options, config = resolve(options, dataset)
        threads, device = _prepare_jittor(options, execution)
        if (threads, device) != (old_threads, old_device):
            warn(
                f"the run began with {old_threads} CPU threads on {old_device} and goes on with "
                f"{threads} on {device}: the weights will be as good, but not the same to the bit."
            )
        with Interruption() as interruption:
            evaluation = _make_evaluation(run, config, options, execution, interruption)
            classifier = _make_reader(run, config, dataset, execution, interruption)
            trainer = _make_trainer(config, options, dataset, classifier)
            readers = {} if classifier is None else reader.fold(classifier.tensors)
            loop = RunLoop(run, trainer, readers, options, execution, interruption, evaluation)
            if run.checkpoint.exists():
                trainer.restore(*checkpoint.load(run.checkpoint))
            else:  # killed before the first checkpoint
                loop.save_sample()
            run.forget_after(trainer.step)
            execution.say(f"Going on at step {trainer.step:,} of {trainer.total_steps:,}.")
            loop.finish()


def _read_record(record: Any, source: Path) -> tuple[TrainingOptions, int, str]:
    if not isinstance(record, dict):
        raise UserError(f"{source} does not say how the run was trained: it can't be resumed.")
    values = dict(record)
    try:
        threads, device = values.pop(_THREADS_KEY), values.pop(_DEVICE_KEY)
        return TrainingOptions.from_dict(values), threads, device
    except (KeyError, TypeError) as error:
        raise UserError(
            f"{source} can't be resumed: its training settings are off ({error})."
        ) from error


def _check_same(options: TrainingOptions, given: dict[str, Any]) -> None:
    for name, value in given.items():
        if value != getattr(options, name):
            raise UserError(
                f"--resume goes on with the run's own settings: --{name} is "
                f"{getattr(options, name)} there, not {value}. Leave it out, or start a new run."
            )


def _load_data(options: TrainingOptions, execution: Execution) -> datasets.Dataset:
    dataset = datasets.load(options.dataset, execution.data_dir, options.img_size, execution.quiet)
    execution.say(f"Data: {dataset.describe()}, resized to {options.img_size}x{options.img_size}.")
    return dataset


def _prepare_jittor(options: TrainingOptions, execution: Execution) -> tuple[int, str]:
    """Import Jittor; return the CPU threads and the device it computes with."""
    threads = usable_threads(options.n_cpu)
    jittor = load_jittor(execution.device, threads)
    device = "cuda" if jittor.flags.use_cuda else "cpu"
    limited = f" (of --n_cpu {options.n_cpu})" if threads < options.n_cpu else ""
    execution.say(f"Training on {device} with {threads} CPU threads{limited}.")
    return threads, device


def _make_trainer(
    config: GeneratorConfig,
    options: TrainingOptions,
    dataset: datasets.Dataset,
    classifier: "Classifier | None",
) -> "Trainer":
    from cgan.training.trainer import Trainer

    return Trainer(config, options, dataset, classifier)


def _make_reader(
    run: RunFolder,
    config: GeneratorConfig,
    dataset: datasets.Dataset,
    execution: Execution,
    interruption: Interruption,
) -> "Classifier | None":
    """Train the reader that is published with the generator, or take it from the cache."""
    if not config.reader:
        return None
    from cgan.evaluation import classifier  # imports Jittor, which may have to compile itself first

    def check() -> None:
        interruption.check(
            "Stopped while the reader was trained; nothing is lost. Go on with: "
            f"python train.py --resume {run.path}"
        )

    return classifier.trained(dataset, classifier.READER, execution.say, check)


def _make_evaluation(
    run: RunFolder,
    config: GeneratorConfig,
    options: TrainingOptions,
    execution: Execution,
    interruption: Interruption,
) -> RunEvaluation | None:
    """Load what it takes to measure the weights, where that is wanted."""
    if not (options.evaluate_interval or execution.evaluate):
        return None
    splits = datasets.load_splits(
        options.dataset, execution.data_dir, options.img_size, execution.quiet
    )
    return RunEvaluation(run, config, splits, interruption, execution.say)
