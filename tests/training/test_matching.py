"""The terms that compare what is drawn with real images."""

from dataclasses import replace

import numpy as np
import pytest

from cgan.backend import ranks
from cgan.backend.adam import Adam
from cgan.evaluation.frechet import frechet_distance
from cgan.evaluation.neighbours import nearest
from cgan.model.architectures.mlp import MlpConfig
from cgan.training.matching import Matching, jt
from cgan.training.options import TrainingOptions

CONFIG = MlpConfig(img_size=8, latent_dim=1)
DRAWN = 40  # images of each class that the table below can draw


class Table(jt.nn.Module):
    """Draws the images that it holds; the latent says which."""

    def __init__(self, images):
        super().__init__()
        self.images = jt.array(images)

    def execute(self, z, labels):
        return self.images[labels, z[:, 0].int32()]


def matching(data, coach, **weights):
    features = coach.classify(data.images)[1]
    return Matching(CONFIG, TrainingOptions(**weights), data, coach, features)


def drawn_often(terms, images, steps=2):
    """Draw all of images (10, M, ...) in each step; return their table and the last total."""
    table, each = Table(images), images.shape[1]
    labels = np.repeat(np.arange(10, dtype=np.int32), each)
    z = np.tile(np.arange(each, dtype=np.float32), 10)[:, None]
    count = len(labels)
    for step in range(steps):
        fake = table(jt.array(z), jt.array(labels))
        total = terms.terms(table, step, ranks.share(count), fake, z, labels, np.arange(count))
    return table, total


@pytest.fixture
def learned(digits, coach):
    """Return a function that improves images by one term: the images before and after."""

    def learn(images, **weights):
        table = Table(images)
        terms = matching(digits, coach, **weights)
        adam = Adam(table.parameters(), 0.001, (0.0, 0.999))
        rng = np.random.default_rng(0)
        for step in range(300):
            labels = np.arange(60, dtype=np.int32) % 10
            z = rng.integers(0, DRAWN, (60, 1)).astype(np.float32)
            fake = table(jt.array(z), jt.array(labels))
            indices = rng.integers(0, len(digits.labels), 60)
            adam.step(terms.terms(table, step, ranks.share(60), fake, z, labels, indices))
        return images, table.images.numpy()

    return learn


def features_of(coach, images):
    return coach.classify(images)[1]


def test_the_frechet_distance_of_each_class_falls(digits, coach, learned):
    """The images begin as the boldest digits of their class."""

    def distances(images):
        return [
            frechet_distance(
                features_of(coach, images[y]),
                features_of(coach, digits.images[digits.labels == y]),
            )
            for y in range(10)
        ]

    bold = []
    for y in range(10):
        own = digits.images[digits.labels == y]
        bold.append(own[np.argsort(-own.mean(axis=(1, 2, 3)))[:DRAWN]])
    before, after = map(distances, learned(np.array(bold), frechet_weight=0.1))
    assert np.mean(after) < np.mean(before) / 2
    assert np.all(np.less(after, before))


def test_every_real_image_gets_a_nearer_one(digits, coach, learned):
    """The images begin as a few digits of their class, each many times with a little noise."""

    def distance(images):
        result = []
        for y in range(10):
            real = features_of(coach, digits.images[digits.labels == y])
            drawn = features_of(coach, images[y])
            away = real - drawn[nearest(real, drawn, 1)[:, 0]]
            result.append(np.square(away).sum(axis=1).mean())
        return np.mean(result)

    rng = np.random.default_rng(1)
    few = np.array([digits.images[digits.labels == y][:4] for y in range(10)])
    many = np.tile(few, (1, DRAWN // 4, 1, 1, 1))
    noise = 0.05 * rng.standard_normal(many.shape)
    before, after = map(distance, learned((many + noise).astype(np.float32), imle_weight=0.1))
    assert after < 0.7 * before


def test_unusual_images_that_are_never_drawn_get_a_nearer_one(digits, coach, learned):
    """The images begin as the real ones of their class that are the most usual."""
    usual, unusual = [], []
    for y in range(10):
        own = digits.images[digits.labels == y]
        features = features_of(coach, own)
        order = np.argsort(np.square(features - features.mean(axis=0)).sum(axis=1))
        usual.append(own[order[:DRAWN]])
        unusual.append(features[order[-10:]])

    def distance(images):
        result = []
        for real, drawn in zip(unusual, images, strict=True):
            of_drawn = features_of(coach, drawn)
            away = real - of_drawn[nearest(real, of_drawn, 1)[:, 0]]
            result.append(np.square(away).sum(axis=1).mean())
        return np.mean(result)

    before, after = map(distance, learned(np.array(usual), missed_weight=0.1))
    assert after < 0.7 * before, (before, after)


def test_nothing_counts_as_missed_where_all_is_drawn(digits, coach):
    few = digits.labels.argsort(kind="stable")[::22]  # eight of each class
    few = replace(digits, images=digits.images[few], labels=digits.labels[few])
    counts = {}
    for drawn in ("all", "one"):
        terms = matching(few, coach, missed_weight=1.0)
        images = np.array([few.images[few.labels == y][:8] for y in range(10)])
        if drawn == "one":
            images[:] = images[:, :1]
        table, total = drawn_often(terms, images)
        counts[drawn] = bool(jt.grad(total, [table.images])[0].numpy().any())
    assert counts == {"all": False, "one": True}


def test_a_class_of_few_images_isnt_taken_for_missed(digits, coach):
    """All 4s but two are left out; what is drawn of them is nearly these two."""
    rest = np.flatnonzero(digits.labels != 4)
    two = np.flatnonzero(digits.labels == 4)[:2]
    data = digits.part(np.sort(np.concatenate([rest, two])))
    terms = matching(data, coach, missed_weight=1.0)
    images = [data.images[data.labels == y] for y in range(10)]
    drawn = np.array([np.resize(own, (100, *own.shape[1:])) for own in images])
    drawn[4] += 0.02 * np.random.default_rng(0).standard_normal(drawn[4].shape)
    table, total = drawn_often(terms, drawn)
    gradient = jt.grad(total, [table.images])[0].numpy()
    assert gradient.any()
    assert not gradient[4].any()


def test_images_that_are_never_drawn_are_shown_more_often(digits, coach):
    """Of each class, the lightest half is drawn."""
    dark = np.zeros(len(digits.labels), bool)
    images = []
    for y in range(10):
        own = np.flatnonzero(digits.labels == y)
        order = own[np.argsort(digits.images[own].mean(axis=(1, 2, 3)), kind="stable")]
        dark[order[len(own) // 2 :]] = True
        images.append(np.resize(digits.images[order[: len(own) // 2]], (DRAWN, 1, 8, 8)))
    terms = matching(digits, coach, missed_share=0.5)
    assert np.ptp(terms.often) == 0
    drawn_often(terms, np.array(images), steps=4)
    for y in range(10):
        often, own = terms.often, digits.labels == y
        assert often[own & dark].mean() > 1.3 * often[own & ~dark].mean()
    assert often.min() > 0


def test_what_is_drawn_becomes_legible(digits, coach, learned):
    """The images begin as mixtures of their class and the next one."""

    def legible(images):
        labels = np.repeat(np.arange(10), DRAWN)
        return np.mean(coach.classify(images.reshape(-1, 1, 8, 8))[0].argmax(1) == labels)

    of_class = np.array([digits.images[digits.labels == y][:DRAWN] for y in range(10)])
    mixed = 0.45 * of_class + 0.55 * np.roll(of_class, -1, axis=0)
    before, after = map(legible, learned(mixed, classifier_weight=1.0))
    assert before < 0.6
    assert after > 0.9


def test_nothing_counts_until_enough_is_known(digits, coach):
    few = digits.labels.argsort(kind="stable")[::22]  # eight of each class
    few = replace(digits, images=digits.images[few], labels=digits.labels[few])
    terms = matching(few, coach, frechet_weight=1.0)
    table = Table(np.zeros((10, DRAWN, 1, 8, 8), np.float32))
    labels, z = np.arange(20, dtype=np.int32) % 10, np.zeros((20, 1), np.float32)
    counts = []
    for step in range(4):
        fake = table(jt.array(z), jt.array(labels))
        total = terms.terms(table, step, ranks.share(20), fake, z, labels, np.arange(20))
        counts.append(bool(jt.grad(total, [table.images])[0].numpy().any()))
    assert counts == [False, False, True, True]
