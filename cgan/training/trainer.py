"""The adversarial training of a generator and a discriminator. Imports Jittor."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend import compat, ranks
from cgan.backend.adam import Adam
from cgan.backend.setup import load_jittor
from cgan.backend.shift import shift
from cgan.common.errors import BadValue
from cgan.data.datasets import Dataset
from cgan.evaluation.classifier import Classifier
from cgan.model.config import GeneratorConfig
from cgan.model.layers import Tensors
from cgan.training import networks, randomness, whole_strokes
from cgan.training.checkpoint import Position
from cgan.training.diverged import Diverged
from cgan.training.ema import Average
from cgan.training.losses import (
    LOSSES,
    R1_INTERVAL,
    R1_NOISE,
    gradient_penalty,
    range_loss,
    reader_loss,
)
from cgan.training.matching import Matching
from cgan.training.options import TrainingOptions
from cgan.training.rare import drawn_again, unusual
from cgan.training.second_discriminator import SecondDiscriminator

jt = load_jittor()


class Trainer:
    """Both networks, both optimisers, and the position in the data.

    Attributes:
        step: steps done, in the whole run.
        steps_per_epoch: batches in an epoch; the last one may be smaller.
        config: of the generator.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        options: TrainingOptions,
        data: Dataset,
        reader: Classifier | None = None,
        coach: Classifier | None = None,
    ) -> None:
        """Make the networks from the seed.

        Args:
            config: of the generator.
            options: of the run.
            data: what to train on.
            reader: the classifier whose loss has the weight `options.reader_weight` in G's.
            coach: the classifier in whose features G's images are compared with real ones, and
                which the second discriminator looks through.
        """
        self.config = config
        self.step = 0
        self._options = options
        self._data = data
        self._reader = reader if options.reader_weight else None
        # An unconditional discriminator may be shown images of different classes together.
        self._classes = data.labels if config.conditional else np.zeros_like(data.labels)
        count, batch = len(self._order(0)), options.batch_size
        # BatchNorm can't work on a single image, so a last batch of one is left out.
        self.steps_per_epoch = count // batch + (count % batch > 1)
        jt.set_global_seed(randomness.initialisation_seed(options.seed))
        self._generator, self._discriminator = networks.make(config, options)
        # Until `train()` is called, Jittor's Dropout does nothing.
        self._generator.train()
        self._discriminator.train()
        betas = (options.b1, options.b2)
        self._generator_adam = Adam(self._generator.parameters(), options.lr, betas, joined=True)
        self._d_lr = options.lr if options.d_lr is None else options.d_lr
        parameters = self._discriminator.parameters()
        self._discriminator_adam = Adam(parameters, self._d_lr, betas, joined=True)
        # What is published, which the first process does.
        averages = options.ema and ranks.leads()
        self._average = Average(self._generator, options.ema) if averages else None
        self._loss = LOSSES[options.loss]
        self._range = _range_of(data, config.n_classes) if options.range_weight else None
        self._strokes = None
        if options.stroke_weight:
            some = data.part(data.some(whole_strokes.SAMPLE))
            self._strokes = whole_strokes.WholeStrokes(some.images, some.labels, config.n_classes)
        self._matching = self._unusual = None
        if options.matched or options.rare_share:
            assert coach is not None
            features = coach.classify(data.images)[1]
            if options.matched:
                self._matching = Matching(config, options, data, coach, features)
            if options.rare_share:
                self._unusual = unusual(features, self._classes)
        # From here on, what is drawn is compared.
        self._first_comparison = math.ceil(options.match_from * self.total_steps)
        self._second = None
        if options.feature_weight:
            assert coach is not None
            self._second = SecondDiscriminator(
                coach, data, config.n_classes, options.pack, options.seed
            )
            self._second.train()
            parameters = self._second.parameters()
            self._second_adam = Adam(parameters, self._d_lr, betas, joined=True)

    @property
    def position(self) -> Position:
        """How far the run has come, for a checkpoint."""
        return Position(self.step, self.steps_per_epoch, self._options.seed)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.steps_per_epoch * self._options.n_epochs

    def run(self) -> Iterator[tuple[int, int, float, float]]:
        """Train to the end of the last epoch, one step at a time.

        Of several processes, each trains on its share of every batch, until the first one ends.

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
                with ranks.step() as goes_on:
                    if not goes_on:
                        return
                    if start == batch:
                        self._equalise()
                    d_loss, g_loss = self._train_on(indices)
                self.step += 1
                if not (math.isfinite(d_loss) and math.isfinite(g_loss)):
                    raise Diverged(self.step, f"the losses are {d_loss} (D) and {g_loss} (G)")
                yield epoch, len(indices), d_loss, g_loss

    def _order(self, epoch: int) -> NDArray[np.int64]:
        return randomness.order(self._options.seed, epoch, self._classes, self._options.pack)

    def _train_on(self, indices: NDArray[np.int64]) -> tuple[float, float]:
        """Train G on fresh latents and labels, then D on real images and the same generated ones.

        Args:
            indices: of the real images in the batch.

        Returns:
            The losses of D and of G, as means over the batch.
        """
        options, count = self._options, len(indices)
        share = ranks.share(count, options.pack)
        own = share.images
        seed, z, drawn = randomness.draws(
            options.seed,
            self.step,
            count,
            self.config.latent_dim,
            self.config.n_classes,
            options.pack,
        )
        jt.set_seed(randomness.seed_of_rank(seed, ranks.rank()))
        shifts = randomness.shifts(options.seed, self.step, count, options.shift)[:, own]
        shown = self._shown(indices)
        indices, shown = indices[own], shown[own]
        real_labels = self._labels(self._data.labels[shown])
        factor = options.learning_rate_factor(self.step / self.total_steps)
        self._generator_adam.lr = options.lr * factor
        self._discriminator_adam.lr = self._d_lr * factor
        self._discriminator.begin_step()
        second = self._second if self.step >= self._first_comparison else None
        if second is not None:
            self._second_adam.lr = self._d_lr * factor
            second.begin_step()

        labels = self._labels(drawn[own])
        fake, g_loss = self._train_generator(share, z, drawn, labels, indices, shifts[0])
        real = shift(jt.array(self._data.images[shown]), shifts[1])
        fake = shift(fake.detach(), shifts[2])
        d_loss = self._train_discriminator(share, real, real_labels, fake, labels)
        if second is not None:
            loss = self._discriminator_loss(second(real, real_labels), second(fake, labels))
            self._second_adam.step(ranks.weighted(loss))
        if self._average is not None:
            self._average.update(self.step + 1)
        return ranks.batch_losses(d_loss.item(), g_loss.item())

    def _shown(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which real images D sees in place of these."""
        options, step, shown = self._options, self.step, indices
        if step < self._first_comparison:
            return shown
        if self._unusual is not None:
            rng = randomness.rare(options.seed, step)
            shown = drawn_again(shown, options.rare_share, self._unusual, self._classes, rng)
        if options.missed_share:
            assert self._matching is not None
            rng = randomness.missed_again(options.seed, step)
            often = self._matching.often
            shown = drawn_again(shown, options.missed_share, often, self._classes, rng)
        return shown

    def _train_generator(
        self,
        share: ranks.Share,
        z: NDArray[np.float32],
        drawn: NDArray[np.int32],
        labels: Any,
        indices: NDArray[np.int64],
        shifts: NDArray[np.int32],
    ) -> tuple[Any, Any]:
        """Do a step of G, unless D has more steps to do first.

        Args:
            share: what this process does of the batch.
            z: the whole batch's latents.
            drawn: the whole batch's classes.
            labels: those of this share; None for an unconditional generator.
            indices: of this share's real images.
            shifts: of what this share draws.

        Returns:
            The images, and the loss that D and the reader make.
        """
        fake = self._generator(jt.array(z[share.images]), labels)
        seen = shift(fake, shifts)
        loss = self._loss.generator(self._discriminator(seen, labels))
        if self._reader is not None:
            verdict = reader_loss(self._reader.log_probabilities(fake), labels)
            loss = loss + self._options.reader_weight * verdict
        if self.step % self._options.d_steps == 0:
            total = loss
            if self.step >= self._first_comparison:
                if self._range is not None:
                    own = drawn[share.images]
                    low, high = (jt.array(bound[own]) for bound in self._range)
                    total = total + self._options.range_weight * range_loss(fake, low, high)
                if self._strokes is not None:
                    bounds = self._strokes.bounds(fake.numpy(), drawn[share.images])
                    low, high = map(jt.array, bounds)
                    total = total + self._options.stroke_weight * range_loss(fake, low, high)
                if self._matching is not None:
                    total = total + self._matching.terms(
                        self._generator, self.step, share, fake, z, drawn, indices
                    )
                if self._second is not None:
                    second = self._loss.generator(self._second(seen, labels))
                    total = total + self._options.feature_weight * second
            self._generator_adam.step(ranks.weighted(total))
        return fake, loss

    def _train_discriminator(
        self, share: ranks.Share, real: Any, real_labels: Any, fake: Any, labels: Any
    ) -> Any:
        """Do a step of D; return its loss, without the gradient penalty."""
        real_scores = self._discriminator(real, real_labels)
        fake_scores = self._discriminator(fake, labels)
        loss = self._discriminator_loss(real_scores, fake_scores)
        if self._options.r1 and self.step % R1_INTERVAL == 0:
            penalty = self._penalty(share, real, real_labels, real_scores)
            self._discriminator_adam.step(ranks.weighted(loss + penalty))
        else:
            self._discriminator_adam.step(ranks.weighted(loss))
        return loss

    def _discriminator_loss(self, real_scores: Any, fake_scores: Any) -> Any:
        real_loss = self._loss.discriminator(real_scores, True)
        return (real_loss + self._loss.discriminator(fake_scores, False)) / 2

    def _penalty(self, share: ranks.Share, real: Any, labels: Any, scores: Any) -> Any:
        """Return the weighted gradient penalty of D on real images that have these scores."""
        shape = (share.batch, *real.shape[1:])
        noise = randomness.noise(self._options.seed, self.step, shape)[share.images]
        near = self._discriminator(real + R1_NOISE * jt.array(noise), labels)
        weight = R1_INTERVAL * self._options.r1 / 2
        return weight * gradient_penalty(scores, near)

    def _labels(self, labels: NDArray[np.int32]) -> Any:
        return jt.array(labels) if self.config.conditional else None

    def generator_state(self) -> Tensors:
        """Return the generator's tensors by name; their moving averages if the run has them."""
        if self._average is not None:
            return {name: tensor.copy() for name, tensor in self._average.tensors.items()}
        state: Tensors = self._generator.state_dict(to="numpy")
        return state

    def state(self) -> Tensors:
        """Return copies of all tensors that `restore` needs.

        Raises:
            Diverged: a tensor has values that are not finite.
        """
        state = {}
        for prefix, part in self._parts():
            for name, value in part.items():
                state[f"{prefix}.{name}"] = np.array(value)
        for name, tensor in state.items():
            if not np.isfinite(tensor).all():
                raise Diverged(self.step, f"{name} has values that are not finite")
        return state

    @property
    def state_bytes(self) -> int:
        """How much the tensors of `state` take, in bytes."""
        shapes = (value.shape for _, part in self._parts() for value in part.values())
        return sum(int(math.prod(shape)) for shape in shapes) * np.dtype(np.float32).itemsize

    def restore(self, state: Tensors, position: Position) -> None:
        """Continue from `state` at `position`.

        Raises:
            BadValue: they belong to another run, with other networks, data, seed or length, or hold
                values that no run saves.
        """
        expected = (self.steps_per_epoch, self._options.seed)
        if (position.steps_per_epoch, position.seed) != expected:
            raise BadValue(
                "The checkpoint does not fit: it was made with different data, batch size or seed."
            )
        if position.step > self.total_steps:
            raise BadValue(
                f"The checkpoint does not fit: it is of step {position.step:,}, and the run has "
                f"{self.total_steps:,}."
            )
        targets = {
            f"{prefix}.{name}": v for prefix, part in self._parts() for name, v in part.items()
        }
        if state.keys() != targets.keys():
            raise BadValue("The checkpoint does not fit: it belongs to other networks.")
        for name, target in targets.items():
            tensor = state[name]
            if tensor.shape != tuple(target.shape) or tensor.dtype != np.float32:
                raise BadValue(f"The checkpoint does not fit: {name} has another shape or type.")
            if not np.isfinite(tensor).all():
                raise BadValue(f"The checkpoint is damaged: {name} has values that are not finite.")
            if isinstance(target, np.ndarray):
                target[:] = tensor
            else:
                target.update(jt.array(tensor))
        self.go_to(position.step)
        jt.sync_all(True)

    def go_to(self, step: int) -> None:
        """Continue at a step of the whole run, with tensors that are restored or received."""
        self.step = step
        compat.set_adam_steps(self._discriminator_adam, step)
        generator_steps = math.ceil(step / self._options.d_steps)
        compat.set_adam_steps(self._generator_adam, generator_steps)
        if self._second is not None:
            compat.set_adam_steps(self._second_adam, max(0, step - self._first_comparison))

    def _equalise(self) -> None:
        """Give all processes the tensors of the first one.

        When the run begins or is resumed, and, since different computers may round differently, at
        each epoch.
        """
        tensors = (tensor for _, part in self._parts() for tensor in part.values())
        ranks.equalise([tensor for tensor in tensors if not isinstance(tensor, np.ndarray)])
        if self._matching is not None:
            ranks.equalise_own(self._matching.tensors.values())

    def _parts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the parts of the state: the name of each, and its tensors by name."""
        trained = [
            ("generator", self._generator, self._generator_adam),
            ("discriminator", self._discriminator, self._discriminator_adam),
        ]
        if self._second is not None:
            trained.append(("second", self._second, self._second_adam))
        for prefix, network, adam in trained:
            yield prefix, network.state_dict()
            group = compat.adam_group(adam)
            for moment in ("m", "values"):
                tensors = enumerate(group[moment])
                yield f"{prefix}_adam.{moment}", {str(i): tensor for i, tensor in tensors}
        if self._average is not None:
            yield "average", self._average.tensors
        if self._matching is not None:
            yield "matching", self._matching.tensors


def _range_of(data: Dataset, n_classes: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the least and the largest value of each pixel in each class, (n_classes, C, H, W).

    A class without images may have any values.
    """
    shape = (n_classes, *data.images.shape[1:])
    low, high = np.full(shape, -1, np.float32), np.full(shape, 1, np.float32)
    for label in np.unique(data.labels):
        own = data.images[data.labels == label]
        low[label], high[label] = own.min(axis=0), own.max(axis=0)
    return low, high
