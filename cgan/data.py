"""Training data: real images and labels, resized and normalised once, in memory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan import idx, mnist
from cgan.errors import UserError

DATASETS = ("mnist", "digits")
_TRAINING_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")


@dataclass(frozen=True)
class Dataset:
    """Images with labels.

    Attributes:
        name: for people: "MNIST", "scikit-learn digits", or the folder.
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
        """Number of classes: the highest label and those below it."""
        return int(self.labels.max()) + 1

    @property
    def channels(self) -> int:
        """Number of channels, 1 or 3."""
        return int(self.images.shape[1])

    def describe(self) -> str:
        """Return one line for the terminal."""
        height, width = self.source_size
        return (
            f"{self.name}: {len(self.labels):,} images of {height}x{width}, "
            f"{self.n_classes} classes"
        )


def load(dataset: str, data_dir: Path, img_size: int, quiet: bool = False) -> Dataset:
    """Load a training set.

    Args:
        dataset: "mnist" (the IDX files in `data_dir`, downloaded where missing) or "digits"
            (scikit-learn's bundled ones, no download).
        data_dir: folder of the IDX files; any other data set in that format works, too.
        img_size: height and width to resize to (bilinear), in pixels.
        quiet: show no progress bar.

    Raises:
        UserError: data missing, damaged, or not images with labels.
    """
    if dataset == "digits":
        name, pixels, labels = _sklearn_digits()
    else:
        name, pixels, labels = _idx_folder(data_dir, quiet)
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
    images /= 127.5  # in place: MNIST is 245 MB of float32, and once is enough
    images -= 1
    return images


def _sklearn_digits() -> tuple[str, NDArray[np.uint8], NDArray[np.uint8]]:
    """Return scikit-learn's 1,797 bundled 8x8 digits (values 0-16), scaled to 0-255."""
    from sklearn.datasets import load_digits  # here: it takes a second to import

    digits = load_digits()
    pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return "scikit-learn digits", pixels, digits.target.astype(np.uint8)


def _idx_folder(folder: Path, quiet: bool) -> tuple[str, NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the training split of the IDX files in `folder`, MNIST's or another's."""
    contents, is_mnist = _read_idx_files(folder)
    if not all(name in contents for name in _TRAINING_FILES):
        mnist.download_missing(folder, quiet)
        contents, is_mnist = _read_idx_files(folder)
    (images_path, pixels), (labels_path, labels) = (contents[name] for name in _TRAINING_FILES)
    is_images = pixels.ndim == 3 or (pixels.ndim == 4 and pixels.shape[3] == 3)
    if not is_images or 0 in pixels.shape[1:]:
        raise UserError(f"{images_path} does not hold images: its shape is {pixels.shape}.")
    if labels.shape != (len(pixels),) or len(pixels) < 2:
        raise UserError(
            f"{labels_path} and {images_path} do not belong together: labels of shape "
            f"{labels.shape} for {len(pixels)} images."
        )
    return "MNIST" if is_mnist else str(folder), pixels, labels


def _read_idx_files(
    folder: Path,
) -> tuple[dict[str, tuple[Path, NDArray[np.uint8]]], bool]:
    """Read the IDX files that are there, and tell whether they are MNIST's (or none is there).

    A folder with some of MNIST's files holds MNIST: any other content in it is damage. A folder
    without is another data set, which must bring its own training split.
    """
    paths = {name: path for name in mnist.MD5 if (path := mnist.find(folder, name))}
    contents, others = {}, []
    for name, path in paths.items():
        data = idx.read_bytes(path)
        contents[name] = (path, idx.parse(data, path))
        if idx.md5(data) != mnist.MD5[name]:
            others.append(path)
    if others and len(others) < len(paths):
        raise idx.damaged(others[0], "its content is not MNIST's, as that of the files beside it")
    if others:
        for name in _TRAINING_FILES:
            if name not in contents:
                raise UserError(
                    f"{folder} holds a data set that is not MNIST, without {name}: copy that "
                    "file (or its .gz) there."
                )
    return contents, not others
