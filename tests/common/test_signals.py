"""Signals take effect between steps, and never reach the threads that compute."""

import os
import signal
import threading

import pytest

from cgan.common.signals import Interruption
from tests.conftest import run_python

# Steps of training with a signal every 3 ms. oneDNN's products can't stand one: without the
# receiving thread this died of a damaged heap every time.
STORM = """
import signal
import numpy as np
from cgan.model.architectures.mlp import MlpConfig
from cgan.data.datasets import Dataset
from cgan.common.signals import Interruption
from cgan.backend.setup import load_jittor
from cgan.training.options import TrainingOptions

load_jittor("cpu", 2)
from cgan.training.trainer import Trainer

rng = np.random.default_rng(0)
images = rng.uniform(-1, 1, (256, 1, 32, 32)).astype(np.float32)
dataset = Dataset("noise", images, np.arange(256, dtype=np.int32) % 10, (32, 32))
received = []
with Interruption("Stopping.") as interruption:
    signal.signal(signal.SIGALRM, lambda *_: received.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    trainer = Trainer(MlpConfig(), TrainingOptions(batch_size=256, n_epochs=60), dataset)
    for _ in trainer.run():
        pass
    trainer.state()
    signal.setitimer(signal.ITIMER_REAL, 0)
assert len(received) > 100, len(received)
assert interruption.signal_number is None
"""


@pytest.mark.slow
def test_training_survives_a_storm_of_signals(tmp_path):
    result = run_python("-c", STORM, cwd=tmp_path)
    assert result.returncode == 0, result.stderr[-2000:]


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
