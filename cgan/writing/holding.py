"""What makes strokes hold: pieces of a digit that belong together are joined, specks go."""

import numpy as np
from numpy.typing import NDArray

from cgan.writing.contours import Contours, contours
from cgan.writing.field import Field


def held(inks: NDArray[np.uint8], level: float) -> tuple[Field, Contours]:
    """Return the field of digits whose strokes hold, and its contours.

    Args:
        inks: (N, H, W) uint8, 255 where there is ink.
        level: of the contours.
    """
    field = Field(inks / 255)
    return field, contours(field.grid(), level)
