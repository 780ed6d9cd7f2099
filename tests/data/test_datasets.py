"""Training data: any folder of IDX files, in the range and shape that the networks take."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from cgan.common.errors import BadValue, MissingFile, UserError
from cgan.data import datasets, idx, mnist
from tests import idx_files
from tests.conftest import message
from tests.idx_files import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, idx_bytes


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No test here may reach a real mirror."""
    monkeypatch.setattr(mnist, "MIRRORS", ())
    monkeypatch.delenv("CGAN_MNIST_MIRRORS", raising=False)


def test_digits_need_no_files(tmp_path):
    dataset = datasets.load("digits", tmp_path / "none", 32)
    assert (dataset.images.shape, dataset.images.dtype) == ((1797, 1, 32, 32), np.float32)
    assert (dataset.labels.shape, dataset.labels.dtype) == ((1797,), np.int32)
    assert dataset.images.min() == -1
    assert dataset.images.max() == 1
    assert dataset.describe() == "scikit-learn digits: 1,797 images of 8x8, 10 classes"
    assert not (tmp_path / "none").exists()
    np.testing.assert_array_equal(dataset.labels, load_digits().target)


def test_digits_keep_all_their_shades():
    dataset = datasets.load("digits", None, 8)
    np.testing.assert_allclose(
        (dataset.images[:, 0] + 1) / 2, load_digits().images / 16, atol=1 / 255
    )


@pytest.mark.parametrize("zipped", [False, True])
def test_any_folder_of_idx_files_is_a_data_set(tmp_path, zipped):
    idx_files.write(tmp_path, idx_files.data_set(classes=7), zipped)
    dataset = datasets.load("mnist", tmp_path, 12)
    assert (dataset.name, dataset.n_classes, dataset.channels) == (str(tmp_path), 7, 1)
    assert dataset.source_size == (9, 7)
    assert dataset.images.shape == (20, 1, 12, 12)


def test_images_and_labels_keep_their_order(tmp_path):
    labels = np.array([3, 1, 2, 0, 3], np.uint8)
    pixels = np.broadcast_to(labels[:, None, None] * 50, (5, 9, 7))
    idx_files.write(tmp_path, {TRAIN_IMAGES: idx_bytes(pixels), TRAIN_LABELS: idx_bytes(labels)})
    dataset = datasets.load("mnist", tmp_path, 12)
    assert dataset.labels.tolist() == [3, 1, 2, 0, 3]
    np.testing.assert_allclose(dataset.images[:, 0, 6, 6], labels * 50 / 127.5 - 1, atol=1e-6)


def test_a_plain_file_goes_before_its_gz(tmp_path):
    plain, zipped = idx_files.data_set(count=20), idx_files.data_set(count=30)
    idx_files.write(tmp_path, zipped, zipped=True)
    idx_files.write(tmp_path, plain)
    assert len(datasets.load("mnist", tmp_path, 8).labels) == 20


def test_the_training_pair_is_enough(tmp_path):
    contents = idx_files.data_set()
    idx_files.write(tmp_path, {name: contents[name] for name in (TRAIN_IMAGES, TRAIN_LABELS)})
    assert len(datasets.load("mnist", tmp_path, 8).labels) == 20


def test_colour_images_are_three_channels_first(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), np.uint8)
    contents = {TRAIN_IMAGES: idx_bytes(pixels), TRAIN_LABELS: idx_bytes(np.arange(6))}
    idx_files.write(tmp_path, contents)
    dataset = datasets.load("mnist", tmp_path, 8)
    assert dataset.channels == 3
    expected = pixels.transpose(0, 3, 1, 2) / 127.5 - 1
    np.testing.assert_allclose(dataset.images, expected, atol=1e-6)


def test_resizing_is_pillows_bilinear():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    resized = datasets.resize(pixels, 32)
    for before, after in zip(pixels, resized, strict=True):
        expected = Image.fromarray(before).resize((32, 32), Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(after, np.asarray(expected))
    assert datasets.resize(pixels, 28) is pixels


def test_colours_are_resized_one_by_one():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 9, 7, 3), np.uint8)
    channels = [datasets.resize(np.ascontiguousarray(pixels[..., c]), 12) for c in range(3)]
    np.testing.assert_array_equal(datasets.resize(pixels, 12), np.stack(channels, axis=-1))


def test_normalising_maps_the_range_once():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    images = datasets.normalise(pixels)
    assert images.dtype == np.float32
    assert (images[0, 0, 0, 0], images[0, 0, -1, -1]) == (-1, 1)
    np.testing.assert_array_equal(np.rint((images[0, 0] + 1) * 127.5), pixels[0])


def mnist_is(monkeypatch, contents):
    """Make `contents` the files that are recognised as MNIST."""
    monkeypatch.setattr(mnist, "MD5", {name: idx.md5(data) for name, data in contents.items()})


def test_mnist_is_recognised_by_its_content(tmp_path, monkeypatch):
    contents = idx_files.data_set()
    mnist_is(monkeypatch, contents)
    idx_files.write(tmp_path, contents, zipped=True)
    assert datasets.load("mnist", tmp_path, 8).name == "MNIST"


@pytest.mark.parametrize("name", mnist.MD5)
def test_a_changed_file_among_mnists_is_named(tmp_path, monkeypatch, name):
    contents = idx_files.data_set()
    mnist_is(monkeypatch, contents)
    changed = bytearray(contents[name])
    changed[-1] ^= 1
    idx_files.write(tmp_path, contents | {name: bytes(changed)})
    with pytest.raises(UserError) as caught:
        datasets.load("mnist", tmp_path, 8)
    text = message(caught)
    assert text.startswith(f"{tmp_path / name} is damaged: its content is not MNIST's")
    assert "Delete it" in text


def test_a_truncated_file_is_named(tmp_path):
    contents = idx_files.data_set()
    idx_files.write(tmp_path, contents | {TRAIN_IMAGES: contents[TRAIN_IMAGES][:-1]})
    with pytest.raises(UserError, match=f"{TRAIN_IMAGES} is damaged: it is not as long"):
        datasets.load("mnist", tmp_path, 8)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({TRAIN_LABELS: idx_bytes(np.arange(19))}, r"do not belong together: .*\(19,\) for 20"),
        ({TRAIN_LABELS: idx_bytes(np.zeros((20, 1)))}, r"do not belong together: .*\(20, 1\)"),
        ({TRAIN_IMAGES: idx_bytes(np.zeros(20))}, r"does not hold images: its shape is \(20,\)"),
        (
            {TRAIN_IMAGES: idx_bytes(np.zeros((20, 8, 8, 4)))},
            r"does not hold images: its shape is \(20, 8, 8, 4\)",
        ),
        (
            {TRAIN_IMAGES: idx_bytes(np.zeros((1, 8, 8))), TRAIN_LABELS: idx_bytes(np.zeros(1))},
            "do not belong together",
        ),
    ],
)
def test_files_that_do_not_fit_together_are_named(tmp_path, change, said):
    idx_files.write(tmp_path, idx_files.data_set() | change)
    with pytest.raises(BadValue, match=said) as caught:
        datasets.load("mnist", tmp_path, 8)
    message(caught)


def test_another_data_set_is_not_filled_up_with_mnist(tmp_path):
    contents = idx_files.data_set()
    del contents[TRAIN_LABELS]
    idx_files.write(tmp_path, contents)
    with pytest.raises(MissingFile, match=f"other than MNIST, but {TRAIN_LABELS} is missing"):
        datasets.load("mnist", tmp_path, 8)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [TRAIN_IMAGES, TEST_IMAGES, TEST_LABELS]
    )


def test_small_images_that_would_fill_the_memory_are_refused(tmp_path):
    contents = {TRAIN_IMAGES: idx_bytes(np.zeros((200_000, 1, 1)))}
    contents[TRAIN_LABELS] = idx_bytes(np.zeros(200_000))
    idx_files.write(tmp_path, contents, zipped=True)
    with pytest.raises(BadValue, match=r"would take 12 GiB of memory .*--img_size"):
        datasets.load("mnist", tmp_path, 128)


def test_an_empty_folder_without_internet_offers_what_works(tmp_path):
    with pytest.raises(UserError, match=r"--data-dir.*--dataset digits"):
        datasets.load("mnist", tmp_path, 8, quiet=True)


@pytest.mark.parametrize("shape", [(20, 0, 7), (20, 7, 0)])
def test_images_without_pixels_are_not_images(tmp_path, shape):
    contents = idx_files.data_set() | {TRAIN_IMAGES: idx_bytes(np.zeros(shape))}
    idx_files.write(tmp_path, contents)
    with pytest.raises(UserError, match="does not hold images"):
        datasets.load("mnist", tmp_path, 8)


def test_digits_are_split_by_class_and_none_is_in_both():
    train, test = datasets.load_splits("digits", None, 8)
    everything = datasets.load("digits", None, 8)
    assert (len(train.labels), len(test.labels)) == (1433, 364)
    for label in range(10):
        count = (everything.labels == label).sum()
        assert (test.labels == label).sum() == -(-count // 5)
    both = {image.tobytes() for image in train.images} | {im.tobytes() for im in test.images}
    assert both == {image.tobytes() for image in everything.images}
    assert len(both) == 1797
    assert train.name == test.name == "scikit-learn digits"


def test_the_test_set_of_a_folder(tmp_path):
    idx_files.write(tmp_path, idx_files.data_set(count=20, classes=5))
    train, test = datasets.load_splits("mnist", tmp_path, 12)
    assert (len(train.labels), len(test.labels)) == (20, 5)
    np.testing.assert_array_equal(test.images, train.images[:5])
    np.testing.assert_array_equal(train.images, datasets.load("mnist", tmp_path, 12).images)


@pytest.mark.parametrize("missing", [TEST_IMAGES, TEST_LABELS])
def test_a_folder_without_a_test_set_can_train_but_not_be_split(tmp_path, missing):
    idx_files.write(tmp_path, idx_files.data_set())
    (tmp_path / missing).unlink()
    assert len(datasets.load("mnist", tmp_path, 12).labels) == 20
    with pytest.raises(UserError) as caught:
        datasets.load_splits("mnist", tmp_path, 12)
    assert f"{missing} is missing: copy that file" in message(caught)


def test_a_test_set_with_more_classes_belongs_to_other_data(tmp_path):
    contents = idx_files.data_set(classes=4)
    contents[TEST_LABELS] = idx_bytes(np.array([0, 1, 2, 3, 4]))
    idx_files.write(tmp_path, contents)
    with pytest.raises(UserError, match="do not belong together"):
        datasets.load_splits("mnist", tmp_path, 12)


@pytest.mark.parametrize("load", [datasets.load, datasets.load_splits])
def test_unknown_data_are_refused_not_taken_for_mnist(load, tmp_path):
    with pytest.raises(BadValue) as caught:
        load("letters", tmp_path, 8)
    assert message(caught) == "--dataset must be one of mnist, digits, images, not 'letters'."


def test_the_checksum_is_of_images_and_labels():
    train, test = datasets.load_splits("digits", None, 8)
    assert train.checksum() == datasets.load_splits("digits", None, 8)[0].checksum()
    relabelled = replace(train, labels=train.labels[::-1].copy())
    other_size = datasets.load_splits("digits", None, 9)[0]
    found = {d.checksum() for d in (train, test, relabelled, other_size, train.part(slice(5)))}
    assert len(found) == 5
