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
from cgan.common.signals import interrupted_afterwards
from cgan.data import idx, images, mnist

_TRAINING_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
_TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

_FLOAT32_BYTES = 4
# Of images as they are kept in memory, where small ones become large. EMNIST takes 2.9 GB at the
# default size, and MNIST 3.9 GB at the largest.
_MAX_BYTES = 4 << 30

# Where there is no test set, every fifth image of each class is for testing.
_IMAGES_PER_TEST = 5
# The name of the data set of a folder for each class.
IMAGES = "images"


# Images (N, H, W) or (N, H, W, 3) and labels (N,).
_Split = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True)
class Dataset:
    """Images with labels.

    Attributes:
        name: display name: "MNIST", "scikit-learn digits", or the folder.
        images: (N, C, H, W) float32 in [-1, 1].
        labels: (N,) int32 in 0 .. n_classes - 1.
        source_size: (height, width) of the images before they were resized; None if they
            differed.
        remark: what was done to them besides, in words.
    """

    name: str
    images: NDArray[np.float32]
    labels: NDArray[np.int32]
    source_size: tuple[int, int] | None
    remark: str = ""

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

    def some(self, count: int) -> NDArray[np.intp]:
        """Return the indices of `count` images that stand for all, or of all if there are fewer.

        They are the first ones. But where the images are in the order of their classes, as those of
        a folder for each class are, they are evenly spread.
        """
        total = len(self.labels)
        count = min(count, total)
        if count < total and (np.diff(self.labels) >= 0).all():
            return np.arange(count) * total // count
        return np.arange(count)

    def describe(self) -> str:
        """Return one line for the terminal."""
        size = "x".join(map(str, self.source_size)) if self.source_size else "any size"
        remark = f", {self.remark}" if self.remark else ""
        return (
            f"{self.name}: {len(self.labels):,} images of {size}, {self.n_classes} classes{remark}"
        )


@dataclass(frozen=True)
class Request:
    """What is wanted of a data set.

    Attributes:
        folder: where it is, if it is read from a folder.
        img_size: height and width to resize to (bilinear), in pixels.
        quiet: show no progress bar.
        channels: 1 or 3, for images that may be either; None for what suits them best.
    """

    folder: Path
    img_size: int
    quiet: bool = False
    channels: int | None = None


@dataclass(frozen=True)
class Source:
    """Where a data set comes from.

    Attributes:
        title: what the help of `--dataset` says about it.
        train: returns all images to train on.
        splits: returns the training set and the test set.
        in_folder: whether it is read from a folder.
    """

    title: str
    train: Callable[[Request], Dataset]
    splits: Callable[[Request], tuple[Dataset, Dataset]]
    in_folder: bool = False


def recognise(folder: Path) -> str:
    """Return the name of the data set that is in a folder, or may be downloaded there."""
    has_idx = any(mnist.find(folder, name) for name in mnist.MD5)
    return IMAGES if not has_idx and images.is_there(folder) else "mnist"


def load(
    dataset: str,
    data_dir: Path,
    img_size: int,
    quiet: bool = False,
    channels: int | None = None,
) -> Dataset:
    """Load a training set.

    Args:
        dataset: a name in `DATASETS`.
        data_dir: folder of the IDX files, of MNIST or another data set; or of the images.
        img_size: height and width to resize to (bilinear), in pixels.
        quiet: show no progress bar.
        channels: 3 to keep the colours of images of one's own.

    Raises:
        BadValue: there is no data set of this name.
        UserError: the data are missing, damaged, or not images with labels.
    """
    return _source(dataset).train(Request(data_dir, img_size, quiet, channels))


def load_splits(
    dataset: str,
    data_dir: Path,
    img_size: int,
    quiet: bool = False,
    channels: int | None = None,
) -> tuple[Dataset, Dataset]:
    """Load a training set and the test set that belongs to it.

    Args:
        dataset: as for `load`.
        data_dir: as for `load`.
        img_size: as for `load`.
        quiet: as for `load`.
        channels: as for `load`.

    Raises:
        UserError: as for `load`; or there is no test set, or its classes or colours differ.
    """
    return _source(dataset).splits(Request(data_dir, img_size, quiet, channels))


def _source(dataset: str) -> Source:
    if dataset not in DATASETS:
        raise BadValue(f"--dataset must be one of {', '.join(DATASETS)}, not {dataset!r}.")
    return DATASETS[dataset]


def _make(name: str, split: _Split, img_size: int) -> Dataset:
    pixels, labels = split
    _check_memory(name, math.prod((len(pixels), *pixels.shape[3:])), img_size)
    return Dataset(
        name=name,
        images=normalise(resize(pixels, img_size)),
        labels=labels.astype(np.int32),
        source_size=(pixels.shape[1], pixels.shape[2]),
    )


def _check_memory(name: str, count: int, img_size: int) -> None:
    """Check that so many images, or channels of images, fit into memory."""
    needed = count * img_size**2 * _FLOAT32_BYTES
    if needed > _MAX_BYTES:
        raise BadValue(
            f"{name} would take {needed / 2**30:,.0f} GiB of memory with images of "
            f"{img_size}x{img_size}: choose a smaller --img_size, or fewer images."
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


def _sklearn_digits(request: Request) -> Dataset:
    """Return scikit-learn's 1,797 bundled 8x8 digits (values 0-16), scaled to 0-255."""
    with interrupted_afterwards():
        from sklearn.datasets import load_digits  # here: it takes a second to import

    digits = load_digits()
    pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    split = pixels, digits.target.astype(np.uint8)
    return _make("scikit-learn digits", split, request.img_size)


def _own_images(request: Request) -> Dataset:
    folder, size = request.folder, request.img_size
    if not folder.is_dir():
        raise MissingFile(f"There is no folder {folder}: say where the images are with --data-dir.")
    name, found = printable(str(folder)), images.find(folder)
    channels = request.channels or 1
    _check_memory(name, len(found) * channels, size)
    pixels, labels, remark = images.read(found, size, channels, request.quiet)
    return replace(_make(name, (pixels, labels), size), source_size=None, remark=remark)


def _parted(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Return images to train on and images to test on, of a data set without a test set.

    `load` uses all of them for training.
    """
    for_test = np.zeros(len(dataset.labels), bool)
    for label in range(dataset.n_classes):
        of_class = np.flatnonzero(dataset.labels == label)
        if len(of_class) == 1:
            raise BadValue(
                f"{dataset.name} has a single image of class {label}: to measure, it takes one to "
                "train on and another to test on."
            )
        for_test[of_class[::_IMAGES_PER_TEST]] = True
    return dataset.part(~for_test), dataset.part(for_test)


def _idx_train(request: Request) -> Dataset:
    name, (split,) = _idx_folder(request.folder, request.quiet, (_TRAINING_FILES,))
    return _make(name, split, request.img_size)


def _idx_splits(request: Request) -> tuple[Dataset, Dataset]:
    folder = request.folder
    name, splits = _idx_folder(folder, request.quiet, (_TRAINING_FILES, _TEST_FILES))
    train, test = (_make(name, split, request.img_size) for split in splits)
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
    "digits": Source("bundled", _sklearn_digits, lambda request: _parted(_sklearn_digits(request))),
    IMAGES: Source(
        "your own in --data-dir, in a folder for each class",
        _own_images,
        lambda request: _parted(_own_images(request)),
        in_folder=True,
    ),
}
"""The data sets by name; the IDX files may be other data than MNIST."""
