"""One mapping to pixels, one way to tile."""

import numpy as np
import pytest
from PIL import Image

from cgan.common.errors import UserError
from cgan.writing import picture


def numbered(count, *shape):
    """Return uint8 images, each full of its index + 1."""
    return np.stack([np.full(shape, index + 1, np.uint8) for index in range(count)])


@pytest.mark.parametrize(
    ("value", "pixel"), [(-1, 0), (0, 128), (0.5, 191), (1, 255), (-1.5, 0), (1.5, 255)]
)
def test_a_value_has_one_pixel_whatever_else_is_in_the_picture(value, pixel):
    """Guards against the article's bug: each picture rescaled by its own extremes."""
    constant = np.full((1, 1, 2, 2), value, np.float32)
    assert (picture.to_pixels(constant) == pixel).all()
    others = np.array([-0.3, 0.2, 0.1], np.float32)
    mixed = np.append(others, np.float32(value)).reshape(1, 1, 2, 2)
    assert picture.to_pixels(mixed)[0, 1, 1] == pixel


def test_every_grey_comes_back():
    grey = np.arange(256)
    images = (grey / 127.5 - 1).astype(np.float32).reshape(1, 1, 16, 16)
    np.testing.assert_array_equal(picture.to_pixels(images), grey.reshape(1, 16, 16))


def test_grey_images_lose_the_channel_axis():
    pixels = picture.to_pixels(np.zeros((2, 1, 4, 5), np.float32))
    assert (pixels.shape, pixels.dtype) == ((2, 4, 5), np.uint8)


def test_colours_go_last_in_order():
    images = np.array([-1, 0, 1], np.float32).reshape(1, 3, 1, 1).repeat(4, axis=3)
    pixels = picture.to_pixels(images)
    assert pixels.shape == (1, 1, 4, 3)
    assert (pixels == [0, 128, 255]).all()


def test_the_images_are_not_changed():
    images = np.array([-2.0, 0.1, 2.0, 0.0], np.float32).reshape(1, 1, 2, 2)
    before = images.copy()
    picture.to_pixels(images)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("colours", [(), (3,)])
def test_tiles_go_row_by_row_without_margins(colours):
    tiled = picture.tile(numbered(6, 2, 2, *colours), columns=3)
    expected = np.repeat(np.repeat([[1, 2, 3], [4, 5, 6]], 2, axis=0), 2, axis=1)
    assert tiled.shape == (4, 6, *colours)
    assert tiled.dtype == np.uint8
    np.testing.assert_array_equal(tiled[..., 0] if colours else tiled, expected)


def test_tiles_are_not_turned():
    image = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    np.testing.assert_array_equal(picture.tile(image, columns=1), image[0])


@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_gap_is_black_and_half_a_digit_wide(colours):
    row = picture.line(numbered(2, 3, 4, *colours), [None, 7, None, None, 8])
    assert row.shape == (3, 2 * 4 + 3 * 2, *colours)
    assert row.dtype == np.uint8
    first = row[0, :, 0] if colours else row[0]
    assert first.tolist() == [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2]


def test_half_of_an_odd_width_is_rounded_down():
    assert picture.line(numbered(1, 5, 5), [None, 0]).shape == (5, 7)


def test_a_zero_is_no_gap():
    assert picture.line(numbered(2, 2, 2), [0, 0]).shape == (2, 4)


@pytest.mark.parametrize(("shape", "mode"), [((5, 7), "L"), ((5, 7, 3), "RGB")])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a"])
def test_png_whatever_the_name(tmp_path, name, shape, mode):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    picture.save_png(tmp_path / name, pixels)
    with Image.open(tmp_path / name) as image:
        assert (image.format, image.mode) == ("PNG", mode)
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_what_a_png_says(tmp_path):
    texts = {"weights": "运行 1", "seed": "7"}
    picture.save_png(tmp_path / "a.png", np.zeros((2, 2), np.uint8), texts)
    with Image.open(tmp_path / "a.png") as image:
        assert image.text == texts


def test_a_picture_that_cannot_be_saved_leaves_nothing(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UserError, match=r"Could not write .*a\.png"):
        picture.save_png(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
