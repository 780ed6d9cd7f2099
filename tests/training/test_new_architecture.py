"""A third architecture needs two files, and no change to training, saving, sampling or cards.

The files are `tests.toy.linear` and `tests.toy.linear_networks`. A contributor would put them into
the package, and the first into the list in `cgan.model.architectures`, as is done here.
"""

import json

import numpy as np
import pytest

from cgan.common.errors import UserError
from cgan.hub.repository import Repository
from cgan.model import weights
from cgan.model.architectures import ARCHITECTURES
from cgan.publish.card import card
from cgan.sampler import Sampler
from cgan.training.networks import make
from cgan.training.options import Execution, TrainingOptions
from cgan.training.run import resume, start
from tests.conftest import message
from tests.toy import linear

OPTIONS = {
    "dataset": "digits",
    "arch": "linear",
    "img_size": 8,
    "latent_dim": 5,
    "n_epochs": 1,
    "batch_size": 64,
    "lr": 0.01,
}


@pytest.fixture(autouse=True)
def linear_is_listed(monkeypatch):
    monkeypatch.setitem(ARCHITECTURES, "linear", linear.ARCHITECTURE)


@pytest.fixture
def run(tmp_path):
    """The folder of a run of five steps."""
    options = TrainingOptions(**OPTIONS)
    start(options, tmp_path / "run", Execution(tmp_path, device="cpu", max_steps=5, quiet=True))
    return tmp_path / "run"


def test_it_trains_saves_loads_resumes_samples_and_has_a_card(run, tmp_path):
    content = json.loads((run / "config.json").read_text(encoding="utf-8"))
    assert (content["architecture"], content["bias"]) == ("linear", True)
    assert "widths" not in content

    sampler = Sampler.from_pretrained(run)
    z, labels = sampler.latents(20, seed=1), np.arange(20, dtype=np.int32) % 10
    images = sampler.generate(z, labels)
    network = trained_network(run)
    np.testing.assert_allclose(images, network(z, labels).numpy(), rtol=0, atol=1e-5)
    assert images.std() > 0.05
    assert (run / "result.png").is_file()

    text = card(sampler, content["training"], {}, Repository.parse("ann/linear"))
    assert "The networks are a single linear layer each." in text
    assert "convolutional" not in text

    resume(run, {}, Execution(tmp_path, device="cpu", max_steps=8, quiet=True))
    assert Sampler.from_pretrained(run).sha256 != sampler.sha256


def trained_network(run):
    """The Jittor generator with the weights of a run, in evaluation mode."""
    loaded = weights.load(run)
    generator, _ = make(loaded.config, TrainingOptions(**OPTIONS))
    generator.load_parameters(dict(loaded.tensors))
    generator.eval()
    return lambda z, labels: generator(_var(z), _var(labels))


def _var(array):
    from cgan.backend.setup import load_jittor

    return load_jittor().array(array)


def test_its_own_field_is_checked_and_unknown_ones_are_refused(run):
    path = run / "config.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for key, value, sentence in (
        ("bias", "yes", "bias must be one of True, False, not 'yes'"),
        ("widths", [8, 8, 8], "unknown key 'widths'"),
    ):
        path.write_text(json.dumps(content | {key: value}), encoding="utf-8")
        with pytest.raises(UserError) as caught:
            weights.load(run)
        assert sentence in message(caught)


@pytest.mark.parametrize("option", [{"d_widths": (8, 8, 8)}, {"class_norm": True}, {"pack": 2}])
def test_options_that_it_does_not_take_are_refused(option):
    with pytest.raises(UserError, match="needs --arch conv"):
        TrainingOptions(**OPTIONS | option)
