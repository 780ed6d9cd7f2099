"""The pictures of a run as a whole: the loss curves and the animation of its samples."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cgan.common import files

_MAX_FRAMES = 100
_FRAME_MS = 120
_LAST_FRAME_MS = 2000
_CURVE_POINTS = 400


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
    axes.plot(averages[:, 0], averages[:, 2], label="discriminator", color="#444444")
    axes.plot(averages[:, 0], averages[:, 3], label="generator", color="#c0392b")
    axes.set_xlabel("step")
    axes.set_ylabel("loss")
    if averages[:, 2:].min() >= 0:  # a generator's hinge loss may be negative
        axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    with files.replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def save_animation(path: Path, frames: Sequence[Path]) -> None:
    """Make a GIF that loops over pictures and shows the last one longest.

    If there are more than 100 pictures, 100 evenly spaced ones are used.

    Args:
        path: GIF to write.
        frames: PNG files of the same size, at least one, in order.
    """
    count = min(len(frames), _MAX_FRAMES)
    chosen = [frames[round(i)] for i in np.linspace(0, len(frames) - 1, count)]
    images = [Image.open(frame).convert("L" if _is_grey(frame) else "RGB") for frame in chosen]
    with files.replacing(path) as temporary:
        images[0].save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=images[1:],
            duration=[_FRAME_MS] * (count - 1) + [_LAST_FRAME_MS],
            loop=0,
        )


def _is_grey(frame: Path) -> bool:
    with Image.open(frame) as image:
        return bool(image.mode == "L")
