"""The loop of a training run: steps, checkpoints, samples, evaluations, and the results."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cgan.backend import ranks
from cgan.common.errors import UserError, kind_of
from cgan.common.signals import Interrupted, Interruption
from cgan.model import weights
from cgan.model.layers import Tensors
from cgan.sampler import Sampler
from cgan.training import checkpoint, plots
from cgan.training.diverged import Diverged
from cgan.training.options import DEFAULT_NUMBER, Execution, TrainingOptions
from cgan.training.progress import Progress
from cgan.training.run_evaluation import RunEvaluation
from cgan.training.run_folder import RunFolder
from cgan.writing import picture

if TYPE_CHECKING:  # importing it imports Jittor, which may have to compile itself first
    from cgan.training.trainer import Trainer

LOSS_INTERVAL = 50
GRID_ROWS = 10

# What Ctrl-C is answered with: during a step, and where something else is computed.
_STOPPING_AFTER_STEP = "Stopping after this step, with a checkpoint (once more to stop at once)."
STOPPING = "Stopping (once more to stop at once)."


class RunLoop:
    """Trains what is left of a run, and writes the results into its folder."""

    def __init__(
        self,
        run: RunFolder,
        trainer: "Trainer",
        reader: Tensors,
        options: TrainingOptions,
        execution: Execution,
        interruption: Interruption,
        evaluation: RunEvaluation | None,
    ) -> None:
        """Begin where `trainer` is.

        Args:
            run: folder of the run.
            trainer: at the step to continue from.
            reader: tensors that are published with the generator's; empty without a reader.
            options: of the run.
            execution: how to run.
            interruption: a signal ends training after the current step.
            evaluation: None to measure nothing.
        """
        self._run, self._trainer, self._reader = run, trainer, reader
        self._options, self._execution = options, execution
        self._interruption, self._evaluation = interruption, evaluation
        self._last = min(trainer.total_steps, execution.max_steps or trainer.total_steps)

    @contextlib.contextmanager
    def telling_what_is_left(self) -> Iterator[None]:
        """Add to an error in the block what of the run is safe, and how to continue."""
        try:
            yield
        except UserError as error:
            # A run that diverged would do so again.
            left = self._what_is_left(may_continue=not isinstance(error, Diverged))
            raise kind_of(error)(f"{error} {left}") from error

    def finish(self) -> None:
        """Measure the weights if that is asked for, and say what there is.

        Raises:
            UserError: something can't be written.
            Interrupted: a signal stopped it.
        """
        if self._execution.evaluate and self._evaluation is not None:
            self._evaluation.finish()
        step, steps, path = self._trainer.step, self._trainer.total_steps, self._run.path
        if step == steps:
            self._execution.say(f"Done: {path} holds the weights, the pictures and the losses.")
            return
        again = replace(self._execution, max_steps=None).resume_command(path)
        self._execution.say(
            f"Done as far as --max_steps says: {step:,} of {steps:,} steps, so {steps - step:,} "
            f"are left. {path} holds the weights so far, the pictures and the losses. Continue "
            f"with: {again}"
        )

    def train(self) -> None:
        """Train to the end, or to `max_steps`.

        Raises:
            UserError: training had to stop, or something can't be written.
            Interrupted: a signal stopped it.
        """
        step = self._trainer.step
        # It may have been stopped while these weights were measured. Else they are as good as then.
        if step and self._is_due(step):
            self._keep_best(step)
        if step >= self._last:
            limit = "" if step == self._trainer.total_steps else " up to --max_steps"
            self._execution.say(f"There is nothing left to train{limit}: {step:,} steps are done.")
            self._save_weights()
            self.save_sample()
            return
        progress = Progress(self._options.n_epochs, self._last, step, self._execution.quiet)
        try:
            with self._interruption.announcing(_STOPPING_AFTER_STEP):
                self._train_to_end(progress)
        finally:
            progress.close()

    def forget_end(self, sample_interval: int) -> None:
        """Where training goes on, delete what this step has only as the end of an earlier part.

        So a run in parts, by `max_steps`, leaves what an undisturbed one leaves.

        Args:
            sample_interval: steps between sample grids so far.

        Raises:
            UserError: the losses can't be read or written.
        """
        step = self._trainer.step
        if not 0 < step < self._last:
            return
        if not _has_losses(step):
            self._run.forget_losses(step)
        if step % sample_interval:
            self._run.sample(step).unlink(missing_ok=True)

    def _train_to_end(self, progress: Progress) -> None:
        """Train to the last step; save checkpoints on the way and at the end."""
        options, run = self._options, self._run
        checkpoint_steps = options.checkpoint_interval * self._trainer.steps_per_epoch
        for epoch, images, d_loss, g_loss in self._trainer.run():
            step = self._trainer.step
            progress.update(step, epoch, images, d_loss, g_loss)
            is_last = step == self._last
            if is_last or _has_losses(step):
                run.append_losses(step, epoch, d_loss, g_loss)
            if is_last or step % options.sample_interval == 0:
                self.save_sample()
            signal_number = self._interruption.signal_number
            if signal_number is None and ranks.asked_to_stop():
                signal_number = signal.SIGTERM
            is_due = self._is_due(step)
            if signal_number is not None or is_last or is_due or step % checkpoint_steps == 0:
                self._save_checkpoint()
            if is_due and signal_number is None:
                self._keep_best(step)
            if is_last:
                return
            if signal_number is not None:
                raise Interrupted(
                    signal_number,
                    f"Stopped at step {step:,}; nothing is lost. Continue with: "
                    f"{self._execution.resume_command(run.path)}",
                )

    def _is_due(self, step: int) -> bool:
        """Return whether the weights of a step are measured, to keep the best."""
        steps = self._options.evaluate_interval * self._trainer.steps_per_epoch
        return steps > 0 and (step == self._last or step % steps == 0)

    def _keep_best(self, step: int) -> None:
        if self._evaluation is not None:
            with self._interruption.announcing(STOPPING):
                self._evaluation.keep_best(step, self._published())

    def _save_checkpoint(self) -> None:
        trainer = self._trainer
        checkpoint.save(self._run.checkpoint, trainer.state(), trainer.position)
        self._save_weights()

    def _save_weights(self) -> None:
        weights.save_tensors(self._run.path, self._trainer.config, self._published())

    def _published(self) -> Tensors:
        return {**self._trainer.generator_state(), **self._reader}

    def save_sample(self) -> None:
        """Draw the sample grid; its latents stay the same throughout training."""
        trainer = self._trainer
        sampler = Sampler(weights.Weights(trainer.config, self._published()))
        picture.save_png(self._run.sample(trainer.step), sampler.grid(GRID_ROWS, seed=0))

    def save_results(self) -> None:
        """Write the number, the losses' curves and the animation of the sample grids.

        Raises:
            UserError: something can't be written.
        """
        run, options = self._run, self._options
        sampler = Sampler.from_pretrained(run.path)
        if sampler.config.conditional:
            number = options.number or DEFAULT_NUMBER
            picture.save_png(run.result_png, sampler.write(number, seed=options.seed))
        losses = run.read_losses()
        if losses:  # somebody may have deleted them
            plots.save_loss_curves(run.losses_png, losses)
        grid = sampler.grid(GRID_ROWS, seed=0)
        plots.save_animation(run.progress_gif, run.sample_paths(), grid.shape)

    def _what_is_left(self, may_continue: bool) -> str:
        again = f" Continue with: {self._execution.resume_command(self._run.path)}"
        again = again if may_continue else ""
        if not checkpoint.exists(self._run.checkpoint):
            return f"There was no checkpoint yet.{again}"
        try:
            _, position = checkpoint.load(self._run.checkpoint, self._trainer.state_bytes)
        except UserError as error:
            return str(error)
        return f"The checkpoint of step {position.step:,} is safe in {self._run.path}.{again}"


def _has_losses(step: int) -> bool:
    """Return whether a step has a row in `losses.csv`, as the last one has besides."""
    return step == 1 or step % LOSS_INTERVAL == 0
