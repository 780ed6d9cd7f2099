"""Small convolutional classifiers: the judge of generated images, its pupils, and readers.

They are trained on real images (or, for GAN-train, on generated ones) by `fit`. Those that measure
a generator take no part in training it; the reader may. Importing this module imports Jittor.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend import adam, compat, openmp
from cgan.backend.setup import load_jittor
from cgan.backend.shift import shift
from cgan.data.datasets import Dataset
from cgan.evaluation import network_cache
from cgan.model import reader
from cgan.model.layers import BATCH_NORM_EPS, Tensors

jt = load_jittor()
nn = jt.nn

_BATCH = 128
_LEARNING_RATE = 4e-3
_WARM_UP = 0.1  # share of the steps in which the learning rate rises
MIN_STEPS = 400  # small data sets get more epochs

# The last bits of the weights depend on the number of threads. It is always the same here, so that
# the same images give the same results, whatever else this process does.
_THREADS = 2

# Part of the cache's key. Raise it when `fit` would give other weights for the same settings and
# data: after a change of the network, its initial weights, the optimiser, the batches, the shifts
# or the constants above. Every cached classifier is then trained again.
VERSION = 1


@dataclass(frozen=True)
class ClassifierSettings:
    """How to train a classifier.

    The same settings and data give the same weights, bit for bit, on one machine.

    Attributes:
        name: display name.
        epochs: passes over the data, more for small data sets.
        shift: whether to shift images at random, by up to a sixteenth of their size.
        seed: seed of the initial weights, the order of the images, and the shifts.
        channels: output channels of the three convolutions.
        features: units of the first linear layer.
    """

    name: str
    epochs: int
    shift: bool
    seed: int = 0
    channels: tuple[int, ...] = (16, 32, 64)
    features: int = 128


# The judge is about as good as a minute of training can make it. The classifiers that GAN-train
# compares learn from unshifted images: shifts would make up for a generator without variety.
JUDGE = ClassifierSettings("judging classifier", epochs=8, shift=True)
PUPIL = ClassifierSettings("classifier to compare with", epochs=4, shift=False)
# Published beside a generator, so it is small; the judge must be another one.
READER = ClassifierSettings(
    "reader", epochs=4, shift=True, seed=1, channels=reader.CHANNELS, features=reader.FEATURES
)
# In whose features generated images are compared with real ones while a generator is trained
# (`cgan.training.matching`): much like the judge, so that they are such features, but another one.
COACH = ClassifierSettings("coach", epochs=8, shift=True, seed=2)


class Classifier:
    """A trained network.

    Attributes:
        tensors: its weights by name, as `fit` made them.
    """

    def __init__(
        self,
        image_shape: tuple[int, ...],
        n_classes: int,
        settings: ClassifierSettings,
        tensors: Tensors,
    ) -> None:
        """Make a network with the given weights, which must have its names and shapes."""
        self.tensors = tensors
        self._network = _Network(image_shape, n_classes, settings)
        self._network.load_parameters(tensors)
        self._network.eval()

    def classify(
        self, images: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Classify images.

        Args:
            images: (N, C, H, W) float32 in [-1, 1].

        Returns:
            Log-probabilities (N, n_classes) and features, (N, 128) for the judge, both float32.
        """
        scores, features = [], []
        with openmp.threads(_THREADS), jt.no_grad():
            for start in range(0, len(images), _BATCH):
                batch = self._network(jt.array(images[start : start + _BATCH]))
                scores.append(nn.log_softmax(batch[0], dim=1).numpy())
                features.append(batch[1].numpy())
        return np.concatenate(scores), np.concatenate(features)

    def log_probabilities(self, images: Any) -> Any:
        """(N, C, H, W) -> (N, n_classes), both Jittor's float32, with a gradient to the images."""
        return self.verdict(images)[0]

    def features(self, images: Any) -> Any:
        """(N, C, H, W) -> (N, features), both Jittor's float32, with a gradient to the images."""
        return self.verdict(images)[1]

    def all_features(self, images: Any) -> Any:
        """(N, C, H, W) -> (N, K), both Jittor's float32: the last convolution's, and the features.

        They have a gradient to the images.
        """
        return jt.concat(self._network.all_features(images), dim=1)

    def verdict(self, images: Any) -> tuple[Any, Any]:
        """Return the log-probabilities and the features of images, from one pass."""
        scores, features = self._network(images)
        return nn.log_softmax(scores, dim=1), features

    def accuracy(self, data: Dataset) -> float:
        """Return the share of images that are classified correctly."""
        return float(np.mean(self.classify(data.images)[0].argmax(axis=1) == data.labels))


def trained(
    data: Dataset,
    settings: ClassifierSettings,
    say: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
    n_classes: int | None = None,
) -> Classifier:
    """Return the classifier that `fit` makes, from the cache; train and cache it if missing.

    Args:
        data: as for `fit`.
        settings: as for `fit`.
        say: called with a message if it has to be trained.
        check: as for `fit`.
        n_classes: number of classes that it tells apart; None for those of the data.
    """
    shape = data.images.shape[1:]
    n_classes = data.n_classes if n_classes is None else n_classes
    state = _Network(shape, n_classes, settings).state_dict()
    # Otherwise the data say it.
    more = {} if n_classes == data.n_classes else {"n_classes": n_classes}
    path = network_cache.path(data.checksum(), cache_key(settings) | more)
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    tensors = network_cache.load(path, shapes, settings.name)
    if tensors is not None:
        return Classifier(shape, n_classes, settings, tensors)
    say(f"Training the {settings.name} on {data.describe()} (once; kept in {path.parent}).")
    classifier = fit(data, n_classes, settings, check)
    network_cache.save(path, classifier.tensors, settings.name)
    return classifier


def cache_key(settings: ClassifierSettings) -> dict[str, Any]:
    """Return everything that decides the weights that `fit` makes, but for data and classes."""
    return asdict(settings) | {
        "version": VERSION,
        "jittor": jt.__version__,
        "cuda": int(jt.flags.use_cuda),
        "onednn": compat.has_onednn(jt),
    }


def fit(
    data: Dataset,
    n_classes: int,
    settings: ClassifierSettings,
    check: Callable[[], None] = lambda: None,
) -> Classifier:
    """Train a classifier.

    Args:
        data: images with labels below `n_classes`, at least two.
        n_classes: number of classes.
        settings: how to train.
        check: called after each step; an exception that it raises stops the training.
    """
    shape = data.images.shape[1:]
    rng = np.random.Generator(np.random.PCG64([settings.seed, len(data.labels)]))
    network = _Network(shape, n_classes, settings)
    network.load_parameters(_initial_tensors(network, rng))
    network.train()
    optimiser = adam.Adam(network.parameters(), _LEARNING_RATE, (0.9, 0.999))
    with openmp.threads(_THREADS):
        for done, chosen in _batches(len(data.labels), settings.epochs, rng):
            images = jt.array(data.images[chosen])
            if settings.shift:
                images = shift(images, _shifts(len(chosen), shape[1], rng))
            optimiser.lr = _LEARNING_RATE * min(done / _WARM_UP, 1 - done)
            scores, _ = network(images)
            optimiser.step(nn.cross_entropy_loss(scores, jt.array(data.labels[chosen])))
            check()
        tensors = {name: value.copy() for name, value in network.state_dict(to="numpy").items()}
    return Classifier(shape, n_classes, settings, tensors)


def _batches(
    count: int, epochs: int, rng: np.random.Generator
) -> Iterator[tuple[float, NDArray[np.int64]]]:
    """Yield the share of training that is done, between 0 and 1, and the indices of a batch."""
    batch = min(_BATCH, count)
    per_epoch = count // batch
    epochs = max(epochs, math.ceil(MIN_STEPS / per_epoch))
    for epoch in range(epochs):
        order = rng.permutation(count)
        for i in range(per_epoch):
            done = (epoch * per_epoch + i + 0.5) / (epochs * per_epoch)
            yield done, order[i * batch : (i + 1) * batch]


class _Network(nn.Module):  # type: ignore[misc, name-defined]
    """Three convolutions that halve the image, and two linear layers.

    BatchNorm and ReLU follow each convolution. The first linear layer and a ReLU give the features,
    the second linear layer the scores.
    """

    def __init__(
        self, image_shape: tuple[int, ...], n_classes: int, settings: ClassifierSettings
    ) -> None:
        super().__init__()
        inputs, size, _ = image_shape
        layers: list[Any] = []
        for outputs, kernel in zip(settings.channels, reader.KERNELS, strict=True):
            layers += [
                nn.Conv(inputs, outputs, kernel, stride=2, padding=kernel // 2, bias=False),
                nn.BatchNorm(outputs, BATCH_NORM_EPS),
                nn.ReLU(),
            ]
            inputs, size = outputs, math.ceil(size / 2)
        self.convolutions = nn.Sequential(*layers)
        self.hidden = nn.Linear(inputs * size * size, settings.features)
        self.output = nn.Linear(settings.features, n_classes)

    def execute(self, images: Any) -> tuple[Any, Any]:
        """(N, C, H, W) float32 -> scores (N, n_classes) and features."""
        _, features = self.all_features(images)
        return self.output(features), features

    def all_features(self, images: Any) -> tuple[Any, Any]:
        """(N, C, H, W) -> what the last convolution gives, (N, K), and the features."""
        flat = self.convolutions(images).view((images.shape[0], -1))
        return flat, nn.relu(self.hidden(flat))


def _initial_tensors(network: _Network, rng: np.random.Generator) -> Tensors:
    """Return uniform weights within 1 / sqrt(inputs), and biases of 0; BatchNorm keeps its own.

    The random numbers come from NumPy, because drawing from Jittor's generator would change the
    training of a generator in the same process.
    """
    tensors = {}
    for name, value in sorted(network.state_dict(to="numpy").items()):
        if value.ndim > 1:
            bound = 1 / math.sqrt(np.prod(value.shape[1:]))
            value = rng.uniform(-bound, bound, value.shape)
        elif name.split(".")[0] in ("hidden", "output"):
            value = np.zeros(value.shape)
        tensors[name] = value.astype(np.float32)
    return tensors


def _shifts(count: int, size: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Return random shifts (count, 2), in pixels, by up to a sixteenth of the images' size.

    They aren't drawn as those of `cgan.training.randomness`, because other draws would give other
    classifiers, and other figures in every `metrics.json`.
    """
    most = size // 16
    return (most - rng.integers(0, 2 * most + 1, (2, count))).astype(np.int32).T
