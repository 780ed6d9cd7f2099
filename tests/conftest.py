"""What several tests share: small random weights, Python in its own process, and a Hub."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import hypothesis
import numpy as np
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _xet

from cgan.model import weights
from cgan.model.architectures import generator_shapes
from cgan.model.config import GeneratorConfig
from cgan.model.conv import ConvConfig
from cgan.sampler import Sampler
from tests.hub_server import HubServer

ROOT = Path(__file__).parents[1]
TINY = GeneratorConfig(latent_dim=3, n_classes=10, img_size=8)
TINY_CONV = ConvConfig(latent_dim=3, n_classes=10, img_size=8, widths=(8, 6, 4))

# No deadline: a busy machine is no failure. The same examples in every run.
hypothesis.settings.register_profile("cgan", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("cgan")


def random_tensors(config, seed=0):
    """Return tensors for `config` whose images have contrast and differ by z and by label."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, shape in generator_shapes(config).items():
        values = rng.standard_normal(shape)
        if len(shape) == 1 or name.endswith(("gains", "biases")):
            values = 1 + values / 4 if name.endswith(("weight", "gains")) else values / 4
        elif name.startswith("up"):  # a pixel takes part of 4 of the 16 weights of each input
            values *= np.sqrt(2 / (4 * shape[0]))
        elif name != "label_emb.weight":
            values *= np.sqrt(2 / np.prod(shape[1:]))
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
def reading_sampler():
    """A sampler of 8x8 images that has a reader."""
    return random_sampler(replace(TINY, reader=True))


WRITE, READ = "hf_writersSecret1", "hf_readersSecret2"


@pytest.fixture(params=[False, True], ids=["http", "xet"])
def hub(request, tmp_path, monkeypatch):
    """A Hub that huggingface_hub, in this process, takes for the real one, by both transports.

    "ann" may write with the token WRITE, which is set; "ben" may only read, with READ. At the
    end, no token must have gone to the second origin or been written anywhere.
    """
    home = tmp_path / "home"
    with HubServer(tmp_path / "hub", xet=request.param) as started:
        started.add_user("ann", WRITE, orgs=["digits"])
        started.add_user("ben", READ, role="read")
        for name, value in hub_constants(started, home).items():
            monkeypatch.setattr(constants, name, value)
        for name in ("HF_HOME", "HF_XET_CACHE"):
            monkeypatch.setenv(name, str(home))
        monkeypatch.setenv("HF_TOKEN", WRITE)
        # hf_xet tries again for a minute and a half otherwise.
        monkeypatch.setenv("HF_XET_CLIENT_RETRY_BASE_DELAY", "1ms")
        yield started
        huggingface_hub.close_session()
        if request.param:
            _xet.abort_xet_session()
        started.stop()
        check_no_token(started, home)


@pytest.fixture
def no_long_pauses(monkeypatch):
    """Fail instead of sleeping for minutes."""
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda s: sleep(s) if s < 60 else pytest.fail(f"slept {s}"))


# For tests of what goes on before any file is sent or fetched.
http_only = pytest.mark.parametrize("hub", [False], indirect=True, ids=["http"])


def hub_constants(server, home):
    """Return what huggingface_hub reads from the environment, which it did when imported."""
    return {
        "ENDPOINT": server.endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": server.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_DISABLE_XET": not server.xet,
        "HF_HUB_DISABLE_TELEMETRY": True,
        "HF_HUB_OFFLINE": False,
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_TOKEN_PATH": str(home / "token"),
    }


def hub_environment(server, home, token=WRITE):
    """Return the environment of a process that takes a server for the real Hub."""
    kept = {name: "" for name in os.environ if name.startswith("HF_")}
    given = {"HF_ENDPOINT": server.endpoint, "HF_HOME": str(home), "HF_TOKEN": token}
    return kept | given | {"HF_HUB_DISABLE_TELEMETRY": "1"}


def check_no_token(server, *folders):
    """Check that no token went to the second origin, nor into a file."""
    leaks = [r for r in server.requests if r.origin == "cdn" and "secret" in str(r).lower()]
    assert leaks == []
    for folder in (server.folder, *folders):
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert WRITE.encode() not in content, path
                assert READ.encode() not in content, path


@pytest.fixture(scope="session")
def classifiers(tmp_path_factory):
    """A cache folder for classifiers that all tests share, so that each is trained once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cached_classifiers(classifiers, monkeypatch):
    """Let a test find and keep classifiers there, and never in the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(classifiers))
    return classifiers / "cgan" / "classifiers"
