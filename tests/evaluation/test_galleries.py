"""The pictures of an evaluation: which image is where."""

import numpy as np
from PIL import Image

from cgan.evaluation import galleries
from cgan.writing import picture

rng = np.random.default_rng(0)


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def grey(ranks):
    """Return a value for each image of (N, 1, 1, 1): as many shades as ranks."""
    return (ranks / 15 - 1).astype(np.float32)[:, None, None, None]


def test_worst_scores_are_left_and_best_right(tmp_path):
    # The grey of a sample says its rank in its class.
    count, classes = 90, 3
    labels = np.arange(count, dtype=np.int32) % classes
    scores = rng.permutation(count).astype(np.float32)
    images = np.empty((count, 1, 4, 4), np.float32)
    for label in range(classes):
        ranks = scores[labels == label].argsort().argsort()
        images[labels == label] = grey(ranks)
    galleries.save_scores(tmp_path / "a.png", images, labels, scores)
    found = pixels(tmp_path / "a.png")
    assert found.shape == (3 * 4, 20 * 4 + 2)
    expected = picture.to_pixels(grey(np.array([*range(10), *range(20, 30)])))[:, 0, 0]
    for row in found[::4]:
        np.testing.assert_array_equal(np.concatenate((row[:40:4], row[42::4])), expected)


def test_classes_of_few_images_are_padded_by_none(tmp_path):
    images = rng.uniform(-1, 1, (6, 3, 4, 4)).astype(np.float32)
    labels = np.arange(6, dtype=np.int32) % 2
    galleries.save_scores(tmp_path / "a.png", images, labels, np.arange(6.0))
    assert pixels(tmp_path / "a.png").shape == (8, 6 * 4 + 2, 3)


def test_each_sample_is_followed_by_its_neighbours_nearest_first(tmp_path):
    real = rng.uniform(-1, 1, (30, 1, 4, 4)).astype(np.float32)
    images = rng.uniform(-1, 1, (8, 1, 4, 4)).astype(np.float32)
    images[3] = real[17]  # a copy
    labels = np.arange(8, dtype=np.int32) % 2
    galleries.save_neighbours(tmp_path / "a.png", images, labels, real)
    found = pixels(tmp_path / "a.png")
    block = 4 + 2 + 5 * 4  # sample, gap, neighbours
    assert found.shape == (2 * 4, 2 * block + 4)
    for label, row in enumerate((found[:4], found[4:])):
        for place, sample in enumerate((images[label], images[label + 2])):
            part = row[:, place * (block + 4) :][:, :block]
            distances = np.square(real - sample).sum(axis=(1, 2, 3))
            expected = [sample, *real[np.argsort(distances)[:5]]]
            shown = [part[:, :4], *(part[:, 6 + 4 * i : 10 + 4 * i] for i in range(5))]
            np.testing.assert_array_equal(shown, picture.to_pixels(np.stack(expected)))
    copied = found[4:, block + 4 :]
    np.testing.assert_array_equal(copied[:, :4], copied[:, 6:10])


def test_classes_of_unequal_numbers_have_rows_of_one_width(tmp_path):
    """Of six classes, two have a sample more than three, and the last has none."""
    images = rng.uniform(-1, 1, (10, 1, 4, 4)).astype(np.float32)
    labels = np.array([0, 1, 2, 3, 5, 0, 1, 2, 3, 0], np.int32)
    galleries.save_scores(tmp_path / "a.png", images, labels, np.arange(10.0))
    found = pixels(tmp_path / "a.png")
    assert found.shape == (6 * 4, 6 * 4 + 2)
    assert not found[4 * 4 : 5 * 4].any()
    assert found[5 * 4 :, :4].any()
    galleries.save_neighbours(tmp_path / "b.png", images, labels, images)
    found = pixels(tmp_path / "b.png")
    assert found.shape == (6 * 4, 2 * 26 + 4)
    assert found[5 * 4 :, :4].any()
    assert not found[5 * 4 :, 30:].any()
