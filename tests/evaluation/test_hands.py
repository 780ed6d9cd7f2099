"""What is measured of an encoder: each figure tells a good one from a bad one."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from cgan.data.datasets import Dataset
from cgan.evaluation.hands import measure_hands
from cgan.model.metric_groups import HandMetrics
from tests.conftest import TINY_CONV, random_sampler

CONFIG = replace(TINY_CONV, img_size=16, latent_dim=2, n_classes=4, encoder=True)


class Strokes:
    """Draws a leaning stroke; z is its slant and its width, and can be told from it or not."""

    config = CONFIG
    encoder_sha256 = "ab" * 32

    def __init__(self, finds):
        self._finds = finds

    def generate(self, z, labels):
        rows, columns = np.mgrid[:16, :16] - 7.5
        images = []
        for (lean, wide), label in zip(z, labels, strict=True):
            away = np.abs(columns + 0.2 * lean * rows)
            inside = np.abs(rows) < 4 + label
            images.append(np.clip(2 + wide / 2 - away, 0, 1) * inside * 2 - 1)
        return np.array(images, np.float32)[:, None]

    def encode(self, images, labels):
        return self._finds(len(images))


def measure(known):
    """Measure an encoder that finds z, or one that finds other latents."""
    rng = np.random.default_rng(0)
    z = rng.uniform(-1, 1, (40, 2)).astype(np.float32)
    labels = np.arange(40, dtype=np.int32) % 4
    found = (lambda n: z) if known else (lambda n: rng.uniform(-1, 1, (n, 2)).astype(np.float32))
    strokes = Strokes(found)
    real = Dataset("strokes", strokes.generate(z, labels), labels, (16, 16))
    asked = []
    measured = measure_hands(strokes, real, lambda images, y: asked.append((images, y)) or 0.75)
    return measured, asked


def test_an_encoder_that_finds_the_latents_gets_full_marks():
    measured, asked = measure(known=True)
    assert measured.reconstruction > 0.99
    assert measured.slant > 0.9
    assert measured.stroke_width > 0.9
    assert measured.same_hand > 0.99
    assert (measured.legible, measured.samples) == (0.75, 40)
    ((images, labels),) = asked
    assert images.shape == (160, 1, 16, 16)
    assert labels[:5].tolist() == [0, 1, 2, 3, 0]


def test_one_that_finds_others_does_not():
    measured, _ = measure(known=False)
    assert measured.reconstruction < 0.5
    assert abs(measured.slant) < 0.5
    assert abs(measured.stroke_width) < 0.5
    assert abs(measured.same_hand) < 0.5


def test_a_real_sampler_can_be_measured():
    sampler = random_sampler(CONFIG)
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (8, 1, 16, 16)).astype(np.float32)
    real = Dataset("noise", images, np.arange(8, dtype=np.int32) % 4, (16, 16))
    measured = measure_hands(sampler, real, lambda *_: 1.0)
    assert measured == measure_hands(sampler, real, lambda *_: 1.0)
    assert measured.encoder_sha256 == sampler.encoder_sha256
    assert isinstance(measured, HandMetrics)


@pytest.mark.parametrize("name", ["legible", "slant", "samples", "encoder_sha256"])
def test_figures_are_checked_when_they_are_read(name):
    measured, _ = measure(known=True)
    values = asdict(measured)
    assert HandMetrics.from_dict("hand", values) == measured
    for wrong in (None, "NaN" if name != "encoder_sha256" else 5, float("nan")):
        with pytest.raises(ValueError, match=name):
            HandMetrics.from_dict("hand", values | {name: wrong})
