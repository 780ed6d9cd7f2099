"""Split MNIST's training images, so that recipes can be compared without the test images.

    python benchmarks/validation_split.py --data-dir data --output data-validation

The last 5,000 training images become the test images of the new folder, and the others stay its
training images. `train.py` and `python -m cgan evaluate` take it with `--data-dir`.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cgan.common import files  # noqa: E402
from cgan.common.command_line import Parser, run  # noqa: E402
from cgan.common.errors import BadValue, UserError  # noqa: E402
from cgan.data import idx, mnist  # noqa: E402

VALIDATION = 5000


def read(folder: Path, name: str) -> NDArray[np.uint8]:
    """Return the array in one of MNIST's files."""
    path = mnist.find(folder, name)
    if path is None:
        raise UserError(f"{folder} has no {name}: python train.py --max_steps 1 downloads it.")
    return idx.parse(idx.read_bytes(path), path)


def write(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an IDX file of unsigned bytes, gzipped."""
    header = np.array([0x0800 + array.ndim, *array.shape], ">u4").tobytes()
    files.write_bytes(path, gzip.compress(header + array.tobytes(), mtime=0))


def main() -> None:
    """Write the four files."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--output", type=Path, default=Path("data-validation"))
    parser.add_argument("--images", type=int, default=VALIDATION, help="for validation")
    values = parser.parse_args()
    count = len(read(values.data_dir, "train-labels-idx1-ubyte"))
    if not 0 < values.images < count:
        raise BadValue(f"--images must be from 1 to {count - 1}, not {values.images}.")
    values.output.mkdir(parents=True, exist_ok=True)
    for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        array = read(values.data_dir, f"train-{kind}")
        write(values.output / f"train-{kind}.gz", array[: -values.images])
        write(values.output / f"t10k-{kind}.gz", array[-values.images :])


if __name__ == "__main__":
    sys.exit(run(main))
