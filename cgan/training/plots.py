"""The pictures of a run as a whole: the loss curves and the animation of its samples."""

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cgan.common import files, reading
from cgan.common.terminal import warn

_MAX_FRAMES = 100
_FRAME_MS = 120
_LAST_FRAME_MS = 2000
_CURVE_POINTS = 400
# With so few points, each is marked: a single one makes no line.
_FEW_POINTS = 20
_PNG_OVERHEAD = 1 << 20


def save_loss_curves(path: Path, losses: Sequence[tuple[int, int, float, float]]) -> None:
    """Draw both losses against the step, averaged where there are many rows.

    Args:
        path: PNG to write.
        losses: rows (step, epoch, d_loss, g_loss), at least one.
    """
    from matplotlib.figure import Figure  # here: it is slow to import

    rows = np.array(losses, dtype=np.float64)
    group = max(1, len(rows) // _CURVE_POINTS)
    averages = np.array(
        [part.mean(axis=0) for part in np.split(rows, range(group, len(rows), group))]
    )
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot()
    marker = "o" if len(averages) <= _FEW_POINTS else ""
    for column, label, color in ((2, "discriminator", "#444444"), (3, "generator", "#c0392b")):
        axes.plot(averages[:, 0], averages[:, column], marker=marker, label=label, color=color)
    axes.set_xlabel("step")
    axes.set_ylabel("loss")
    if averages[:, 2:].min() >= 0:  # a generator's hinge loss may be negative
        axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    with files.replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def save_animation(path: Path, frames: Sequence[Path], shape: tuple[int, ...]) -> None:
    """Make a GIF that loops over pictures and shows the last one longest.

    If there are more than 100 pictures, 100 evenly spaced ones are used. Files that aren't such
    pictures are left out, with a warning; without any picture, nothing is written.

    Args:
        path: GIF to write.
        frames: PNG files, in order.
        shape: (height, width) of grey pictures or (height, width, 3) of colour.
    """
    count = min(len(frames), _MAX_FRAMES)
    chosen = [frames[round(i)] for i in np.linspace(0, len(frames) - 1, count)]
    images = [image for frame in chosen if (image := _read_frame(frame, shape)) is not None]
    if left_out := len(chosen) - len(images):
        warn(f"{left_out} of the pictures for {path} can't be read, and are left out.")
    if not images:
        return
    with files.replacing(path) as temporary:
        images[0].save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=images[1:],
            duration=[_FRAME_MS] * (len(images) - 1) + [_LAST_FRAME_MS],
            loop=0,
        )


def _read_frame(path: Path, shape: tuple[int, ...]) -> Image.Image | None:
    """Return the picture in a PNG file, or None if it isn't one of this shape.

    The size is looked at before any pixel is unpacked.
    """
    height, width, *colours = shape
    limit = 2 * math.prod(shape) + _PNG_OVERHEAD
    try:
        with Image.open(io.BytesIO(reading.read(path, limit)), formats=["PNG"]) as image:
            if image.size != (width, height):
                return None
            return image.convert("RGB" if colours else "L")
    # Pillow raises almost anything for a damaged picture.
    except Exception:
        return None
