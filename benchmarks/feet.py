"""Count the 1s that stand on a foot, a line below as wide as a person draws one.

    python benchmarks/feet.py [WEIGHTS] --data-dir data

One in seventy of MNIST's 1s has one. A GAN may leave such a kind of handwriting out, and no figure
of `evaluate` shows it. Prints the share among the generator's 1s, and among real ones.
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
from cgan.writing.look import THRESHOLD  # noqa: E402

IMAGES = 6000
# Of a digit's height: how much of it counts as its foot, and between where its stem is measured.
FOOT, STEM_FROM, STEM_TO = 0.2, 0.4, 0.6
WIDER = 8  # pixels of 32, by which a foot is wider than the stem


def has_foot(image: NDArray[np.float32]) -> bool:
    """Return whether a digit is much wider below than in its middle.

    Args:
        image: (32, 32) float32 in [-1, 1], 1 for ink.
    """
    ink = (image + 1) / 2 >= THRESHOLD
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows):
        return False
    ink = ink[rows[0] : rows[-1] + 1]
    height = len(ink)
    foot = ink[height - max(2, round(FOOT * height)) :].any(axis=0)
    stem = ink[int(STEM_FROM * height) : int(STEM_TO * height)]
    widths = [_width(row) for row in stem if row.any()]
    return bool(widths and _width(foot) - np.mean(widths) >= WIDER)


def _width(row: NDArray[np.bool_]) -> int:
    return int(np.ptp(np.flatnonzero(row))) + 1


def main() -> None:
    """Print a line for the generator, and one for each part of the data."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", help="the bundled ones by default")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    values = parser.parse_args()
    sampler = Sampler.from_pretrained(values.weights)
    train, test = datasets.load_splits("mnist", values.data_dir, sampler.config.img_size)
    drawn = sampler.generate(sampler.latents(IMAGES, seed=0), np.ones(IMAGES, np.int32))
    for name, images in (
        ("generated", drawn),
        ("real, training", train.images[train.labels == 1]),
        ("real, test", test.images[test.labels == 1]),
    ):
        share = np.mean([has_foot(image) for image in images[:, 0]])
        print(f"{name}: {share:.2%} of {len(images):,} have a foot", flush=True)


if __name__ == "__main__":
    sys.exit(run(main))
