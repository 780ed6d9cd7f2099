"""A third architecture needs two files, and no change to training, saving, sampling or cards.

The files are `tests/toy/linear.py` and `tests/toy/linear_networks.py`. It has options of its
own, and takes one that not all architectures take.
"""

import json
import shutil

import numpy as np
import pytest

import train
from cgan.common.errors import UserError
from cgan.hub.repository import Repository
from cgan.model import architectures, registry, weights
from cgan.publish.card import card
from cgan.sampler import Sampler
from cgan.training.networks import make
from cgan.training.options import Execution, TrainingOptions
from cgan.training.run import resume, start
from tests import toy
from tests.conftest import message

OPTIONS = {
    "dataset": "digits",
    "arch": "linear",
    "img_size": 8,
    "latent_dim": 5,
    "n_epochs": 1,
    "batch_size": 64,
    "lr": 0.01,
    "boost": 2,
    "d_scale": 0.5,
    "pack": 2,
}


@pytest.fixture(autouse=True)
def linear_is_there(monkeypatch, tmp_path_factory):
    """As if the first file were in the folder of the architectures."""
    folder = tmp_path_factory.mktemp("architectures")
    shutil.copy(toy.__path__[0] + "/linear.py", folder)
    monkeypatch.setattr(architectures, "__path__", [*architectures.__path__, str(folder)])
    monkeypatch.setitem(registry.ARCHITECTURES, "linear", registry.discover()["linear"])


@pytest.fixture
def run(tmp_path):
    """The folder of a run of five steps."""
    options = TrainingOptions.from_dict(OPTIONS)
    start(options, tmp_path / "run", Execution(tmp_path, device="cpu", max_steps=5, quiet=True))
    return tmp_path / "run"


def test_it_trains_saves_loads_resumes_samples_and_has_a_card(run, tmp_path):
    content = json.loads((run / "config.json").read_text(encoding="utf-8"))
    assert (content["architecture"], content["bias"], content["gain"]) == ("linear", True, 2)
    assert OPTIONS.items() <= content["training"].items()
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
    generator, _ = make(loaded.config, TrainingOptions.from_dict(OPTIONS))
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


@pytest.mark.parametrize("option", [{"d_widths": (8, 8, 8)}, {"class_norm": True}, {"r1": 0.1}])
def test_options_that_it_does_not_take_are_refused(option):
    with pytest.raises(UserError, match="needs --arch conv"):
        TrainingOptions.from_dict(OPTIONS | option)


@pytest.mark.parametrize("option", [{"boost": 2}, {"d_scale": 0.5}])
@pytest.mark.parametrize("arch", registry.ARCHITECTURES)
def test_its_options_are_refused_elsewhere(arch, option):
    with pytest.raises(UserError, match=f"--{next(iter(option))} needs --arch linear"):
        TrainingOptions.from_dict({"arch": arch} | option)


def test_its_options_are_on_the_command_line_and_checked(capsys):
    assert train.main(["--dry-run", "--arch=linear", "--boost=3", "--d-scale=2"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["gain"], content["training"]["d_scale"]) == (3, 2.0)
    with pytest.raises(SystemExit):
        train.main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "or linear (one linear layer) (default mlp)" in said
    assert "what a linear generator's weights are multiplied by (default 1)" in said
    for arguments, sentence in (
        (["--boost=10"], "--boost must be a whole number from 1 to 9, not 10."),
        (["--d_scale=0"], "--d_scale must be greater than 0, not 0.0."),
    ):
        assert train.main(["--dry-run", "--arch=linear", *arguments]) == 2
        assert sentence in capsys.readouterr().err


def test_resume_knows_which_of_its_options_decide_the_weights(run, tmp_path):
    execution = Execution(tmp_path, device="cpu", max_steps=5, quiet=True)
    with pytest.raises(UserError, match=r"--d_scale is 0\.5 there, not 0\.7"):
        resume(run, {"d_scale": 0.7}, execution)
    resume(run, {"d_note": "later", "d_scale": 0.5}, execution)
    content = json.loads((run / "config.json").read_text(encoding="utf-8"))
    assert content["training"]["d_note"] == "later"


def test_runs_from_before_it_was_there_can_be_resumed():
    record = TrainingOptions().to_dict()
    old = {name: record[name] for name in record.keys() - {"boost", "d_scale", "d_note"}}
    assert TrainingOptions.from_dict(old) == TrainingOptions()
