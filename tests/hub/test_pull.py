"""Fetching weights from a Hub, over HTTP, and finding them again when there is none."""

import shutil
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from cgan.common.errors import UserError
from cgan.hub.errors import HubError
from cgan.hub.pull import cached, pull
from cgan.hub.repository import Repository
from cgan.model import weights
from cgan.sampler import Sampler
from tests.conftest import READ, TINY, WRITE, http_only, message, random_tensors
from tests.hub_server import Fault

X = Repository("ann/x")
NAMES = {"model.safetensors", "config.json"}


@pytest.fixture
def files(tiny_weights):
    """What a repository holds: weights, and more that nobody needs."""
    found = {path.name: path.read_bytes() for path in tiny_weights.iterdir()}
    return found | {"README.md": b"# x", "training.npz": b"large"}


@pytest.fixture
def no_pauses(monkeypatch):
    """Skip the library's pauses between its retries, of up to 23 s."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def others(tmp_path):
    """Other weights."""
    folder = tmp_path / "others"
    folder.mkdir()
    weights.save_config(folder, TINY)
    weights.save_tensors(folder, TINY, random_tensors(TINY, seed=1))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def contents(pulled):
    return {path.name: path.read_bytes() for path in pulled.folder.iterdir()}


def only_weights(files):
    return {name: files[name] for name in NAMES}


def forget_all():
    shutil.rmtree(constants.HF_HUB_CACHE, ignore_errors=True)
    shutil.rmtree(Path(constants.HF_HOME) / "xet", ignore_errors=True)


def large_file(hub, **more):
    """Return a fault in the transport of the weights."""
    return Fault("xet-read-token" if hub.xet else "^/lfs/", **more)


def test_pull(hub, files):
    commit = hub.add_repo("ann/x", files)
    pulled = pull(X)
    assert (pulled.commit, pulled.problem) == (commit, None)
    assert pulled.folder.is_relative_to(constants.HF_HUB_CACHE)
    assert contents(pulled) == only_weights(files)
    assert weights.load(pulled.folder).config == TINY
    assert cached(X) == pulled
    hub.requests.clear()
    assert pull(X) == pulled
    assert [request.method for request in hub.requests] == ["GET"]


@http_only
@pytest.mark.parametrize("revision", ["main", "v1.0", "pr/dev", "commit"])
def test_revisions(hub, files, others, revision):
    first = hub.add_repo("ann/x", files)
    found = hub.repo("ann/x")
    hub.save(found | {"tags": {"v1.0": first}, "branches": found["branches"] | {"pr/dev": first}})
    second = hub.add_repo("ann/x", others)
    repository = Repository("ann/x", first if revision == "commit" else revision)
    pulled = pull(repository)
    assert pulled.commit == (second if revision == "main" else first)
    assert contents(pulled) == only_weights(others if revision == "main" else files)
    assert cached(repository) == pulled
    hub.stop()
    again = pull(repository)
    assert (again.folder, again.commit) == (pulled.folder, pulled.commit)
    # A commit never changes: nobody needs to be asked.
    assert (again.problem is not None) == (revision != "commit")


@http_only
def test_a_branch_that_moves_is_followed(hub, files, others):
    hub.add_repo("ann/x", files)
    first = pull(X)
    second = hub.add_repo("ann/x", others)
    assert cached(X) == first
    pulled = pull(X)
    assert pulled.commit == second
    assert contents(pulled) == only_weights(others)
    assert cached(X) == pulled
    assert cached(Repository("ann/x", first.commit)) == first


@http_only
def test_nothing_is_cached(hub, files):
    hub.add_repo("ann/x", files)
    assert cached(X) is None
    assert cached(Repository("ann/x", "0" * 40)) is None
    pull(X)
    assert cached(Repository("ann/x", "v1")) is None
    assert cached(Repository("ann/y")) is None


@http_only
@pytest.mark.parametrize("name", sorted(NAMES))
@pytest.mark.parametrize("damage", ["flipped", "cut", "missing"])
def test_what_is_damaged_in_the_cache_is_fetched_again(hub, files, name, damage):
    commit = hub.add_repo("ann/x", files)
    path = pull(X).folder / name
    good = path.read_bytes()
    if damage == "missing":
        path.resolve().unlink()
    else:
        end = bytes([good[-1] ^ 1]) if damage == "flipped" else b""
        path.resolve().write_bytes(good[:-1] + end)
    assert cached(X) is None
    assert cached(Repository("ann/x", commit)) is None
    assert contents(pull(Repository("ann/x", commit))) == only_weights(files)
    assert path.read_bytes() == good
    assert cached(X) is not None


@pytest.mark.parametrize("damage", ["flip", "cut"])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_damage_on_the_way_is_refused_and_fetched_again(hub, files, name, damage):
    hub.add_repo("ann/x", files)
    fault = (
        Fault("resolve/.*/config", "GET", times=1) if "config" in name else large_file(hub, times=1)
    )
    setattr(fault, damage, True)
    hub.fault = fault
    assert contents(pull(X)) == only_weights(files)
    assert fault.hits == 1


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_comes_damaged_twice_is_refused(hub, files, name):
    hub.add_repo("ann/x", files)
    hub.fault = Fault("config" if "config" in name else "xet-read-token|^/lfs/", flip=True)
    with pytest.raises(UserError) as caught:
        pull(X)
    assert f"{name} of ann/x@" in message(caught)
    assert "arrived damaged twice" in message(caught)
    assert hub.fault.hits == 2 or "config" in name
    assert cached(X) is None
    hub.fault = None
    assert contents(pull(X)) == only_weights(files)


def test_a_wrong_etag_does_no_harm(hub, files):
    hub.add_repo("ann/x", files)
    hub.fault = Fault(wrong_etag=True)
    assert contents(pull(X)) == only_weights(files)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model.safetensors": None}, "ann/x has no model.safetensors"),
        ({"config.json": None}, "ann/x has no config.json"),
        ({"config.json": b" " * 2_000_000}, "config.json of ann/x@"),
        ({"config.json": b"{}"}, "'format' must be"),
        ({"config.json": b"<html>"}, "is not JSON"),
        ({"model.safetensors": bytes(8_000_000)}, "model.safetensors of ann/x@"),
        ({"model.safetensors": b"version https://git-lfs"}, "is not a safetensors file"),
        ({"model.safetensors": b""}, "is not a safetensors file"),
    ],
)
def test_what_is_not_a_weights_repository(hub, files, change, said):
    commit = hub.add_repo("ann/x", {n: c for n, c in (files | change).items() if c is not None})
    with pytest.raises(UserError) as caught:
        Sampler.from_pretrained("ann/x")
    assert said in message(caught)
    assert str(constants.HF_HUB_CACHE) not in message(caught)
    assert commit in message(caught) or "has no" in said
    if "of ann/x@" in said:
        assert "the limit is" in message(caught)
        assert not [r for r in hub.requests if r.origin == "cdn" or "xet" in r.path]


@http_only
def test_a_cache_that_cannot_be_written(hub, files, monkeypatch, tmp_path):
    hub.add_repo("ann/x", files)
    (tmp_path / "file").touch()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file"))
    with pytest.raises(HubError) as caught:
        pull(X)
    assert str(tmp_path / "file") in message(caught)


@http_only
def test_private(hub, files, monkeypatch):
    hub.add_repo("ann/x", files, private=True)
    for token in ("", READ):
        monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(HubError) as caught:
            pull(X)
        assert "There is no model ann/x on" in message(caught)
        assert "if it is private, log in with `hf auth login` or set HF_TOKEN" in message(caught)
    monkeypatch.setenv("HF_TOKEN", WRITE)
    assert contents(pull(X)) == only_weights(files)


@http_only
def test_gated(hub, files, monkeypatch):
    hub.add_repo("ann/x", files, gated=True)
    for token in ("", READ):
        monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(HubError) as caught:
            pull(X)
        assert "ann/x is gated: ask for access at" in message(caught)
    hub.add_repo("ann/x", gated=True, allowed=["ben"])
    assert contents(pull(X)) == only_weights(files)


UNAVAILABLE = {
    "stopped": None,
    "dropped": Fault(drop=True),
    "silent": Fault(delay=60),
    "too many requests": Fault(status=429, headers={"Retry-After": "7"}),
    "out of order": Fault(status=503),
    "only files out of order": Fault("resolve", status=500),
}


@http_only
@pytest.mark.parametrize("why", [*UNAVAILABLE, "offline"])
def test_without_a_hub_what_was_there_before_is_used(
    hub, files, others, why, monkeypatch, no_pauses
):
    hub.add_repo("ann/x", files)
    before = pull(X)
    hub.add_repo("ann/x", others)
    if why == "offline":
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    elif why == "stopped":
        hub.stop()
    else:
        hub.fault = UNAVAILABLE[why]
    if why == "silent":
        monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.3)
    start = time.monotonic()
    pulled = pull(X)
    assert time.monotonic() - start < 9  # the library gives a silent Hub ten
    assert (pulled.folder, pulled.commit) == (before.folder, before.commit)
    assert hub.endpoint in str(pulled.problem)
    assert Sampler.from_pretrained("ann/x").source.problem == str(pulled.problem)


@http_only
@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("/api/models", {"status": 500, "times": 1}),
        ("/api/models", {"status": 503, "times": 2, "headers": {"Retry-After": "0"}}),
        ("/api/models", {"status": 429, "times": 2, "headers": {"Retry-After": "0"}}),
        ("/api/models", {"drop": True, "times": 2}),
        ("/resolve/", {"method": "HEAD", "status": 502, "times": 1}),
        ("/resolve/", {"method": "GET", "status": 504, "times": 1}),
        ("^/lfs/", {"origin": "cdn", "status": 503, "times": 1}),
    ],
)
def test_a_failure_that_passes_is_not_noticed(hub, files, place, fault):
    commit = hub.add_repo("ann/x", files)
    hub.fault = Fault(place, **fault)
    pulled = pull(X)
    assert hub.fault.hits == fault["times"]
    assert (pulled.commit, pulled.problem) == (commit, None)


@http_only
def test_nobody_waits_for_minutes_for_a_hub_that_is_out_of_order(hub, files, no_long_pauses):
    hub.add_repo("ann/x", files)
    hub.fault = Fault("resolve", status=503, headers={"Retry-After": "600"})
    with pytest.raises(HubError, match="having problems"):
        pull(X)


@http_only
def test_a_hub_that_is_out_of_order_is_asked_a_few_times_for_a_file(hub, files, others, no_pauses):
    """Three times, and the library begins once anew."""
    hub.add_repo("ann/x", files)
    before = pull(X)
    hub.add_repo("ann/x", others)
    hub.requests.clear()
    hub.fault = Fault("resolve", status=503)
    assert pull(X).commit == before.commit
    assert len([request for request in hub.requests if "resolve" in request.path]) == 6


@http_only
@pytest.mark.parametrize(
    "headers", [{"Retry-After": "600"}, {"RateLimit": '"resolvers";r=0;t=600', "Retry-After": "1"}]
)
def test_nobody_waits_for_minutes_to_ask_again(hub, files, headers, no_long_pauses):
    """The library would, silently, five times."""
    hub.add_repo("ann/x", files)
    hub.fault = Fault("resolve", status=429, headers=headers)
    with pytest.raises(HubError) as caught:
        pull(X)
    assert "too many requests from here: try again in 600 s" in message(caught)
    assert caught.value.unavailable


@http_only
@pytest.mark.parametrize("why", [*UNAVAILABLE, "offline"])
def test_without_a_hub_and_with_nothing_there(hub, files, why, monkeypatch, no_pauses):
    hub.add_repo("ann/x", files)
    if why == "offline":
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    elif why == "stopped":
        hub.stop()
    else:
        hub.fault = UNAVAILABLE[why]
    if why == "silent":
        monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.3)
    start = time.monotonic()
    with pytest.raises(HubError) as caught:
        pull(X)
    assert time.monotonic() - start < 9  # the library gives a silent Hub ten
    assert caught.value.unavailable
    assert hub.endpoint in message(caught)


@http_only
@pytest.mark.parametrize("status", [404, 500])
def test_metrics_that_cannot_be_fetched_are_done_without(hub, files, status, no_pauses):
    commit = hub.add_repo("ann/x", files | {"metrics.json": b"{}"})
    hub.fault = Fault("resolve/.*/metrics.json", status=status)
    pulled = pull(X)
    assert hub.fault.hits > 0
    assert (pulled.commit, pulled.problem) == (commit, None)
    assert contents(pulled) == only_weights(files)
    hub.fault = None
    assert contents(pull(X)) == only_weights(files) | {"metrics.json": b"{}"}


@http_only
def test_bad_weights_do_not_take_the_place_of_good_ones_in_the_cache(hub, files, others):
    hub.add_repo("ann/x", files)
    before = pull(X)
    hub.add_repo("ann/x", others | {"model.safetensors": b"no weights"})
    with pytest.raises(UserError, match=r"ann/x@\w{40}: model\.safetensors"):
        Sampler.from_pretrained("ann/x")
    assert cached(X) == before
    hub.stop()
    assert Sampler.from_pretrained("ann/x").source.commit == before.commit


@http_only
@pytest.mark.parametrize("damage", ["reference", "file"])
def test_what_cannot_be_read_in_the_cache_counts_as_missing(hub, files, damage):
    commit = hub.add_repo("ann/x", files)
    pulled = pull(X)
    if damage == "reference":
        (pulled.folder.parent.parent / "refs/main").write_bytes(b"\xff\xfe")
    else:
        blob = (pulled.folder / "config.json").resolve()
        blob.unlink()
        blob.mkdir()
    assert cached(X) is None
    if damage == "reference":
        assert pull(X).commit == commit
        assert cached(X) == pulled
    else:
        with pytest.raises(HubError, match="check it"):
            pull(X)


@pytest.mark.parametrize("left", range(6))
def test_a_hub_that_dies_leaves_what_was_there(hub, files, others, left, no_pauses):
    """At every request of a pull: the cache is as before, and the next pull gets everything."""
    hub.add_repo("ann/x", files)
    before = pull(X)
    commit = hub.add_repo("ann/x", others)
    hub.requests_left = left
    pulled = pull(X)
    if pulled.commit == before.commit:
        assert pulled.problem
        assert (cached(X).folder, cached(X).commit) == (before.folder, before.commit)
        assert contents(pulled) == only_weights(files)
    else:
        assert left >= 3
    hub.requests_left = None
    assert pull(X).commit == commit
    assert contents(pull(X)) == only_weights(others)
