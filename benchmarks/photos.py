"""How many photographed sheets are read, by paper and tilt: sheets with digits of MNIST's test set.

    python benchmarks/photos.py --data-dir data

Each sheet has ten digits in two lines. A made photograph has the paper's grain, a shadow's edge and
uneven light, a pen's colour, keystone, blur, noise and JPEG's traces. A sheet is read if all of its
digits are found in their order. How many of those the reader of the bundled weights can read tells
whether they are found whole, and without the paper's lines.
"""

import io
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cgan import Sampler  # noqa: E402
from cgan.common.command_line import Parser, run  # noqa: E402
from cgan.common.errors import UserError  # noqa: E402
from cgan.data import idx  # noqa: E402
from cgan.writing.normalise import normalise  # noqa: E402
from cgan.writing.photo import read_photo  # noqa: E402
from cgan.writing.sheet import find_digits  # noqa: E402

Floats = NDArray[np.float64]

PAPERS = ("blank", "ruled", "squared")
TILTS = (0, 3, 6, 10, 15)  # degrees, to both sides by turns
KEYSTONE = 0.05  # at most: by this part of the sheet's side, a corner is out of its place
PENS = [(30, 30, 34), (28, 44, 120), (105, 105, 110)]  # black, blue, pencil
WIDTH, HEIGHT = 1200, 800  # of the paper
SIDE, CELL = 130, 190  # of a digit, and from one to the next
COUNT = 10


class Photo(NamedTuple):
    """A made photograph.

    Attributes:
        data: JPEG.
        centres: (N, 2), of the digits, in parts of its width and height.
    """

    data: bytes
    centres: Floats


def photograph(
    rng: np.random.Generator,
    digits: NDArray[np.uint8],
    paper: str,
    tilt: float,
    near: bool = False,
    scale: float = 1.0,
) -> Photo:
    """Make a photograph of a sheet.

    Args:
        rng: for all that is random.
        digits: (N, 28, 28) uint8, ink 255 on 0.
        paper: one of `PAPERS`.
        tilt: by how many degrees the sheet is turned.
        near: whether the paper's lines leave the picture, or the table is seen around the paper.
        scale: of the photograph; at 1 it is about 1500 pixels wide.
    """
    ink, centres = _written(rng, digits)
    sheet = _coloured(rng, ink, _lines(rng, paper))
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float64)
    middle = np.array([WIDTH, HEIGHT]) / 2
    angle = np.radians(tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = corners + rng.uniform(-1, 1, (4, 2)) * KEYSTONE * HEIGHT / 2
    moved = (moved - middle) @ turn.T
    low, high = moved.min(axis=0) - 40, moved.max(axis=0) + 40  # some of the table
    if near:
        places = _mapped(_homography(corners, moved), centres)
        low, high = places.min(axis=0) - SIDE, places.max(axis=0) + SIDE
    width, height = np.ceil((high - low) * scale).astype(int)
    seen = (moved - low) * scale
    there = _homography(seen, corners)
    image = sheet.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        tuple(there.ravel()[:8]),
        Image.Resampling.BICUBIC,
        fillcolor=(96, 74, 58),
    )
    shot = np.asarray(image.filter(ImageFilter.GaussianBlur(0.8 * scale)), np.float64)
    shot = shot * _light(rng, width, height)[:, :, None] + rng.normal(0, 3, shot.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(shot, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=80)
    return Photo(file.getvalue(), _mapped(np.linalg.inv(there), centres) / (width, height))


def _written(rng: np.random.Generator, digits: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Return the digits' ink, (HEIGHT, WIDTH) from 0 to 1, and where their centres are."""
    ink = np.zeros((HEIGHT, WIDTH))
    centres = []
    per_line = len(digits) // 2
    for place, digit in enumerate(digits):
        line, column = divmod(place, per_line)
        size = int(SIDE * 1.4 * rng.uniform(0.9, 1.1))  # with MNIST's margin
        large = Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC)
        stroke = np.clip((np.asarray(large, np.float64) / 255 - 0.4) * 6 + 0.5, 0, 1)
        left = 150 + column * CELL + int(rng.integers(-12, 13))
        top = 170 + line * 260 + int(rng.integers(-12, 13))
        box = ink[top : top + size, left : left + size]
        np.maximum(box, stroke, out=box)
        centres.append((left + size / 2, top + size / 2))
    return ink * (0.85 + 0.15 * _grain(rng, 2)), np.array(centres)


def _lines(rng: np.random.Generator, paper: str) -> Floats:
    """Return how dark the lines of the paper are, (HEIGHT, WIDTH) from 0 to 1."""
    dark = np.zeros((HEIGHT, WIDTH))
    shade, step = rng.uniform(0.3, 1.0), int(rng.integers(40, 70))
    if paper != "blank":
        for y in range(20, HEIGHT, step):
            dark[y : y + 2] = shade
    if paper == "squared":
        for x in range(25, WIDTH, step):
            dark[:, x : x + 2] = shade
    return dark


def _coloured(rng: np.random.Generator, ink: Floats, lines: Floats) -> Image.Image:
    white = 232 + 5 * _grain(rng, 1) + 6 * _grain(rng, 12)
    colour = np.stack([white, white - 2, white - 10], axis=-1)
    blue = np.array([80, 100, 165])
    colour += lines[:, :, None] * (blue - colour)
    pen = np.array(PENS[rng.integers(len(PENS))])
    colour += 0.9 * ink[:, :, None] * (pen - colour)
    return Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8))


def _grain(rng: np.random.Generator, size: int) -> Floats:
    """Return noise, (HEIGHT, WIDTH), whose grains are so many pixels wide."""
    small = rng.normal(0, 1, (HEIGHT // size + 1, WIDTH // size + 1)).astype(np.float32)
    image = Image.fromarray(small).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float64)


def _light(rng: np.random.Generator, width: int, height: int) -> Floats:
    """Return the light: a slope, and the soft edge of a shadow."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    across = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
    edge = 1 / (1 + np.exp(-(across - rng.uniform(-0.3, 0.3)) * 60))
    return np.asarray((1 - 0.25 * (across + 0.5)) * (1 - rng.uniform(0.1, 0.35) * edge))


def _homography(start: Floats, end: Floats) -> Floats:
    """Return the (3, 3) matrix that maps four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), end.ravel()), 1).reshape(3, 3)


def _mapped(matrix: Floats, points: Floats) -> Floats:
    """Return where a homography maps points, (N, 2)."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return mapped[:, :2] / mapped[:, 2:]


def is_right(photo: Photo, grey: NDArray[np.uint8], boxes: list[tuple[int, int, int, int]]) -> bool:
    """Return whether each box has the centre of its own digit in it."""
    height, width = grey.shape
    return all(
        left <= x * width <= right and top <= y * height <= bottom
        for (x, y), (left, top, right, bottom) in zip(photo.centres, boxes, strict=True)
    )


def main() -> None:
    """Print a line for each paper and tilt."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="has MNIST's files")
    parser.add_argument("--sheets", type=int, default=20, help="of each kind")
    parser.add_argument("--save", type=Path, help="folder for the photographs")
    values = parser.parse_args()
    paths = [values.data_dir / f"t10k-{name}-ubyte.gz" for name in ("images-idx3", "labels-idx1")]
    images, labels = (idx.parse(idx.read_bytes(path), path) for path in paths)
    sampler = Sampler.from_pretrained()
    print("paper    tilt  sheets read  digits read of those   ms a photograph")
    for paper in PAPERS:
        for tilt in TILTS:
            rng = np.random.default_rng([PAPERS.index(paper), tilt])
            read, legible, seconds = 0, [], []
            for number in range(values.sheets):
                chosen = rng.choice(len(images), COUNT, replace=False)
                turned = tilt * (-1) ** (number // 2)
                photo = photograph(rng, images[chosen], paper, turned, near=number % 2 == 1)
                if values.save:
                    (values.save / f"{paper}-{tilt}-{number}.jpg").write_bytes(photo.data)
                start = time.perf_counter()
                try:
                    grey = read_photo(photo.data)
                    found = find_digits(grey, COUNT)
                except UserError:
                    found = []
                seconds.append(time.perf_counter() - start)
                if not found or not is_right(photo, grey, [one.box for one in found]):
                    continue
                read += 1
                inks = [normalise(one.ink, sampler.config.img_size) for one in found]
                legible += list(sampler.read(np.stack(inks)).argmax(axis=1) == labels[chosen])
            share = f"{np.mean(legible):8.1%}" if legible else "       -"
            print(
                f"{paper:8} {tilt:3}   {read:5} of {values.sheets:3} {share} "
                f"{1000 * float(np.median(seconds)):21.0f}",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(run(main))
