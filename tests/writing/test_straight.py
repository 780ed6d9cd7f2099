"""How a sheet is turned, as its rows of digits show it."""

import numpy as np
import pytest

from cgan.writing.pieces import Piece
from cgan.writing.straight import by_rows

HEIGHT = 107  # of a digit


def rows(rng, turned, *, wobble=0.25, per_row=5, count=10):
    """Return digits in rows, unevenly placed, on a sheet that was turned by some degrees."""
    row, column = np.divmod(np.arange(count), per_row)
    x = 230.0 * column + rng.uniform(-12, 12, count)
    y = 300.0 * row + HEIGHT * rng.uniform(-wobble, wobble, count)
    angle = np.radians(turned)
    places = np.stack(
        [np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y]
    )
    places += 150 - places.min(axis=1, keepdims=True)
    width, height = (int(side) + 150 for side in places.max(axis=1))
    digits = [
        Piece(int(left), int(top), np.ones((HEIGHT, rng.integers(20, 80)), bool))
        for left, top in places.T
    ]
    return digits, (height, width)


def angle_of(view):
    if view is None:
        return 0.0
    (left, top), _, _, (right, upper) = view.corners
    return float(np.degrees(np.arctan2(upper - top, right - left)))


@pytest.mark.parametrize("turned", [0, 5, -12])
def test_digits_that_are_unevenly_placed_turn_no_sheet(turned):
    found = [angle_of(by_rows(*rows(np.random.default_rng(seed), turned))) for seed in range(8)]
    off = np.abs(np.array(found) - turned)
    assert np.median(off) < 1.5
    if not turned:  # the seventh would fit other rows, turned by 7 degrees
        assert off.max() < 3
