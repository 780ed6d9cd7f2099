"""Worker: this project's training step, with all that it does per step.

`python step_ours.py best` takes another recipe than the article's.
"""

import os
import sys

import numpy as np
from rounds import serve

from cgan.data import Dataset
from cgan.jittor_setup import load_jittor
from cgan.recipes import options_of
from cgan.run import generator_config

jt = load_jittor("cpu", int(os.environ["OMP_NUM_THREADS"]))

from cgan.training import Trainer  # noqa: E402  (imports Jittor, which is set up above)

rng = np.random.default_rng(0)
data = Dataset(
    "noise",
    rng.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32),
    rng.integers(0, 10, 6400).astype(np.int32),
    (32, 32),
)
recipe = sys.argv[1] if len(sys.argv) > 1 else "article"
options = options_of(recipe, {"n_epochs": 100_000})
run = Trainer(generator_config(options), options, data).run()
serve(lambda: next(run), lambda: jt.sync_all(True))
