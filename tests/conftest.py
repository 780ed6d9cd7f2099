"""What several tests share: small random weights, and Python in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from cgan import weights
from cgan.architecture import generator_shapes
from cgan.config import GeneratorConfig
from cgan.sampler import Sampler

ROOT = Path(__file__).parents[1]
TINY = GeneratorConfig(latent_dim=3, n_classes=10, img_size=8)

# No deadline: a busy machine is no failure. The same examples in every run.
hypothesis.settings.register_profile("cgan", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("cgan")


def random_tensors(config, seed=0):
    """Return tensors for `config` whose images have contrast and differ by z and by label."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, shape in generator_shapes(config).items():
        values = rng.standard_normal(shape)
        if len(shape) == 1:
            values = 1 + values / 4 if name.endswith("weight") else values / 4
        elif name != "label_emb.weight":
            values *= np.sqrt(2 / shape[1])
        if name.endswith("running_var"):
            values = 0.1 + values**2
        tensors[name] = values.astype(np.float32)
    return tensors


def random_sampler(config, seed=0):
    return Sampler(weights.Weights(config, random_tensors(config, seed)))


def message(caught):
    """Return what a caught error says, which must be one line without control characters."""
    text = str(caught.value)
    assert text.isprintable(), text
    return text


def run_python(*arguments, cwd, **environment):
    """Run Python where this checkout's `cgan` can be imported; warnings are errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="session")
def tiny_tensors():
    """Tensors of a generator of 8x8 images; copy before changing."""
    return random_tensors(TINY)


@pytest.fixture
def tiny_weights(tmp_path, tiny_tensors):
    """A folder with those tensors and their config."""
    folder = tmp_path / "weights"
    folder.mkdir()
    weights.save_config(folder, TINY)
    weights.save_tensors(folder, TINY, tiny_tensors)
    return folder


@pytest.fixture(scope="session")
def tiny_sampler():
    """A sampler of 8x8 images with the tensors of `tiny_tensors`."""
    return random_sampler(TINY)


@pytest.fixture(scope="session")
def classifiers(tmp_path_factory):
    """A cache folder for classifiers that all tests share, so that each is trained once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cached_classifiers(classifiers, monkeypatch):
    """Let a test find and keep classifiers there, and never in the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(classifiers))
    return classifiers / "cgan" / "classifiers"
