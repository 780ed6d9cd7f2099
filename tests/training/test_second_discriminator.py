"""The second discriminator, which sees a classifier's features."""

import numpy as np

from cgan.backend.adam import Adam
from cgan.training.losses import hinge
from cgan.training.second_discriminator import SecondDiscriminator, jt


def test_it_judges_packs_of_a_class_and_leaves_the_classifier_alone(digits, coach):
    judge = SecondDiscriminator(coach, digits, 10, 2, 0)
    names = {name.partition(".")[0] for name in judge.state_dict()}
    assert names == {
        "first", "first_bias", "second", "second_bias", "linear", "bias", "embedding",
    }  # fmt: skip
    images = digits.images[digits.labels.argsort(kind="stable")[:8]]
    labels = np.zeros(8, np.int32)

    def scores(images, labels):
        return judge(jt.array(images), jt.array(labels)).numpy()

    found = scores(images, labels)
    assert found.shape == (4, 1)
    # Each pack alone has the same score, and another class has another.
    np.testing.assert_allclose(scores(images[2:4], labels[2:4]), found[1:2], rtol=1e-5)
    assert not np.allclose(scores(images, labels + 1), found)


def test_a_kind_that_is_drawn_too_seldom_looks_more_real(digits, coach):
    """Only the half of each class is drawn that is on one side of what differs most in it."""
    features = coach.classify(digits.images)[1]
    one_kind = np.zeros(len(features), bool)
    for label in range(10):
        own = digits.labels == label
        away = features[own] - features[own].mean(axis=0)
        one_kind[own] = away @ np.linalg.svd(away, full_matrices=False)[2][0] > 0
    known = np.arange(len(features)) % 4 > 0
    judge = SecondDiscriminator(coach, digits, 10, 1, 0)

    def scores(chosen):
        return judge(jt.array(digits.images[chosen]), jt.array(digits.labels[chosen]))

    adam = Adam(judge.parameters(), 0.002, (0.0, 0.99), joined=True)
    rng = np.random.default_rng(0)
    for _ in range(200):
        judge.begin_step()
        real = scores(rng.choice(np.flatnonzero(known), 60))
        drawn = scores(rng.choice(np.flatnonzero(known & one_kind), 60))
        adam.step(hinge(real, True) + hinge(drawn, False))
    rare, frequent = scores(~known & ~one_kind).numpy(), scores(~known & one_kind).numpy()
    assert np.mean(rare > np.median(frequent)) > 0.8
