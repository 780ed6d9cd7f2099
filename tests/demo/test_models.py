"""What the page draws with: folders, and repositories on a Hub that is slow, down or wrong."""

import contextlib
import os
import shutil
import time
from pathlib import Path

import gradio_client
import huggingface_hub
import numpy as np
import pytest
import safetensors.numpy
from huggingface_hub import constants
from PIL import Image

from cgan import Sampler, UserError
from cgan.hub.errors import HubError
from cgan.hub.repository import Repository
from cgan.model import weights
from cgan.model.architectures.mlp import MlpConfig
from cgan.publish.push import push
from demo import models
from demo.models import Models
from tests import browser as browsers
from tests.conftest import TINY, WRITE, http_only, hub_environment, random_tensors, xet_only
from tests.hub_server import Fault

# huggingface_hub's own, where it uploads without Xet.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


@pytest.fixture
def hub(hub, tmp_path, monkeypatch):
    """The Hub with weights of ann's; asking again takes no time."""
    monkeypatch.setattr(models, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(models, "_LAST_PAUSE", 0.2)
    hub.add_repo("ann/digits", published(tmp_path, 1))
    return hub


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


def gave_up(model):
    """Tell whether the Hub was asked for a model without success."""
    return model.reason is not None and not isinstance(model.reason, models.Loading)


@pytest.fixture
def made():
    """Make models that stop asking at the end of the test."""
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
    assert loaded.names == ["weights"]  # visitors needn't know where it is
    assert loaded[""] is loaded["weights"] is loaded[str(tiny_weights)]
    assert (loaded[""].source, loaded[""].reason) == ("weights", None)
    assert loaded[""].sampler.fields == {
        "weights": "weights",
        "weights-sha256": Sampler.from_pretrained(tiny_weights).sha256,
    }


def test_folders_of_one_name_are_told_apart_and_one_is_offered_once(tiny_weights, tmp_path):
    other = shutil.copytree(tiny_weights, tmp_path / "elsewhere" / "weights")
    loaded = Models([str(tiny_weights), str(other), f"{other}/", os.path.relpath(tiny_weights)])
    assert loaded.names == ["weights", "weights 2"]
    assert loaded[str(other)] is loaded["weights 2"]
    assert loaded.offered(f"{other}/") == "weights 2"


def test_a_bad_folder_is_refused_at_once(tmp_path):
    with pytest.raises(UserError, match=r"config\.json is missing"):
        Models([str(tmp_path / "nowhere")])


def test_a_circle_of_links_is_refused_at_once(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(UserError, match=r"Could not read .*/a"):
        Models([str(tmp_path / "a")])


@pytest.mark.parametrize("name", ["ben/x", 3, None, ["a"], {}])
def test_other_names_are_refused(tiny_weights, name):
    loaded = Models([str(tiny_weights)])
    if name:
        with pytest.raises(UserError, match="weights must be one of"):
            loaded[name]


# Once on Xet: how a revision is found has nothing to do with how files travel.
@pytest.mark.parametrize(
    ("hub", "revision"),
    [(False, ""), (True, ""), (False, "@main"), (False, "@v1"), (False, "@COMMIT")],
    indirect=["hub"],
)
def test_a_repository_draws_at_its_commit(hub, made, revision):
    commit = hub.commits("ann/digits")[0]
    api = huggingface_hub.HfApi(endpoint=hub.endpoint)
    api.create_tag("ann/digits", tag="v1")
    name = "ann/digits" + revision.replace("COMMIT", commit)
    model = made(name)[name]
    assert (model.source, model.reason) == (f"ann/digits@{commit}", None)
    np.testing.assert_array_equal(
        model.sampler.write("1", seed=3),
        Sampler(weights.Weights(TINY, random_tensors(TINY, 1))).write("1", seed=3),
    )


@http_only
def test_the_page_switches_over_when_the_hub_is_back(hub, made):
    hub.fault = Fault(status=503)
    loaded = made("ann/digits", patience=0.01)
    bundled = loaded["ann/digits"]
    assert bundled.sampler.sha256 == Sampler.from_pretrained().sha256
    assert (bundled.source, bundled.wanted) == ("", "ann/digits")
    until(lambda: "503" in str(loaded["ann/digits"].reason))
    hub.fault = None
    until(lambda: loaded["ann/digits"].reason is None)
    assert loaded["ann/digits"].source.startswith("ann/digits@")


FAULTS = {
    "slow": (Fault(delay=60), "still loading"),
    "down": (Fault(drop=True), "was lost"),
    "5xx": (Fault(status=502), "having problems"),
    "rate limit": (Fault(status=429), "too many requests"),
    "rate limit of files": (
        Fault("resolve", status=429, headers={"Retry-After": "600"}),
        "too many requests",
    ),
    "refusing": (Fault(status=403), "does not let you read"),
    "token": (Fault(status=401), "does not accept your token"),
    "gone": (Fault(status=404, code="RepoNotFound"), "There is no model ann/digits"),
    "gated": (Fault(status=403, code="GatedRepo"), "is gated"),
    "flipped": (Fault(path="model.safetensors|xet|/[0-9a-f]{64}", flip=True), "damaged twice"),
}


# Those in which files travel go wrong by both transports, and only if they aren't there yet.
WITH_FILES = ("rate limit of files", "flipped")


@pytest.mark.parametrize(
    ("hub", "fault", "cached"),
    [
        *((False, fault, False) for fault in FAULTS),
        *((True, fault, False) for fault in WITH_FILES),
        *((False, fault, True) for fault in FAULTS if fault not in WITH_FILES),
    ],
    indirect=["hub"],
)
def test_whatever_the_hub_does_something_draws_and_the_reason_is_known(hub, made, fault, cached):
    if cached:
        source = made("ann/digits")["ann/digits"].source
    hub.fault, said = FAULTS[fault]
    started = time.monotonic()
    loaded = made("ann/digits", patience=0.3)
    assert time.monotonic() - started < 20
    until(lambda: said in str(loaded["ann/digits"].reason))
    model = loaded["ann/digits"]
    assert model.source == (source if cached else "")
    assert model.wanted == "ann/digits"
    assert model.sampler.write("138").any()


@pytest.mark.parametrize("left", range(8))
def test_a_hub_killed_at_any_point_of_a_pull_leaves_the_page_drawing(hub, made, left):
    hub.requests_left = left
    loaded = made("ann/digits", patience=0.5)
    model = loaded["ann/digits"]  # another one may come at any moment
    assert model.sampler.write("138").any()
    if model.reason is None:  # all was fetched with so many requests
        assert model.source.startswith("ann/digits@")
    else:
        assert model.source == ""
    hub.requests_left = None
    until(lambda: loaded["ann/digits"].reason is None)
    assert loaded["ann/digits"].source == f"ann/digits@{hub.commits('ann/digits')[0]}"


@pytest.mark.parametrize("left", range(11))
def test_a_hub_killed_at_any_point_of_a_push_leaves_whole_weights(
    hub, made, left, tmp_path, monkeypatch
):
    """A running page carries on; one that starts then draws with the old or the new weights."""
    running = made("ann/digits")
    old = running["ann/digits"].sampler.sha256
    published(tmp_path, 4)
    new = Sampler.from_pretrained(tmp_path / "weights4").sha256
    hub.requests_left = left
    with contextlib.suppress(HubError), monkeypatch.context() as patched:
        patched.setattr("time.sleep", lambda seconds: None)  # between the library's tries
        push(tmp_path / "weights4", Repository("ann/digits"))
    assert running["ann/digits"].sampler.write("138").any()
    hub.requests_left = None
    model = made("ann/digits")["ann/digits"]
    done = len(hub.commits("ann/digits")) == 3
    assert done or left < 10
    assert (model.sampler.sha256, model.reason) == (new if done else old, None)
    assert model.source == f"ann/digits@{hub.commits('ann/digits')[0]}"


@pytest.mark.slow
@xet_only
def test_a_hub_killed_in_the_middle_of_a_push_leaves_the_demo_answering(
    hub, made, tmp_path, monkeypatch
):
    """As a process of its own, asked over HTTP; every point is tested above.

    It starts after the first push, of which nothing is to be seen, and runs during the second.
    """
    commit = hub.commits("ann/digits")[0]

    def push_with(left):
        published(tmp_path, 10 + left)
        hub.requests_left = left
        with contextlib.suppress(HubError), monkeypatch.context() as patched:
            patched.setattr("time.sleep", lambda seconds: None)  # between the library's tries
            push(tmp_path / f"weights{10 + left}", Repository("ann/digits"))
        hub.requests_left = None

    push_with(4)
    assert hub.commits("ann/digits")[0] == commit
    environment = hub_environment(hub, tmp_path / "demo-home")
    with browsers.served(tmp_path, "--weights", "ann/digits", **environment) as served:
        pictures = str(tmp_path / "pictures")
        client = gradio_client.Client(served.address, verbose=False, download_files=pictures)
        for running in (False, True):
            if running:
                push_with(20)
            with Image.open(client.predict("138", api_name="/write")) as image:
                assert image.text["weights"] == f"ann/digits@{commit}"
        client.close()
    assert WRITE not in "".join(served.output)
    assert len(hub.commits("ann/digits")) >= 3  # the second was whole
    assert made("ann/digits")["ann/digits"].source == f"ann/digits@{hub.commits('ann/digits')[0]}"


@http_only
def test_offline_the_cached_revision_draws(hub, made, monkeypatch):
    commit = made("ann/digits")["ann/digits"].source
    hub.stop()
    loaded = made("ann/digits", patience=0.01)
    model = loaded["ann/digits"]
    assert model.source == commit
    until(lambda: loaded["ann/digits"].reason not in (None, model.reason))
    # It isn't loaded again at each try.
    assert loaded["ann/digits"].sampler is model.sampler
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    loaded = made("ann/digits", patience=0.3)
    model = loaded["ann/digits"]
    assert model.source == commit
    until(lambda: "HF_HUB_OFFLINE is set" in str(loaded["ann/digits"].reason))


@http_only
def test_a_commit_in_the_cache_needs_no_hub_at_all(hub, made):
    commit = hub.commits("ann/digits")[0]
    made(f"ann/digits@{commit}")
    asked = len(hub.requests)
    model = made(f"ann/digits@{commit}")[""]
    assert (model.source, model.reason) == (f"ann/digits@{commit}", None)
    assert len(hub.requests) == asked


@http_only
@pytest.mark.parametrize("wrong", ["nan", "shapes", "pickle", "nine classes", "no config"])
def test_bad_weights_never_take_the_page_down(hub, made, tmp_path, wrong):
    config = TINY
    if wrong == "nine classes":
        config = MlpConfig(latent_dim=3, img_size=8, n_classes=9)
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
    until(lambda: gave_up(loaded["ann/wrong"]))
    model = loaded["ann/wrong"]
    assert model.source == ""
    assert constants.HF_HUB_CACHE not in str(model.reason)
    assert model.sampler.write("138").any()
    # It is fixed on the Hub, and the page switches over.
    api = huggingface_hub.HfApi(endpoint=hub.endpoint)
    api.upload_folder(repo_id="ann/wrong", folder_path=right)
    until(lambda: loaded["ann/wrong"].reason is None)


@http_only
@pytest.mark.parametrize(
    ("config", "said"),
    [
        (None, "model.safetensors is not a safetensors file"),
        (MlpConfig(latent_dim=3, img_size=8, n_classes=9), "these have 9 classes"),
        (MlpConfig(latent_dim=3, img_size=8, channels=3), "and 3 channels"),
        (MlpConfig(latent_dim=3, img_size=8, conditional=False), "these are unconditional"),
    ],
    ids=["no weights", "nine classes", "colour", "unconditional"],
)
def test_a_bad_update_costs_nobody_the_weights_before(hub, made, tmp_path, config, said):
    """A page that starts then, with or without the Hub, draws with the good weights."""
    source = made("ann/digits")["ann/digits"].source
    wrong = published(tmp_path, 2, config) if config else {"model.safetensors": b"no weights"}
    hub.add_repo("ann/digits", wrong)
    for _ in range(2):
        loaded = made("ann/digits", patience=0.3)
        until(lambda loaded=loaded: gave_up(loaded[""]))
        assert said in str(loaded[""].reason)
        assert loaded[""].source == source
    hub.stop()
    assert made("ann/digits", patience=0.3)[""].source == source


def test_a_damaged_cache_takes_no_page_down(hub, made, capsys):
    commit = made("ann/digits")[""].source
    for reference in Path(constants.HF_HUB_CACHE).glob("*/refs/main"):
        reference.write_bytes(b"\xff\xfe")
    assert made("ann/digits")[""].source == commit
    for blob in Path(constants.HF_HUB_CACHE).glob("*/blobs/*"):
        blob.unlink()
        blob.mkdir()
    loaded = made("ann/digits", patience=0.3)
    until(lambda: gave_up(loaded[""]))
    assert loaded[""].source == ""
    assert loaded[""].sampler.write("138").any()
    # The owner learns where the cache is, in the log, and visitors don't.
    assert constants.HF_HUB_CACHE not in str(loaded[""].reason)
    assert constants.HF_HUB_CACHE in capsys.readouterr().err


@http_only
def test_only_a_choice_has_a_name_to_begin_with(hub, made, tiny_weights):
    assert Models().chosen == Models([str(tiny_weights)]).chosen == ""
    assert made(str(tiny_weights), "ann/digits").chosen == "weights"


@http_only
def test_each_reference_has_its_own_model(hub, made, tiny_weights, tmp_path):
    hub.add_repo("ann/other", published(tmp_path, 5))
    loaded = made("ann/digits", "ann/other", str(tiny_weights))
    assert loaded.names == ["ann/digits", "ann/other", "weights"]
    assert len({loaded[name].sampler.sha256 for name in loaded.names}) == 3
    assert loaded[""] is loaded["ann/digits"]


@http_only
def test_nobody_listening_does_not_hang_the_page(hub, made):
    hub.stop()
    loaded = made("ann/digits", patience=0.1)
    until(lambda: "Can't reach" in str(loaded[""].reason))
