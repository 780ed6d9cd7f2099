"""The centre lines of strokes, as a graph of pixels: thinning and tracing.

Thinning by Guo and Hall (1989, "Parallel thinning with two-subiteration algorithms"): scikit-image
has it, too, but with SciPy would be ten times as large as all that this package needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixel = tuple[int, int]  # row and column
Bits = NDArray[np.bool_]

_SIDES = ((-1, 0), (0, 1), (1, 0), (0, -1))
_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


@dataclass(eq=False)
class Edge:
    """A centre line between two nodes, which may be the same.

    Attributes:
        pixels: in order, without those of the nodes.
        nodes: the numbers of the nodes at its start and at its end; None for a ring without any.
    """

    pixels: list[Pixel]
    nodes: tuple[int, int] | None


def thin(mask: Bits) -> Bits:
    """Return the mask's centre lines, one pixel wide, connected as the mask is."""
    thinned = np.pad(mask, 1)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            removed = _removable(thinned, first)
            if removed.any():
                thinned[1:-1, 1:-1] &= ~removed
                changed = True
    return thinned[1:-1, 1:-1]


def _removable(padded: Bits, first: bool) -> Bits:
    """Return which pixels a subiteration removes, without the padding."""
    # Clockwise from north.
    p2, p3, p4, p5, p6, p7, p8, p9 = (
        padded[1 + row : padded.shape[0] - 1 + row, 1 + column : padded.shape[1] - 1 + column]
        for row, column in (
            (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1),
        )
    )  # fmt: skip
    crossings = (
        (~p2 & (p3 | p4)).astype(np.int8)
        + (~p4 & (p5 | p6))
        + (~p6 & (p7 | p8))
        + (~p8 & (p9 | p2))
    )
    pairs1 = (p9 | p2).astype(np.int8) + (p3 | p4) + (p5 | p6) + (p7 | p8)
    pairs2 = (p2 | p3).astype(np.int8) + (p4 | p5) + (p6 | p7) + (p8 | p9)
    fewest = np.minimum(pairs1, pairs2)
    side = (p2 | p3 | ~p5) & p4 if first else (p6 | p7 | ~p9) & p8
    removable: Bits = padded[1:-1, 1:-1] & (crossings == 1) & (fewest >= 2) & (fewest <= 3) & ~side
    return removable


def trace(thinned: Bits) -> tuple[list[list[Pixel]], list[Edge]]:
    """Return the graph of centre lines.

    Returns:
        The pixels of each node, which is an end or where lines meet, and the edges.
    """
    left = {(int(row), int(column)) for row, column in np.argwhere(thinned)}
    near = {pixel: list(_neighbours(pixel, left)) for pixel in sorted(left)}
    special = [pixel for pixel, others in near.items() if len(others) != 2]
    node_of: dict[Pixel, int] = {}
    nodes: list[list[Pixel]] = []
    for pixel in special:
        if pixel in node_of:
            continue
        nodes.append([])
        found = [pixel]
        while found:
            member = found.pop()
            if member in node_of:
                continue
            node_of[member] = len(nodes) - 1
            nodes[-1].append(member)
            # Pixels side by side where lines meet are one node.
            found += [other for other in near[member] if len(near[other]) > 2]
    seen: set[Pixel] = set()
    edges = []
    for number, members in enumerate(nodes):
        for member in members:
            for step in near[member]:
                if step in node_of:
                    # Two nodes side by side; one of them is an end.
                    if node_of[step] > number:
                        edges.append(Edge([], (number, node_of[step])))
                elif step not in seen:
                    pixels, last = _walk(member, step, near, node_of)
                    seen.update(pixels)
                    edges.append(Edge(pixels, (number, node_of[last])))
    for pixel in near:
        if pixel not in node_of and pixel not in seen:
            pixels, _ = _walk(near[pixel][0], pixel, near, {near[pixel][0]: 0})
            seen.update([*pixels, near[pixel][0]])
            edges.append(Edge([near[pixel][0], *pixels], None))
    return nodes, edges


def _walk(
    before: Pixel, pixel: Pixel, near: dict[Pixel, list[Pixel]], ends: dict[Pixel, int]
) -> tuple[list[Pixel], Pixel]:
    """Return the pixels from one on until a pixel of `ends`, and that one."""
    pixels = []
    while pixel not in ends:
        pixels.append(pixel)
        one, other = near[pixel]
        before, pixel = pixel, other if one == before else one
    return pixels, pixel


def _neighbours(pixel: Pixel, among: set[Pixel]) -> Iterator[Pixel]:
    """Yield the linked pixels; a corner counts where no side leads to it."""
    row, column = pixel
    for down, right in _SIDES:
        if (row + down, column + right) in among:
            yield row + down, column + right
    for down, right in _CORNERS:
        corner = (row + down, column + right)
        if corner in among and not {(row + down, column), (row, column + right)} & among:
            yield corner
