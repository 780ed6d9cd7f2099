"""The lines and the bar that show how far training is."""

import fcntl
import os
import re
import struct
import sys
import termios
import time

import pytest

from cgan.training.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only by a test's will; returns what makes it pass."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def test_what_is_not_known_yet_is_left_out(clock, capsys):
    """The first step compiles operators, so it says nothing about the speed of others."""
    shown = Progress(n_epochs=2, steps=200, start=0, quiet=False)
    for step, seconds in ((1, 60), (11, 10), (200, 1)):
        clock(seconds)
        shown.update(step, 0, 64, 0.25, 1.5)
    first, second, last = capsys.readouterr().err.splitlines()
    assert first == "epoch 1/2, step 1/200, D loss 0.250, G loss 1.500"
    assert second == "epoch 1/2, step 11/200, D loss 0.250, G loss 1.500, 6 images/s, 3:09 left"
    assert last.endswith("images/s")


def test_a_run_of_one_step_has_no_speed(clock, capsys):
    Progress(n_epochs=1, steps=1, start=0, quiet=False).update(1, 0, 64, 0.25, 1.5)
    assert capsys.readouterr().err == "epoch 1/1, step 1/1, D loss 0.250, G loss 1.500\n"


def test_the_bar_fits_80_columns_with_all_of_it(clock, monkeypatch):
    """Also that of a long run on a slow machine."""
    pty, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(terminal, "w") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        shown = Progress(n_epochs=100, steps=93_800, start=23_448, quiet=False)
        for step in range(23_449, 23_452):
            clock(0.72)
            shown.update(step, 24, 64, 10.25, 11.5)
        shown._bar.refresh()
        shown.close()
    with os.fdopen(pty, "rb") as reading:
        lines = re.split(r"[\r\n]+", os.read(reading.fileno(), 100_000).decode())
    last = [line for line in lines if line.strip()][-1]
    assert last.startswith("epoch 25/100 |█")
    assert last.endswith("| 23451/93800, D 10.25, G 11.50, 89 images/s, 14:04:11 left")
    assert len(last) < 80
