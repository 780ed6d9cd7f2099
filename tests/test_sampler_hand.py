"""A sampler takes a hand from digits, and writes with it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cgan.common.errors import BadValue, MissingFile
from cgan.model.encoder import NoEncoder, without_encoder
from cgan.model.weights import Weights
from cgan.sampler import Sampler
from cgan.writing.normalise import normalise
from cgan.writing.own_hand import ForeignHand
from tests.conftest import TINY, message, random_sampler, random_tensors
from tests.writing.sheets import drawn

CONFIG = replace(TINY, encoder=True)


@pytest.fixture(scope="module")
def sampler():
    return random_sampler(CONFIG)


@pytest.fixture(scope="module")
def hand(sampler):
    return sampler.hand([drawn(2), drawn(5, height=60)], [2, 5])


def test_an_encoder_changes_neither_pictures_nor_what_the_weights_are(sampler):
    plain = Sampler(Weights(TINY, without_encoder(random_tensors(CONFIG))))
    assert (plain.sha256, plain.parameter_count) == (sampler.sha256, sampler.parameter_count)
    np.testing.assert_array_equal(plain.write("0123"), sampler.write("0123"))
    assert (plain.encoder_sha256, len(sampler.encoder_sha256)) == (None, 64)


def test_drawings_of_any_size_are_normalised_and_images_are_taken_as_they_are(sampler, hand):
    images = np.stack([normalise(drawn(2), 8), normalise(drawn(5, height=60), 8)])
    again = sampler.hand(images, [2, 5])
    for digit in range(10):
        np.testing.assert_array_equal(again.latent_of(digit), hand.latent_of(digit))


def test_a_written_digit_has_the_latent_of_that_digit_and_others_that_of_the_hand(sampler, hand):
    z = np.stack([hand.digits[2], hand.latent, hand.digits[5]])
    images = sampler.generate(z, [2, 3, 5])
    pixels = np.rint((images[:, 0] + 1) * 127.5)
    np.testing.assert_allclose(np.hstack(pixels), sampler.write("235", hand=hand), atol=1)


def test_a_hand_decides_alone_and_each_digit_for_itself(sampler, hand):
    written = sampler.write("223", hand=hand)
    np.testing.assert_array_equal(sampler.write("223", hand=hand, seed=9), written)
    np.testing.assert_array_equal(written[:, :8], written[:, 8:16])
    assert np.any(written != sampler.write("223"))


def test_a_hand_is_kept_in_a_file(sampler, hand, tmp_path):
    path = tmp_path / "hand.json"
    path.write_text(json.dumps(hand.to_dict()))
    assert sampler.load_hand(path) == sampler.load_hand(str(path)) == hand
    with pytest.raises(ForeignHand):
        random_sampler(CONFIG, seed=1).load_hand(path)
    path.write_text("{}")
    with pytest.raises(BadValue, match="is no hand"):
        sampler.load_hand(path)
    with pytest.raises(MissingFile):
        sampler.load_hand(tmp_path / "none.json")


def test_what_is_no_hand_or_no_drawing_is_refused(sampler, hand):
    for wrong in ("x", hand.to_text(), hand.to_dict()):
        with pytest.raises(BadValue, match="hand must be an OwnHand"):
            sampler.write("1", hand=wrong)
    for wrong in (5, None, np.array(1, np.uint8)):
        with pytest.raises(BadValue):
            sampler.hand(wrong, [1])


def test_what_does_not_fit_is_refused(sampler, hand, tiny_sampler):
    image = np.zeros((1, 1, 8, 8), np.float32)
    for images, labels, words in (
        (image[0], [1], "must have shape"),
        (image, [10], "labels"),
        (image, [1, 2], "labels"),
        (image + 2, [1], "from -1 to 1"),
        (image * np.nan, [1], "from -1 to 1"),
        ([], [], "at least one digit"),
        ([drawn(3)], [3, 4], "labels"),
    ):
        with pytest.raises(BadValue, match=words) as caught:
            sampler.hand(images, labels)
        message(caught)
    with pytest.raises(BadValue, match="best_of"):
        sampler.write("1", hand=hand, best_of=2)
    with pytest.raises(ForeignHand):
        random_sampler(CONFIG, seed=1).write("1", hand=hand)
    with pytest.raises(NoEncoder, match="--add-encoder"):
        tiny_sampler.hand([drawn(3)], [3])
