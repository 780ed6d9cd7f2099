"""Measuring a run's weights: during training, to keep the best ones, and at the end."""

import functools

from cgan.common.errors import UserError
from cgan.common.signals import Interruption
from cgan.data import datasets
from cgan.evaluation.evaluator import QUICK_SAMPLES, SAMPLES, Evaluator, check_fits
from cgan.model import metrics, weights
from cgan.model.config import GeneratorConfig
from cgan.model.layers import Tensors
from cgan.sampler import Sampler
from cgan.training.options import Execution
from cgan.training.run_folder import RunFolder


class RunEvaluation:
    """Measures a run against its training data and their test set."""

    def __init__(
        self,
        run: RunFolder,
        config: GeneratorConfig,
        splits: tuple[datasets.Dataset, datasets.Dataset],
        interruption: Interruption,
        execution: Execution,
    ) -> None:
        """Check that the weights can be measured; no classifier is trained yet.

        Args:
            run: whose weights are measured.
            config: of its generator.
            splits: the training set and the test set.
            interruption: a signal stops an evaluation, too.
            execution: how to run.

        Raises:
            BadValue: generator and data don't fit together.
        """
        self._run, self._config = run, config
        self._train, self._test = splits
        self._interruption = interruption
        self._execution, self._say = execution, execution.say
        count = len(self._train.labels)
        self._samples, self._few = min(SAMPLES, count), min(QUICK_SAMPLES, count)
        check_fits(config, self._train, self._few)

    @functools.cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self._train, self._test, say=self._say, check=self._check)

    def _check(self) -> None:
        self._interruption.check(
            "Stopped while measuring the weights, which will begin anew. The weights are safe. "
            "Continue with: "
            f"{self._execution.resume_command(self._run.path)}"
        )

    def keep_best(self, step: int, tensors: Tensors) -> None:
        """Measure the weights of a step; keep those with the smallest Frechet distance so far.

        Raises:
            UserError: they can't be written.
            Interrupted: a signal came.
        """
        sampler = Sampler(weights.Weights(self._config, tensors))
        measured = self._evaluator.quick(sampler, self._few)
        is_best = measured.frechet_distance < self._smallest_distance()
        self._say(
            f"Step {step:,}: GAN-test {100 * measured.gan_test:.2f} %, Frechet distance "
            f"{measured.frechet_distance:.2f}{', the best so far' if is_best else ''}."
        )
        if is_best:
            self._run.best.mkdir(parents=True, exist_ok=True)
            record = weights.load_config(self._run.path).get(weights.TRAINING_KEY)
            weights.save_config(self._run.best, self._config, record)
            weights.save_tensors(self._run.best, self._config, tensors)
            metrics.save(self._run.best, measured)

    def _smallest_distance(self) -> float:
        """Return the Frechet distance of the best weights so far, even from before a resume."""
        try:
            best = metrics.load(self._run.best)
        except UserError:  # a process was killed while it wrote them
            best = None
        return float("inf") if best is None else best.frechet_distance

    def finish(self) -> None:
        """Measure the published weights fully; write `metrics.json` and pictures.

        Raises:
            UserError: they can't be written.
            Interrupted: a signal came.
        """
        sampler = Sampler(weights.load(self._run.path))
        measured = self._evaluator.evaluate(sampler, self._samples, pictures=self._run.path)
        metrics.save(self._run.path, measured)
        for line in metrics.table(measured):
            self._say(line)
