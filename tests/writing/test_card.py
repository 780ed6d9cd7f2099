"""Cards: the number alone, in sizes for print and for a phone, as PNG, SVG and PDF."""

import io
import re
import zlib

import numpy as np
import pytest
from PIL import Image

from cgan import Sampler
from cgan.writing import card, formats, look
from cgan.writing.drawing import draw
from cgan.writing.settings import WritingSettings

SAMPLER = Sampler.from_pretrained()
NUMBER = WritingSettings(
    "+86 (138) 1234-5678", seed=27, variation=0.22, spacing="ink", look="paper", ink="blue"
)
PIXELS = {"business": (1004, 650), "a6": (1748, 1240), "a4": (3508, 2480), "phone": (1080, 1920)}


def make(settings, sheet, kind):
    drawing = draw(SAMPLER, settings.parts(), settings.to_hand())
    return formats.make_card(drawing, settings, sheet, kind)


def objects(pdf):
    """Return the objects of a PDF by their numbers, found as a reader finds them."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1])
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", pdf[start:])]
    for number, place in enumerate(places, start=1):
        assert pdf[place:].startswith(b"%d 0 obj\n" % number)
    return [pdf[place:].partition(b"\nendobj")[0] for place in places]


@pytest.mark.parametrize("sheet", card.SHEETS)
def test_a_png_has_300_dpi_and_the_number_in_the_middle(sheet):
    with Image.open(io.BytesIO(make(NUMBER, sheet, "png").data)) as image:
        assert image.size == PIXELS[sheet]
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.text["digits"] == "8613812345678"
        grey = np.asarray(image.convert("L"))
    rows, columns = (np.flatnonzero((grey < 128).any(axis=axis)) for axis in (1, 0))
    margin = min(grey.shape) // 10
    for ink, side in ((rows, grey.shape[0]), (columns, grey.shape[1])):
        assert ink[0] >= margin - 2
        assert abs(ink[0] + ink[-1] + 1 - side) <= 4
    assert columns[0] <= margin + 2  # as large as the margins allow


def test_a_pdf_has_the_outlines_and_the_same_bytes_each_time():
    pdf = make(NUMBER, "business", "pdf").data
    assert pdf == make(NUMBER, "business", "pdf").data
    found = objects(pdf)
    assert b"/MediaBox [0 0 240.945 155.906]" in found[2]
    content = zlib.decompress(re.search(rb"stream\n(.*)\nendstream", found[3], re.S)[1]).decode()
    assert content.count("f*") == 17  # thirteen digits and four marks
    svg = make(NUMBER, "business", "svg").data.decode()
    assert content.count(" m\n") == sum(
        len(re.findall("m", d)) for d in re.findall(r' d="(m[^"]+)', svg)
    )
    assert "8613812345678".encode("utf-16-be").hex().encode() in found[4]


def test_an_svg_has_millimetres_and_a_group_for_each_digit():
    svg = make(NUMBER, "business", "svg").data.decode()
    assert 'width="85mm" height="55mm"' in svg
    assert svg.count("<g id=") == 17
    assert f'fill="rgb{look.PAPER}"' in svg


def test_a_clear_card_has_no_paper_and_one_digit_is_no_poster():
    clear = WritingSettings("8", seed=5, look="clear", spacing="ink")
    with Image.open(io.BytesIO(make(clear, "a6", "png").data)) as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha[0, 0] == 0
    rows = np.flatnonzero(alpha.max(axis=1) > 128)
    assert 0.4 < (rows[-1] - rows[0]) / len(alpha) <= 0.51
    assert b" re f" not in zlib.decompress(
        re.search(rb"stream\n(.*)\nendstream", make(clear, "a6", "pdf").data, re.S)[1]
    )
