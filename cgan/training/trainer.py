"""The adversarial training of a generator and a discriminator. Imports Jittor."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend.adam import Adam
from cgan.backend.setup import load_jittor
from cgan.common.errors import UserError
from cgan.data.datasets import Dataset
from cgan.evaluation.classifier import Classifier
from cgan.model.config import GeneratorConfig
from cgan.training import networks, randomness
from cgan.training.augment import shift
from cgan.training.checkpoint import Position
from cgan.training.ema import Average
from cgan.training.losses import LOSSES, R1_INTERVAL, R1_NOISE, illegibility, steepness
from cgan.training.options import TrainingOptions

jt = load_jittor()

State = dict[str, NDArray[np.float32]]


class Diverged(UserError):
    """The losses or weights are no longer finite numbers."""

    def __init__(self, step: int, what: str) -> None:
        """Say at which step, and what was found."""
        super().__init__(
            f"Training diverged at step {step:,}: {what}. Start a new run with a lower --lr or "
            "another --seed."
        )


class Trainer:
    """Both networks, both optimisers, and the position in the data.

    Attributes:
        step: steps done, in the whole run.
        steps_per_epoch: batches in the data; the last one may be smaller.
        config: of the generator.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        options: TrainingOptions,
        data: Dataset,
        reader: Classifier | None = None,
    ) -> None:
        """Make the networks from the seed.

        Args:
            config: of the generator.
            options: of the run.
            data: what to train on.
            reader: the classifier whose verdict has the weight `options.reader_weight`.
        """
        self.config = config
        self.step = 0
        self._options = options
        self._data = data
        self._reader = reader if options.reader_weight else None
        # An unconditional discriminator is shown images of any class together.
        self._classes = data.labels if config.conditional else np.zeros_like(data.labels)
        count, batch = len(self._order(0)), options.batch_size
        # BatchNorm can't work on a single image: a last batch of one is left out.
        self.steps_per_epoch = count // batch + (count % batch > 1)
        jt.set_global_seed(randomness.initialisation_seed(options.seed))
        self._generator, self._discriminator = networks.make(config, options.d_widths, options.pack)
        # Jittor's Dropout is off until it is told that this is training.
        self._generator.train()
        self._discriminator.train()
        betas = (options.b1, options.b2)
        self._generator_adam = Adam(self._generator.parameters(), options.lr, betas)
        self._d_lr = options.lr if options.d_lr is None else options.d_lr
        self._discriminator_adam = Adam(self._discriminator.parameters(), self._d_lr, betas)
        self._average = Average(self._generator, options.ema) if options.ema else None
        self._loss = LOSSES[options.loss]

    @property
    def position(self) -> Position:
        """How far the run has come."""
        return Position(self.step, self.steps_per_epoch, self._options.seed)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.steps_per_epoch * self._options.n_epochs

    def run(self) -> Iterator[tuple[int, int, float, float]]:
        """Train to the last epoch, a step at a time.

        Yields:
            After each step: (epoch from 0, images in the batch, loss of D, loss of G).

        Raises:
            Diverged: a loss is not finite.
        """
        while self.step < self.total_steps:
            epoch, batch = divmod(self.step, self.steps_per_epoch)
            order = self._order(epoch)
            for start in range(batch, self.steps_per_epoch):
                size = self._options.batch_size
                indices = order[start * size : (start + 1) * size]
                d_loss, g_loss = self._train_on(indices)
                self.step += 1
                if not (math.isfinite(d_loss) and math.isfinite(g_loss)):
                    raise Diverged(self.step, f"the losses are {d_loss} (D) and {g_loss} (G)")
                yield epoch, len(indices), d_loss, g_loss

    def _order(self, epoch: int) -> NDArray[np.int64]:
        return randomness.order(self._options.seed, epoch, self._classes, self._options.pack)

    def _train_on(self, indices: NDArray[np.int64]) -> tuple[float, float]:
        """Train G on fresh latents and labels, then D on real images and the same fakes."""
        count, options = len(indices), self._options
        seed, z, fake_labels = randomness.draws(
            options.seed,
            self.step,
            count,
            self.config.latent_dim,
            self.config.n_classes,
            options.pack,
        )
        jt.set_seed(seed)
        real = jt.array(self._data.images[indices])
        real_labels = self._labels(self._data.labels[indices])
        labels = self._labels(fake_labels)
        shifts = randomness.shifts(options.seed, self.step, count, options.shift)
        factor = options.learning_rate_factor(self.step / self.total_steps)
        self._generator_adam.lr = options.lr * factor
        self._discriminator_adam.lr = self._d_lr * factor
        self._discriminator.begin_step()

        fake = self._generator(jt.array(z), labels)
        g_loss = self._loss.generator(self._discriminator(shift(fake, shifts[0]), labels))
        if self._reader is not None:
            verdict = illegibility(self._reader.log_probabilities(fake), labels)
            g_loss = g_loss + options.reader_weight * verdict
        if self.step % options.d_steps == 0:
            self._generator_adam.step(g_loss)

        fake = fake.detach()
        real = shift(real, shifts[1])
        real_scores = self._discriminator(real, real_labels)
        d_loss = (
            self._loss.discriminator(real_scores, True)
            + self._loss.discriminator(self._discriminator(shift(fake, shifts[2]), labels), False)
        ) / 2
        minimised = d_loss
        if options.r1 and self.step % R1_INTERVAL == 0:
            noise = jt.array(randomness.noise(options.seed, self.step, tuple(real.shape)))
            near = self._discriminator(real + R1_NOISE * noise, real_labels)
            weight = R1_INTERVAL * options.r1 / 2
            minimised = d_loss + weight * steepness(real_scores, near)
        self._discriminator_adam.step(minimised)
        if self._average is not None:
            self._average.update(self.step + 1)
        return d_loss.item(), g_loss.item()

    def _labels(self, labels: NDArray[np.int32]) -> Any:
        return jt.array(labels) if self.config.conditional else None

    def generator_state(self) -> State:
        """Return the generator's tensors, or their averages, by name."""
        if self._average is not None:
            return {name: tensor.copy() for name, tensor in self._average.tensors.items()}
        state: State = self._generator.state_dict(to="numpy")
        return state

    def state(self) -> State:
        """Return copies of all tensors that `restore` needs.

        Raises:
            Diverged: one is not finite.
        """
        state = {}
        for prefix, part in self._parts():
            for name, value in part.items():
                state[f"{prefix}.{name}"] = np.array(value)
        for name, tensor in state.items():
            if not np.isfinite(tensor).all():
                raise Diverged(self.step, f"{name} has values that are not finite")
        return state

    def restore(self, state: State, position: Position) -> None:
        """Go on from `state` at `position`.

        Raises:
            UserError: they are of another run: other names, shapes, data or seed.
        """
        expected = (self.steps_per_epoch, self._options.seed)
        if (position.steps_per_epoch, position.seed) != expected:
            raise UserError(
                "The checkpoint does not fit: it was made with other data, batch size or seed."
            )
        targets = {
            f"{prefix}.{name}": v for prefix, part in self._parts() for name, v in part.items()
        }
        if state.keys() != targets.keys():
            raise UserError("The checkpoint does not fit: it is of other networks.")
        for name, target in targets.items():
            tensor = state[name]
            if tensor.shape != tuple(target.shape) or tensor.dtype != np.float32:
                raise UserError(f"The checkpoint does not fit: {name} has another shape or type.")
            if isinstance(target, np.ndarray):
                target[:] = tensor
            else:
                target.update(jt.array(tensor))
        self.step = position.step
        self._discriminator_adam.n_step = self.step
        self._generator_adam.n_step = math.ceil(self.step / self._options.d_steps)
        jt.sync_all(True)

    def _parts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what makes up the state: a name, and tensors by name."""
        for prefix, network, adam in (
            ("generator", self._generator, self._generator_adam),
            ("discriminator", self._discriminator, self._discriminator_adam),
        ):
            yield prefix, network.state_dict()
            group = adam.param_groups[0]
            for moment in ("m", "values"):
                tensors = enumerate(group[moment])
                yield f"{prefix}_adam.{moment}", {str(i): tensor for i, tensor in tensors}
        if self._average is not None:
            yield "average", self._average.tensors
