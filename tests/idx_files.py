"""Write IDX files as data sets come in: four files, plain or gzipped."""

import gzip

import numpy as np

from cgan.data.mnist import MD5

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = MD5


def idx_bytes(array):
    """Return `array` (uint8) in the IDX format."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def data_set(count=20, size=(9, 7), classes=10, seed=0):
    """Return the bytes of four IDX files by name: random images with every class among them."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, *size), np.uint8)
    labels = np.arange(count) % classes
    return {
        TRAIN_IMAGES: idx_bytes(images),
        TRAIN_LABELS: idx_bytes(labels),
        TEST_IMAGES: idx_bytes(images[:5]),
        TEST_LABELS: idx_bytes(labels[:5]),
    }


def write(folder, contents, zipped=False):
    """Write the files into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, data in contents.items():
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
        else:
            (folder / name).write_bytes(data)
