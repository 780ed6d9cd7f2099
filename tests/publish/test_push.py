"""Publishing weights on a Hub, over HTTP: in one commit, or not at all."""

import json
import threading

import huggingface_hub
import numpy as np
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import are_progress_bars_disabled
from huggingface_hub.utils.logging import get_verbosity

from cgan.common.errors import BadValue, UserError
from cgan.hub.errors import HubError
from cgan.hub.pull import pull
from cgan.hub.repository import Repository
from cgan.model import weights
from cgan.publish.publication import publication
from cgan.publish.push import check_may_push, push
from cgan.sampler import Sampler
from tests.conftest import READ, TINY, WRITE, http_only, message, random_tensors, xet_only
from tests.hub_server import Fault
from tests.publish.test_publication import measured

X = Repository("ann/x")
FILES = {"model.safetensors", "config.json", "README.md", "grid.png", "number.png"}
# What the library itself does: httpx2 would rather have `content=` of an upload.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


@pytest.fixture
def no_pauses(monkeypatch):
    """Skip the library's pauses between its retries, of up to 23 s."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def published(hub, revision="main"):
    files = hub.files("ann/x", revision)
    del files[".gitattributes"]
    return files


def change(folder, seed=1):
    weights.save_tensors(folder, TINY, random_tensors(TINY, seed))


def test_push_and_pull(hub, tiny_weights, tiny_sampler):
    pushed = push(tiny_weights, X)
    assert pushed.changed
    assert pushed.url == f"{hub.endpoint}/ann/x"
    assert hub.commits("ann/x")[0] == pushed.commit
    assert len(hub.commits("ann/x")) == 2
    files = published(hub)
    assert set(files) == FILES
    for name in ("model.safetensors", "config.json"):
        assert files[name] == (tiny_weights / name).read_bytes()
    assert not hub.repo("ann/x")["private"]
    pulled = pull(X)
    assert pulled.commit == pushed.commit
    sampler = Sampler.from_pretrained("ann/x")
    np.testing.assert_array_equal(sampler.write("138"), tiny_sampler.write("138"))


def test_the_same_again_is_no_commit(hub, tiny_weights):
    first = push(tiny_weights, X)
    hub.requests.clear()
    again = push(tiny_weights, X, message="Again")
    assert (again.changed, again.commit, again.url) == (False, first.commit, first.url)
    assert len(hub.commits("ann/x")) == 2
    sent = [request.path for request in hub.requests if request.method in ("POST", "PUT")]
    assert sent == ["/api/repos/create"]


def test_an_update_sends_what_changed_and_keeps_other_files(hub, tiny_weights):
    push(tiny_weights, X)
    hub.add_repo("ann/x", {"notes/why.txt": b"because", "data.npz": b"numbers"})
    change(tiny_weights)
    pushed = push(tiny_weights, X, message="Train longer\n\nTwice as long.")
    files = published(hub)
    assert set(files) == FILES | {"notes/why.txt", "data.npz"}
    assert files["model.safetensors"] == (tiny_weights / "model.safetensors").read_bytes()
    commit = hub.read_commit(hub.repo("ann/x"), pushed.commit)
    assert (commit["title"], commit["message"]) == ("Train longer", "Twice as long.")
    assert len(hub.commits("ann/x")) == 4


@http_only
def test_another_model_is_not_replaced(hub, tiny_weights):
    others = {"config.json": b'{"model_type": "gpt2"}', "model.safetensors": b"gpt2"}
    for file, content in others.items():
        name = f"ann/{file}"
        commit = hub.add_repo(name, {file: content})
        with pytest.raises(BadValue, match="holds another model"):
            push(tiny_weights, Repository(name))
        assert hub.commits(name)[0] == commit


@http_only
def test_a_card_that_somebody_has_edited_stays(hub, tiny_weights):
    push(tiny_weights, X)
    card = published(hub)["README.md"]
    edited = card.replace(b"# x\n", b"# x\n\nAnn's own words.\n")
    assert edited != card
    for own in (edited, b"# Mine\n"):
        hub.add_repo("ann/x", {"README.md": own})
        change(tiny_weights, seed=len(own))
        pushed = push(tiny_weights, X)
        assert (pushed.changed, pushed.kept_card) == (True, True)
        assert "README.md there has been edited" in pushed.describe(tiny_weights)
        assert published(hub)["README.md"] == own
    # Nobody's words are in what the Hub itself writes, nor in what an earlier version wrote.
    before = card[: card.rindex(b"\n<!--")]
    for of_nobody in (b"---\nlicense: mit\n---\n", before):
        hub.add_repo("ann/x", {"README.md": of_nobody})
        assert not push(tiny_weights, X).kept_card
        assert published(hub)["README.md"] == card


@http_only
def test_figures_of_other_weights_do_not_stay(hub, tiny_weights):
    measured(tiny_weights)
    push(tiny_weights, X)
    assert set(published(hub)) == FILES | {"metrics.json"}
    assert not push(tiny_weights, X).changed
    change(tiny_weights)
    (tiny_weights / "metrics.json").unlink()
    branch = Repository("ann/x", "dev")
    assert push(tiny_weights, branch).changed
    assert set(published(hub, "dev")) == FILES
    assert set(published(hub)) == FILES | {"metrics.json"}
    assert push(tiny_weights, X).changed
    assert set(published(hub)) == FILES
    assert not push(tiny_weights, X).changed


@http_only
def test_a_token_that_was_logged_in_with(hub, tiny_weights, monkeypatch, tmp_path):
    """`hf auth login` writes it into a file."""
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    assert "run `hf auth login`" in refused(push, tiny_weights, X)
    (tmp_path / "token").write_text(WRITE)
    assert push(tiny_weights, X).changed


@http_only
def test_an_organisation(hub, tiny_weights):
    push(tiny_weights, Repository("digits/x"))
    assert set(hub.files("digits/x")) == FILES | {".gitattributes"}


@http_only
def test_private(hub, tiny_weights):
    push(tiny_weights, X, private=True)
    assert hub.repo("ann/x")["private"]
    change(tiny_weights)
    assert push(tiny_weights, X).changed
    assert hub.repo("ann/x")["private"]


@http_only
def test_what_should_be_private_is_not_pushed_to_a_public_repository(hub, tiny_weights):
    commit = hub.add_repo("ann/x")
    with pytest.raises(UserError) as caught:
        push(tiny_weights, X, private=True)
    assert "ann/x already exists and is public: leave out --private" in message(caught)
    assert hub.commits("ann/x")[0] == commit


@http_only
def test_a_branch(hub, tiny_weights):
    hub.add_repo("ann/x", {"notes.txt": b"n"})
    main = hub.commits("ann/x")
    branch = Repository("ann/x", "pr/dev")
    first = push(tiny_weights, branch)
    assert first.url == f"{hub.endpoint}/ann/x/tree/pr/dev"
    assert hub.commits("ann/x") == main
    assert hub.commits("ann/x", "pr/dev") == [first.commit, *main]
    assert set(published(hub, "pr/dev")) == FILES | {"notes.txt"}
    assert not push(tiny_weights, branch).changed
    change(tiny_weights)
    second = push(tiny_weights, branch)
    assert hub.commits("ann/x", "pr/dev") == [second.commit, first.commit, *main]
    # The other way round: what is on the branch is new to the main one.
    assert push(tiny_weights, X).changed
    # A branch that starts with all that there is to push.
    third = push(tiny_weights, Repository("ann/x", "copy"))
    assert hub.repo("ann/x")["branches"]["main"] != second.commit
    assert third.changed
    fourth = push(tiny_weights, Repository("ann/x", "copy"))
    assert (fourth.changed, fourth.commit) == (False, third.commit)


@http_only
def test_tags(hub, tiny_weights):
    first = push(tiny_weights, X, tag="v1.0")
    assert hub.repo("ann/x")["tags"] == {"v1.0": first.commit}
    again = push(tiny_weights, X, tag="v1.0")
    assert (again.changed, again.commit) == (False, first.commit)
    push(tiny_weights, X, tag="v1")
    change(tiny_weights)
    with pytest.raises(UserError) as caught:
        push(tiny_weights, X, tag="v1.0")
    assert "ann/x already has a tag v1.0 on another commit" in message(caught)
    assert hub.commits("ann/x")[0] == first.commit
    second = push(tiny_weights, X, tag="v2.0")
    tags = {"v1.0": first.commit, "v1": first.commit, "v2.0": second.commit}
    assert hub.repo("ann/x")["tags"] == tags
    assert pull(Repository("ann/x", "v1.0")).commit == first.commit
    with pytest.raises(UserError, match=r"v1\.0 is a tag of ann/x: give a branch"):
        push(tiny_weights, Repository("ann/x", "v1.0"))


@http_only
def test_only_the_tag_fails(hub, tiny_weights):
    hub.fault = Fault("/tag/", status=403)
    with pytest.raises(HubError) as caught:
        push(tiny_weights, X, tag="v1")
    commit = hub.commits("ann/x")[0]
    assert f"The files were pushed as commit {commit}, but the tag v1 was not" in message(caught)
    hub.fault = None
    assert not push(tiny_weights, X, tag="v1").changed
    assert hub.repo("ann/x")["tags"] == {"v1": commit}


@http_only
@pytest.mark.parametrize(
    ("repository", "options", "said"),
    [
        (Repository("ann/x", "0" * 40), {}, "is a commit: give a branch to push to"),
        (X, {"tag": "a b"}, "'a b' is not a revision"),
        (X, {"tag": "../x"}, "'../x' is not a revision"),
    ],
)
def test_what_cannot_be_asked_for(hub, tiny_weights, repository, options, said):
    with pytest.raises(UserError) as caught:
        push(tiny_weights, repository, **options)
    assert said in message(caught)
    assert hub.requests == []


@http_only
def test_bad_weights_are_not_pushed(hub, tiny_weights):
    (tiny_weights / "model.safetensors").write_bytes(b"pickle")
    with pytest.raises(UserError, match="is not a safetensors file"):
        push(tiny_weights, X)
    assert hub.requests == []


def refused(call, *arguments):
    with pytest.raises(HubError) as caught:
        call(*arguments)
    assert WRITE not in message(caught)
    assert READ not in message(caught)
    return message(caught)


REFUSED = {
    "no token": ("", "ann/x", "Pushing needs a token, and there is none"),
    "an unknown token": ("hf_othersSecret3", "ann/x", "does not accept your token"),
    "a token that may only read": (READ, "ben/x", "Your token may not write to ben/x"),
    "another's name": (WRITE, "ben/x", "Your token may not write to ben/x"),
    "another's repository": (WRITE, "ben/y", "Your token may not write to ben/y"),
}


@http_only
@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("what", ["check", "push"])
def test_who_may_not_push(hub, tiny_weights, monkeypatch, why, what):
    hub.add_repo("ben/y")
    hub.add_repo("ann/x")
    before = hub.commits("ann/x"), hub.commits("ben/y")
    token, name, said = REFUSED[why]
    monkeypatch.setenv("HF_TOKEN", token)
    arguments = [Repository(name)] if what == "check" else [tiny_weights, Repository(name)]
    assert said in refused(check_may_push if what == "check" else push, *arguments)
    assert (hub.commits("ann/x"), hub.commits("ben/y")) == before
    assert hub.repo("ben/x") is None


@http_only
def test_no_such_namespace(hub, tiny_weights):
    nobody = Repository("nobody/x")
    assert "has no user or organisation nobody" in refused(push, tiny_weights, nobody)
    assert "Your token may not write to nobody/x" in refused(check_may_push, nobody)


@http_only
def test_a_tag_is_refused_before_a_training(hub, tiny_weights):
    push(tiny_weights, X, tag="v1")
    with pytest.raises(BadValue, match="v1 is a tag of ann/x"):
        check_may_push(Repository("ann/x", "v1"))
    check_may_push(Repository("ann/x", "v2"))


@http_only
def test_a_check_changes_nothing(hub):
    for name in ("ann/x", "digits/x"):
        check_may_push(Repository(name))
        assert hub.repo(name) is None
    hub.add_repo("ann/x")
    check_may_push(X)
    assert {request.method for request in hub.requests} == {"GET"}


STATUSES = {
    402: "requires a paid plan",
    403: "Your token may not write to ann/x",
    409: "ann/x was being changed at the same moment",
    429: "has received too many requests from here: try again in",
    500: "is having problems (status 500)",
    503: "is having problems (status 503)",
}
# The requests of a push, in order.
PLACES = {
    "create": "repos/create",
    "refs": "/refs",
    "head": "/revision/",
    "card": "validate-yaml",
    "preupload": "preupload",
    "transport": "xet-write-token|objects/batch",
    "put": "^/upload/",
    "verify": "objects/verify",
    "branch": "/branch/",
    "commit": "/commit/",
}
HTTP_PLACES = ("put", "verify")


@http_only
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("place", ["create", "preupload", "transport", "commit"])
def test_statuses(hub, tiny_weights, no_pauses, status, place):
    hub.add_repo("ann/x")
    before = hub.commits("ann/x")
    hub.fault = Fault(PLACES[place], status=status, headers={"Retry-After": "1"})
    if (status, place) == (409, "create"):
        hub.fault = Fault(PLACES["refs"], status=409)
    if (status, place) in ((402, "create"), (403, "create")):
        push(tiny_weights, X)  # it is there already: nobody asks for what making it needs
        return
    assert STATUSES[status] in refused(push, tiny_weights, X)
    assert hub.fault.hits
    assert hub.commits("ann/x") == before
    hub.fault = None
    assert push(tiny_weights, X).changed


@xet_only
@pytest.mark.parametrize("status", STATUSES)
def test_statuses_where_a_large_file_is_sent(hub, tiny_weights, no_pauses, status):
    hub.add_repo("ann/x")
    before = hub.commits("ann/x")
    hub.fault = Fault(PLACES["transport"], status=status, headers={"Retry-After": "1"})
    assert STATUSES[status] in refused(push, tiny_weights, X)
    assert hub.fault.hits
    assert hub.commits("ann/x") == before


@http_only
@pytest.mark.parametrize(("status", "tries"), [(503, 2), (429, 2), (500, 1)])
def test_a_commit_is_sent_again_only_if_the_hub_has_not_looked_at_it(
    hub, tiny_weights, status, tries
):
    hub.add_repo("ann/x")
    before = len(hub.commits("ann/x"))
    hub.fault = Fault("/commit/", status=status, times=1)
    if tries == 1:
        refused(push, tiny_weights, X)
    else:
        assert push(tiny_weights, X).changed
    assert len(hub.commits("ann/x")) == before + tries - 1


@http_only
@pytest.mark.parametrize("place", ["create", "preupload", "put", "commit"])
def test_nobody_waits_for_minutes_to_ask_again(hub, tiny_weights, no_long_pauses, place):
    hub.fault = Fault(PLACES[place], status=429, headers={"Retry-After": "600"})
    assert "too many requests from here: try again in 600 s" in refused(push, tiny_weights, X)


@pytest.mark.parametrize(
    ("hub", "place"),
    [*((False, place) for place in PLACES), (True, "transport"), (True, "commit")],
    indirect=["hub"],
)
@pytest.mark.parametrize("how", ["drop", "lose"])
def test_a_connection_that_breaks(hub, tiny_weights, no_pauses, place, how):
    """Nothing is half pushed, and pushing again works, even after the commit came through."""
    repository = Repository("ann/x", "dev")
    hub.add_repo("ann/x", {"notes.txt": b"n"})
    before = hub.commits("ann/x")
    fault = Fault(PLACES[place], **{how: True})
    # What is sent over HTTP where there is Xet: only if that fails.
    hub.fault = [fault, Fault("xet-write-token", status=404)] if place in HTTP_PLACES else fault
    assert "again" in refused(push, tiny_weights, repository)
    assert fault.hits
    hub.fault = None
    assert hub.commits("ann/x") == before
    made = (place, how) == ("commit", "lose")
    if "dev" in hub.repo("ann/x")["branches"]:
        assert len(hub.commits("ann/x", "dev")) == len(before) + made
    assert push(tiny_weights, repository).changed == (not made)
    assert set(published(hub, "dev")) == FILES | {"notes.txt"}
    assert len(hub.commits("ann/x", "dev")) == len(before) + 1


@pytest.mark.parametrize("left", range(11))
def test_a_hub_that_dies(hub, tiny_weights, no_pauses, left):
    """At every request of a push to a new repository: nothing is half pushed."""
    hub.requests_left = left
    if left >= (8 if hub.xet else 10):
        push(tiny_weights, X, tag="v1")
    else:
        assert "again" in refused(lambda: push(tiny_weights, X, tag="v1"))
    hub.requests_left = None
    if hub.repo("ann/x"):
        assert set(published(hub)) in (set(), FILES)
    push(tiny_weights, X, tag="v1")
    assert set(published(hub)) == FILES
    assert len(hub.commits("ann/x")) == 2
    assert hub.repo("ann/x")["tags"] == {"v1": hub.commits("ann/x")[0]}


@http_only
def test_no_hub(hub, tiny_weights):
    hub.stop()
    for call in (lambda: push(tiny_weights, X), lambda: check_may_push(X)):
        assert f"Can't reach {hub.endpoint} (no answer)" in refused(call)


@http_only
def test_a_silent_hub(hub, tiny_weights, monkeypatch):
    monkeypatch.setattr("cgan.hub.session._SILENCE", 0.3)
    hub.fault = Fault(delay=60)
    for call in (lambda: push(tiny_weights, X), lambda: check_may_push(X)):
        assert f"{hub.endpoint} did not answer in time" in refused(call)


@http_only
def test_offline(hub, tiny_weights, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in refused(push, tiny_weights, X)
    assert hub.requests == []


def test_two_at_once(hub, tiny_weights, tmp_path):
    """One comes through whole, or both do; the library's settings are as before."""
    hub.add_repo("ann/x")
    before = get_verbosity(), are_progress_bars_disabled(), huggingface_hub.get_session().timeout
    other = tmp_path / "other"
    other.mkdir()
    weights.save_config(other, TINY)
    weights.save_tensors(other, TINY, random_tensors(TINY, 1))
    results, refusals = {}, []

    def push_one(folder):
        try:
            results[push(folder, X).commit] = folder
        except HubError as error:
            refusals.append(str(error))

    threads = [threading.Thread(target=push_one, args=(f,)) for f in (tiny_weights, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) + len(refusals) == 2
    assert all("ann/x was being changed at the same moment" in said for said in refusals)
    assert published(hub) == publication(results[hub.commits("ann/x")[0]], X)
    after = get_verbosity(), are_progress_bars_disabled(), huggingface_hub.get_session().timeout
    assert after == before


@http_only
@pytest.mark.parametrize("branch", [None, "dev"])
def test_what_another_pushes_meanwhile_is_not_mixed_with_this(
    hub, tiny_weights, monkeypatch, branch
):
    """The changes were found by comparing with something that is no longer there."""
    repository = Repository("ann/x", branch)
    first = push(tiny_weights, repository)
    change(tiny_weights, seed=1)
    send = huggingface_hub.HfApi.preupload_lfs_files

    def another_comes_first(api, *arguments, **options):
        found = hub.repo("ann/x")
        tree = hub.tree(found, first.commit) | {"grid.png": hub.entry(hub.keep(b"other"))}
        hub.commit(found, branch or "main", tree, "Other", "", "ben")
        return send(api, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(huggingface_hub.HfApi, "preupload_lfs_files", another_comes_first)
        assert "at the same moment" in refused(push, tiny_weights, repository)
    there = published(hub, branch or "main")
    assert there["grid.png"] == b"other"
    assert there["model.safetensors"] != (tiny_weights / "model.safetensors").read_bytes()
    assert push(tiny_weights, repository).changed
    assert published(hub, branch or "main") == publication(tiny_weights, repository)


@http_only
def test_config_without_the_number_of_the_run(hub, tiny_weights):
    training = {"dataset": "mnist", "seed": 3, "number": "13812345678"}
    weights.save_config(tiny_weights, TINY, training)
    push(tiny_weights, X)
    files = published(hub)
    assert json.loads(files["config.json"])["training"] == {"dataset": "mnist", "seed": 3}
    assert not any(b"13812345678" in content for content in files.values())
