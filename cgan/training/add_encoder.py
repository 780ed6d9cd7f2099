"""Adding an encoder to finished weights: those of a run, or of any folder."""

import contextlib
import shlex
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cgan.backend.setup import compile_race_told, load_jittor, usable_threads
from cgan.common.errors import BadValue, UserError, kind_of
from cgan.common.signals import Interruption
from cgan.common.terminal import warn
from cgan.common.values import is_whole
from cgan.data import datasets
from cgan.data.place import recorded_folder
from cgan.model import metrics, weights
from cgan.model.config import GeneratorConfig
from cgan.model.encoder import without_encoder
from cgan.training import checkpoint
from cgan.training.options import Execution, TrainingOptions
from cgan.training.run_folder import RunFolder
from cgan.training.run_record import DATA_FOLDER_KEY, DATA_SHA256_KEY
from cgan.writing.latents import MAX_SEED

TAKES = ("dataset", "encoder_steps", "n_cpu")
"""The training options that `add_to_weights` takes."""


@compile_race_told()
def add_to_weights(folder: Path, given: Mapping[str, Any], execution: Execution) -> None:
    """Train an encoder for the weights in a folder, and add it; the generator stays as it is.

    It becomes the encoder that `train.py --encoder` would have trained with the generator. An
    encoder that is there already is replaced. A run must be finished: the weights of one that is
    still training change meanwhile.

    Args:
        folder: of the weights.
        given: training options that the user named, of those in `TAKES`.
        execution: how to run.

    Raises:
        UserError: bad options, weights or data; or something can't be written.
        Interrupted: a signal stopped it; the weights are as they were.
    """
    if other := sorted(given.keys() - set(TAKES)):
        raise BadValue(
            f"--add_encoder can't take --{other[0]}: the generator in {folder} is trained already."
        )
    with _kept_from_training(folder):
        _add_to_weights(folder, given, execution)


def _kept_from_training(folder: Path) -> AbstractContextManager[Any]:
    """Let no process train in the folder of a run; other weights need no lock.

    Raises:
        UserError: one does.
    """
    if not checkpoint.exists(RunFolder(folder).checkpoint):
        return contextlib.nullcontext()
    return RunFolder.reopen(folder)


def _add_to_weights(folder: Path, given: Mapping[str, Any], execution: Execution) -> None:
    config = weights.load(folder).config
    record: Any = weights.load_config(folder).get(weights.TRAINING_KEY)
    record = record if isinstance(record, dict) else {}
    _check_finished(folder, record.get("n_epochs"))
    dataset = given.get("dataset") or record.get("dataset")
    options = TrainingOptions(
        encoder=True,
        **{"dataset": dataset} if dataset in datasets.DATASETS else {},
        **{name: value for name, value in given.items() if name != "dataset"},
        **{"seed": seed} if is_whole(seed := record.get("seed"), 0, MAX_SEED) else {},
    )
    data = _load_data(options.dataset, record, config, execution)
    check_fits(folder, config, data)
    load_jittor(execution.device, usable_threads(options.n_cpu))
    with Interruption("Stopping after this step (once more to stop at once).") as interruption:
        add(
            folder,
            data,
            options,
            execution.say,
            lambda: interruption.check("Stopped: the weights are as they were."),
        )
    execution.say(f"Done: the weights in {folder} have an encoder.")


def _check_finished(folder: Path, n_epochs: Any) -> None:
    """Check that the weights in a folder aren't those of a run that goes on.

    Raises:
        BadValue: they are.
    """
    path = RunFolder(folder).checkpoint
    if not checkpoint.exists(path) or not is_whole(n_epochs, 1):
        return
    try:
        position = checkpoint.position(path)
    except UserError:  # it is damaged: nothing goes on from it
        return
    steps = n_epochs * position.steps_per_epoch
    if position.step < steps:
        raise BadValue(
            f"The run in {folder} isn't finished: {position.step:,} of {steps:,} steps are done. "
            f"Finish it first with --resume {shlex.quote(str(folder))}, or copy its "
            f"{weights.CONFIG_NAME} and {weights.WEIGHTS_NAME} into another folder, and add an "
            "encoder to them there."
        )


def _load_data(
    dataset: str, record: Mapping[str, Any], config: GeneratorConfig, execution: Execution
) -> datasets.Dataset:
    """Load what the generator was trained on, as its record says, if it does.

    Raises:
        UserError: they aren't there, or can't be read.
    """
    folder, recorded = execution.data_dir, record.get(DATA_FOLDER_KEY)
    if dataset == record.get("dataset"):
        folder = recorded_folder(folder, recorded if isinstance(recorded, str) else None)
    data = datasets.load(dataset, folder, config.img_size, execution.quiet, config.channels)
    if record.get(DATA_SHA256_KEY) not in (None, data.checksum()):
        warn(f"these weights were trained on other data than {data.name} in {folder}.")
    return data


def check_fits(folder: Path, config: GeneratorConfig, data: datasets.Dataset) -> None:
    """Check that an encoder for these weights can be trained on these data.

    Raises:
        BadValue: the weights are unconditional, or draw other images or classes.
    """
    try:
        replace(config, encoder=True)
    except UserError as error:
        raise kind_of(error)(f"{folder} can't have an encoder: {error}.") from error
    if data.channels != config.channels or data.n_classes > config.n_classes:
        raise BadValue(
            f"The weights in {folder} draw {config.n_classes} classes in {config.channels} "
            f"channels, but {data.name} has {data.n_classes} in {data.channels}: choose the data "
            "that they were trained on."
        )


def add(
    folder: Path,
    data: datasets.Dataset,
    options: TrainingOptions,
    say: Callable[[str], None],
    check: Callable[[], None],
) -> None:
    """Train the encoder of the weights in a folder, or take it from the cache, and write both.

    Args:
        folder: of the weights.
        data: what their generator was trained on.
        options: have the seed and the number of steps.
        say: called with messages about the progress.
        check: called after each step; an exception that it raises stops the training.

    Raises:
        UserError: the weights can't be read or written.
    """
    from cgan.training import encoder  # imports Jittor

    loaded = weights.load(folder)
    generator = without_encoder(loaded.tensors)
    settings = encoder.EncoderSettings(options.encoder_steps, options.seed)
    its_own = encoder.trained(
        replace(loaded.config, encoder=False), generator, data, settings, say, check
    )
    config = replace(loaded.config, encoder=True)
    record = weights.load_config(folder).get(weights.TRAINING_KEY)
    if record is not None:
        record |= {"encoder": True, "encoder_steps": options.encoder_steps}
    weights.save(folder, config, {**generator, **its_own}, record)
    measured = metrics.load(folder, weights.fingerprint(generator))
    of_hand = None if measured is None else measured.hand
    new = weights.encoder_fingerprint(its_own)
    if measured is not None and of_hand is not None and of_hand.encoder_sha256 != new:
        metrics.save(folder, replace(measured, hand=None))  # they are another encoder's
