"""One training run, from its options to a finished folder."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cgan.backend import ranks
from cgan.backend.setup import compile_race_told, load_jittor, usable_threads
from cgan.common.errors import BadValue, UserError
from cgan.common.signals import Interruption
from cgan.common.terminal import note, warn
from cgan.data import datasets
from cgan.data.place import recorded_folder
from cgan.model import reader, registry, weights
from cgan.model.config import GeneratorConfig
from cgan.training import checkpoint, last_words
from cgan.training.add_encoder import add
from cgan.training.follow import Job
from cgan.training.options import DEFAULT_NUMBER, Execution, TrainingOptions
from cgan.training.run_evaluation import RunEvaluation
from cgan.training.run_folder import RunFolder
from cgan.training.run_loop import STOPPING, RunLoop
from cgan.training.run_record import Computer, Data, RunRecord
from cgan.writing.number import digits_of, parse

if TYPE_CHECKING:  # importing it imports Jittor, which may have to compile itself first
    from cgan.evaluation.classifier import Classifier

_SHOWN_CLASSES = 10


def start(options: TrainingOptions, out: Path, execution: Execution) -> None:
    """Train from the beginning into the new folder `out`.

    Raises:
        UserError: bad options, data or folder; or training had to stop.
        Interrupted: a signal stopped it.
    """
    if options.dataset == datasets.IMAGES and _is_in(out, execution.data_dir):
        raise BadValue(
            f"The run folder {out} would be in the folder of the images, {execution.data_dir}, "
            "which holds a folder for each class: choose another with --out."
        )
    with RunFolder.create(out) as run, _how_to_go_on_told(run, execution):
        try:
            _train(run, options, execution, None)
        except BaseException:
            run.leave_nothing()
            raise


def _is_in(path: Path, folder: Path) -> bool:
    # Up to Python 3.12, Path.resolve fails where links go in a circle.
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def resume(path: Path, given: Mapping[str, Any], execution: Execution) -> None:
    """Continue the run in `path` from its last checkpoint.

    Args:
        path: the run folder.
        given: training options that the user named. Those that decide the weights must be the
            run's own; the others may be new, and are kept in its `config.json`.
        execution: how to run.

    Raises:
        UserError: no run, other settings, a damaged checkpoint; or training had to stop.
        Interrupted: a signal stopped it.
    """
    with RunFolder.reopen(path) as run, _how_to_go_on_told(run, execution):
        record = RunRecord.load(path)
        options = record.options.resumed(given)
        # What is wrong there is told before the data are loaded and anything is computed.
        generator_config(options)
        run.read_losses()
        _train(run, options, execution, record)


@contextlib.contextmanager
def _how_to_go_on_told(run: RunFolder, execution: Execution) -> Iterator[None]:
    """Say how to continue after a race in Jittor's compiler, and after Ctrl-C stops it at once."""
    again = execution.resume_command(run.path)
    with compile_race_told(f"Nothing is lost. Continue with: {again}"):
        try:
            yield
        except KeyboardInterrupt:
            if checkpoint.exists(run.checkpoint):
                note(f"The last checkpoint is kept. Continue with: {again}")
            raise


def _train(
    run: RunFolder, options: TrainingOptions, execution: Execution, record: RunRecord | None
) -> None:
    """Train to the end.

    Args:
        run: folder of the run, held by this process.
        options: what to train; of a resumed run, with the changes that the user asked for.
        execution: how to run.
        record: what the run's `config.json` says so far; None for a new run.
    """
    dataset, data = _load_data(options, execution, None if record is None else record.data)
    options, config = resolve(options, dataset)
    untrained = [*dataset.empty_classes, *range(dataset.n_classes, config.n_classes)]
    if untrained and config.conditional:
        warn(f"the data have no image of class {_listed(untrained)}, which stays untrained.")
    if config.conditional:
        _check_packs(dataset, options.pack, is_new=record is None)
    # The weights have an encoder only when the generator is finished.
    config = replace(config, encoder=False)
    if record is not None:
        described = weights.load_generator_config(run.path)
        if replace(described, encoder=False) != config:
            raise BadValue(
                f"{run.path / weights.CONFIG_NAME} can't be resumed: the generator that it "
                "describes is not the one that its training settings make."
            )
    interruption = Interruption(STOPPING, last_words.heard)
    folder = execution.data_dir if data.folder is None else Path(data.folder)
    evaluation = _make_evaluation(run, config, options, execution, folder, interruption)
    computer = _prepare_jittor(options, execution)
    if record is not None and record.began_on != computer:
        warn(
            f"the run began with {record.began_on.describe()} and continues with "
            f"{computer.describe()}: the weights will be as good, but not bit-for-bit the same."
        )
    new_record = RunRecord(options, computer if record is None else record.began_on, data)
    if new_record != record or described.encoder:
        new_record.save(run.path, config)
    with interruption:
        classifier = _make_reader(run, config, dataset, execution, interruption)

        from cgan.training.trainer import Trainer  # imports Jittor

        coach = _make_coach(run, options, dataset, execution, interruption)
        trainer = Trainer(config, options, dataset, classifier, coach)
        folded = {} if classifier is None else reader.fold(classifier.tensors)
        loop = RunLoop(run, trainer, folded, options, execution, interruption, evaluation)
        if checkpoint.exists(run.checkpoint):
            trainer.restore(*checkpoint.load(run.checkpoint, trainer.state_bytes))
        else:  # a new run, or one that was killed before its first checkpoint
            loop.save_sample()
        if record is not None:
            run.forget_after(trainer.step)
            loop.forget_end(record.options.sample_interval)
            execution.say(f"Continuing at step {trainer.step:,} of {trainer.total_steps:,}.")
        with loop.telling_what_is_left():
            with last_words.ready(execution.resume_command(run.path), run.checkpoint):
                read = None if classifier is None else classifier.tensors
                coached = None if coach is None else coach.tensors
                ranks.tell(Job(options, config, dataset, read, coached, trainer.step))
                loop.train()
            ranks.dismiss()
            # The encoder takes minutes, and changes no picture.
            loop.save_results()
            if options.encoder and trainer.step == trainer.total_steps:
                check = _stopped(run, "encoder", execution, interruption)
                add(run.path, dataset, options, execution.say, check)
            loop.finish()


def resolve(
    options: TrainingOptions, dataset: datasets.Dataset
) -> tuple[TrainingOptions, GeneratorConfig]:
    """Fill in what the options leave to the data, and make the generator's config.

    Raises:
        UserError: options and data don't fit together.
    """
    empty = dataset.empty_classes
    if empty and options.n_classes is None and not options.unconditional:
        raise BadValue(
            f"{dataset.name} has classes up to {dataset.n_classes - 1}, but no image of "
            f"{_listed(empty)}: what it would draw for such a class is left to chance. Number the "
            f"classes from 0 on, or train all the same with --n_classes {dataset.n_classes}."
        )
    n_classes = dataset.n_classes if options.n_classes is None else options.n_classes
    if n_classes < dataset.n_classes:
        raise BadValue(
            f"--n_classes {n_classes} is too few: the data have {dataset.n_classes} classes. "
            "Leave it out to take it from the data."
        )
    if options.channels not in (None, dataset.channels):
        raise BadValue(
            f"--channels {options.channels} does not fit: the images have {dataset.channels}. "
            "Leave it out to take it from the data."
        )
    if len(dataset.labels) < 2:
        raise BadValue(f"{dataset.name} holds fewer than two images: too few to train on.")
    if options.unconditional and len(dataset.labels) < options.pack:
        raise BadValue(
            f"--pack {options.pack} is too large: {dataset.name} holds {len(dataset.labels)} "
            "images. Add some, or use a smaller --pack."
        )
    if options.batch_size // options.pack < ranks.count():
        raise BadValue(
            f"--batch_size {options.batch_size} is too small for {ranks.count()} processes, which "
            f"share each batch: make it at least {ranks.count() * options.pack}."
        )
    options = replace(options, n_classes=n_classes, channels=dataset.channels)
    config = generator_config(options)
    if options.number is None:
        known = "".join(digit for digit in DEFAULT_NUMBER if int(digit) in dataset.labels)
        options = replace(options, number=known or DEFAULT_NUMBER[:n_classes])
        return options, config
    digits = digits_of(parse(options.number))
    if config.conditional and not config.has_classes(digits):
        raise BadValue(
            f"--number {options.number} can't be written: the data have only the classes 0 to "
            f"{n_classes - 1}."
        )
    return options, config


def _check_packs(dataset: datasets.Dataset, pack: int, is_new: bool) -> None:
    """Check that every class has enough images for D, which judges `pack` of a class together.

    Raises:
        BadValue: one has fewer, and this is a new run. One that goes on is warned.
    """
    count = np.bincount(dataset.labels)
    few = [int(label) for label in np.flatnonzero((count > 0) & (count < pack))]
    if not few:
        return
    why = f"--pack {pack} is too large: there are fewer of class {_listed(few)}"
    if is_new:
        raise BadValue(f"{why}. Add some, or use a smaller --pack: D would never see that class.")
    warn(f"{why}, which D never sees.")


def _listed(classes: Sequence[int]) -> str:
    """Return classes in words, as far as that is short."""
    shown = ", ".join(map(str, classes[:_SHOWN_CLASSES]))
    return shown if len(classes) <= _SHOWN_CLASSES else f"{shown}, ... ({len(classes)} in all)"


def generator_config(options: TrainingOptions) -> GeneratorConfig:
    """Return the config of the generator that these options train.

    Raises:
        BadValue: names the option that is out of bounds.
    """
    architecture = registry.get(options.arch)
    of_data = {"n_classes": options.n_classes, "channels": options.channels}
    try:
        config: GeneratorConfig = architecture.config(
            latent_dim=options.latent_dim,
            img_size=options.img_size,
            conditional=not options.unconditional,
            architecture=options.arch,
            reader=options.reader,
            encoder=options.encoder,
            **{name: value for name, value in of_data.items() if value is not None},
            **architecture.own_fields(options.own),
        )
        return config
    except UserError as error:
        key = error.values.get("key")
        if key is None:
            raise BadValue(f"These options don't make a valid generator: {error}.") from error
        named: dict[str, Any] = error.values | {"key": f"--{architecture.option_for(str(key))}"}
        # In a config.json, it is False; on the command line, a flag.
        template = error.template.replace("must be False", "must be left out")
        raise BadValue(template + ".", **named) from error


def _load_data(
    options: TrainingOptions, execution: Execution, before: Data | None
) -> tuple[datasets.Dataset, Data]:
    """Return the data, and how to find and recognise them.

    Args:
        options: what to train.
        execution: has the folder; if it is the default one, a resumed run's own counts.
        before: what a resumed run was trained on so far, if it says so.
    """
    folder = recorded_folder(execution.data_dir, None if before is None else before.folder)
    dataset = datasets.load(
        options.dataset, folder, options.img_size, execution.quiet, options.channels
    )
    in_folder = datasets.DATASETS[options.dataset].in_folder
    data = Data(str(folder.absolute()) if in_folder else None, dataset.checksum())
    if before is not None and before.sha256 != data.sha256:
        raise BadValue(
            f"The data ({dataset.name}) aren't those that the run was trained on: say where those "
            "are with --data-dir."
        )
    execution.say(f"Data: {dataset.describe()}, resized to {options.img_size}x{options.img_size}.")
    return dataset, data


def _prepare_jittor(options: TrainingOptions, execution: Execution) -> Computer:
    """Import Jittor; return the threads and the device that it uses."""
    threads = usable_threads(options.n_cpu)
    jittor = load_jittor(execution.device, threads)
    device = "cuda" if jittor.flags.use_cuda else "cpu"
    limited = f" (of --n_cpu {options.n_cpu})" if threads < options.n_cpu else ""
    each = "" if ranks.count() == 1 else f" in each of {ranks.count()} processes"
    execution.say(f"Training on {device} with {threads} CPU threads{each}{limited}.")
    return Computer(threads, device, ranks.count())


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
    from cgan.evaluation import classifier  # imports Jittor

    check = _stopped(run, "reader", execution, interruption)
    return classifier.trained(
        dataset, classifier.READER, execution.say, check, n_classes=config.n_classes
    )


def _make_coach(
    run: RunFolder,
    options: TrainingOptions,
    dataset: datasets.Dataset,
    execution: Execution,
    interruption: Interruption,
) -> "Classifier | None":
    """Train the classifier in whose features images are compared, or take it from the cache."""
    if not options.coached:
        return None
    from cgan.evaluation import classifier  # imports Jittor

    check = _stopped(run, "coach", execution, interruption)
    return classifier.trained(
        dataset, classifier.COACH, execution.say, check, n_classes=options.n_classes
    )


def _stopped(
    run: RunFolder, what: str, execution: Execution, interruption: Interruption
) -> Callable[[], None]:
    """Return what raises an error if a signal came while the reader or the encoder is trained."""

    def check() -> None:
        safe = "The generator is safe. " if checkpoint.exists(run.checkpoint) else ""
        interruption.check(
            f"Stopped while training the {what}, which will begin anew. {safe}Continue with: "
            f"{execution.resume_command(run.path)}"
        )

    return check


def _make_evaluation(
    run: RunFolder,
    config: GeneratorConfig,
    options: TrainingOptions,
    execution: Execution,
    folder: Path,
    interruption: Interruption,
) -> RunEvaluation | None:
    """Load what is needed to measure the weights, if they are to be measured."""
    if not (options.evaluate_interval or execution.evaluate):
        return None
    splits = datasets.load_splits(
        options.dataset, folder, options.img_size, execution.quiet, config.channels
    )
    return RunEvaluation(run, config, splits, interruption, execution)
