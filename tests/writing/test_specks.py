"""Specks: what the outline leaves out isn't in a PNG either."""

import io

import numpy as np
from PIL import Image

from cgan.writing import export, look, outline
from cgan.writing.drawing import Drawing
from cgan.writing.settings import GridSettings, WritingSettings


def digit(*spots):
    """Return a thick stroke and spots: (row, column, ink)."""
    ink = np.zeros((32, 32), np.uint8)
    ink[6:26, 10:13] = 255
    for row, column, value in spots:
        ink[row, column] = value
    return ink


SPECKS = [(8, 25, 200), (20, 27, 150)]  # one with an outline of its own, one without
BLOB = [(row, column, 255) for row in (24, 25) for column in (24, 25)]  # no speck


def picture(scale, look_name="paper", *digits):
    drawing = Drawing([1] * len(digits), np.stack(digits), 0.0, {})
    file = export.png(drawing, WritingSettings("1" * len(digits), look=look_name), scale)
    return np.asarray(Image.open(io.BytesIO(file.data)))


def test_specks_are_left_out_of_pngs_as_of_outlines():
    speckled, clean = digit(*SPECKS, *BLOB), digit(*BLOB)
    assert outline.path(speckled) == outline.path(clean)
    for scale in (2, 4, 8):
        for name in ("paper", "clear"):
            shown = picture(scale, name, clean, speckled, clean)
            np.testing.assert_array_equal(shown, picture(scale, name, clean, clean, clean))
    settings = GridSettings(rows=1)
    grids = [
        export.grid_png(np.hstack([clean, one]), settings, 4, {}).data for one in (clean, speckled)
    ]
    assert grids[0] == grids[1]


def test_pictures_of_the_generators_own_pixels_keep_them():
    speckled = digit(*SPECKS)
    for scale, name in ((1, "paper"), (1, "mnist"), (4, "mnist")):
        shown = picture(scale, name, speckled)
        expected = look.colour(speckled, name, "black", scale)
        np.testing.assert_array_equal(shown, np.asarray(expected))


def test_pictures_without_specks_keep_their_bytes():
    for ink in (digit(), digit(*BLOB)):
        for scale in (2, 8):
            expected = look.colour(ink, "paper", "black", scale)
            np.testing.assert_array_equal(picture(scale, "paper", ink), np.asarray(expected))
