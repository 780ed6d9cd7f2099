"""Make the file of real digits for the game "Which one is real?".

    python docs/make_real_digits.py FOLDER

reads MNIST's test files in FOLDER, where `python train.py` downloads them to, and writes
demo/static/real_digits.png: the first 20 images of each class in the test set, unchanged, a row for
each class. The license is beside it.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cgan.common import command_line, files  # noqa: E402
from cgan.common.errors import MissingFile  # noqa: E402
from cgan.data import idx, mnist  # noqa: E402
from cgan.writing import picture  # noqa: E402
from demo.page.game import CLASSES, EACH, REAL_DIGITS  # noqa: E402


def read(folder: Path, name: str) -> NDArray[np.uint8]:
    """Return one of MNIST's files, checked."""
    path = mnist.find(folder, name)
    if path is None:
        raise MissingFile(f"There is no {name} in {folder}: train.py downloads it.")
    data = idx.read_bytes(path)
    if idx.md5(data) != mnist.MD5[name]:
        raise idx.damaged(path, "it is not MNIST's")
    return idx.parse(data, path)


def make(folder: Path) -> bytes:
    """Return the file."""
    images = read(folder, "t10k-images-idx3-ubyte")
    labels = read(folder, "t10k-labels-idx1-ubyte")
    chosen = [images[np.flatnonzero(labels == label)[:EACH]] for label in range(CLASSES)]
    sheet = picture.tile(np.concatenate(chosen), EACH)
    return picture.png(Image.fromarray(sheet), compress_level=9)


def main() -> None:
    """Write the file."""
    if len(sys.argv) != 2:
        sys.exit((__doc__ or "").strip())
    files.write_bytes(REAL_DIGITS, make(Path(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(command_line.run(main))
