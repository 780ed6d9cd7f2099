"""Measure outlines: whether strokes hold, how small the curves are, and how long they take.

    python benchmarks/strokes.py [WEIGHTS] [--digits 10000]

Half of the digits have a hand each, the others come from hands with a little variation.
"Before" are the outlines of `cgan.writing.outline`, which even cells keep. Pieces and holes are
also counted in pictures of 8 pixels to one of the generator's. Where the weights have a reader, it
reads the pictures, reduced to the generator's size. A speck is a piece of less than 6 square pixels
beside a larger one; a hair is ink that a disc 0.8 pixels wide doesn't fit into, in pixels of the
generator's pictures. Distances are from the contour that contourpy finds in the same field.
Times are for numbers of 11 digits, in turns, with nothing remembered.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import contourpy
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cgan.common.command_line import Parser, run
from cgan.hub.source import read
from cgan.model.reader import Reader
from cgan.sampler import Sampler
from cgan.writing import curves, outline, picture, raster
from cgan.writing.curves import PARTS, Outline
from cgan.writing.holding import held
from cgan.writing.latents import slerp
from cgan.writing.look import THRESHOLD
from cgan.writing.pieces import pieces

VARIATION = 0.22
SCALE = 8
NUMBER = 11
PENS = (-1.0, 0.0, 1.0)
# Square pixels of the generator's pictures.
SPECK, HAIR = 6.0, 0.2
HALF_HAIR = 0.4
# How far a curve may be from the contour, and steps of a pixel in which the contour is looked for.
FAR, STEP = 0.15, 0.25
ON_CURVE = 12


def main() -> None:
    """Print a table."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", help="the bundled ones by default")
    parser.add_argument("--digits", type=int, default=10_000)
    values = parser.parse_args()
    sampler = Sampler.from_pretrained(values.weights)
    loaded, _ = read(values.weights, None)
    labels = np.arange(values.digits) % sampler.config.n_classes
    inks = draw(sampler, labels)
    before = [outline.traced(ink, THRESHOLD) for ink in inks]
    old = np.array([counted(outline.signed_area(line) for line in lines) for lines, _ in before])
    specks = np.mean([any(outline.signed_area(line) > 0 for line in few) for _, few in before])
    # A 5 may rightly have a separate bar.
    most = np.where(labels == 5, 2, 1)
    print("                 pieces  more than  holes    shown in  holes    read")
    print("                         its class  closed,  pieces    closed,  right")
    print("                                    opened             opened")
    old_read = ""
    if loaded.config.reader:
        shapes = [[line_curves(line) for line in lines] for lines, _ in before]
        old_read = f"{legible(Reader(loaded.tensors), shapes, labels):8.2%}"
    print(f"before           {share(old[:, 0] > 1)} {share(old[:, 0] > most)}{'':36}{old_read}")
    for pen in PENS:
        found = [one for start in range(0, len(inks), NUMBER)
                 for one in curves.outlines(inks[start : start + NUMBER], pen)]  # fmt: skip
        new = np.array([counted(area(loop) for loop in one.loops) for one in found])
        seen = np.array([shown(one) for one in found])
        read_right = ""
        if loaded.config.reader:
            shapes = [list(one.loops) for one in found]
            read_right = f"{legible(Reader(loaded.tensors), shapes, labels):8.2%}"
        print(
            f"curves, pen {pen:4.1f} {share(new[:, 0] > 1)} {share(new[:, 0] > most)}  "
            f"{share(new[:, 1] < old[:, 1])} {share(new[:, 1] > old[:, 1])} "
            f"{share(seen[:, 0] > most)}  {share(seen[:, 1] < old[:, 1])} "
            f"{share(seen[:, 1] > old[:, 1])} {read_right}",
            flush=True,
        )
        if not pen:
            plain = found
    print(f"digits with specks that outlines before dropped: {specks:.2%}")
    pictures = [filled(one) for one in plain]
    print(
        f"digits with specks in what is drawn: {np.mean([has_speck(ink) for ink in pictures]):.2%}"
    )
    print(f"digits with a hair: {np.mean([hair(ink) > HAIR for ink in pictures]):.2%}")
    other = [counted(area(loop) for loop in one.loops) != shown(one) for one in plain]
    print(f"digits with other pieces or holes in a PNG than in an SVG: {np.mean(other):.2%}")
    same = [same_curves(one) for one in plain]
    print(f"paths of SVG and page with other curves than the PNG's: {1 - np.mean(same):.2%}")
    far = np.array([farthest(ink, one) for ink, one in zip(inks, plain, strict=True)])
    near = np.mean(far <= FAR)
    print(f"farthest from the contour: {far.max():.2f} pixels; {FAR} or less: {near:.2%}")
    nodes = np.mean([sum(map(len, one.loops)) for one in plain])
    size = np.mean([len(one.path) for one in plain])
    chosen = inks[: 20 * NUMBER]
    old_nodes = np.mean([outline.path(ink).count("Q") for ink in chosen])
    old_size = np.mean([len(outline.path(ink)) for ink in chosen])
    print(f"nodes a digit: {nodes:.0f} (before: {old_nodes:.0f})")
    print(f"bytes a digit: {size:.0f} (before: {old_size:.0f})")
    times = np.array([timed(inks[start : start + NUMBER])
                      for start in range(0, min(len(inks), 200 * NUMBER), NUMBER)])  # fmt: skip
    ours, theirs = np.median(times, axis=0)
    ratio = np.median(times[:, 0] / times[:, 1])
    print(f"ms a number:   {ours:.1f} (before: {theirs:.1f}; ratio {ratio:.2f})")


def draw(sampler: Sampler, labels: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return the ink of digits: half with a hand each, the others in hands of ten digits."""
    own = sampler.latents(len(labels), seed=20)
    hands = np.repeat(sampler.latents(-(-len(labels) // 10), seed=21), 10, axis=0)[: len(labels)]
    half = len(labels) // 2
    z = np.concatenate([own[:half], slerp(hands, own, VARIATION)[half:]])
    blocks = [slice(start, start + 500) for start in range(0, len(z), 500)]
    return np.concatenate(
        [picture.to_pixels(sampler.generate(z[block], labels[block])) for block in blocks]
    )


def counted(areas: Iterable[float]) -> tuple[int, int]:
    """Return how many pieces and holes there are, by the signed areas of loops."""
    signs = [value > 0 for value in areas]
    return sum(signs), len(signs) - sum(signs)


def area(loop: NDArray[np.float64]) -> float:
    """Return the signed area inside a loop's nodes."""
    x, y = loop[:, 0].T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2


def filled(one: Outline) -> NDArray[np.bool_]:
    """Return where the picture has ink."""
    side = len(one.rows) * SCALE
    return raster.fill([loop * SCALE for loop in one.loops], side, side) >= 128


def shown(one: Outline) -> tuple[int, int]:
    """Return how many pieces and holes the picture has."""
    ink = filled(one)
    return len(pieces(ink)), len(pieces(np.pad(~ink, 1, constant_values=True))) - 1


def has_speck(ink: NDArray[np.bool_]) -> bool:
    """Return whether a picture has a speck."""
    sizes = [piece.count / SCALE**2 for piece in pieces(ink)]
    return any(size < min(SPECK, max(sizes) / 4) for size in sizes)


def hair(ink: NDArray[np.bool_]) -> float:
    """Return how many square pixels of ink a disc doesn't fit into."""
    radius = HALF_HAIR * SCALE
    reach = int(radius)
    y, x = np.indices((2 * reach + 1, 2 * reach + 1)) - reach
    shifts = [tuple(shift) for shift in np.argwhere(x * x + y * y <= radius * radius)]
    fits = np.ones_like(ink)
    padded = np.pad(ink, reach)
    for down, right in shifts:
        fits &= padded[down : down + len(ink), right : right + ink.shape[1]]
    opened = np.zeros_like(ink)
    padded = np.pad(fits, reach)
    for down, right in shifts:
        opened |= padded[down : down + len(ink), right : right + ink.shape[1]]
    return float((ink & ~opened).sum()) / SCALE**2


def same_curves(one: Outline) -> bool:
    """Return whether the path has the curves that pictures are filled from."""
    at = np.zeros(2)
    found = []
    for loop in one.path.split("z")[:-1]:
        start, numbers = loop.removeprefix("m").split("c")
        at = at + np.array(start.replace("-", " -").split(), float)
        steps = np.array(numbers.replace("-", " -").split(), float).reshape(-1, 3, 2)
        ends = at + np.concatenate([np.zeros((1, 2)), steps[:, 2].cumsum(axis=0)])
        found.append(np.concatenate([ends[:-1, None], ends[:-1, None] + steps], axis=1))
    return len(found) == len(one.loops) and all(
        np.array_equal(path, np.rint(loop * PARTS))
        for path, loop in zip(found, one.loops, strict=True)
    )


def farthest(ink: NDArray[np.uint8], one: Outline) -> float:
    """Return how far the curves are from the contour of the field, at most."""
    if not one.loops:
        return 0.0
    field, _ = held(ink[None], THRESHOLD)
    x, y = np.meshgrid(np.arange(-2, ink.shape[1] + 2, STEP), np.arange(-2, len(ink) + 2, STEP))
    values = field.at(np.zeros(x.size, np.intp), np.stack([x.ravel(), y.ravel()])).ink
    lines: list[NDArray[np.float64]] = list(
        contourpy.contour_generator(x, y, values.reshape(x.shape)).lines(THRESHOLD)
    )
    start = np.concatenate([line[:-1] for line in lines])
    steps = np.concatenate([np.diff(line, axis=0) for line in lines])
    t = (np.arange(ON_CURVE) / ON_CURVE)[:, None, None]
    p = np.concatenate(one.loops).transpose(1, 0, 2)
    u = 1 - t
    on = (u**3 * p[0] + 3 * u * u * t * p[1] + 3 * u * t * t * p[2] + t**3 * p[3]).reshape(-1, 2)
    away = on[:, None] - start
    square = np.maximum((steps * steps).sum(axis=1), 1e-12)
    away -= ((away * steps).sum(axis=2) / square).clip(0, 1)[..., None] * steps
    return float(np.sqrt((away * away).sum(axis=2).min(axis=1)).max())


def line_curves(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a closed line of points as straight curves."""
    start, end = line[:-1], line[1:]
    step = (end - start) / 3
    return np.stack([start, start + step, end - step, end], axis=1)


def legible(
    reader: Reader, shapes: Sequence[Sequence[NDArray[np.float64]]], labels: NDArray[np.intp]
) -> float:
    """Return the share of pictures, as small as the generator's, that are read right."""
    right = 0
    for loops, label in zip(shapes, labels, strict=True):
        image = raster.fill(loops, 32, 32).astype(np.float32) / 127.5 - 1
        right += int(np.argmax(reader(image[None])) == label)
    return right / len(labels)


def timed(inks: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the milliseconds of curves and of the outlines before, nothing kept."""
    curves.forget()
    outline._path.cache_clear()
    start = time.perf_counter()
    curves.outlines(inks)
    middle = time.perf_counter()
    for ink in inks:
        outline.path(ink)
    return 1000 * (middle - start), 1000 * (time.perf_counter() - middle)


def share(which: NDArray[np.bool_]) -> str:
    """Return a share as text."""
    return f"{np.mean(which):7.2%}"


if __name__ == "__main__":
    sys.exit(run(main))
