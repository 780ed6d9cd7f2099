"""Count dots: single pixels with more ink than all their neighbours.

    python benchmarks/dots.py [WEIGHTS] --data-dir data

A GAN may put the same dot into many of its images, mostly beside the border, and no distance
between features shows it. Prints dots in 100 images, of the generator and of real training and test
images, and their most frequent places as (row, column).
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cgan import Sampler  # noqa: E402
from cgan.common.command_line import Parser, run  # noqa: E402
from cgan.data import datasets  # noqa: E402

IMAGES = 4000
# By how much more ink, of the range from 0 to 1.
MORE = 0.2
PLACES = 4


def dots(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how many dots each pixel has, per image.

    Args:
        images: (N, 1, H, W) float32 in [-1, 1], 1 for ink.

    Returns:
        (H, W).
    """
    ink = (images[:, 0] + 1) / 2
    height, width = ink.shape[1:]
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    steps = [(down, right) for down in (0, 1, 2) for right in (0, 1, 2) if (down, right) != (1, 1)]
    around = [padded[:, down : down + height, right : right + width] for down, right in steps]
    return np.asarray((ink > np.max(around, axis=0) + MORE).mean(axis=0))


def main() -> None:
    """Print a line for the generator, and one for each part of the data."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", help="the bundled ones by default")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    values = parser.parse_args()
    sampler = Sampler.from_pretrained(values.weights)
    train, test = datasets.load_splits("mnist", values.data_dir, sampler.config.img_size)
    labels = np.arange(IMAGES, dtype=np.int32) % sampler.config.n_classes
    drawn = sampler.generate(sampler.latents(IMAGES, seed=0), labels)
    for name, images in (
        ("generated", drawn),
        ("real, training", train.images[:IMAGES]),
        ("real, test", test.images[:IMAGES]),
    ):
        found = dots(images)
        most = np.argsort(-found, axis=None)[:PLACES]
        rows, columns = np.unravel_index(most, found.shape)
        places = list(zip(rows.tolist(), columns.tolist(), strict=True))
        print(f"{name}: {100 * found.sum():.1f} in 100 images; {places}", flush=True)


if __name__ == "__main__":
    sys.exit(run(main))
