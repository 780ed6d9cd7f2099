"""Signals take effect between steps; `training/test_storm.py` has them during the steps."""

import io
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cgan.common.signals import Interruption, interrupted_afterwards
from cgan.common.terminal import note


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_handlers_are_back_at_once(number, capsys):
    before = signal.getsignal(number)
    with Interruption("Stopping.") as interruption:
        assert interruption.signal_number is None
        os.kill(os.getpid(), number)
        while interruption.signal_number is None:
            threading.Event().wait(0.001)
        assert interruption.signal_number == number
        assert signal.getsignal(number) is before
    assert capsys.readouterr().err == "Stopping.\n"


class Writing(io.RawIOBase):
    """What a stream writes to, where a signal comes in the middle of a line."""

    def writable(self):
        return True

    def __init__(self, interruption):
        super().__init__()
        self.interruption, self.written = interruption, b""

    def write(self, data):
        if not self.written:
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(1000):  # its handler runs here
                if self.interruption.signal_number is not None:
                    break
                threading.Event().wait(0.01)
        self.written += bytes(data)
        return len(data)


def test_a_signal_while_a_line_is_written_asks_all_the_same(monkeypatch):
    with Interruption("Stopping.") as interruption:
        written = Writing(interruption)
        stream = io.TextIOWrapper(io.BufferedWriter(written), write_through=True)
        monkeypatch.setattr("sys.stderr", stream)
        note("A line.")
        assert interruption.signal_number == signal.SIGTERM
        for _ in range(1000):  # another thread says it then
            if b"Stopping.\n" in written.written:
                break
            threading.Event().wait(0.01)
        assert written.written == b"A line.\nStopping.\n"
        monkeypatch.undo()


@pytest.fixture
def _usual_ctrl_c():
    """Where the tests run in the background, the shell has switched it off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_usual_ctrl_c")
def test_a_second_ctrl_c_acts_as_usual():
    with pytest.raises(KeyboardInterrupt), Interruption("Stopping.") as interruption:  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        while interruption.signal_number is None:
            threading.Event().wait(0.001)
        os.kill(os.getpid(), signal.SIGINT)
        # In short waits: the signal goes to another thread and interrupts none of them.
        for _ in range(1000):
            threading.Event().wait(0.01)


def test_signals_are_as_before_afterwards():
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    threads = threading.active_count()
    with Interruption("Stopping."):
        assert signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    assert threading.active_count() == threads


@pytest.mark.usefixtures("_usual_ctrl_c")
def test_ctrl_c_may_wait_for_the_end_of_a_block():
    done = []
    with pytest.raises(KeyboardInterrupt), interrupted_afterwards():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(10):
            threading.Event().wait(0.01)
        done.append("the block")
    assert done == ["the block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with interrupted_afterwards():
        pass  # and nothing came
    with ThreadPoolExecutor(1) as pool:  # where no handler can be set
        assert pool.submit(interrupted_afterwards()(lambda: "done")).result() == "done"
