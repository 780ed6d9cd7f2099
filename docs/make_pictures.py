"""Make the page's icons, the picture that is shown where its address is shared, and fifty numbers.

    python docs/make_pictures.py

The bundled generator writes them. The same weights give the same files.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cgan import Sampler  # noqa: E402
from cgan.common import files  # noqa: E402
from cgan.writing import look, outline, picture  # noqa: E402
from cgan.writing.settings import NATURAL  # noqa: E402
from demo.serve.pictures import PREVIEW_SIZE  # noqa: E402

STATIC = ROOT / "demo/static"
Ink = NDArray[np.uint8]

# The number of the preview, and the latent of all its digits.
LINES = ("138 1234", "5678")
HAND = {"seed": 27, "row": 22}
SCALE = 6  # of the preview
GAP, SPACE = 4, 10  # between digits and between groups, in the generator's pixels
ROW_HEIGHT, LEFT, WIDTH = 36, 500, 970  # of two pictures of a number, side by side
VISIBLE = 60  # columns with less ink are empty

ICON_DIGIT = 8
ICON_HAND = {"seed": 5, "row": 284}  # a bold one, which can be read in 16 pixels
ICON_SCALE = 6


def digits(sampler: Sampler, text: str, seed: int, row: int) -> Ink:
    """Return (N, 32, 32) uint8: the digits of a text in one hand."""
    labels = np.array([int(digit) for digit in text])
    latent = sampler.latents(row + 1, seed=seed)[row]
    return picture.to_pixels(sampler.generate(np.tile(latent, (len(labels), 1)), labels))


def write_line(sampler: Sampler, text: str) -> Ink:
    """Return (32, W) uint8: digits as close as one writes them."""
    height = sampler.config.img_size
    parts: list[Ink] = []
    for group in text.split():
        for ink in digits(sampler, group, **HAND):
            columns = np.flatnonzero(ink.max(axis=0) > VISIBLE)
            parts += [ink[:, columns[0] : columns[-1] + 1], np.zeros((height, GAP), np.uint8)]
        parts[-1] = np.zeros((height, SPACE), np.uint8)
    return np.concatenate(parts[:-1], axis=1)


def preview(sampler: Sampler) -> bytes:
    """Return the picture of a number on paper, as PNG."""
    width, height = (-(-side // SCALE) for side in PREVIEW_SIZE)
    page = np.zeros((height, width), np.uint8)
    lines = [write_line(sampler, text) for text in LINES]
    top = (height - sum(len(line) for line in lines)) // 2
    for line in lines:
        left = (width - line.shape[1]) // 2
        page[top : top + len(line), left : left + line.shape[1]] = line
        top += len(line)
    drawn = look.colour(page, "paper", "black", SCALE).crop((0, 0, *PREVIEW_SIZE))
    return picture.png(drawn, compress_level=9)


def icon_svg(ink: Ink) -> str:
    """Return the icon as SVG."""
    paper, black = ("#{:02x}{:02x}{:02x}".format(*rgb) for rgb in (look.PAPER, look.INKS["black"]))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="2 2 28 28">'
        f'<rect x="2" y="2" width="28" height="28" rx="5" fill="{paper}"/>'
        f'<path fill="{black}" fill-rule="evenodd" d="{outline.path(ink)}"/></svg>\n'
    )


def fifty(sampler: Sampler) -> bytes:
    """Return fifty numbers, each in even cells and beside that as a hand writes it."""
    random = np.random.default_rng(5)
    rows: list[Ink] = []
    for seed in range(50):
        area, first, last = (random.integers(*ends) for ends in ((30, 99), *[(1000, 9999)] * 2))
        text = f"+86 (1{area}) {first}-{last}"
        before = sampler.write(text, seed=seed)
        after = sampler.write(text, seed=seed, variation=NATURAL, spacing="ink")
        row = np.zeros((ROW_HEIGHT, WIDTH), np.uint8)
        row[: len(before), : before.shape[1]] = before
        row[: len(after), LEFT:][:, : after.shape[1]] = after
        rows.append(row)
    halves = np.concatenate(rows[:25]), np.concatenate(rows[25:])
    page = np.concatenate(halves, axis=1)
    # 16 shades are enough, and the file is half as large.
    return picture.png(look.colour(page // 16 * 17, "paper", "black"), compress_level=9)


def main() -> None:
    """Write `preview.png`, `icon.svg` and `icon.png` into demo/static, `fifty.png` beside this."""
    sampler = Sampler.from_pretrained()
    (icon,) = digits(sampler, str(ICON_DIGIT), **ICON_HAND)
    files.write_bytes(STATIC / "preview.png", preview(sampler))
    files.write_bytes(STATIC / "icon.svg", icon_svg(icon).encode())
    files.write_bytes(ROOT / "docs/fifty.png", fifty(sampler))
    drawn = look.colour(icon, "paper", "black", ICON_SCALE)
    files.write_bytes(STATIC / "icon.png", picture.png(drawn, compress_level=9))


if __name__ == "__main__":
    main()
