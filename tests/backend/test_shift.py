"""Shifts of images against slices, and the shift back of their gradient."""

import numpy as np

from cgan.backend.setup import load_jittor
from cgan.backend.shift import shift

jt = load_jittor()
IMAGES = np.random.default_rng(0).uniform(-1, 1, (4, 3, 5, 6)).astype(np.float32)
SHIFTS = np.array([[0, 0], [2, -1], [-3, 4], [1, 1]], np.int32)


def shifted(image, down, right):
    """One image (C, H, W) on a black sheet three times as large, cut out elsewhere."""
    _, height, width = image.shape
    sheet = np.full((len(image), 3 * height, 3 * width), -1, np.float32)
    sheet[:, height : 2 * height, width : 2 * width] = image
    top, left = height - down, width - right
    return sheet[:, top : top + height, left : left + width]


def test_each_image_is_shifted_by_its_own_number_of_pixels():
    expected = [shifted(image, *pair) for image, pair in zip(IMAGES, SHIFTS, strict=True)]
    np.testing.assert_array_equal(shift(jt.array(IMAGES), SHIFTS).numpy(), expected)


def test_the_gradient_is_shifted_back():
    images, factors = jt.array(IMAGES), np.flip(IMAGES, 0).copy()
    gradient = jt.grad((shift(images, SHIFTS) * jt.array(factors)).sum(), images).numpy()
    expected = [shifted(image + 1, *-pair) for image, pair in zip(factors, SHIFTS, strict=True)]
    # Beyond the edge there is no gradient, where `shifted` has black: -1 becomes 0.
    inside = np.array([shifted(np.ones_like(f), *-p) for f, p in zip(factors, SHIFTS, strict=True)])
    expected = np.where(inside == 1, np.array(expected) - 1, 0)
    np.testing.assert_allclose(gradient, expected, atol=1e-6)


def test_no_shift_is_the_images_themselves():
    images = jt.array(IMAGES)
    assert shift(images, np.zeros((4, 2), np.int32)) is images
