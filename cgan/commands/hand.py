"""`hand`: make a hand of one's own from a photograph of handwritten digits."""

import argparse
import json
import os
import shlex
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.common import files, reading
from cgan.common.command_line import Commands, ending, named_path
from cgan.common.errors import BadValue, MissingFile, kind_of
from cgan.common.terminal import note, warn
from cgan.hub.source import HELP
from cgan.sampler import Sampler
from cgan.writing import number, picture
from cgan.writing.limits import check_classes
from cgan.writing.own_hand import OwnHand
from cgan.writing.photo import MAX_BYTES, LargePhoto, read_photo
from cgan.writing.sheet import UnreadableSheet
from cgan.writing.upright import Doubt, ReadSheet, read_sheet

# Digits for an example, as many as were found.
_EXAMPLE = "314159265358979323846264338327"


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("hand", help="make a hand of your own from a photo of digits")
    parser.add_argument(
        "photo", type=named_path, help="JPEG, PNG or WebP: dark digits on light paper, apart"
    )
    parser.add_option(
        "digits", default="0123456789", help="the digits on it, line by line (default 0123456789)"
    )
    parser.add_option("weights", help=f"{HELP} (default: the bundled ones)")
    parser.add_option(
        "preview", type=named_path, help="PNG to write: what was found, drawn again, and all digits"
    )
    parser.add_argument(
        "-o", "--output", type=named_path, default=Path("hand.json"), help="default hand.json"
    )
    parser.set_defaults(do=do)


def do(values: argparse.Namespace) -> None:
    """Find the digits, and write the hand and perhaps the preview."""
    _check_names(values.photo, values.output, values.preview)
    labels = np.array(_named(values.digits))
    sampler = Sampler.from_pretrained(values.weights)
    check_classes(sampler.config, labels)
    try:
        grey = read_photo(_read(values.photo, MAX_BYTES))
    except reading.TooLarge as error:
        raise LargePhoto from error
    sheet = _read_sheet(grey, sampler, labels.tolist())
    hand = sampler.hand([digit.ink for digit in sheet.found], labels)
    made = {values.output: (json.dumps(hand.to_dict(), indent=2) + "\n").encode()}
    if values.preview is not None:
        made[values.preview] = _preview(sampler, hand, sheet.images, labels)
    files.write_all(made)
    if values.preview is not None:
        note(f"Wrote {values.preview}.")
    file = str(values.output)
    if file.startswith("-"):  # it would be taken for an option
        file = f"./{file}"
    note(
        f"Wrote {values.output}: write with it by python -m cgan write 138 --hand "
        f"{shlex.quote(file)}."
    )


def _named(digits: str) -> list[int]:
    """Return the digits that are said to be on the photo.

    Raises:
        BadValue: there are none, or something else is among them.
    """
    try:
        return number.digits_of(number.parse(digits))
    except number.NoDigit as error:
        raise BadValue(
            "--digits names no digit: name those on the photo, line by line, such as --digits "
            "0123456789."
        ) from error


def _read_sheet(grey: NDArray[np.uint8], sampler: Sampler, labels: list[int]) -> ReadSheet:
    """Find the digits, and say what may be wrong with them.

    Raises:
        BadValue: another number of digits was found.
    """
    try:
        sheet = read_sheet(grey, sampler, labels)
    except UnreadableSheet as error:
        example = _EXAMPLE[: error.found]
        if len(example) != error.found or not example:
            raise
        raise BadValue(
            f"{error} If only {error.found} are on it, name them line by line, such as --digits "
            f"{example}."
            if error.found < len(labels)
            else f"{error} If all {error.found} are digits, name them, such as --digits {example}."
        ) from error
    if sheet.turned:
        note(f"The photo isn't upright: it was turned by {sheet.turned} degrees clockwise.")
    if doubts := sheet.doubts(labels):
        warn(_doubtful(doubts))
    return sheet


def _doubtful(doubts: list[Doubt]) -> str:
    said = "; ".join(
        f"number {one.place + 1}, {'an' if one.label == 8 else 'a'} {one.label}, like {one.read}"
        for one in doubts
    )
    some = "A digit looks like another" if len(doubts) == 1 else "Some digits look like others"
    return f"{some}: {said}. Is --digits right, and is the photo upright?"


def _check_names(photo: Path, output: Path, preview: Path | None) -> None:
    """Refuse files that would take each other's place.

    Raises:
        BadValue: two are the same file, or the preview's name isn't a PNG's.
    """
    written = [output] if preview is None else [output, preview]
    # Up to Python 3.12, Path.resolve fails where links go in a circle.
    places = [os.path.realpath(one) for one in (photo, *written)]
    if len(set(places)) < len(places):
        raise BadValue("The photo, --output and --preview must be different files.")
    if preview is not None and ending(preview) not in ("", ".png"):
        raise BadValue(f"--preview {preview} must end in .png.")


def _read(path: Path, limit: int) -> bytes:
    try:
        return reading.read(path, limit)
    except FileNotFoundError as error:
        raise MissingFile(f"{path} is missing.") from error
    except OSError as error:
        raise kind_of(error)(f"Could not read {path}: {error.strerror}.") from error


def _preview(sampler: Sampler, hand: OwnHand, images: Any, labels: Any) -> bytes:
    """Return a PNG of what was found, the same drawn again, and all digits, in three rows."""
    classes = np.arange(sampler.config.n_classes)
    rows = [images]
    for drawn in (labels, classes):
        z = np.stack([hand.latent_of(int(digit)) for digit in drawn])
        rows.append(sampler.generate(z, drawn))
    columns = max(map(len, rows))
    paper = -np.ones((3, columns, *sampler.config.image_shape), np.float32)
    for row, some in zip(paper, rows, strict=True):
        row[: len(some)] = some
    pixels = picture.to_pixels(paper.reshape(-1, *sampler.config.image_shape))
    return picture.png(Image.fromarray(picture.tile(pixels, columns)))
