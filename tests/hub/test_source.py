"""Where a sampler's weights come from, and what it says about that."""

import shutil

import numpy as np
import pytest

from cgan import Sampler, UserError
from cgan.hub.errors import HubError
from cgan.hub.pull import pull
from cgan.hub.repository import Repository
from cgan.hub.source import Source, read_pulled
from tests.conftest import http_only, message, random_sampler


def test_memory(tiny_sampler):
    assert tiny_sampler.source == Source("memory")
    assert random_sampler(tiny_sampler.config).source == tiny_sampler.source


def test_bundled():
    assert Sampler.from_pretrained().source == Source("bundled")
    with pytest.raises(UserError) as caught:
        Sampler.from_pretrained(revision="v1")
    assert "The bundled weights have no revision 'v1'" in message(caught)


@pytest.mark.parametrize("form", [str, lambda path: path])
def test_folder(tiny_weights, form):
    source = Sampler.from_pretrained(form(tiny_weights)).source
    assert source == Source("folder", str(tiny_weights))


@pytest.mark.parametrize(
    ("source", "label"),
    [
        (Source("memory"), ""),
        (Source("bundled"), ""),
        (Source("folder", "runs/../runs/a"), "a"),
        (Source("folder", "runs/\udcff"), "\\udcff"),  # a name that is no text
        (Source("hub", "ann/x", "0" * 40), "ann/x@" + "0" * 40),
        (Source("hub", "ann/x@pr/dev", "0" * 40), "ann/x@" + "0" * 40),
    ],
)
def test_label(source, label):
    assert source.label == label


@http_only
def test_hub(hub, tiny_weights, tiny_sampler, monkeypatch):
    monkeypatch.chdir(tiny_weights.parent)
    content = {path.name: path.read_bytes() for path in tiny_weights.iterdir()}
    commit = hub.add_repo("ann/x", content)
    for arguments, name in (
        ({"weights": "ann/x"}, "ann/x"),
        ({"weights": "ann/x", "revision": "main"}, "ann/x@main"),
        ({"weights": f"ann/x@{commit}"}, f"ann/x@{commit}"),
    ):
        sampler = Sampler.from_pretrained(**arguments)
        np.testing.assert_array_equal(sampler.write("138"), tiny_sampler.write("138"))
        assert sampler.source == Source("hub", name, commit)
    repository = Repository("ann/x")
    assert Sampler(*read_pulled(repository, pull(repository))).source.commit == commit
    hub.stop()
    assert hub.endpoint in Sampler.from_pretrained("ann/x").source.problem
    shutil.copytree("weights", "ann/x")
    assert Sampler.from_pretrained("ann/x").source == Source("folder", "ann/x")
    assert Sampler.from_pretrained("ann/x@main").source.kind == "hub"


@http_only
def test_a_misspelt_folder(hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for problem in ("There is no model runs/mnist", "Can't reach"):
        with pytest.raises(HubError) as caught:
            Sampler.from_pretrained("runs/mnist")
        assert problem in message(caught)
        assert message(caught).endswith("There is no folder runs/mnist here, either.")
        hub.stop()
    with pytest.raises(HubError) as caught:
        Sampler.from_pretrained("runs/mnist@main")
    assert "folder" not in message(caught)
