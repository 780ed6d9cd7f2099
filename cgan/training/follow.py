"""What a process that follows the first one does, where several train together."""

from dataclasses import dataclass

from cgan.backend import openmp, ranks
from cgan.backend.setup import load_jittor, usable_threads
from cgan.common.signals import Interruption
from cgan.data.datasets import Dataset
from cgan.model.config import GeneratorConfig
from cgan.model.layers import Tensors
from cgan.training.diverged import Diverged
from cgan.training.options import TrainingOptions


@dataclass(frozen=True)
class Job:
    """What to train, as the first process tells it.

    Attributes:
        options: of the run.
        config: of the generator.
        dataset: all images, of which each process takes its shares.
        reader: the reader's tensors, if there is one.
        coach: the tensors of the classifier in whose features images are compared, if there is one.
        step: steps done.
    """

    options: TrainingOptions
    config: GeneratorConfig
    dataset: Dataset
    reader: Tensors | None
    coach: Tensors | None
    step: int


def follow() -> None:
    """Train as the first process says, and write nothing.

    Raises:
        UserError: Jittor can't be used here.
    """
    load_jittor("cpu", usable_threads(openmp.available_cpus()))
    with Interruption(None) as interruption:
        job: Job | None = ranks.hear()
        if job is not None:
            with openmp.threads(usable_threads(job.options.n_cpu)):
                _train(job, interruption)
    ranks.dismiss()


def _train(job: Job, interruption: Interruption) -> None:
    from cgan.evaluation.classifier import COACH, READER, Classifier  # imports Jittor
    from cgan.training.trainer import Trainer

    shape, n_classes = job.dataset.images.shape[1:], job.config.n_classes
    reader, coach = (
        None if tensors is None else Classifier(shape, n_classes, settings, tensors)
        for settings, tensors in ((READER, job.reader), (COACH, job.coach))
    )
    trainer = Trainer(job.config, job.options, job.dataset, reader, coach)
    trainer.go_to(job.step)
    try:
        for _ in trainer.run():
            if interruption.signal_number is not None:
                ranks.ask_to_stop()
    except Diverged:
        pass  # the first process says so
