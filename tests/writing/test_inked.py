"""A number as a hand spaces it: PNG, SVG and strokes show the same ink."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from cgan.sampler import Sampler
from cgan.writing import export, inked, raster
from cgan.writing.drawing import draw
from cgan.writing.look import INKS, LOOKS
from cgan.writing.settings import WritingSettings

SVG = "{http://www.w3.org/2000/svg}"
SETTINGS = WritingSettings("+86 (138) 05-69", spacing="ink", variation=0.22, pen=0.3)
NUMBER = r"-?[\d.]+"


@pytest.fixture(scope="module")
def drawing():
    return draw(Sampler.from_pretrained(), SETTINGS.parts(), SETTINGS.to_hand())


def darkness(file):
    """Return a black PNG's ink on its paper: (H, W) float, 0 to 255."""
    with Image.open(io.BytesIO(file.data)) as image:
        shown = np.asarray(image.convert("RGB"), float)
    paper = np.array(LOOKS["paper"].paper, float)
    black = np.array(INKS["black"], float)
    return 255 * ((shown - paper) @ (black - paper)) / ((black - paper) @ (black - paper))


def loops_of(path, transform):
    """Return the curves of an SVG path, moved and scaled: loops of (N, 4, 2)."""
    x, y, scale = map(float, re.findall(NUMBER, transform))
    at, loops = np.zeros(2), []
    for loop in filter(None, path.split("z")):
        start, curves = loop.removeprefix("m").split("c")
        at = at + [float(value) for value in re.findall(NUMBER, start)]
        here, found = at, []
        for curve in np.array(re.findall(NUMBER, curves), float).reshape(-1, 3, 2):
            found.append([here, *(here + curve)])
            here = here + curve[-1]
        np.testing.assert_allclose(here, at)  # closed
        loops.append(np.array(found) * scale + (x, y))
    return loops


def test_svg_and_png_show_the_same_ink(drawing):
    scale = 4
    svg = ElementTree.fromstring(export.svg(drawing, SETTINGS).data)
    shown = darkness(export.png(drawing, SETTINGS, scale))
    drawn = np.zeros(shown.shape, np.uint8)
    for path in svg.findall(f".//{SVG}path"):
        loops = loops_of(path.get("d"), path.get("transform"))
        filled = raster.fill([loop * scale for loop in loops], *drawn.shape[::-1])
        np.maximum(drawn, filled, out=drawn)
    difference = np.abs(drawn - shown)
    assert difference.mean() < 0.5
    assert difference.max() < 30
    assert drawn.mean() > 10


def test_each_digit_and_mark_is_a_named_group_in_both_svgs(drawing):
    names = [
        f"{'digit' if part.isdigit() else 'mark'}-{number}"
        for number, part in enumerate("+86(138)05-69", start=1)
    ]
    for make in (export.svg, export.strokes_svg):
        svg = ElementTree.fromstring(make(drawing, SETTINGS).data)
        groups = [group for group in svg.iter(f"{SVG}g") if group.get("id")]
        assert [group.get("id") for group in groups] == names
        assert "".join(group.get("data-name") for group in groups) == "+86(138)05-69"
        assert all(group.findall(f".//{SVG}path") for group in groups)
        assert svg.findtext(f"{SVG}title") == "861380569"
        assert "pen: 0.3" in svg.findtext(f"{SVG}desc")


def test_strokes_lie_in_the_ink(drawing):
    page = inked.lay_out(drawing, SETTINGS.pen)
    ink = inked.ink(page, 4)
    for glyph, lines in inked.strokes_of(page):
        for path in lines.paths:
            x, y = (float(value) for value in re.findall(NUMBER, path)[:2])
            x, y = glyph.x + glyph.scale * x, glyph.y + glyph.scale * y
            row, column = round(4 * y), round(4 * x)
            assert ink[row - 4 : row + 5, column - 4 : column + 5].max() > 100
    plotted = export.strokes_svg(drawing, SETTINGS).data.decode()
    assert 'fill="none"' in plotted
    assert "<rect" not in plotted


def test_a_png_of_scale_n_is_n_times_as_high(drawing):
    sizes = [export.size_of(export.png(drawing, SETTINGS, scale)) for scale in (1, 3, 8)]
    assert [height for _, height in sizes] == [32, 96, 256]
    assert sizes[1][0] == 3 * sizes[0][0]
    assert export.size_of(export.svg(drawing, SETTINGS)) == sizes[2]


def test_mnists_look_shows_the_generators_own_pixels(drawing):
    settings = WritingSettings(SETTINGS.digits, spacing="ink", variation=0.22, look="mnist")
    with Image.open(io.BytesIO(export.png(drawing, settings, 1).data)) as image:
        shown = np.asarray(image.convert("L"))
    page = inked.lay_out(drawing, whole=True)
    for glyph in page.glyphs:
        # The columns of a digit's room have its own pixels, and those of no other.
        left, right = int(np.ceil(glyph.left)), int(glyph.left + glyph.width)
        own = np.zeros((64, 32), np.uint8)
        own[:32] = drawing.pixels[glyph.index]
        own = np.roll(own, int(glyph.y), axis=0)[:32]
        x = int(glyph.x)
        first, last = max(left + 1, x), min(right - 1, x + 32)
        same = shown[:, first:last] == own[:, first - x : last - x]
        assert same.mean() > 0.97, glyph.part
    with Image.open(io.BytesIO(export.png(drawing, settings, 4).data)) as image:
        np.testing.assert_array_equal(np.asarray(image.convert("L"))[::4, ::4], shown)


def test_the_pen_makes_ink_bolder_and_finer(drawing):
    areas = [inked.ink(inked.lay_out(drawing, pen), 2).sum() for pen in (-1.0, 0.0, 1.0)]
    assert areas[0] < 0.9 * areas[1] < 0.9 * 0.9 * areas[2]
