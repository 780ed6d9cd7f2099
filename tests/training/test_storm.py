"""Signals never reach the threads that compute."""

import pytest

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
    trainer = Trainer(MlpConfig(), TrainingOptions(batch_size=256, n_epochs=30), dataset)
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
