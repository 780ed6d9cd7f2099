"""The reader: what the classifier says, without Jittor, and only where something was trained."""

from dataclasses import replace

import numpy as np
import pytest

from cgan.data import datasets
from cgan.evaluation import classifier
from cgan.model import reader
from cgan.model.reader import NoReader, Reader, fold, is_reader, shapes
from tests.conftest import TINY, TINY_CONV, random_tensors


@pytest.fixture(scope="module")
def digits():
    return datasets.load_splits("digits", None, 16)


@pytest.fixture(scope="module")
def trained(digits):
    return classifier.fit(digits[0], 10, classifier.READER)


def test_it_reads_what_the_classifier_reads(digits, trained):
    test = digits[1]
    expected, _ = trained.classify(test.images)
    read = Reader(fold(trained.tensors))
    found = np.stack([read(image) for image in test.images])
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.mean(found.argmax(axis=1) == test.labels) > 0.95


def test_its_tensors_have_the_shapes_that_a_config_asks_for(trained):
    config = replace(TINY, img_size=16, reader=True)
    folded = fold(trained.tensors)
    assert {name: tensor.shape for name, tensor in folded.items()} == shapes(config)
    assert {tensor.dtype for tensor in folded.values()} == {np.dtype(np.float32)}
    assert all(map(is_reader, folded))


@pytest.mark.parametrize("config", [TINY, TINY_CONV, replace(TINY, channels=3, n_classes=3)])
def test_probabilities_add_up_for_any_size_and_no_other_tensor_is_used(config):
    tensors = random_tensors(replace(config, reader=True))
    read = Reader({name: t for name, t in tensors.items() if is_reader(name)})
    image = np.random.default_rng(0).uniform(-1, 1, config.image_shape).astype(np.float32)
    logs = read(image)
    assert logs.shape == (config.n_classes,)
    assert np.exp(logs).sum() == pytest.approx(1)
    np.testing.assert_array_equal(Reader(tensors)(image), logs)


def test_it_is_small_and_not_the_judge():
    config = replace(TINY, img_size=32)
    assert sum(np.prod(shape) for shape in shapes(config).values()) < 50_000
    assert classifier.READER.channels == reader.CHANNELS != classifier.JUDGE.channels
    assert classifier.READER.seed != classifier.JUDGE.seed


def test_without_a_reader_the_message_says_what_to_do():
    assert "--reader" in str(NoReader())
