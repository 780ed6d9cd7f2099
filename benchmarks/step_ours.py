"""Worker: this project's training step, with all that it does per step."""

import os

import numpy as np
from rounds import BATCH_SIZE, serve

from cgan.config import GeneratorConfig
from cgan.data import Dataset
from cgan.jittor_setup import load_jittor
from cgan.options import TrainingOptions

jt = load_jittor("cpu", int(os.environ["OMP_NUM_THREADS"]))

from cgan.training import Trainer  # noqa: E402  (imports Jittor, which is set up above)

rng = np.random.default_rng(0)
data = Dataset(
    "noise",
    rng.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32),
    rng.integers(0, 10, 6400).astype(np.int32),
    (32, 32),
)
options = TrainingOptions(batch_size=BATCH_SIZE, n_epochs=100_000)
run = Trainer(GeneratorConfig(), options, data).run()
serve(lambda: next(run), lambda: jt.sync_all(True))
