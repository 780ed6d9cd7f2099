"""Measure what a generator draws: accuracy, Frechet distance, precision, recall and details."""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cgan
from cgan.common.errors import BadValue
from cgan.data.datasets import Dataset
from cgan.evaluation import galleries
from cgan.evaluation.details import Labelled, RealDetails, shares_by_class
from cgan.evaluation.frechet import frechet_distance
from cgan.evaluation.hands import measure_hands
from cgan.evaluation.neighbours import precision_recall
from cgan.evaluation.pixels import save_differences
from cgan.model.config import GeneratorConfig
from cgan.model.metric_groups import DetailMetrics, HandMetrics, as_figure
from cgan.model.metrics import Metrics
from cgan.sampler import Sampler

SAMPLES = 10_000
QUICK_SAMPLES = 2_000
MIN_SAMPLES = 100
SCORES_NAME, NEIGHBOURS_NAME, PIXELS_NAME = "scores.png", "neighbours.png", "pixels.png"

# Seed for shuffling the training images, the first of which are compared with as many samples.
_REAL_SEED = 0
_CHUNK = 1000

Images = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Judgement:
    """What the classifier says about labelled images, generated or real.

    Attributes:
        scores: (N,) float32, log-probability of the label.
        features: (N, 128) float32.
        accuracy: share of the images whose label is the most probable class.
        accuracy_per_class: the same for each class; 1 for one without images.
    """

    scores: NDArray[np.float32]
    features: NDArray[np.float32]
    accuracy: float
    accuracy_per_class: tuple[float, ...]


class Evaluator:
    """Measures generators against one data set.

    The metrics depend on the data, the weights and the seed alone. Making an evaluator imports
    Jittor.
    """

    def __init__(
        self,
        train: Dataset,
        test: Dataset,
        *,
        say: Callable[[str], None] = lambda _: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Train the judging classifier on `train`, or take it from the cache.

        Args:
            train: what the generators were trained on.
            test: other real images, which the judge was not trained on; nor were the generators,
                if the data have a test set (`cgan.data.datasets`).
            say: called with a message about what is happening.
            check: called many times a second; an exception that it raises stops the work.
        """
        # Here and below: it imports Jittor, which may have to compile itself first.
        from cgan.evaluation import classifier

        self._train, self._test = train, test
        self._say, self._check = say, check
        self._classifier = classifier.trained(train, classifier.JUDGE, say, check)
        self._real = self.judge(test.images, test.labels)

    def evaluate(
        self,
        sampler: Sampler,
        samples: int = SAMPLES,
        seed: int = 0,
        pictures: Path | None = None,
    ) -> Metrics:
        """Measure everything: two or three minutes on two cores for MNIST, with a classifier.

        GAN-train takes as many samples as there are training images, of the same labels, the other
        metrics the first `samples` of them.

        Args:
            sampler: the generator.
            samples: how many; as many training images are measured for comparison.
            seed: of the latents.
            pictures: folder for `scores.png`, `neighbours.png` and `pixels.png`; None for no
                pictures.

        Raises:
            UserError: generator and data don't fit together, `samples` is out of range, or a
                picture can't be written.
        """
        check_fits(sampler.config, self._train, samples)
        count = len(self._train.labels)
        self._say(f"Drawing {count:,} samples.")
        images, labels = self.draw(sampler, count, seed)
        judgement = self.judge(images[:samples], labels[:samples])
        if pictures is not None:
            few = images[:samples], labels[:samples]
            galleries.save_scores(pictures / SCORES_NAME, *few, judgement.scores)
            galleries.save_neighbours(pictures / NEIGHBOURS_NAME, *few, self._train.images)
        self._say("Comparing the samples with real images.")
        metrics = self._measure(sampler, judgement, seed)
        precision, recall = self.precision_recall(judgement.features)
        precision_real, recall_real = self.precision_recall(self._training_features[:samples])
        details, details_real = self._details(images, labels, judgement, pictures)
        self._say("Training a classifier on the samples alone (GAN-train).")
        return replace(
            metrics,
            gan_train=self.gan_train(images, labels),
            gan_train_real=self._gan_train_real,
            precision=precision,
            recall=recall,
            precision_real=precision_real,
            recall_real=recall_real,
            hand=self.hands(sampler),
            details=details,
            details_real=details_real,
        )

    def details(
        self, sampler: Sampler, samples: int, seed: int, pictures: Path | None = None
    ) -> tuple[DetailMetrics, DetailMetrics]:
        """Measure strokes and single pixels of samples, and of as many real training images.

        Args:
            sampler: the generator.
            samples: how many.
            seed: of the latents.
            pictures: folder for `pixels.png`; None for no picture.

        Raises:
            UserError: as `evaluate`.
        """
        check_fits(sampler.config, self._train, samples)
        images, labels = self.draw(sampler, samples, seed)
        return self._details(images, labels, self.judge(images, labels), pictures)

    def _details(
        self, images: Images, labels: Labels, judgement: Judgement, pictures: Path | None
    ) -> tuple[DetailMetrics, DetailMetrics]:
        """Measure as many of the images as were judged, and of the training images."""
        self._say("Measuring strokes and pixels.")
        count = len(judgement.features)
        some = self._test.some(count)
        test = Labelled(self._test.images[some], self._test.labels[some], self._real.features[some])
        order = self._training_order[:count]
        ours = Labelled(images[:count], labels[:count], judgement.features)
        theirs = Labelled(
            self._train.images[order], self._train.labels[order], self._training_features[:count]
        )
        real = RealDetails(test, self._train.n_classes)
        if pictures is not None:
            both = real.differences(ours), real.differences(theirs)
            save_differences(pictures / PIXELS_NAME, both)

        def reads(drawn: Images, y: Labels) -> float:
            return self.judge(drawn, y).accuracy

        return real.measure(ours, reads, self._check), real.measure(theirs, reads, self._check)

    def hands(self, sampler: Sampler) -> HandMetrics | None:
        """Measure the encoder on real test digits, in half a minute; None without an encoder."""
        if not sampler.config.encoder:
            return None
        self._say("Writing all digits in the hands of real ones.")
        return measure_hands(
            sampler,
            self._test,
            lambda images, labels: self.judge(images, labels).accuracy,
            self._check,
        )

    def quick(self, sampler: Sampler, samples: int = QUICK_SAMPLES, seed: int = 0) -> Metrics:
        """Measure GAN-test and the Frechet distance only: a second or two.

        Args:
            sampler: the generator.
            samples: how many; with fewer, the Frechet distance is larger, even for real images.
            seed: of the latents.

        Raises:
            BadValue: generator and data don't fit together, or `samples` is out of range.
        """
        check_fits(sampler.config, self._train, samples)
        return self._measure(sampler, self.judge(*self.draw(sampler, samples, seed)), seed)

    def labels(self, count: int) -> Labels:
        """Return labels for samples: those of as many training images, in random order.

        So classes are as frequent as among the real images that samples are compared with: if they
        weren't, that alone would add to the Frechet distance.

        Args:
            count: at most as many as there are training images.
        """
        labels: Labels = self._train.labels[self._training_order[:count]]
        return labels

    def draw(self, sampler: Sampler, count: int, seed: int) -> tuple[Images, Labels]:
        """Draw `count` samples of these labels; each depends on the seed, its index and label."""
        labels = self.labels(count)
        z = sampler.latents(count, seed=seed)
        images = np.empty((count, *sampler.config.image_shape), np.float32)
        for start in range(0, count, _CHUNK):
            part = slice(start, start + _CHUNK)
            images[part] = sampler.generate(z[part], labels[part])
            self._check()
        return images, labels

    def judge(self, images: Images, labels: Labels) -> Judgement:
        """Let the classifier judge images, generated or real.

        Args:
            images: (N, C, H, W) float32 in [-1, 1].
            labels: (N,) integers below n_classes.
        """
        probabilities, features = self._classifier.classify(images)
        correct = probabilities.argmax(axis=1) == labels
        shares = shares_by_class(correct, labels, self._train.n_classes)
        return Judgement(
            scores=probabilities[np.arange(len(labels)), labels],
            features=features,
            accuracy=as_figure(correct.mean()),
            accuracy_per_class=tuple(as_figure(share) for share in shares),
        )

    def frechet_distance(self, features: NDArray[np.float32]) -> float:
        """Return the Frechet distance from the test images, given (N, 128) features."""
        return as_figure(frechet_distance(features, self._real.features))

    def precision_recall(self, features: NDArray[np.float32]) -> tuple[float, float]:
        """Return precision and recall against as many test images, given (N, 128) features."""
        some = self._test.some(len(features))
        precision, recall = precision_recall(self._real.features[some], features[: len(some)])
        return as_figure(precision), as_figure(recall)

    def gan_train(self, images: Images, labels: Labels) -> float:
        """Train a classifier on these images; return its accuracy on the real test images."""
        data = replace(self._train, name="samples", images=images, labels=labels)
        from cgan.evaluation import classifier

        pupil = classifier.fit(data, self._train.n_classes, classifier.PUPIL, self._check)
        return as_figure(pupil.accuracy(self._test))

    @functools.cached_property
    def _gan_train_real(self) -> float:
        from cgan.evaluation import classifier

        pupil = classifier.trained(self._train, classifier.PUPIL, self._say, self._check)
        return as_figure(pupil.accuracy(self._test))

    @functools.cached_property
    def _training_features(self) -> NDArray[np.float32]:
        """Features of the training images, in random order."""
        classified = self._classifier.classify(self._train.images)[1]
        features: NDArray[np.float32] = classified[self._training_order]
        return features

    @functools.cached_property
    def _training_order(self) -> NDArray[np.int64]:
        return np.random.Generator(np.random.PCG64(_REAL_SEED)).permutation(len(self._train.labels))

    @functools.cached_property
    def data_sha256(self) -> str:
        """Checksum of the images and labels of both splits, as in `Metrics`."""
        both = self._train.checksum() + self._test.checksum()
        return hashlib.sha256(both.encode()).hexdigest()

    def _measure(self, sampler: Sampler, judgement: Judgement, seed: int) -> Metrics:
        samples = len(judgement.scores)
        return Metrics(
            gan_test=judgement.accuracy,
            gan_test_per_class=judgement.accuracy_per_class,
            classifier_accuracy=self._real.accuracy,
            frechet_distance=self.frechet_distance(judgement.features),
            frechet_distance_real=self.frechet_distance(self._training_features[:samples]),
            samples=samples,
            seed=seed,
            data=self._train.name,
            data_sha256=self.data_sha256,
            sha256=sampler.sha256,
            version=cgan.__version__,
        )


def check_fits(config: GeneratorConfig, train: Dataset, samples: int) -> None:
    """Check that a generator can be measured against a data set. Does not import Jittor.

    Raises:
        BadValue: it is unconditional, its images or classes differ from those of `train`, or
            `samples` is out of range.
    """
    if not config.conditional:
        raise BadValue(
            "These weights are unconditional: their images have no class to be judged by, so they "
            "can't be evaluated."
        )
    ours = (config.channels, config.img_size, config.img_size)
    theirs: tuple[Any, ...] = train.images.shape[1:]
    if ours != theirs:
        raise BadValue(
            f"The weights draw {_image(ours)}, but the data ({train.name}) are {_image(theirs)}: "
            "choose the data that the weights were trained on."
        )
    if config.n_classes > train.n_classes:
        raise BadValue(
            f"The weights have {config.n_classes} classes, but the data ({train.name}) have "
            f"{train.n_classes}: weights can only be measured with images of all their classes."
        )
    if config.n_classes != train.n_classes:
        raise BadValue(
            f"The weights have {config.n_classes} classes, but the data ({train.name}) have "
            f"{train.n_classes}: choose the data that the weights were trained on."
        )
    most = len(train.labels)
    if most < MIN_SAMPLES:
        raise BadValue(
            f"{train.name} has {most} training images: at least {MIN_SAMPLES} are needed to "
            "measure weights."
        )
    if not MIN_SAMPLES <= samples <= most:
        raise BadValue(
            f"--samples must be from {MIN_SAMPLES} to {most}, the number of training images, "
            f"not {samples}."
        )


def _image(shape: tuple[Any, ...]) -> str:
    channels, height, width = shape
    return f"{'grey' if channels == 1 else 'colour'} images of {height}x{width}"
