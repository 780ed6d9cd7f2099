"""Real images and labels, resized and normalised once, in memory."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.common.errors import BadValue, MissingFile, printable
from cgan.data import idx, mnist

_TRAINING_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
_TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

_FLOAT32_BYTES = 4
# Of images as they are kept in memory, where small ones become large. EMNIST takes 2.9 GB at the
# default size, and MNIST 3.9 GB at the largest.
_MAX_BYTES = 4 << 30

# Every fifth image of each class of scikit-learn's digits is for testing.
_DIGITS_PER_TEST = 5


# Images (N, H, W) or (N, H, W, 3) and labels (N,).
_Split = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True)
class Dataset:
    """Images with labels.

    Attributes:
        name: display name: "MNIST", "scikit-learn digits", or the folder.
        images: (N, C, H, W) float32 in [-1, 1].
        labels: (N,) int32 in 0 .. n_classes - 1.
        source_size: (height, width) of the images before they were resized.
    """

    name: str
    images: NDArray[np.float32]
    labels: NDArray[np.int32]
    source_size: tuple[int, int]

    @property
    def n_classes(self) -> int:
        """Number of classes: one more than the highest label."""
        return int(self.labels.max()) + 1

    @property
    def empty_classes(self) -> list[int]:
        """Classes below the highest label that have no image, in order."""
        return [int(label) for label in np.flatnonzero(np.bincount(self.labels) == 0)]

    @property
    def channels(self) -> int:
        """Number of channels, 1 or 3."""
        return int(self.images.shape[1])

    def checksum(self) -> str:
        """Return the sha256 of images (as they are here, resized) and labels, in hexadecimal."""
        digest = hashlib.sha256(repr((self.images.shape, self.labels.shape)).encode())
        for array in (self.images, self.labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def part(self, indices: NDArray[Any]) -> "Dataset":
        """Return some of the images, chosen by any index that NumPy accepts."""
        return replace(self, images=self.images[indices], labels=self.labels[indices])

    def describe(self) -> str:
        """Return one line for the terminal."""
        height, width = self.source_size
        return (
            f"{self.name}: {len(self.labels):,} images of {height}x{width}, "
            f"{self.n_classes} classes"
        )


@dataclass(frozen=True)
class Source:
    """Where a data set comes from.

    Attributes:
        title: what the help of `--dataset` says about it.
        train: (data_dir, quiet) -> the name for people, and all images to train on.
        splits: (data_dir, img_size, quiet) -> the training set and the test set.
        in_folder: whether it is read from `data_dir`.
    """

    title: str
    train: Callable[[Path, bool], tuple[str, _Split]]
    splits: Callable[[Path, int, bool], tuple[Dataset, Dataset]]
    in_folder: bool = False


def load(dataset: str, data_dir: Path, img_size: int, quiet: bool = False) -> Dataset:
    """Load a training set.

    Args:
        dataset: a name in `DATASETS`.
        data_dir: folder of the IDX files; other data sets in that format work, too.
        img_size: height and width to resize to (bilinear), in pixels.
        quiet: show no progress bar.

    Raises:
        BadValue: there is no data set of this name.
        UserError: the data are missing, damaged, or not images with labels.
    """
    name, split = _source(dataset).train(data_dir, quiet)
    return _make(name, split, img_size)


def load_splits(
    dataset: str, data_dir: Path, img_size: int, quiet: bool = False
) -> tuple[Dataset, Dataset]:
    """Load a training set and the test set that belongs to it.

    Args:
        dataset: as for `load`.
        data_dir: as for `load`.
        img_size: as for `load`.
        quiet: as for `load`.

    Raises:
        UserError: as for `load`; or there is no test set, or its classes or colours differ.
    """
    return _source(dataset).splits(data_dir, img_size, quiet)


def _source(dataset: str) -> Source:
    if dataset not in DATASETS:
        raise BadValue(f"--dataset must be one of {', '.join(DATASETS)}, not {dataset!r}.")
    return DATASETS[dataset]


def _make(name: str, split: _Split, img_size: int) -> Dataset:
    pixels, labels = split
    needed = math.prod((len(pixels), img_size, img_size, *pixels.shape[3:])) * _FLOAT32_BYTES
    if needed > _MAX_BYTES:
        raise BadValue(
            f"{name} would take {needed / 2**30:,.0f} GiB of memory with images of "
            f"{img_size}x{img_size}: choose a smaller --img_size, or fewer images."
        )
    return Dataset(
        name=name,
        images=normalise(resize(pixels, img_size)),
        labels=labels.astype(np.int32),
        source_size=(pixels.shape[1], pixels.shape[2]),
    )


def resize(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resize (N, H, W) or (N, H, W, 3) uint8 images to `size` x `size`, bilinear, by Pillow."""
    if pixels.shape[1:3] == (size, size):
        return pixels
    resized = np.empty((len(pixels), size, size, *pixels.shape[3:]), np.uint8)
    for source, target in zip(pixels, resized, strict=True):
        target[:] = Image.fromarray(source).resize((size, size), Image.Resampling.BILINEAR)
    return resized


def normalise(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn (N, H, W) or (N, H, W, 3) uint8 into (N, C, H, W) float32: 0 -> -1, 255 -> 1."""
    channels_first = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
    images = channels_first.astype(np.float32, order="C")
    images /= 127.5  # in place: MNIST takes 245 MB as float32
    images -= 1
    return images


def _sklearn_digits() -> tuple[str, _Split]:
    """Return scikit-learn's 1,797 bundled 8x8 digits (values 0-16), scaled to 0-255."""
    from sklearn.datasets import load_digits  # here: it takes a second to import

    digits = load_digits()
    pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return "scikit-learn digits", (pixels, digits.target.astype(np.uint8))


def _sklearn_splits(img_size: int) -> tuple[Dataset, Dataset]:
    """Return the digits to train on, and those to test on: there is no test set of their own.

    `load` uses all of them for training.
    """
    digits = _make(*_sklearn_digits(), img_size)
    for_test = np.zeros(len(digits.labels), bool)
    for label in range(digits.n_classes):
        for_test[np.flatnonzero(digits.labels == label)[::_DIGITS_PER_TEST]] = True
    return digits.part(~for_test), digits.part(for_test)


def _idx_train(folder: Path, quiet: bool) -> tuple[str, _Split]:
    name, (split,) = _idx_folder(folder, quiet, (_TRAINING_FILES,))
    return name, split


def _idx_splits(folder: Path, img_size: int, quiet: bool) -> tuple[Dataset, Dataset]:
    name, splits = _idx_folder(folder, quiet, (_TRAINING_FILES, _TEST_FILES))
    train, test = (_make(name, split, img_size) for split in splits)
    if test.n_classes > train.n_classes or test.channels != train.channels:
        raise BadValue(
            f"The test set in {folder} has different classes or colours from the training set: "
            "they do not belong together."
        )
    return train, test


def _idx_folder(
    folder: Path, quiet: bool, wanted: tuple[tuple[str, str], ...]
) -> tuple[str, list[_Split]]:
    """Return the name and the wanted splits of the data set in `folder`, MNIST or another."""
    names = [name for pair in wanted for name in pair]
    contents, is_mnist = _read_idx_files(folder, names)
    if not all(name in contents for name in names):
        mnist.download_missing(folder, quiet)
        contents, is_mnist = _read_idx_files(folder, names)
    splits = [_check_split(contents[images], contents[labels]) for images, labels in wanted]
    return "MNIST" if is_mnist else printable(str(folder)), splits


def _check_split(
    images: tuple[Path, NDArray[np.uint8]], labels: tuple[Path, NDArray[np.uint8]]
) -> _Split:
    (images_path, pixels), (labels_path, classes) = images, labels
    is_images = pixels.ndim == 3 or (pixels.ndim == 4 and pixels.shape[3] == 3)
    if not is_images or 0 in pixels.shape[1:]:
        raise BadValue(f"{images_path} does not hold images: its shape is {pixels.shape}.")
    if classes.shape != (len(pixels),) or len(pixels) < 2:
        raise BadValue(
            f"{labels_path} and {images_path} do not belong together: labels of shape "
            f"{classes.shape} for {len(pixels)} images."
        )
    return pixels, classes


def _read_idx_files(
    folder: Path, wanted: list[str]
) -> tuple[dict[str, tuple[Path, NDArray[np.uint8]]], bool]:
    """Read the IDX files in `folder`; return them, and True if they are MNIST's or there are none.

    A folder with at least one of MNIST's files is taken for MNIST, so other content in it counts as
    damage. A folder without any is another data set, which must have every file in `wanted`.
    """
    paths = {name: path for name in mnist.MD5 if (path := mnist.find(folder, name))}
    contents, others = {}, []
    for name, path in paths.items():
        data = idx.read_bytes(path)
        contents[name] = (path, idx.parse(data, path))
        if idx.md5(data) != mnist.MD5[name]:
            others.append(path)
    if others and len(others) < len(paths):
        raise idx.damaged(others[0], "its content is not MNIST's, but the files beside it are")
    if others:
        for name in wanted:
            if name not in contents:
                raise MissingFile(
                    f"{folder} holds a data set other than MNIST, but {name} is missing: copy that "
                    "file (or its .gz) there."
                )
    return contents, not others


# `cgan.publish.card` says what the model card tells about each.
DATASETS = {
    "mnist": Source(
        "IDX files in --data-dir, downloaded if missing", _idx_train, _idx_splits, in_folder=True
    ),
    "digits": Source(
        "bundled",
        lambda data_dir, quiet: _sklearn_digits(),
        lambda data_dir, img_size, quiet: _sklearn_splits(img_size),
    ),
}
"""The data sets by name; the IDX files may be other data than MNIST."""
