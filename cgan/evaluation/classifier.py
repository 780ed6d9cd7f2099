"""Small convolutional classifiers: the judge of generated images, its pupils, and readers.

They are trained on real images (or, for GAN-train, on generated ones) by `fit`. None that measures
takes part in training a generator; the reader may. Importing this module imports Jittor.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend import adam, openmp
from cgan.backend.setup import load_jittor
from cgan.data.datasets import Dataset
from cgan.evaluation import classifier_cache
from cgan.model import reader

jt = load_jittor()
nn = jt.nn

_KERNELS = (5, 3, 3)

_BATCH = 128
_LEARNING_RATE = 4e-3
_WARM_UP = 0.1  # share of the steps in which the learning rate rises
_MIN_STEPS = 400  # small data sets are gone through more often
_BLACK = -1.0

# The weights depend on the number of threads in their last bits, so it is always the same: then
# the same images give the same figures, whatever else this process does.
_THREADS = 2

Tensors = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Recipe:
    """How to train a classifier; the same gives the same weights, bit for bit, on one machine.

    Attributes:
        name: for people.
        epochs: passes over the data, more for small data sets.
        shift: whether to shift images at random, by up to a sixteenth of their size.
        seed: of the initial weights, the order of the images, and the shifts.
        channels: of the three convolutions.
        features: units of the first linear layer.
    """

    name: str
    epochs: int
    shift: bool
    seed: int = 0
    channels: tuple[int, ...] = (16, 32, 64)
    features: int = 128


# The judge is as good as it gets in about a minute. What GAN-train compares learns from the
# images as they are: shifting them would make up for a generator that never does.
JUDGE = Recipe("judging classifier", epochs=8, shift=True)
PUPIL = Recipe("classifier to compare with", epochs=4, shift=False)
# Published beside a generator, so it is small; the judge must be another one.
READER = Recipe("reader", 4, shift=True, seed=1, channels=reader.CHANNELS, features=reader.FEATURES)


class Classifier:
    """A trained network.

    Attributes:
        tensors: its weights by name, as `fit` gave them.
    """

    def __init__(
        self, image_shape: tuple[int, ...], n_classes: int, recipe: Recipe, tensors: Tensors
    ) -> None:
        """Make a network of the given weights, which must be those of such a network."""
        self.tensors = tensors
        self._network = _Network(image_shape, n_classes, recipe)
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
        return nn.log_softmax(self._network(images)[0], dim=1)

    def accuracy(self, data: Dataset) -> float:
        """Return the share of images that are classified as their label says."""
        return float(np.mean(self.classify(data.images)[0].argmax(axis=1) == data.labels))


def trained(
    data: Dataset,
    recipe: Recipe,
    say: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> Classifier:
    """Return the classifier that `fit` gives, from the cache if it is there; else put it there.

    Args:
        data: as for `fit`.
        recipe: as for `fit`.
        say: told if it has to be trained.
        check: as for `fit`.
    """
    shape, n_classes = data.images.shape[1:], data.n_classes
    state = _Network(shape, n_classes, recipe).state_dict()
    path = classifier_cache.path(data.checksum(), _settings(recipe))
    shapes = {name: tuple(value.shape) for name, value in state.items()}
    tensors = classifier_cache.load(path, shapes)
    if tensors is not None:
        return Classifier(shape, n_classes, recipe, tensors)
    say(f"The {recipe.name} learns from {data.describe()} (once; kept in {path.parent}).")
    classifier = fit(data, n_classes, recipe, check)
    classifier_cache.save(path, classifier.tensors)
    return classifier


def _settings(recipe: Recipe) -> dict[str, Any]:
    """Return all but the data that decides the weights which `fit` gives."""
    code = b"".join(Path(str(module)).read_bytes() for module in (__file__, adam.__file__))
    return asdict(recipe) | {
        "code": hashlib.sha256(code).hexdigest(),
        "jittor": jt.__version__,
        "cuda": int(jt.flags.use_cuda),
        "onednn": jt.mkl_ops is not None,
    }


def fit(
    data: Dataset, n_classes: int, recipe: Recipe, check: Callable[[], None] = lambda: None
) -> Classifier:
    """Train a classifier.

    Args:
        data: images with labels below `n_classes`, at least two.
        n_classes: number of classes.
        recipe: how to train.
        check: called after each step; what it raises stops the training.
    """
    shape = data.images.shape[1:]
    rng = np.random.Generator(np.random.PCG64([recipe.seed, len(data.labels)]))
    network = _Network(shape, n_classes, recipe)
    network.load_parameters(_initial_tensors(network, rng))
    network.train()
    optimiser = adam.Adam(network.parameters(), _LEARNING_RATE, (0.9, 0.999))
    with openmp.threads(_THREADS):
        for done, chosen in _batches(len(data.labels), recipe.epochs, rng):
            images = data.images[chosen]
            if recipe.shift:
                images = _shifted(images, rng)
            optimiser.lr = _LEARNING_RATE * min(done / _WARM_UP, 1 - done)
            scores, _ = network(jt.array(images))
            optimiser.step(nn.cross_entropy_loss(scores, jt.array(data.labels[chosen])))
            check()
        tensors: Tensors = network.state_dict(to="numpy")
    copies = {name: value.copy() for name, value in tensors.items()}
    return Classifier(shape, n_classes, recipe, copies)


def _batches(
    count: int, epochs: int, rng: np.random.Generator
) -> Iterator[tuple[float, NDArray[np.int64]]]:
    """Yield how much is done, more than 0 and less than 1, and the indices of a batch."""
    batch = min(_BATCH, count)
    per_epoch = count // batch
    epochs = max(epochs, math.ceil(_MIN_STEPS / per_epoch))
    for epoch in range(epochs):
        order = rng.permutation(count)
        for i in range(per_epoch):
            done = (epoch * per_epoch + i + 0.5) / (epochs * per_epoch)
            yield done, order[i * batch : (i + 1) * batch]


class _Network(nn.Module):  # type: ignore[misc, name-defined]
    """Three convolutions that halve the image, and two linear layers.

    Each convolution has BatchNorm and ReLU; the first linear layer gives the features, with
    ReLU; the second one the scores.
    """

    def __init__(self, image_shape: tuple[int, ...], n_classes: int, recipe: Recipe) -> None:
        super().__init__()
        inputs, size, _ = image_shape
        layers: list[Any] = []
        for outputs, kernel in zip(recipe.channels, _KERNELS, strict=True):
            layers += [
                nn.Conv(inputs, outputs, kernel, stride=2, padding=kernel // 2, bias=False),
                nn.BatchNorm(outputs),
                nn.ReLU(),
            ]
            inputs, size = outputs, math.ceil(size / 2)
        self.convolutions = nn.Sequential(*layers)
        self.hidden = nn.Linear(inputs * size * size, recipe.features)
        self.output = nn.Linear(recipe.features, n_classes)

    def execute(self, images: Any) -> tuple[Any, Any]:
        """(N, C, H, W) float32 -> scores (N, n_classes) and features."""
        flat = self.convolutions(images).view((images.shape[0], -1))
        features = nn.relu(self.hidden(flat))
        return self.output(features), features


def _initial_tensors(network: _Network, rng: np.random.Generator) -> Tensors:
    """Return uniform weights within 1 / sqrt(inputs) and biases of 0; BatchNorm's as they are.

    They come from NumPy: Jittor's own generator belongs to whoever is training.
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


def _shifted(images: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Shift each of (N, C, H, W) images by its own number of pixels; black comes in."""
    count, _, height, width = images.shape
    most = height // 16
    padding = ((0, 0), (0, 0), (most, most), (most, most))
    padded = np.pad(images, padding, constant_values=_BLACK).transpose(0, 2, 3, 1)
    down, right = rng.integers(0, 2 * most + 1, (2, count, 1))
    rows, columns = down + np.arange(height), right + np.arange(width)
    image = np.arange(count)[:, None, None]
    shifted = padded[image, rows[:, :, None], columns[:, None, :]]
    return np.ascontiguousarray(shifted.transpose(0, 3, 1, 2))
