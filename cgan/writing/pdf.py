"""A PDF of filled curves: one page, without fonts, dates or anything else that may differ.

As in ISO 32000-1: an object for each thing, a table of where they are, and a trailer.
"""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]
_INFO = 5  # the object that says what the file is


def make(
    shapes: Sequence[Sequence[NDArray[np.float64]]],
    size: tuple[float, float],
    unit: float,
    ink: Rgb,
    paper: Rgb | None,
    about: Mapping[str, str],
) -> bytes:
    """Return a PDF; the same input gives the same bytes.

    Args:
        shapes: closed loops of cubic Bezier curves, each (N, 4, 2); x to the right, y down, from
            the upper left corner. Each shape is filled by the even-odd rule.
        size: width and height of the page.
        unit: how many points (of 1/72 inch) a unit of shapes and size is.
        ink: the shapes' colour.
        paper: the page's; None leaves it as it is.
        about: "Title" and the like, and their texts.
    """
    width, height = size
    parts = [f"{unit:.6f} 0 0 {-unit:.6f} 0 {height * unit:.3f} cm"]
    if paper is not None:
        parts.append(f"{_colour(paper)} rg 0 0 {width:g} {height:g} re f")
    parts.append(f"{_colour(ink)} rg")
    parts += [_path(shape) for shape in shapes if shape]
    content = zlib.compress("\n".join(parts).encode(), 9)
    texts = " ".join(f"/{name} {_text(text)}" for name, text in about.items())
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                "<< /Type /Page /Parent 2 0 R /Resources << >> /Contents 4 0 R "
                f"/MediaBox [0 0 {width * unit:.3f} {height * unit:.3f}] >>"
            ).encode(),
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
            % (len(content), content),
            f"<< {texts} >>".encode(),
        ]
    )


def _path(loops: Sequence[NDArray[np.float64]]) -> str:
    """Return the operators that draw and fill a shape."""
    lines = []
    for loop in loops:
        lines.append("{:.2f} {:.2f} m".format(*loop[0, 0]))
        lines += [
            "{:.2f} {:.2f} {:.2f} {:.2f} {:.2f} {:.2f} c".format(*curve)
            for curve in loop[:, 1:].reshape(-1, 6)
        ]
        lines.append("h")
    return "\n".join([*lines, "f*"])


def _colour(rgb: Rgb) -> str:
    return " ".join(f"{value / 255:.3f}" for value in rgb)


def _text(text: str) -> str:
    """Return a text as PDF has it, in any script."""
    return f"<feff{text.encode('utf-16-be').hex()}>"


def _file(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n"
        b"<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, _INFO, len(data))
    )
