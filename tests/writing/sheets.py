"""Sheets of paper with digits, as a camera sees them; and the digits themselves."""

import numpy as np
from PIL import Image, ImageDraw

# Strokes of each digit, in a box of 10 by 16.
STROKES = {
    0: [[(5, 0), (1, 4), (1, 12), (5, 16), (9, 12), (9, 4), (5, 0)]],
    1: [[(2, 3), (5, 0), (5, 16)]],
    2: [[(1, 4), (4, 0), (9, 3), (8, 7), (1, 16), (10, 16)]],
    3: [[(1, 1), (8, 1), (5, 7), (9, 11), (6, 16), (1, 14)]],
    4: [[(7, 16), (7, 0), (0, 11), (10, 11)]],
    5: [[(2, 3), (2, 8), (8, 9), (8, 14), (2, 16)], [(2, 0), (9, 0)]],  # the bar stands apart
    6: [[(8, 0), (2, 8), (3, 15), (8, 15), (8, 10), (2, 10)]],
    7: [[(0, 1), (9, 1), (3, 16)]],
    8: [[(5, 7), (1, 3), (5, 0), (9, 3), (1, 12), (5, 16), (9, 12), (5, 7)]],
    9: [[(9, 5), (4, 8), (2, 3), (6, 0), (9, 5), (8, 16)]],
    # A 4 whose upright stands apart, and two digits close together.
    "apart": [[(3, 0), (0, 11), (5, 11)], [(7, 0), (7, 16)]],
    "11": [[(2, 0), (2, 16)], [(4, 0), (4, 16)]],
}


def drawn(digit, *, height=160, pen=12, lean=0.0):
    """Return a digit as somebody draws it: (H, W) uint8, ink 255 on 0."""
    scale, margin = height / 16, 2 * pen + height // 2
    image = Image.new("L", (height + 2 * margin, height + 2 * margin))
    draw = ImageDraw.Draw(image)
    for stroke in STROKES[digit]:
        points = [(margin + scale * (x + lean * (8 - y)), margin + scale * y) for x, y in stroke]
        draw.line(points, fill=255, width=pen, joint="curve")
        for x, y in points:
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(image)


def sheet(
    digits,
    *,
    lines=1,
    angle=0.0,
    shadow=0.0,
    noise=0.0,
    ruled=0,
    light=215,
    squared=False,
    margin=0,
    wobble=10,
    seed=0,
):
    """Return a photograph of digits on paper: (H, W) uint8.

    Args:
        digits: which, line by line.
        lines: how many.
        angle: by how many degrees the paper is turned.
        shadow: which part of the light is missing at the darkest place.
        noise: standard deviation of the camera's noise.
        ruled: how dark the paper's lines are, from 0 to 255.
        light: of white paper.
        squared: whether the paper's lines are upright, too.
        margin: of paper around, in pixels, so that a turned sheet stays in the picture.
        wobble: by how many pixels digits are above or below their line at most.
        seed: of the digits' places and the noise.
    """
    rng = np.random.default_rng(seed)
    per_line = -(-len(digits) // lines)
    width, height = 160 * per_line + 80 + 2 * margin, 240 * lines + 2 * margin
    paper = Image.new("L", (width, height))
    draw = ImageDraw.Draw(paper)
    for y in range(30, height, 56) if ruled else ():
        draw.line([(0, y), (width, y)], fill=ruled, width=2)
    for x in range(30, width, 56) if ruled and squared else ():
        draw.line([(x, 0), (x, height)], fill=ruled, width=2)
    for index, digit in enumerate(digits):
        line, column = divmod(index, per_line)
        ink = Image.fromarray(drawn(digit, height=110, pen=9))
        x = margin + 40 + 160 * column + rng.integers(-8, 9)
        y = margin + 240 * line + rng.integers(-wobble, wobble + 1)
        paper.paste(255, (int(x) - 33, int(y) + 7), ink)
    paper = paper.rotate(angle, resample=Image.Resampling.BICUBIC)
    ink = np.asarray(paper, np.float64) / 255
    lit = light * (
        1 - shadow * np.linspace(0, 1, width)[None] * np.linspace(0.3, 1, height)[:, None]
    )
    seen = lit * (1 - 0.8 * ink) + rng.normal(0, noise, (height, width))
    return np.clip(seen, 0, 255).astype(np.uint8)
