"""Colours: every look in every ink, at every size, with what made it written in the file."""

import io

import numpy as np
import pytest
from PIL import Image

from cgan.writing import look as looks

SHADES = np.arange(256, dtype=np.uint8).reshape(8, 32)


@pytest.fixture(scope="module")
def ink(tiny_sampler):
    return tiny_sampler.write("13 8", seed=2)


def opened(image):
    result = Image.open(io.BytesIO(looks.png(image, {})))
    result.load()
    return result


@pytest.mark.parametrize("name", looks.INKS)
@pytest.mark.parametrize("look", looks.LOOKS)
@pytest.mark.parametrize("scale", [1, 2, 8])
def test_every_look_in_every_ink_is_a_png_of_the_right_size_and_mode(ink, look, name, scale):
    image = opened(looks.colour(ink, look, name, scale))
    assert image.format == "PNG"
    assert image.size == (28 * scale, 8 * scale)
    assert image.mode == ("L" if looks.LOOKS[look].pixelated else "P")
    assert ("transparency" in image.info) == (look == "clear")


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_mnist_shows_the_generators_own_pixels(ink, scale):
    image = np.asarray(opened(looks.colour(ink, "mnist", "red", scale)))
    np.testing.assert_array_equal(image, np.kron(ink, np.ones((scale, scale), np.uint8)))


@pytest.mark.parametrize("name", looks.INKS)
def test_ink_on_paper_goes_from_paper_to_ink(name):
    image = np.asarray(opened(looks.colour(SHADES, "paper", name)).convert("RGB"))
    assert tuple(image[0, 0]) == looks.PAPER
    assert tuple(image[-1, -1]) == looks.INKS[name]
    assert (np.diff(image.reshape(-1, 3).astype(int), axis=0) <= 0).all()


@pytest.mark.parametrize("name", looks.INKS)
def test_transparent_ink_has_one_colour_and_the_alpha_of_the_ink(name):
    image = np.asarray(opened(looks.colour(SHADES, "clear", name)).convert("RGBA"))
    np.testing.assert_array_equal(image[..., 3], SHADES)
    assert (image[..., :3] == looks.INKS[name]).all()


def test_large_transparent_strokes_are_full_and_what_is_around_them_is_empty(ink):
    alpha = np.asarray(opened(looks.colour(ink, "clear", "black", 8)).convert("RGBA"))[..., 3]
    assert (alpha.min(), alpha.max()) == (0, 255)


@pytest.mark.parametrize("look", ["paper", "clear"])
@pytest.mark.parametrize("scale", [2, 8])
def test_no_ink_is_blank_paper_at_any_size(look, scale):
    blank = np.zeros((8, 8), np.uint8)
    image = opened(looks.colour(blank, look, "blue", scale)).convert("RGBA")
    colour = (*looks.PAPER, 255) if look == "paper" else (*looks.INKS["blue"], 0)
    assert image.getcolors() == [(64 * scale**2, colour)]


def test_the_same_ink_has_the_same_bytes(ink):
    for look in looks.LOOKS:
        first, second = (looks.png(looks.colour(ink, look, "red", 4), {}) for _ in range(2))
        assert first == second


def test_the_ink_is_not_changed(ink):
    before = ink.copy()
    for look in looks.LOOKS:
        looks.colour(ink, look, "red", 4)
    np.testing.assert_array_equal(ink, before)


def test_text_fields_are_inside_the_file(ink):
    texts = {"digits": "138", "seed": "7", "weights-sha256": "ab" * 32}
    for look in looks.LOOKS:
        image = Image.open(io.BytesIO(looks.png(looks.colour(ink, look, "black"), texts)))
        assert image.text == texts


@pytest.mark.parametrize(
    ("look", "name"), [("glass", "black"), (None, "black"), ("paper", "pink"), ("clear", "")]
)
def test_an_unknown_name_never_becomes_another(ink, look, name):
    with pytest.raises(KeyError):
        looks.colour(ink, look, name)


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_enlarged_ink_has_the_size_and_stays_near_its_range(ink, scale):
    field = looks.enlarge_smoothly(ink, scale)
    assert (field.shape, field.dtype) == ((8 * scale, 28 * scale), np.float32)
    assert field.min() > -0.05
    assert field.max() < 1.05


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_enlarging_treats_all_directions_alike(ink, scale):
    field = looks.enlarge_smoothly(ink, scale)
    np.testing.assert_allclose(looks.enlarge_smoothly(ink.T, scale), field.T, atol=1e-5)
    np.testing.assert_allclose(looks.enlarge_smoothly(ink[::-1], scale), field[::-1], atol=1e-5)
    np.testing.assert_allclose(
        looks.enlarge_smoothly(ink[:, ::-1], scale), field[:, ::-1], atol=1e-5
    )


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_the_middle_of_a_large_blot_is_full_ink(scale):
    blot = np.pad(np.full((8, 8), 255, np.uint8), 4)
    middle = looks.enlarge_smoothly(blot, scale)[7 * scale : 9 * scale, 7 * scale : 9 * scale]
    np.testing.assert_allclose(middle, 1, atol=1e-5)


def test_large_strokes_are_crisp(ink):
    shades = np.asarray(looks.colour(ink, "paper", "black", 8))
    assert ((shades == 0) | (shades == 255)).mean() > 0.6
    inside = looks.enlarge_smoothly(ink, 8) >= looks.THRESHOLD
    np.testing.assert_array_equal(shades >= 128, inside)
