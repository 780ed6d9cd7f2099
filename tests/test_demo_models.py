"""What the page draws with: folders, and repositories on a Hub that is slow, down or wrong."""

import socket
import time

import huggingface_hub
import numpy as np
import pytest
import safetensors.numpy
from huggingface_hub import constants

from cgan import Sampler, UserError, weights
from cgan.config import GeneratorConfig
from demo import models
from demo.models import Models
from tests.conftest import TINY, random_tensors
from tests.hub_server import Fault, HubServer

# huggingface_hub's own, where it uploads without Xet.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


@pytest.fixture(params=[False, True], ids=["lfs", "xet"])
def hub(request, tmp_path, monkeypatch):
    """A Hub with weights of ann's; the cache is empty, and asking again takes no time."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(models, "_FIRST_PAUSE", 0.05)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", not request.param)
    with HubServer(tmp_path / "hub", xet=request.param) as hub:
        use(monkeypatch, hub.endpoint)
        hub.add_user("ann", "hf_write")
        hub.add_repo("ann/digits", published(tmp_path, 1))
        yield hub
        huggingface_hub.close_session()


def use(monkeypatch, endpoint):
    """Let huggingface_hub ask another Hub, as HF_ENDPOINT does when it is imported."""
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def published(tmp_path, seed, config=TINY):
    """Return the files of a repository with random weights."""
    folder = tmp_path / f"weights{seed}"
    folder.mkdir()
    weights.save_config(folder, config)
    weights.save_tensors(folder, config, random_tensors(config, seed))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def until(condition):
    """Wait until something is so."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def made():
    """Make models that ask no more at the end of the test."""
    kept = []

    def make(*references, patience=20.0):
        kept.append(Models(references))
        kept[-1].start(patience)
        return kept[-1]

    yield make
    for one in kept:
        one.stop()


def test_without_references_the_bundled_weights_draw():
    loaded = Models()
    assert loaded.names == [""]
    assert loaded[""].sampler.sha256 == Sampler.from_pretrained().sha256
    assert (loaded[""].source, loaded[""].reason) == ("", None)


def test_a_folder_is_named_and_loaded_at_once(tiny_weights):
    loaded = Models([str(tiny_weights)])
    assert loaded.names == [str(tiny_weights)]
    assert loaded[""] is loaded[str(tiny_weights)]
    assert (loaded[""].source, loaded[""].reason) == ("weights", None)
    assert loaded[""].fields == {
        "weights": "weights",
        "weights-sha256": Sampler.from_pretrained(tiny_weights).sha256,
    }


def test_a_bad_folder_is_refused_at_once(tmp_path):
    with pytest.raises(UserError, match=r"config\.json is missing"):
        Models([str(tmp_path / "nowhere")])


@pytest.mark.parametrize("name", ["ben/x", 3, None, ["a"], {}])
def test_other_names_are_refused(tiny_weights, name):
    loaded = Models([str(tiny_weights)])
    if name:
        with pytest.raises(UserError, match="weights must be one of"):
            loaded[name]


@pytest.mark.parametrize("revision", ["", "@main", "@v1", "@COMMIT"])
def test_a_repository_draws_at_its_commit(hub, made, revision):
    commit = hub.commits("ann/digits")[0]
    api = huggingface_hub.HfApi(endpoint=hub.endpoint, token="hf_write")
    api.create_tag("ann/digits", tag="v1")
    name = "ann/digits" + revision.replace("COMMIT", commit)
    model = made(name)[name]
    assert (model.source, model.reason) == (f"ann/digits@{commit}", None)
    np.testing.assert_array_equal(
        model.sampler.write("1", seed=3),
        Sampler(weights.Weights(TINY, random_tensors(TINY, 1))).write("1", seed=3),
    )


def test_the_page_changes_over_when_the_hub_is_back(hub, made):
    hub.fault = Fault(status=503)
    loaded = made("ann/digits", patience=0.01)
    bundled = loaded["ann/digits"]
    assert bundled.sampler.sha256 == Sampler.from_pretrained().sha256
    assert (bundled.source, bundled.instead_of) == ("", "ann/digits")
    until(lambda: loaded["ann/digits"].reason.kind == "busy")
    hub.fault = None
    until(lambda: loaded["ann/digits"].reason is None)
    assert loaded["ann/digits"].source.startswith("ann/digits@")


FAULTS = {
    "slow": (Fault(delay=2.0), "loading"),
    "down": (Fault(drop=True), "offline"),
    "5xx": (Fault(status=502), "busy"),
    "rate limit": (Fault(status=429), "busy"),
    "refusing": (Fault(status=403), "denied"),
    "token": (Fault(status=401), "missing"),
    "gone": (Fault(status=404, code="RepoNotFound"), "missing"),
    "gated": (Fault(status=403, code="GatedRepo"), "denied"),
    "flipped": (Fault(path="model.safetensors|xet", flip=True), "damaged"),
}


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_hub_does_something_draws_and_the_reason_is_known(hub, made, fault, cached):
    if cached:
        commit = made("ann/digits")["ann/digits"].source
    hub.fault, kind = FAULTS[fault]
    if fault == "flipped":
        if cached:
            pytest.skip("what is there is not fetched again")
        # Without Xet the file comes from the second origin, by its hash.
        hub.fault = [
            Fault(path=r"resolve/.*/model.safetensors|xet", flip=True),
            Fault(origin="cdn", flip=True),
        ]
    started = time.monotonic()
    loaded = made("ann/digits", patience=0.3)
    assert time.monotonic() - started < 2
    until(lambda: loaded["ann/digits"].reason.kind == kind)
    model = loaded["ann/digits"]
    assert model.source == (commit if cached else "")
    assert model.sampler.write("138").any()


def test_offline_the_cached_revision_draws(hub, made, monkeypatch):
    commit = made("ann/digits")["ann/digits"].source
    hub.stop()
    model = made("ann/digits", patience=0.3)["ann/digits"]
    assert model.source == commit
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    model = made("ann/digits", patience=0.3)["ann/digits"]
    assert (model.source, model.reason.kind) == (commit, "offline")


def test_a_commit_in_the_cache_needs_no_hub_at_all(hub, made):
    commit = hub.commits("ann/digits")[0]
    made(f"ann/digits@{commit}")
    asked = len(hub.requests)
    model = made(f"ann/digits@{commit}")[""]
    assert (model.source, model.reason) == (f"ann/digits@{commit}", None)
    assert len(hub.requests) == asked


@pytest.mark.parametrize("wrong", ["nan", "shapes", "pickle", "nine classes", "no config"])
def test_weights_that_are_not_right_never_take_the_page_down(hub, made, tmp_path, wrong):
    config = TINY
    if wrong == "nine classes":
        config = GeneratorConfig(latent_dim=3, img_size=8, n_classes=9)
    files = published(tmp_path, 2, config)
    if wrong == "nan":
        tensors = random_tensors(TINY) | {"model.0.bias": np.full(128, np.nan, np.float32)}
        files["model.safetensors"] = safetensors.numpy.save(tensors)
    elif wrong == "shapes":
        files["config.json"] = files["config.json"].replace(b'"latent_dim": 3', b'"latent_dim": 4')
    elif wrong == "pickle":
        files["generator_last.pkl"] = files.pop("model.safetensors")
    elif wrong == "no config":
        del files["config.json"]
    hub.add_repo("ann/wrong", files)
    published(tmp_path, 3)
    right = tmp_path / "weights3"
    loaded = made("ann/wrong", patience=0.3)
    until(lambda: getattr(loaded["ann/wrong"].reason, "kind", "") != "loading")
    model = loaded["ann/wrong"]
    assert model.source == ""
    assert isinstance(model.reason, UserError)
    assert model.sampler.write("138").any()
    # It is mended on the Hub, and the page changes over.
    api = huggingface_hub.HfApi(endpoint=hub.endpoint, token="hf_write")
    api.upload_folder(repo_id="ann/wrong", folder_path=right)
    until(lambda: loaded["ann/wrong"].reason is None)


def test_each_reference_has_its_own_model(hub, made, tiny_weights, tmp_path):
    hub.add_repo("ann/other", published(tmp_path, 5))
    loaded = made("ann/digits", "ann/other", str(tiny_weights))
    assert loaded.names == ["ann/digits", "ann/other", str(tiny_weights)]
    assert len({loaded[name].sampler.sha256 for name in loaded.names}) == 3
    assert loaded[""] is loaded["ann/digits"]


def test_nobody_listening_is_no_hang(monkeypatch, tmp_path, made):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        use(monkeypatch, f"http://127.0.0.1:{held.getsockname()[1]}")
        loaded = made("ann/digits", patience=0.1)
        until(lambda: loaded[""].reason.kind == "offline")
