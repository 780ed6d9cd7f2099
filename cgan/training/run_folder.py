"""The folder of one training run: what it holds, and who may write there."""

import contextlib
import csv
import errno
import fcntl
import os
import shlex
from pathlib import Path
from typing import TypeAlias

import numpy as np

from cgan.common import files, reading
from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.model.weights import CONFIG_NAME, WEIGHTS_NAME
from cgan.training import checkpoint

_LOCK_NAME = ".lock"
_LOSS_COLUMNS = ("step", "epoch", "d_loss", "g_loss")
# A row of 30 bytes for every 50 steps: more than 50 million steps.
_MAX_LOSSES_BYTES = 32 << 20
_MAX_COUNT = 2**63 - 1
# Losses are float32.
_MAX_LOSS = float(np.finfo(np.float32).max)

Losses: TypeAlias = tuple[int, int, float, float]
"""Step, epoch, and the losses of D and of G."""


class RunFolder:
    """Paths in a run folder, which one process at a time holds until its `with` block ends.

    Attributes:
        path: the folder; the publishable `config.json` and `model.safetensors` are in it.
        checkpoint: the file that a resumed run continues from.
        best: folder of the best weights so far, if they are measured during training.
        losses_csv: the losses; a row for the first step, for every 50 steps and for the last.
        losses_png: the same as curves.
        samples: folder of the sample grids.
        progress_gif: an animation of the sample grids.
        result_png: the written number.
    """

    def __init__(self, path: Path) -> None:
        """Name the parts; `create` or `reopen` makes or opens the folder."""
        self.path = path
        self._is_new = False
        self.checkpoint = path / "checkpoint" / "last.safetensors"
        self.best = path / "checkpoint" / "best"
        self.losses_csv = path / "losses.csv"
        self.losses_png = path / "losses.png"
        self.samples = path / "samples"
        self.progress_gif = path / "progress.gif"
        self.result_png = path / "result.png"

    @classmethod
    def create(cls, path: Path) -> "RunFolder":
        """Make the folder, which must not hold any file yet.

        Raises:
            BadValue: it holds one.
            UserError: it can't be made or written to.
        """
        run = cls(path)
        run.check_new()
        run._is_new = not path.exists()
        try:
            run.samples.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise kind_of(error)(
                f"Could not make the run folder {path}: {error.strerror}; choose another with "
                "--out."
            ) from error
        run._lock()
        try:
            run.check_new()  # again, now that no other process can begin a run here
        except UserError:
            run._lock_file.close()
            raise
        return run

    def check_new(self) -> None:
        """Check that no run, and no other file, would be overwritten.

        Raises:
            BadValue: the folder holds a file already.
        """
        found = (path for path in self.path.rglob("*") if path.name != _LOCK_NAME)
        if self.path.is_file() or any(path.is_file() for path in found):
            again = f", or continue the run in it with --resume {shlex.quote(str(self.path))}"
            raise BadValue(
                f"{self.path} is already in use: choose another folder with --out"
                f"{again if self._is_run() and not self._lacks_checkpoint() else ''}."
            )

    def _is_run(self) -> bool:
        return (self.path / CONFIG_NAME).is_file()

    def _lacks_checkpoint(self) -> bool:
        """Return whether there are weights that can't be trained on."""
        # A run saves its checkpoint before its weights.
        return (self.path / WEIGHTS_NAME).exists() and not checkpoint.exists(self.checkpoint)

    @classmethod
    def reopen(cls, path: Path) -> "RunFolder":
        """Open an existing run to continue it; delete what a killed process left half-written.

        Raises:
            MissingFile: there is no run, or nothing to continue it from.
            UserError: another process is training in it.
        """
        run = cls(path)
        if not run._is_run():
            raise MissingFile(f"There is no run in {path}: {path / CONFIG_NAME} is missing.")
        if run._lacks_checkpoint():
            raise MissingFile(
                f"{path} holds weights, but no checkpoint to continue from: "
                f"{run.checkpoint.parent} is missing. The weights stay as they are. Begin a new "
                "run with --out."
            )
        run._lock()
        with contextlib.suppress(OSError):  # what is written there will say what is wrong
            run.samples.mkdir(exist_ok=True)
        for folder in (run.path, run.samples, run.checkpoint.parent, run.best):
            files.remove_stale_temporaries(folder)
        return run

    def leave_nothing(self) -> None:
        """Delete what `create` made, if nothing was begun: the data or the options were wrong."""
        if any(path.is_file() and path.name != _LOCK_NAME for path in self.path.rglob("*")):
            return
        with contextlib.suppress(OSError):
            self.samples.rmdir()
            (self.path / _LOCK_NAME).unlink()
            if self._is_new:
                self.path.rmdir()

    def sample(self, step: int) -> Path:
        """Return where the sample grid after `step` steps goes."""
        return self.samples / f"{step}.png"

    def sample_paths(self) -> list[Path]:
        """Return the existing sample grids, in order of steps."""
        named = (path for path in self.samples.glob("*.png") if path.stem.isdecimal())
        found = (path for path in named if path.is_file())  # no folder or pipe
        return sorted(found, key=lambda path: int(path.stem))

    def append_losses(self, step: int, epoch: int, d_loss: float, g_loss: float) -> None:
        """Add a row to `losses.csv`.

        Raises:
            UserError: it can't be written.
        """
        try:
            new = not self.losses_csv.exists()
            with open(self.losses_csv, "a", newline="") as file:
                writer = csv.writer(file)
                if new:
                    writer.writerow(_LOSS_COLUMNS)
                writer.writerow((step, epoch, f"{d_loss:.6g}", f"{g_loss:.6g}"))
        except OSError as error:
            raise kind_of(error)(f"Could not write {self.losses_csv}: {error.strerror}.") from error

    def read_losses(self) -> list[Losses]:
        """Return the rows (step, epoch, d_loss, g_loss), without one that a kill cut short.

        Raises:
            BadValue: the file holds something that no run writes; names the line.
            UserError: it can't be read.
        """
        try:
            data = reading.read(self.losses_csv, _MAX_LOSSES_BYTES)
        except FileNotFoundError:
            return []
        except (OSError, reading.TooLarge) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise kind_of(error)(f"Could not read {self.losses_csv}: {why}.") from error
        # A row is complete only if its line end was written, too.
        lines = data.rpartition(b"\n")[0].decode(errors="replace").split("\n")
        if lines != [""] and lines[0].rstrip("\r") != ",".join(_LOSS_COLUMNS):
            raise self._damaged_losses(1)
        rows = []
        for number, line in enumerate(lines[1:], start=2):
            try:
                rows.append(_parse_losses(line))
            except ValueError as error:
                raise self._damaged_losses(number) from error
        return rows

    def _damaged_losses(self, line: int) -> BadValue:
        return BadValue(
            f"{self.losses_csv} is damaged in line {line}, which is not "
            f"{', '.join(_LOSS_COLUMNS)}: correct the line, or delete the file to go on without "
            "the losses so far."
        )

    def forget_after(self, step: int) -> None:
        """Delete the losses and samples of steps after the checkpoint's.

        Raises:
            UserError: the losses can't be read or written.
        """
        self._write_losses([row for row in self.read_losses() if row[0] <= step])
        for path in self.sample_paths():
            if int(path.stem) > step:
                path.unlink()

    def forget_losses(self, step: int) -> None:
        """Delete the losses of a step.

        Raises:
            UserError: the losses can't be read or written.
        """
        self._write_losses([row for row in self.read_losses() if row[0] != step])

    def _write_losses(self, rows: list[Losses]) -> None:
        lines = [",".join(_LOSS_COLUMNS)]
        lines += [f"{row[0]},{row[1]},{row[2]:.6g},{row[3]:.6g}" for row in rows]
        files.write_text(self.losses_csv, "".join(f"{line}\r\n" for line in lines))

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(self, *_: object) -> None:
        self._lock_file.close()

    def _lock(self) -> None:
        """Hold the folder until the end of the `with` block, or of the process.

        The lock belongs to this process alone: compilers that Jittor forks don't inherit it.
        """
        try:
            # It follows no link to another file, and doesn't wait for the other end of a pipe.
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(self.path / _LOCK_NAME, flags, 0o666)
            self._lock_file = os.fdopen(descriptor, "wb", buffering=0)
        except OSError as error:
            raise kind_of(error)(
                f"Could not write into {self.path}: {error.strerror}; choose another folder."
            ) from error
        try:
            fcntl.lockf(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock_file.close()
            if error.errno in (errno.EACCES, errno.EAGAIN):
                raise UserError(f"Another process is training in {self.path}.") from error
            raise UserError(f"Could not lock {self.path}: {error.strerror}.") from error


def _parse_losses(line: str) -> Losses:
    """Return the row in a line of `losses.csv`.

    Raises:
        ValueError: it isn't one.
    """
    step, epoch, *losses = line.split(",")
    d_loss, g_loss = map(float, losses)
    row = int(step), int(epoch), d_loss, g_loss
    counts = 1 <= row[0] <= _MAX_COUNT and 0 <= row[1] <= _MAX_COUNT
    if not (counts and all(abs(loss) <= _MAX_LOSS for loss in row[2:])):  # NaN isn't either
        raise ValueError("a value is out of bounds")
    return row
