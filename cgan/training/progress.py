"""Progress of training: a bar on a terminal, a line every ten seconds elsewhere."""

import sys
import time
from typing import Any

_SECONDS_BETWEEN_LINES = 10.0
# All of it fits into 80 columns.
_BAR = "{desc}|{bar}| {n_fmt}/{total_fmt}{postfix}"


class Progress:
    """Shows epoch, losses, speed and time left."""

    def __init__(self, n_epochs: int, steps: int, start: int, quiet: bool) -> None:
        """Begin at step `start` of `steps`."""
        self._n_epochs = n_epochs
        self._steps = steps
        self._bar: Any = None
        self._quiet = quiet
        self._images = 0
        self._begin = self._last_line = time.monotonic()
        self._first_step = start
        if sys.stderr.isatty() and not quiet:
            from tqdm import tqdm  # here: without it, train.py can still say what is missing

            self._bar = tqdm(total=steps, initial=start, bar_format=_BAR, dynamic_ncols=True)

    def update(self, step: int, epoch: int, images: int, d_loss: float, g_loss: float) -> None:
        """Show that `step` is done; its batch had `images` images."""
        if self._quiet:
            return
        self._images += images
        now = time.monotonic()
        if step == self._first_step + 1:
            # The first step compiles operators, so it doesn't count towards the speed.
            self._begin, self._images = now, 0
        seconds, done = now - self._begin, step - self._first_step - 1
        known = []
        if done:
            known.append(f"{self._images / max(seconds, 1e-9):,.0f} images/s")
            if step < self._steps:
                known.append(f"{duration((self._steps - step) * seconds / done)} left")
        if self._bar is not None:
            self._bar.set_description_str(f"epoch {epoch + 1}/{self._n_epochs} ", refresh=False)
            losses = f"D {d_loss:.2f}, G {g_loss:.2f}"
            self._bar.set_postfix_str(", ".join((losses, *known)), refresh=False)
            self._bar.update()
        elif now - self._last_line >= _SECONDS_BETWEEN_LINES or step == self._steps:
            self._last_line = now
            at = f"epoch {epoch + 1}/{self._n_epochs}, step {step:,}/{self._steps:,}"
            losses = f"D loss {d_loss:.3f}, G loss {g_loss:.3f}"
            print(", ".join((at, losses, *known)), file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the bar, which stays on the terminal."""
        if self._bar is not None:
            self._bar.close()


def duration(seconds: float) -> str:
    """Return a time in hours, minutes and seconds."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
