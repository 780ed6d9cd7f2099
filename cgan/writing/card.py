"""Cards: a number alone on a sheet of a common size, to print or for a phone's screen.

They are PNG, SVG or PDF (`cgan.writing.formats`). All three have the page's own outlines, spaced as
a hand spaces them, as large as the margins allow, in the middle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from cgan.writing import inked, picture
from cgan.writing import look as looks
from cgan.writing import pdf as pdfs
from cgan.writing.drawing import Drawing
from cgan.writing.limits import check_grey
from cgan.writing.settings import WritingSettings
from cgan.writing.spacing import GROUP_GAP, LINE_HEIGHT, Page, divisions, space, wrap

DPI = 300
# A sheet's units are tenths of a millimetre.
_PER_INCH = 254.0
_MM = 10.0
# The margin, as a share of the shorter side.
_MARGIN = 0.1
# The ink is at most this share of the sheet's height: a single digit isn't a poster.
_TALLEST = 0.5


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        width: in millimetres.
        height: in millimetres.
        screen_of: what it fills the screen of; "" for paper.
    """

    width: float
    height: float
    screen_of: str = ""

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height as PNG."""
        width, height = (round(side * _MM * DPI / _PER_INCH) for side in (self.width, self.height))
        return width, height


def _screen(device: str, width: int, height: int) -> Sheet:
    """Return a sheet that has so many pixels as PNG."""
    return Sheet(width * _PER_INCH / DPI / _MM, height * _PER_INCH / DPI / _MM, device)


# In the order of the page. To add a size, add an entry, and its name to the page's languages.
SHEETS = {
    "business": Sheet(85, 55),
    "a6": Sheet(148, 105),
    "a4": Sheet(297, 210),
    "phone": _screen("phone", 1080, 1920),
}


def lay_out(drawing: Drawing, pen: float, sheet: Sheet) -> Page:
    """Return the number in the lines that make it largest, in the middle of the sheet.

    Args:
        drawing: the number.
        pen: from -1, the finest, to 1, the boldest.
        sheet: one of `SHEETS`.

    Raises:
        BadValue: the picture is not grey.
    """
    check_grey(drawing.pixels)
    width, height = sheet.width * _MM, sheet.height * _MM
    margin = _MARGIN * min(width, height)
    best, largest = Page([], width, height), 0.0
    for page in _wrapped(drawing, pen):
        left, top, right, bottom = _extent(page)
        scale = min(
            (width - 2 * margin) / (right - left),
            (height - 2 * margin) / (bottom - top),
            _TALLEST * height / (bottom - top) * page.height / LINE_HEIGHT,
        )
        if scale > largest:
            x = (width - (left + right) * scale) / 2
            y = (height - (top + bottom) * scale) / 2
            glyphs = [
                replace(one, scale=one.scale * scale, x=one.x * scale + x, y=one.y * scale + y)
                for one in page.glyphs
            ]
            best, largest = Page(glyphs, width, height), scale
    return best


def _wrapped(drawing: Drawing, pen: float) -> Iterator[Page]:
    """Yield the number in one line, in about two, and so on; groups stay whole."""
    groups = space(drawing.parts, drawing.pixels, pen)
    widest = max(group.width for group in groups)
    whole = sum(group.width + GROUP_GAP for group in groups)
    for lines in range(1, len(groups) + 1):
        yield wrap(groups, max(whole / lines, widest))
    if len(groups) == 1:  # many digits without a gap
        for pieces in divisions(groups[0]):
            yield wrap(pieces, max(piece.width for piece in pieces))


def _extent(page: Page) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the ink."""
    boxes = np.array(
        [
            (
                one.x + one.outline.left * one.scale,
                one.y + one.outline.top * one.scale,
                -one.x - one.outline.right * one.scale,
                -one.y - one.outline.bottom * one.scale,
            )
            for one in page.glyphs
        ]
    ).min(axis=0)
    left, top, right, bottom = (boxes * (1, 1, -1, -1)).tolist()
    return left, top, max(right, left + 1), max(bottom, top + 1)  # maybe there is no ink


def png(page: Page, drawing: Drawing, settings: WritingSettings) -> bytes:
    """Return a card as PNG, with its size."""
    image = looks.colour(inked.ink(page, DPI / _PER_INCH), settings.look, settings.ink)
    fields = settings.fields(drawing.digits, drawing.weights)
    return picture.png(image, fields, compress_level=9, dpi=(DPI, DPI))


def svg(page: Page, drawing: Drawing, settings: WritingSettings) -> bytes:
    """Return a card as SVG."""
    look = looks.LOOKS[settings.look]
    size = f"0 0 {page.width:g} {page.height:g}"
    paper = "" if look.paper is None else f'<path d="M0 0H{page.width:g}V{page.height:g}H0z" '
    sheet = paper and f'{paper}fill="rgb{look.paper}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" '
        f'width="{page.width / _MM:g}mm" height="{page.height / _MM:g}mm">'
        f"<title>{drawing.digits}</title><desc>{escape(_about(drawing, settings))}</desc>{sheet}"
        f'<g fill="rgb{look.ink_of(settings.ink)}" fill-rule="evenodd">'
        f"{inked.outlines_svg(page)}</g></svg>\n"
    ).encode()


def pdf(page: Page, drawing: Drawing, settings: WritingSettings) -> bytes:
    """Return a card as PDF."""
    look = looks.LOOKS[settings.look]
    return pdfs.make(
        [one.loops for one in page.glyphs],
        (page.width, page.height),
        72 / _PER_INCH,
        look.ink_of(settings.ink),
        look.paper,
        {"Title": drawing.digits, "Subject": _about(drawing, settings)},
    )


def _about(drawing: Drawing, settings: WritingSettings) -> str:
    fields = settings.fields(drawing.digits, drawing.weights)
    return "; ".join(f"{name}: {text}" for name, text in fields.items())
