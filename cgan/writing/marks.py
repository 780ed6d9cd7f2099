"""The marks of a number, such as + - ( ) . / and a comma, written with a hand's pen.

The generator has no class for them. A straight stroke that it draws, a 1, shows the pen: how wide
the stroke is, and how it leans. A mark is lines of that width with round ends.
"""

import itertools
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan.writing.hand import MAX_VARIATION
from cgan.writing.measures import slant, stroke_width
from cgan.writing.number import MAX_DIGITS

# The class that shows the pen, and where the latents of marks begin among those of a seed: behind
# those of all digits and their variations.
LABEL = 1
FIRST_LATENT = MAX_DIGITS * (MAX_VARIATION + 1)

# Where digits stand in a picture of 32 x 32, as MNIST places them: the line that they stand on, and
# their height.
SIDE = 32
BASELINE = 27.4
HEIGHT = 22.8

_Points = list[tuple[float, float]]


class Pen(NamedTuple):
    """A pen.

    Attributes:
        width: of its strokes, in pixels of a picture of 32 x 32.
        slant: how far its strokes lean to the right, as dx/dy.
        shake: (8,) from -1 to 1, by which each mark differs a little from the others.
    """

    width: float
    slant: float
    shake: tuple[float, ...]


def _arc(bulge: float) -> _Points:
    """Return a bracket's curve, which bulges to the left for a negative number."""
    share = np.linspace(-1, 1, 17)
    x, y = 16 - bulge / 2 + bulge * (1 - share**2), 16.4 + 13.2 * share
    return list(zip(x.tolist(), y.tolist(), strict=True))


class _Form(NamedTuple):
    """How a mark is written.

    Attributes:
        lines: as points in a picture of 32 x 32.
        leans: whether it leans with the hand; a dash or a dot doesn't.
    """

    lines: list[_Points]
    leans: bool = True


_FORMS = {
    "-": _Form([[(11.8, 17.2), (20.2, 16.8)]], leans=False),
    "+": _Form([[(11.2, 17.4), (20.8, 16.8)], [(16.0, 12.2), (16.0, 22.0)]]),
    ".": _Form([[(16.0, BASELINE - 1.2), (16.3, BASELINE - 1.0)]], leans=False),
    ",": _Form([[(16.4, BASELINE - 1.4), (16.2, BASELINE + 0.6), (14.9, BASELINE + 2.6)]]),
    "/": _Form([[(12.4, BASELINE + 1.0), (19.6, BASELINE - HEIGHT - 1.0)]]),
    "(": _Form([_arc(-4.6)]),
    ")": _Form([_arc(4.6)]),
    "[": _Form([[(18.4, 3.6), (14.6, 3.6), (14.6, 29.0), (18.4, 29.0)]]),
    "]": _Form([[(13.6, 3.6), (17.4, 3.6), (17.4, 29.0), (13.6, 29.0)]]),
}
# A pen is never thinner or thicker than this, whatever the 1 looks like.
_WIDTHS = (1.9, 4.2)
_SLANTS = (-0.3, 0.7)


def ink(mark: str, stroke: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Write a mark.

    Args:
        mark: one of `cgan.writing.number.MARKS`.
        stroke: (H, W) uint8, ink 255 on 0: a 1 of the hand, which shows its pen.

    Returns:
        (H, W) uint8, ink 255 on 0, at the place and in the size that a person gives it beside
        digits.
    """
    return _ink(mark, stroke.tobytes(), stroke.shape)


@lru_cache(maxsize=1024)
def _ink(mark: str, data: bytes, shape: tuple[int, int]) -> NDArray[np.uint8]:
    stroke = np.frombuffer(data, np.uint8).reshape(shape)
    return _drawn(mark, pen_of(stroke), shape)


def pen_of(stroke: NDArray[np.uint8]) -> Pen:
    """Return the pen that drew a straight stroke, (H, W) uint8."""
    grey = stroke / 255
    width = stroke_width(grey) * SIDE / len(stroke)
    # Any numbers will do that differ from stroke to stroke, and are the same for the same one.
    rows = np.linspace(0.3, 0.7, 8) * len(stroke)
    shake = [float(np.sin(7 * grey[int(row)].sum() + 5 * index)) for index, row in enumerate(rows)]
    return Pen(float(np.clip(width, *_WIDTHS)), float(np.clip(slant(grey), *_SLANTS)), tuple(shake))


def _drawn(mark: str, pen: Pen, shape: tuple[int, int]) -> NDArray[np.uint8]:
    scale = shape[0] / SIDE
    y, x = (np.indices(shape) + 0.5) / scale
    distance = np.full(shape, np.inf)
    for number, line in enumerate(_FORMS[mark].lines):
        points = _placed(mark, line, pen, number)
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            distance = np.minimum(distance, _distance(x, y, x0, y0, x1, y1))
    # Grey at the edge, as MNIST's strokes are.
    cover = np.clip((pen.width / 2 - distance) * min(scale, 1.0) + 0.5, 0, 1)
    drawn: NDArray[np.uint8] = np.rint(255 * cover).astype(np.uint8)
    return drawn


def _placed(mark: str, line: _Points, pen: Pen, number: int) -> _Points:
    """Return a mark's line as the hand writes it: leaning, and a little different each time."""
    lean = pen.slant if _FORMS[mark].leans else 0.0
    middle = BASELINE - HEIGHT / 2
    shake = pen.shake[4 * number : 4 * number + 4] or pen.shake[:4]
    placed = []
    for index, (x, y) in enumerate(line):
        share = index / max(len(line) - 1, 1)  # from one end to the other
        across = 0.45 * (shake[0] * (1 - share) + shake[1] * share)
        along = 0.45 * (shake[2] * (1 - share) + shake[3] * share)
        placed.append((x - lean * (y - middle) + across, y + along))
    return placed


def _distance(
    x: NDArray[np.float64], y: NDArray[np.float64], x0: float, y0: float, x1: float, y1: float
) -> NDArray[np.float64]:
    """Return the distance of each point from a line between two points."""
    dx, dy = x1 - x0, y1 - y0
    length = max(dx * dx + dy * dy, 1e-9)
    share = np.clip(((x - x0) * dx + (y - y0) * dy) / length, 0, 1)
    return np.hypot(x - x0 - share * dx, y - y0 - share * dy)
