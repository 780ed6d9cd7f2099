"""Terms of G's loss that compare what is drawn with the real images in a classifier's features.

D asks whether an image looks real. It hardly notices that some kinds of handwriting are drawn too
seldom. These terms do. The classifier is used for nothing else, above all not to measure the
generator, and doesn't change. φ(x) are its features of an image x.

**Frechet distance** (Mathiasen and Hvilshøj, "Backpropagating through Fréchet Inception Distance",
2020, arXiv:2009.14075), here of each class. With the means m, M and the covariances S, R of the
features of generated and of real images it is

    |m - M|² + tr(S + R - 2 (R^½ S R^½)^½)                                                   (1)

m and S are taken from the generated images of many steps, since one step has too few. Its gradient
to the features of one of N images is, up to 1/N,

    2 (m - M) + 2 A (φ(G(z, y)) - m),    A = I - R^½ (R^½ S R^½)^-½ R^½                      (2)

**Implicit maximum likelihood** (Li and Malik, "Implicit Maximum Likelihood Estimation", 2018,
arXiv:1809.09087): each real image has a generated one near it. Of the latents of many steps, z(x)
is the one whose image came nearest to x in these features.

    E_x[|φ(G(z(x), y)) - φ(x)|²]                                                             (3)

**Missed images**: (3) is a mean over all images, so what is rare hardly counts, such as a 1 with a
foot. A GAN tends to leave it out, and where nothing like it is drawn, D teaches G nothing about it.
So another mean is over images of which each is drawn in proportion to

    max(q(x) - 1.15, 0)²,    q(x) = d(x) / r(x)                                              (4)

d(x) is the squared distance to the third nearest of the generated images of the class, and r(x)
that to the real image that would be as near if G drew as the data are. What G has learned to draw
isn't drawn any more. D may be shown such images more often, too (`cgan.training.rare`), in
proportion to

    min(max(q(x)², 1 / 20), 20)                                                              (5)

after Tolstikhin et al., "AdaGAN: Boosting Generative Models", 2017, arXiv:1701.02386.

**Certainty**: what is more varied is less legible. Equation 5 of `cgan.training.losses`, with this
classifier in place of the reader, keeps it legible.

Importing this module imports Jittor.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend import ranks
from cgan.backend.batch_norm import remembering
from cgan.backend.setup import load_jittor
from cgan.data.datasets import Dataset
from cgan.evaluation.classifier import Classifier
from cgan.evaluation.neighbours import nearest, squared_distances, squared_radii
from cgan.model.config import GeneratorConfig
from cgan.training import randomness
from cgan.training.losses import reader_loss
from cgan.training.options import TrainingOptions

jt = load_jittor()

# Generated images of each class that are remembered; half as many as real ones if they are few.
_MOST = 1000
_REFRESH = 20  # steps between computations of m, S and A
_SEARCH = 200  # steps between searches for missed images
_NEIGHBOUR = 3  # of the generated images, in (4)
_NEAR = 1.15  # the quotient in (4) up to which an image isn't missed
# A least value of r(x), as a share of the class's median: some images are there twice.
_LEAST = 0.1
_UNKNOWN = -1  # stands for q before the first search
_MOST_OFTEN = 20  # in (5)
# Added to the variances in (2), as a share of the real ones' mean: some features hardly vary.
_RIDGE = 1e-2
_TINY = 1e-6  # a class of one image has no variance


class Matching:
    """Remembers what was drawn lately, and compares it with the real images.

    Attributes:
        tensors: float32 arrays by name that change in training, for its checkpoints.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        options: TrainingOptions,
        data: Dataset,
        classifier: Classifier,
        features: NDArray[np.float32],
    ) -> None:
        """Compute what the real images are compared by.

        Args:
            config: of the generator, which is conditional.
            options: of the run.
            data: the real images.
            classifier: whose features are compared.
            features: (N, D), those of all real images.
        """
        self._options, self._classifier, self._labels = options, classifier, data.labels
        self._features = features
        self._real = {
            int(label): _moments(self._features[data.labels == label])
            for label in np.unique(data.labels)
        }
        classes, width = config.n_classes, self._features.shape[1]
        self._most = max(1, min(_MOST, len(data.labels) // len(self._real) // 2))
        self._z = np.zeros((classes, self._most, config.latent_dim), np.float32)
        self._drawn = np.zeros((classes, self._most, width), np.float32)
        self._count = np.zeros(classes, np.float32)  # exact up to 16 million of each class
        self._mean = np.zeros((classes, width), np.float32)  # m
        self._offset = np.zeros((classes, width), np.float32)  # m - M
        self._form = np.zeros((classes, width, width), np.float32)  # A
        self.tensors: dict[str, NDArray[np.float32]] = {
            "z": self._z,
            "features": self._drawn,
            "count": self._count,
            "mean": self._mean,
            "offset": self._offset,
            "form": self._form,
        }
        self._searches = bool(options.missed_weight or options.missed_share)
        if self._searches:
            self._quotient = np.full(len(data.labels), _UNKNOWN, np.float32)  # q
            self.tensors["quotient"] = self._quotient
            self._near = self._real_distances()

    def terms(
        self,
        generator: Any,
        step: int,
        share: ranks.Share,
        fake: Any,
        z: NDArray[np.float32],
        labels: NDArray[np.int32],
        indices: NDArray[np.int64],
    ) -> Any:
        """Return the weighted terms of a step: a scalar whose gradient counts, not its value.

        What is compared counts when there is enough of it in each class that the data have. Then
        it is also known how far the real images are from it, for `often`.

        Args:
            generator: the Jittor module that draws (N, C, H, W) from latents and labels.
            step: of the run.
            share: what this process does of the batch.
            fake: (N, C, H, W), what it drew of this step's images; those of all are remembered.
            z: (B, latent_dim), the latents of all.
            labels: (B,), their classes.
            indices: (M,), of this share's real images.
        """
        log_probabilities, features = self._classifier.verdict(fake)
        values = features.numpy()
        total = jt.zeros(1)
        if self._options.classifier_weight:
            own = jt.array(labels[share.images])
            total += self._options.classifier_weight * reader_loss(log_probabilities, own)
        if all(self._count[label] >= self._most for label in self._real):
            if self._options.frechet_weight:
                if step % _REFRESH == 0 or not self._form.any():
                    self._measure()
                gradient = jt.array(self._gradient(values, labels[share.images]))
                total += self._options.frechet_weight * (features * gradient).sum(1).mean()
            if self._options.imle_weight:
                total += self._options.imle_weight * self._distance(generator, indices)
            if self._searches and (step % _SEARCH == 0 or not self._searched):
                self._search()
            if self._options.missed_weight and (missed := self._missed()).any():
                chosen = self._choose(missed, step, len(labels))[share.images]
                total += self._options.missed_weight * self._distance(generator, chosen)
        self._remember(z, ranks.whole_batch(values, share), labels)
        return total

    @property
    def often(self) -> NDArray[np.float64]:
        """(5) of all real images, (N,); the same for all until it is known."""
        if not self._searched:
            return np.ones(len(self._labels))
        squares = np.square(self._quotient.astype(np.float64))
        return np.clip(squares, 1 / _MOST_OFTEN, _MOST_OFTEN)

    def _measure(self) -> None:
        """Compute m and A from what is remembered."""
        for label, (mean, covariance) in self._real.items():
            own_mean, own_covariance = _moments(self._drawn[label])
            one = np.eye(len(covariance))
            ridge = (_RIDGE * np.trace(covariance) / len(covariance) + _TINY) * one
            root = _power(covariance + ridge, 0.5)
            between = _power(root @ (own_covariance + ridge) @ root, -0.5)
            self._mean[label], self._offset[label] = own_mean, own_mean - mean
            self._form[label] = one - root @ between @ root

    def _gradient(
        self, features: NDArray[np.float32], labels: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return (2) for features (N, D) of images of these classes."""
        away = features - self._mean[labels]
        curved = np.matmul(self._form[labels], away[:, :, None])[:, :, 0]
        gradient: NDArray[np.float32] = 2 * (self._offset[labels] + curved)
        return gradient

    def _distance(self, generator: Any, indices: NDArray[np.int64]) -> Any:
        """Return (3) for real images."""
        labels, targets = self._labels[indices], self._features[indices]
        z = np.empty((len(indices), self._z.shape[2]), np.float32)
        for label in np.unique(labels):
            own = labels == label
            z[own] = self._z[label, nearest(targets[own], self._drawn[label], 1)[:, 0]]
        # These latents aren't a fair sample, so their mean and variance must not be remembered.
        with remembering(generator):
            images = generator(jt.array(z), jt.array(labels))
        return (self._classifier.features(images) - jt.array(targets)).sqr().sum(1).mean()

    def _real_distances(self) -> NDArray[np.float64]:
        """Return r of (4) for all real images, (N,)."""
        near = np.empty(len(self._labels))
        for label in self._real:
            own = self._labels == label
            count = int(own.sum())
            if count == 1:  # nothing to compare it with
                near[own] = np.inf
                continue
            # Of all real images, as many are this near as of those that are remembered.
            k = max(1, min(round(self._neighbour * count / self._most), count - 1))
            radii = squared_radii(self._features[own].astype(np.float64), k)
            near[own] = np.maximum(radii, _LEAST * np.median(radii) + _TINY)
        return near

    @property
    def _neighbour(self) -> int:
        return min(_NEIGHBOUR, self._most)

    @property
    def _searched(self) -> bool:
        return bool(self._quotient[0] != _UNKNOWN)

    def _search(self) -> None:
        """Compute q of (4) from what is remembered."""
        for label in self._real:
            own = self._labels == label
            real, drawn = (x.astype(np.float64) for x in (self._features[own], self._drawn[label]))
            far = squared_distances(real, drawn, self._neighbour)
            self._quotient[own] = far / self._near[own]

    def _missed(self) -> NDArray[np.float64]:
        """Return (4) of all real images, (N,)."""
        beyond = np.maximum(self._quotient.astype(np.float64) - _NEAR, 0)
        squares: NDArray[np.float64] = np.square(beyond)
        return squares

    def _choose(self, missed: NDArray[np.float64], step: int, count: int) -> NDArray[np.int64]:
        """Return the indices of real images that are drawn by (4), (count,)."""
        until = np.cumsum(missed)
        places = randomness.missed(self._options.seed, step).random(count) * until[-1]
        # The last sum may be less than a place by rounding.
        chosen: NDArray[np.int64] = np.searchsorted(until[:-1], places, side="right")
        return chosen

    def _remember(
        self, z: NDArray[np.float32], features: NDArray[np.float32], labels: NDArray[np.int32]
    ) -> None:
        """Put images in the place of the oldest ones of their classes."""
        for latent, feature, label in zip(z, features, labels, strict=True):
            place = int(self._count[label]) % self._most
            self._z[label, place], self._drawn[label, place] = latent, feature
            self._count[label] += 1


def _moments(features: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean (D,) and the covariance (D, D) of features (N, D)."""
    values = features.astype(np.float64)
    mean = values.mean(axis=0)
    return mean, (values - mean).T @ (values - mean) / len(values)


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return a power of a symmetric, positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values, _TINY**2)  # rounding may make it negative
    power: NDArray[np.float64] = (vectors * values**exponent) @ vectors.T
    return power
