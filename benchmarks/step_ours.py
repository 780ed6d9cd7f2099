"""Worker: this project's training step, with everything that it does per step.

`python step_ours.py conv` takes the convolutional networks instead of the article's recipe;
`cuda` takes the GPU; `batch=256` makes the batch larger. mpirun may start several, which share each
batch.
"""

import os
import sys
from typing import Any

import numpy as np
from rounds import device, serve

from cgan.backend import ranks
from cgan.backend.setup import load_jittor
from cgan.data.datasets import Dataset
from cgan.training.options import TrainingOptions
from cgan.training.run import generator_config

jt = load_jittor(device(), int(os.environ["OMP_NUM_THREADS"]))

from cgan.training.trainer import Trainer  # noqa: E402  (imports Jittor, which is set up above)

# What step_conv_plain.py and step_conv_torch.py do, too.
CONV = {"arch": "conv", "loss": "hinge", "batch_size": 128, "lr": 4e-4, "b1": 0.0, "ema": 0.999}


def trainer(settings: dict[str, Any]) -> Trainer:
    """Return a run that goes on as long as one likes, on noise."""
    rng = np.random.default_rng(0)
    data = Dataset(
        "noise",
        rng.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32),
        rng.integers(0, 10, 6400).astype(np.int32),
        (32, 32),
    )
    options = TrainingOptions(n_epochs=100_000, **settings)
    return Trainer(generator_config(options), options, data)


if __name__ == "__main__":
    settings = dict(CONV) if "conv" in sys.argv else {}
    for argument in sys.argv:
        if argument.startswith("batch="):
            settings["batch_size"] = int(argument.removeprefix("batch="))
    run = trainer(settings).run()
    if ranks.leads():
        serve(lambda: next(run), lambda: jt.sync_all(True))
        ranks.dismiss()
    else:
        for _ in run:
            pass
