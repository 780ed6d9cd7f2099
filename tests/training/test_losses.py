"""The objectives against their formulas, computed by NumPy in float64."""

import numpy as np
import pytest

from cgan.backend.setup import load_jittor
from cgan.model.reader import CERTAIN
from cgan.training.losses import (
    LOSSES,
    R1_NOISE,
    bce,
    gradient_penalty,
    hinge,
    lsgan,
    range_loss,
    reader_loss,
)

jt = load_jittor()
SCORES = np.array([[-2.0], [-0.3], [0.0], [0.9], [4.0]], np.float32)


def test_lsgan_aims_at_one_for_real_and_zero_for_generated():
    assert lsgan(jt.array(SCORES), real=True).item() == pytest.approx(((SCORES - 1) ** 2).mean())
    assert lsgan(jt.array(SCORES), real=False).item() == pytest.approx((SCORES**2).mean())


def test_bce_is_the_cross_entropy_of_the_sigmoid():
    sigmoid = 1 / (1 + np.exp(-SCORES.astype(np.float64)))
    assert bce(jt.array(SCORES), real=True).item() == pytest.approx(-np.log(sigmoid).mean())
    assert bce(jt.array(SCORES), real=False).item() == pytest.approx(-np.log(1 - sigmoid).mean())


@pytest.mark.parametrize("real", [True, False])
def test_the_slope_of_bce_is_the_sigmoid_less_its_target(real):
    """At 0, too, where the loss is written with a maximum and |x|."""
    scores = jt.array(SCORES)
    slope = len(SCORES) * jt.grad(bce(scores, real), scores).numpy()
    np.testing.assert_allclose(slope, 1 / (1 + np.exp(-SCORES)) - real, rtol=1e-5)


def test_bce_of_extreme_logits_is_finite_and_so_is_its_gradient():
    logits = jt.array(np.array([[-1e4], [1e4]], np.float32))
    for real in (True, False):
        loss = bce(logits, real)
        assert loss.item() == pytest.approx(5e3)
        assert np.isfinite(jt.grad(loss, logits).numpy()).all()


def test_the_generators_gradient_does_not_vanish_where_it_is_worst():
    """Non-saturating: d/dscore of -log s(score) is -1 for fakes that D is sure of."""
    score = jt.array(np.array([[-20.0]], np.float32))
    assert jt.grad(bce(score, real=True), score).numpy()[0, 0] == pytest.approx(-1, abs=1e-4)


def test_hinge_wants_a_margin_of_one():
    expected = np.maximum(0, 1 - SCORES).mean()
    assert hinge(jt.array(SCORES), real=True).item() == pytest.approx(expected)
    expected = np.maximum(0, 1 + SCORES).mean()
    assert hinge(jt.array(SCORES), real=False).item() == pytest.approx(expected)


def test_hinge_is_content_with_scores_beyond_the_margin():
    score = jt.array(np.array([[1.5], [0.5]], np.float32))
    gradient = jt.grad(hinge(score, real=True), score).numpy()
    np.testing.assert_array_equal(gradient, [[0], [-0.5]])


def test_the_generator_wants_what_is_generated_to_look_real():
    """Hinge has no margin for it: the higher the score, the better."""
    for name, loss in LOSSES.items():
        expected = -SCORES.mean() if name == "hinge" else loss.discriminator(jt.array(SCORES), True)
        assert loss.generator(jt.array(SCORES)).item() == pytest.approx(float(expected))


def test_illegible_is_what_is_not_read_as_its_class_for_certain():
    """Three images: read with 99.5 %, with half of the certainty, and as another class."""
    chances = np.array([[0.995, 0.005], [0.505, 0.495], [0.9, 0.1]], np.float32)
    logarithms, labels = jt.array(np.log(chances)), jt.array(np.array([0, 1, 1], np.int32))
    loss = reader_loss(logarithms, labels)
    assert loss.item() == pytest.approx((np.log(2) + np.log(9.9)) / 3, rel=1e-5)
    assert np.exp(CERTAIN) == pytest.approx(0.99)
    gradient = jt.grad(loss, logarithms).numpy()
    np.testing.assert_allclose(gradient, [[0, 0], [0, -1 / 3], [0, -1 / 3]], rtol=1e-6)


def test_the_gradient_penalty_is_the_squared_length_of_the_gradient():
    """Of a linear discriminator it is that of its weights, whatever the images are."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((12, 1)).astype(np.float32)
    images, noise = (rng.standard_normal((20000, 12)).astype(np.float32) for _ in range(2))
    scores, near = (jt.array(x @ weights) for x in (images, images + R1_NOISE * noise))
    assert gradient_penalty(scores, near).item() == pytest.approx((weights**2).sum(), rel=0.05)


def test_the_range_is_left_by_what_no_real_image_has():
    low, high = np.full((2, 1, 1, 2), -1, np.float32), np.full((2, 1, 1, 2), 0.5, np.float32)
    images = jt.array(np.array([[[[-1.0, 0.5]]], [[[0.9, 0.0]]]], np.float32))
    loss = range_loss(images, jt.array(low), jt.array(high))
    assert loss.item() == pytest.approx(0.4**2 / 2)
    gradient = jt.grad(loss, images).numpy()
    np.testing.assert_allclose(gradient, [[[[0, 0]]], [[[0.4, 0]]]], atol=1e-6)
    assert range_loss(-2 * jt.ones((2, 1, 1, 2)), jt.array(low), jt.array(high)).item() == 2
