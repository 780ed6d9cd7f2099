"""Images of one's own: a folder for each class, named by its number, with PNG or JPEG files.

They become what MNIST's are. Each is scaled to fit a square, and its paper's colour fills the rest.
Grey ones are light on dark: where most are dark on light, as ink on paper is, all are inverted.
"""

import io
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cgan.common import reading
from cgan.common.errors import BadValue, last_line, printable

_SUFFIXES = (".png", ".jpg", ".jpeg")
_FORMATS = ("PNG", "JPEG")
# Of a file and of an image, which takes up to 4 bytes a pixel: a small file may unpack to many.
_MAX_BYTES = 128 << 20
_MAX_PIXELS = 64_000_000
_MAX_CLASS = 255  # as in IDX files
_MODES = {1: "L", 3: "RGB"}
_WHITE, _MIDDLE = 255, 127
# What some systems put into every folder, besides hidden files.
_NOT_THE_USERS = ("thumbs.db", "desktop.ini", "__macosx")
_SHOWN = 5


def is_there(folder: Path) -> bool:
    """Return whether a folder is meant as one of images, arranged by classes or not.

    One with much else in it, such as the home folder, isn't meant so, unless classes are there.
    """
    inside = _folders(folder)
    if any(_shows_image(_class_folders(one)) for one in (folder, *inside)):
        return True
    if not inside:
        return _has_image(folder)
    return all(_shows_image((one, *_folders(one))) for one in inside)


def _shows_image(folders: Iterable[Path]) -> bool:
    return any(map(_has_image, folders))


def find(folder: Path) -> list[tuple[int, Path]]:
    """Return class and path of each image, ordered by class and by name.

    Raises:
        BadValue: the folder isn't arranged like that; says how it should be.
    """
    inside = _folders(folder)
    deeper = [str(inner) for inner in inside if _class_folders(inner)]
    if deeper and not any(map(_number, inside)):
        raise BadValue(
            f"{folder} has its classes in {' and in '.join(deeper[:_SHOWN])}: name the one to "
            "train on with --data-dir."
        )
    if _has_image(folder):
        raise BadValue(
            f"{folder} has images outside the folders of their classes: make a folder in it for "
            "each class, named by its number, 0, 1, 2 and so on, and put its images there."
        )
    for path in sorted(_visible(folder)):
        if _number(path) is not None and not path.is_dir():
            raise BadValue(
                f"{path} is no folder: class {path.name} has its images in one. Remove it, or put "
                "a folder in its place."
            )
    found: dict[int, Path] = {}
    for inner in inside:
        number = _number(inner)
        if number is None:
            raise BadValue(
                f"{inner} is named by no class: name the folder of each class by its number, 0, 1, "
                f"2 and so on, up to {_MAX_CLASS}, and move others elsewhere."
            )
        if (label := int(number)) in found:
            raise BadValue(f"{found[label]} and {inner} are the same class: make one of them.")
        found[label] = inner
    if not found:
        raise BadValue(f"{folder} holds no PNG or JPEG images.")
    return [(label, path) for label in sorted(found) for path in _images(found[label])]


def read(
    images: list[tuple[int, Path]], size: int, channels: int, quiet: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], str]:
    """Read images.

    Args:
        images: class and path of each, as from `find`.
        size: height and width that they get, in pixels.
        channels: 1 for grey, 3 for colours.
        quiet: show no progress bar.

    Returns:
        Images (N, size, size) or (N, size, size, 3) and classes (N,); and, in words, whether they
        were inverted. Empty words if there is nothing to say.

    Raises:
        BadValue: some can't be read; names them.
    """
    from tqdm import tqdm  # here, so that it is needed for training only

    shape = (size, size) if channels == 1 else (size, size, channels)
    pixels = np.empty((len(images), *shape), np.uint8)
    unreadable = []
    off = True if quiet else None  # None: only on a terminal
    for target, (_, path) in zip(
        pixels, tqdm(images, desc="images", unit="", disable=off), strict=True
    ):
        try:
            target[:] = _square(path, size, _MODES[channels])
        except UnidentifiedImageError:
            unreadable.append(f"{path} (it is no PNG or JPEG)")
        # A damaged file may raise almost anything.
        except Exception as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            unreadable.append(f"{path} ({last_line(Exception(why)).rstrip('.')})")
    if unreadable:
        raise BadValue(
            f"{len(unreadable)} of {len(images)} images can't be read: {_listed(unreadable)}. "
            "Repair or remove them."
        )
    labels = np.array([label for label, _ in images], np.uint8)
    if channels != 1:
        return pixels, labels, ""
    dark_on_light = np.median(_edge(pixels), axis=1) > _MIDDLE
    invert = bool(dark_on_light.mean() > 0.5)
    if invert:
        np.subtract(_WHITE, pixels, out=pixels)
    said = ["inverted to light on dark"] if invert else []
    others = np.flatnonzero(dark_on_light != invert)
    if len(others):
        said.append(
            f"but {len(others):,} of them were the other way round, such as "
            f"{printable(str(images[others[0]][1]))}"
        )
    return pixels, labels, ", ".join(said)


def _square(path: Path, size: int, mode: str) -> NDArray[np.uint8]:
    """Return an image (size, size), or (size, size, 3) in colours."""
    with _opened(reading.read(path, _MAX_BYTES)) as image:
        if image.width * image.height > _MAX_PIXELS:
            raise BadValue(f"it has {image.width}x{image.height} pixels, more than {_MAX_PIXELS:,}")
        # A phone says by this how it was held.
        upright = ImageOps.exif_transpose(image)
        small = _scaled(_plain(upright, mode), size)
    if small.mode == "RGBA":
        small = _on_paper(small)
    small = small.convert(mode)
    edge = _edge(np.asarray(small)[None])[0]
    paper = tuple(int(value) for value in np.atleast_1d(np.median(edge, axis=0)))
    square = Image.new(mode, (size, size), paper if mode == "RGB" else paper[0])
    square.paste(small, ((size - small.width) // 2, (size - small.height) // 2))
    return np.asarray(square)


def _opened(data: bytes) -> Image.Image:
    """Open an image without decoding it; `_square` checks how many pixels it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return Image.open(io.BytesIO(data), formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise BadValue(f"it has more than {_MAX_PIXELS:,} pixels") from error


def _plain(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        values = np.asarray(image)
        if 0 < values.max() <= _WHITE:
            raise BadValue(
                "it has 16 bits a pixel and no value above 255, so it would be black: save it "
                "with 8 bits"
            )
        return Image.fromarray((values >> 8).astype(np.uint8))
    return image.convert("RGBA" if image.has_transparency_data else mode)


def _scaled(image: Image.Image, size: int) -> Image.Image:
    scale = size / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR)


def _on_paper(image: Image.Image) -> Image.Image:
    """Put a transparent image on white, or on black if what is there is light."""
    ink = np.asarray(image.convert("LA"), np.float64)
    weight = ink[..., 1].sum()
    is_light = weight and (ink[..., 0] * ink[..., 1]).sum() / weight > _MIDDLE
    paper = Image.new("RGBA", image.size, "black" if is_light else "white")
    paper.alpha_composite(image)
    return paper


def _edge(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the outermost pixels of images: (N, H, W, ...) -> (N, 2 H + 2 W, ...)."""
    sides = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return np.concatenate(sides, axis=1)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in _visible(folder) if path.is_dir())


def _class_folders(folder: Path) -> list[Path]:
    return [path for path in _folders(folder) if _number(path) is not None]


def _number(folder: Path) -> str | None:
    """Return a folder's name if it is the number of a class."""
    name = folder.name
    is_number = name.isascii() and name.isdecimal() and int(name[:4]) <= _MAX_CLASS
    return name if is_number and int(name) <= _MAX_CLASS else None


def _has_image(folder: Path) -> bool:
    return any(path.suffix.lower() in _SUFFIXES and path.is_file() for path in _visible(folder))


def _images(folder: Path) -> list[Path]:
    """Return the images of a class.

    Raises:
        BadValue: there are none, or something else, which would be left out silently.
    """
    if not _may_be_read(folder):
        raise BadValue(f"The folder {folder} can't be read: change its permissions.")
    paths = sorted(_visible(folder))
    others = [str(path) for path in paths if path.is_dir() or path.suffix.lower() not in _SUFFIXES]
    if others:
        raise BadValue(
            f"{len(others)} of what is in {folder} are no PNG or JPEG files: {_listed(others)}. "
            "Convert or remove them."
        )
    if not paths:
        raise BadValue(
            f"{folder} holds no PNG or JPEG images: put some there, or remove it if there is no "
            "such class."
        )
    return paths


def _visible(folder: Path) -> Iterator[Path]:
    if _may_be_read(folder) and folder.is_dir():
        for path in folder.iterdir():
            if not path.name.startswith(".") and path.name.lower() not in _NOT_THE_USERS:
                yield path


def _may_be_read(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)


def _listed(texts: list[str]) -> str:
    return "; ".join([*texts[:_SHOWN], *(["..."] if len(texts) > _SHOWN else [])])
