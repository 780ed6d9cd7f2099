"""Tests of the tests' own Hub, with the real huggingface_hub over HTTP."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx2
import huggingface_hub as hf
import pytest
from huggingface_hub import constants, errors, utils

from tests.conftest import ROOT
from tests.hub_server import Fault, HubServer

LARGE = bytes(range(256)) * 4096
SMALL = b'{"name": "x"}'
# What the library itself does: httpx2 would rather have `content=` of an upload.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """Without Xet, without tokens and folders of whoever runs this, and without the internet."""
    connect = socket.socket.connect

    def connect_here(self, address):
        assert self.family == socket.AF_UNIX or address[0] == "127.0.0.1", address
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "home/token"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    utils.disable_progress_bars()
    yield
    utils.enable_progress_bars()
    hf.close_session()


@pytest.fixture
def hub(tmp_path):
    with HubServer(tmp_path / "hub", xet=False) as started:
        started.add_user("ann", "hf_write", orgs=["digits"])
        started.add_user("ben", "hf_read", role="read")
        yield started
        leaks = [r for r in started.requests if r.origin == "cdn" and "authorization" in r.headers]
        assert leaks == []


@pytest.fixture
def api(hub):
    return hf.HfApi(endpoint=hub.endpoint, token="hf_write")


@pytest.fixture
def folder(tmp_path):
    """What is sent: a large file, small ones, one in a folder, one that is empty."""
    made = tmp_path / "folder"
    (made / "pictures").mkdir(parents=True)
    (made / "model.safetensors").write_bytes(LARGE)
    (made / "config.json").write_bytes(SMALL)
    (made / "README.md").write_text("---\nlicense: mit\n---\n# x\n")
    (made / "pictures/a b%20é.png").write_bytes(b"picture")
    (made / "empty.bin").write_bytes(b"")
    return made


@pytest.fixture
def download(hub, tmp_path):
    """Download from the Hub into a cache of its own."""

    def get(file="model.safetensors", repo="ann/x", token=False, **more):
        more = {"cache_dir": tmp_path / "cache"} | more
        return Path(
            hf.hf_hub_download(repo, file, endpoint=hub.endpoint, token=token, **more)
        ).read_bytes()

    return get


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def sent(hub, method, ending):
    return [r for r in hub.requests if r.method == method and r.path.split("?")[0].endswith(ending)]


def raised(call, *arguments, **more):
    """Return the status a call ends with."""
    with pytest.raises(errors.HfHubHTTPError) as caught:
        call(*arguments, **more)
    return caught.value.response.status_code


def test_whoami(hub, api):
    told = api.whoami()
    assert (told["name"], told["orgs"][0]["name"]) == ("ann", "digits")
    assert api.whoami(token="hf_read")["auth"]["accessToken"]["role"] == "read"
    assert raised(api.whoami, token="hf_other") == 401


def test_create_repo(hub, api):
    url = api.create_repo("x")
    assert (url.repo_id, url.endpoint, url.repo_type) == ("ann/x", hub.endpoint, "model")
    assert api.create_repo("ann/x", exist_ok=True).repo_id == "ann/x"
    assert raised(api.create_repo, "ann/x") == 409
    assert api.create_repo("digits/x").repo_id == "digits/x"
    assert raised(api.create_repo, "ben/x") == 403
    assert raised(api.create_repo, "ben/x", token="hf_read") == 403
    assert raised(api.create_repo, "nobody/x") == 404
    assert raised(api.create_repo, "ann/y", token="hf_other") == 401
    assert raised(api.create_repo, "ann/y", token=False) == 401
    assert hub.repo("ann/y") is None
    assert set(hub.files("ann/x")) == {".gitattributes"}
    api.delete_repo("ann/x")
    assert hub.repo("ann/x") is None


def test_create_space(hub, api):
    url = api.create_repo("ann/demo", repo_type="space", space_sdk="gradio")
    assert url == f"{hub.endpoint}/spaces/ann/demo"
    assert set(hub.files("ann/demo", kind="spaces")) == {".gitattributes", "README.md"}
    assert api.space_info("ann/demo").sdk == "gradio"


def test_card_is_checked(hub, api, folder):
    api.create_repo("ann/x")
    (folder / "README.md").write_text("---\nvalue: !!python/object:numpy.float64 1\n---\n")
    with pytest.raises(ValueError, match="Invalid metadata"):
        api.upload_folder(repo_id="ann/x", folder_path=folder)
    (folder / "README.md").write_text("# nothing\n")
    with pytest.warns(UserWarning, match="empty or missing yaml metadata"):
        api.upload_folder(repo_id="ann/x", folder_path=folder)


def test_upload_twice_is_one_commit(hub, api, folder):
    api.create_repo("ann/x")
    first = api.upload_folder(repo_id="ann/x", folder_path=folder, commit_message="One")
    again = api.upload_folder(repo_id="ann/x", folder_path=folder, commit_message="Two")
    assert first.oid == again.oid == hub.commits("ann/x")[0]
    assert len(hub.commits("ann/x")) == 2
    files = hub.files("ann/x")
    del files[".gitattributes"]
    assert files == contents(folder)
    assert len(sent(hub, "POST", "/commit/main")) == len(sent(hub, "PUT", "")) == 1
    assert [c.title for c in api.list_repo_commits("ann/x")] == ["One", "initial commit"]


def test_same_content_at_another_path_is_not_sent_again(hub, api, folder):
    api.create_repo("ann/x")
    for name in ("a.safetensors", "b.safetensors"):
        path = folder / "model.safetensors"
        api.upload_file(repo_id="ann/x", path_or_fileobj=path, path_in_repo=name)
    assert len(sent(hub, "PUT", "")) == 1
    assert hub.files("ann/x")["b.safetensors"] == LARGE


def test_empty_commit(hub, api):
    """A commit that changes nothing isn't made, whatever a client sends."""
    sha = hub.add_repo("ann/x", {"config.json": SMALL})
    assert hub.add_repo("ann/x", {"config.json": SMALL}) == sha
    assert len(hub.commits("ann/x")) == 2


def test_operations(hub, api):
    hub.add_repo("ann/x", {"a/1": b"1", "a/2": b"2", "b": b"3"})
    head = hub.commits("ann/x")[0]
    operations = [
        hf.CommitOperationDelete("a/"),
        hf.CommitOperationDelete("b"),
        hf.CommitOperationAdd("c", b"4"),
    ]
    more = {"repo_id": "ann/x", "commit_message": "All"}
    made = api.create_commit(operations=operations, parent_commit=head, **more)
    assert hub.files("ann/x")["c"] == b"4"
    assert len(hub.files("ann/x")) == 2
    assert hub.files("ann/x", head)["b"] == b"3"
    new = [hf.CommitOperationAdd("d", b"5")]
    assert raised(api.create_commit, operations=new, parent_commit=head, **more) == 412
    gone = [hf.CommitOperationDelete("b")]
    assert raised(api.create_commit, operations=gone, **more) == 404
    assert hub.commits("ann/x")[0] == made.oid


def test_tree_tells_the_ids_of_git(hub, api, folder, tmp_path):
    api.create_repo("ann/x")
    api.upload_folder(repo_id="ann/x", folder_path=folder)
    tree = {entry.path: entry for entry in api.list_repo_tree("ann/x", recursive=True)}
    blob = hashlib.sha1(b"blob %d\0" % len(SMALL) + SMALL).hexdigest()
    assert tree["config.json"].blob_id == blob
    assert tree["config.json"].lfs is None
    large = tree["model.safetensors"]
    digest = hashlib.sha256(LARGE).hexdigest()
    assert (large.size, large.lfs.sha256, large.lfs.size) == (len(LARGE), digest, len(LARGE))
    if shutil.which("git"):
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\n"
        pointer += f"size {len(LARGE)}\n"
        told = subprocess.run(
            ["git", "hash-object", "--stdin"], input=pointer.encode(), capture_output=True
        )
        assert told.stdout.decode().strip() == large.blob_id
    assert {entry.path for entry in api.list_repo_tree("ann/x", "pictures")} == {
        "pictures/a b%20é.png"
    }
    told = api.model_info("ann/x", files_metadata=True)
    sizes = {file.rfilename: file.size for file in told.siblings}
    assert sizes == {path: len(content) for path, content in hub.files("ann/x").items()}
    assert [e.path for e in api.get_paths_info("ann/x", ["config.json", "no"])] == ["config.json"]


def test_download(hub, api, folder, download):
    api.create_repo("ann/x")
    api.upload_folder(repo_id="ann/x", folder_path=folder)
    for name, content in contents(folder).items():
        assert download(name) == content
    assert download("config.json", revision=hub.commits("ann/x")[0]) == SMALL
    with pytest.raises(errors.RemoteEntryNotFoundError):
        download("no.json")
    with pytest.raises(errors.RevisionNotFoundError):
        download(revision="no")
    with pytest.raises(errors.RepositoryNotFoundError):
        download(repo="ann/no")


def test_snapshots_of_branch_tag_and_sha(hub, api, tmp_path):
    api.create_repo("ann/x")
    shas = []
    for number in range(3):
        content = b"%d" % number + LARGE
        made = api.upload_file(
            repo_id="ann/x", path_or_fileobj=content, path_in_repo="model.safetensors"
        )
        shas.append(made.oid)
    api.create_tag("ann/x", tag="v1.0", revision=shas[0], tag_message="First")
    assert raised(api.create_tag, "ann/x", tag="v1.0") == 409
    api.create_tag("ann/x", tag="v1.0", exist_ok=True)
    api.create_branch("ann/x", branch="pr/dev", revision=shas[1])
    refs = api.list_repo_refs("ann/x")
    assert {ref.name: ref.target_commit for ref in refs.tags} == {"v1.0": shas[0]}
    named = {ref.name: ref.target_commit for ref in refs.branches}
    assert named == {"main": shas[2], "pr/dev": shas[1]}
    for revision, number in ((None, 2), ("main", 2), ("v1.0", 0), ("pr/dev", 1), (shas[1], 1)):
        got = hf.snapshot_download(
            "ann/x",
            revision=revision,
            endpoint=hub.endpoint,
            token=False,
            cache_dir=tmp_path / f"cache {revision}".replace("/", "-"),
        )
        assert Path(got).name == shas[number]
        assert Path(got, "model.safetensors").read_bytes() == b"%d" % number + LARGE
        assert contents(got) == hub.files("ann/x", shas[number])
    made = api.upload_file(
        repo_id="ann/x", path_or_fileobj=b"new", path_in_repo="new", revision="pr/dev"
    )
    assert hub.commits("ann/x", "pr/dev") == [made.oid, *hub.commits("ann/x")[1:]]
    api.delete_tag("ann/x", tag="v1.0")
    api.delete_branch("ann/x", branch="pr/dev")
    assert raised(api.model_info, "ann/x", revision="v1.0") == 404


def test_private(hub, api, download, tmp_path):
    api.create_repo("ann/x", private=True)
    api.upload_file(repo_id="ann/x", path_or_fileobj=SMALL, path_in_repo="config.json")
    assert api.model_info("ann/x").private
    assert download("config.json", token="hf_write") == SMALL
    for token in (False, "hf_read"):
        with pytest.raises(errors.RepositoryNotFoundError):
            download("config.json", token=token, cache_dir=tmp_path / "other")
        with pytest.raises(errors.RepositoryNotFoundError):
            api.model_info("ann/x", token=token)


def test_gated(hub, api, download, tmp_path):
    hub.add_repo("ann/x", {"config.json": SMALL}, gated=True)
    assert download("config.json", token="hf_write") == SMALL
    for token, status in ((False, 401), ("hf_read", 403)):
        with pytest.raises(errors.GatedRepoError) as caught:
            download("config.json", token=token, cache_dir=tmp_path / "other")
        assert caught.value.response.status_code == status
        assert api.model_info("ann/x", token=token).gated == "manual"
    hub.add_repo("ann/x", gated=True, allowed=["ben"])
    assert download("config.json", token="hf_read", force_download=True) == SMALL


@pytest.mark.parametrize("token", ["hf_read", False, "hf_other"])
def test_upload_without_permission(hub, api, folder, token):
    hub.add_repo("ann/x")
    before = hub.commits("ann/x")
    status = raised(api.upload_folder, repo_id="ann/x", folder_path=folder, token=token)
    assert status == (403 if token == "hf_read" else 401)
    assert hub.commits("ann/x") == before


def test_auth_check(hub, api):
    hub.add_repo("ann/x")
    api.auth_check("ann/x")
    api.auth_check("ann/x", write=True)
    api.auth_check("ann/x", token="hf_read")
    assert raised(api.auth_check, "ann/x", write=True, token="hf_read") == 403
    assert raised(api.auth_check, "ann/y", write=True) == 404
    hub.add_repo("ann/x", gated=True)
    with pytest.raises(errors.GatedRepoError):
        api.auth_check("ann/x", token="hf_read")


def test_no_token_at_the_second_origin(hub, api, download):
    hub.add_repo("ann/x", {"model.safetensors": LARGE}, private=True)
    assert download(token="hf_write") == LARGE
    seen = [request for request in hub.requests if request.origin == "cdn"]
    assert [request.method for request in seen] == ["GET"]
    assert "hf_write" not in str(seen)
    assert sent(hub, "HEAD", "model.safetensors")[0].headers["authorization"] == "Bearer hf_write"
    # One that comes with a token is refused, as by the storage of the real Hub.
    url = hub.cdn + seen[0].path
    asked = urllib.request.Request(url, headers={"Authorization": "Bearer hf_write"})
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        urllib.request.urlopen(asked)
    caught.value.close()
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(url.replace("signature=", "signature=0"))
    caught.value.close()
    hub.requests.clear()


def ask(url, method="GET", content=None, **headers):
    """Return the status, headers and body of a request without the library."""
    asked = urllib.request.Request(url, content, headers, method=method)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_ranges(hub, file):
    hub.add_repo("ann/x", {"model.safetensors": LARGE, "config.json": SMALL})
    content = hub.files("ann/x")[file]
    url = f"{hub.endpoint}/ann/x/resolve/main/{file}"
    size = len(content)
    status, headers, body = ask(url, Range="bytes=3-5")
    assert (status, body) == (206, content[3:6])
    assert headers["Content-Range"] == f"bytes 3-5/{size}"
    assert ask(url, Range="bytes=10-")[2] == content[10:]
    assert ask(url, Range="bytes=-2")[2] == content[-2:]
    assert ask(url, Range=f"bytes={size}-")[0] == 416


def test_what_is_sent_is_checked(hub):
    """Wrong bytes, wrong sizes, missing contents and paths that lead elsewhere."""
    hub.add_repo("ann/x")
    before = hub.commits("ann/x")
    auth = {"Authorization": "Bearer hf_write"}
    oid = hashlib.sha256(LARGE).hexdigest()
    batch = f"{hub.endpoint}/ann/x.git/info/lfs/objects/batch"
    objects = json.dumps({"objects": [{"oid": oid, "size": len(LARGE)}]}).encode()
    assert ask(batch, "POST", objects)[0] == 401
    told = json.loads(ask(batch, "POST", objects, **auth)[2])["objects"][0]["actions"]
    assert ask(told["upload"]["href"], "PUT", LARGE[::-1])[0] == 400
    verify = json.dumps({"oid": oid, "size": len(LARGE)}).encode()
    assert ask(told["verify"]["href"], "POST", verify, **auth)[0] == 400

    def commit(key, **value):
        lines = [{"key": "header", "value": {"summary": "s"}}, {"key": key, "value": value}]
        content = "\n".join(json.dumps(line) for line in lines).encode()
        return ask(f"{hub.endpoint}/api/models/ann/x/commit/main", "POST", content, **auth)[0]

    large = {"path": "m.safetensors", "algo": "sha256", "oid": oid}
    assert commit("lfsFile", **large, size=len(LARGE)) == 400
    assert ask(told["upload"]["href"], "PUT", LARGE)[0] == 200
    assert ask(told["verify"]["href"], "POST", verify, **auth)[0] == 200
    assert commit("lfsFile", **large, size=1) == 400
    small = {"encoding": "base64", "content": "YQ=="}
    for path in ("../a", "/a", "a//b", ".git/config", ""):
        assert commit("file", path=path, **small) == 400
    assert commit("file", path="a", encoding="base64", content="?") == 400
    assert commit("file", path="a.safetensors", **small) == 400
    assert hub.commits("ann/x") == before
    assert commit("lfsFile", **large, size=len(LARGE)) == 200
    assert hub.files("ann/x")["m.safetensors"] == LARGE
    assert list((hub.folder / "incoming").iterdir()) == []


@pytest.mark.parametrize("status", [401, 402, 403, 404, 409, 429, 500, 503])
def test_status(hub, api, status):
    hub.add_repo("ann/x", {"config.json": SMALL})
    hub.fault = Fault("^/api/models/ann/x$", status=status, times=1)
    assert raised(api.model_info, "ann/x") == status
    assert api.model_info("ann/x").sha == hub.commits("ann/x")[0]
    hub.fault = Fault("repos/create", "POST", status=status)
    assert raised(api.create_repo, "ann/y") == status
    assert hub.repo("ann/y") is None


@pytest.mark.parametrize("place", ["preupload", "objects/batch", "^/upload/", "verify", "/commit/"])
def test_refused_push_leaves_nothing(hub, api, folder, place):
    hub.add_repo("ann/x")
    before = hub.commits("ann/x")
    hub.fault = Fault(place, status=403)
    with pytest.raises((OSError, RuntimeError)):
        api.upload_folder(repo_id="ann/x", folder_path=folder)
    assert hub.fault.hits > 0
    assert hub.commits("ann/x") == before
    hub.fault = None
    api.upload_folder(repo_id="ann/x", folder_path=folder)
    assert len(hub.commits("ann/x")) == len(before) + 1


def test_passing_status(hub, api, folder, download):
    """The library sends again what was refused for a moment, but doesn't fetch again."""
    hub.add_repo("ann/x")
    hub.fault = Fault("^/upload/", "PUT", "cdn", status=503, times=1)
    api.upload_folder(repo_id="ann/x", folder_path=folder)
    assert len(sent(hub, "PUT", "")) == 2
    hub.fault = Fault("^/lfs/", "GET", "cdn", status=503, times=1, headers={"Retry-After": "7"})
    with pytest.raises(errors.HfHubHTTPError) as caught:
        download()
    assert caught.value.response.headers["Retry-After"] == "7"
    assert download() == LARGE


def test_gated_by_fault(hub, download):
    hub.add_repo("ann/x", {"model.safetensors": LARGE})
    hub.fault = Fault("/resolve/", status=403, code="GatedRepo")
    with pytest.raises(errors.GatedRepoError):
        download()


def test_delay(hub, download):
    hub.add_repo("ann/x", {"config.json": SMALL})
    assert download("config.json") == SMALL
    hub.fault = Fault(delay=60)
    assert download("config.json", etag_timeout=0.2) == SMALL  # out of the cache
    assert hub.fault.hits > 0


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_cut(hub, download, file):
    """A client that is cut off once asks again."""
    hub.add_repo("ann/x", {"model.safetensors": LARGE, "config.json": SMALL})
    origin = "cdn" if file.startswith("model") else "main"
    hub.fault = Fault("config|/lfs/", "GET", origin, cut=True, times=1)
    assert download(file) == hub.files("ann/x")[file]
    assert [(r.method, r.origin) for r in hub.requests][1:] == [("GET", origin)] * 2


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_flip(hub, download, file):
    """The library doesn't see it: whoever downloads has to look."""
    hub.add_repo("ann/x", {"model.safetensors": LARGE, "config.json": SMALL})
    hub.fault = Fault(flip=True)
    content = hub.files("ann/x")[file]
    got = download(file)
    differing = [at for at in range(len(content)) if got[at] != content[at]]
    assert (len(got), differing) == (len(content), [len(content) // 2])
    hub.fault = None
    assert download(file, force_download=True) == content


def test_stall(hub, download):
    hub.add_repo("ann/x", {"config.json": SMALL})
    hub.fault = Fault(stall=0.3)
    before = time.monotonic()
    assert download("config.json") == SMALL
    assert time.monotonic() - before >= 0.3


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_wrong_etag(hub, download, tmp_path, file):
    hub.add_repo("ann/x", {"model.safetensors": LARGE, "config.json": SMALL})
    hub.fault = Fault(wrong_etag=True)
    assert download(file) == hub.files("ann/x")[file]
    blob = b"blob %d\0" % len(SMALL)
    right = hashlib.sha256(LARGE) if file.startswith("model") else hashlib.sha1(blob + SMALL)
    kept = [path.name for path in tmp_path.glob("cache/models--ann--x/blobs/*")]
    assert kept == [right.hexdigest()[::-1]]


@pytest.mark.parametrize(("fault", "made"), [({"drop": True}, False), ({"lose": True}, True)])
def test_connection_lost(hub, api, fault, made):
    hub.fault = Fault("repos/create", times=1, **fault)
    with pytest.raises(httpx2.HTTPError):
        api.create_repo("ann/x")
    assert (hub.repo("ann/x") is not None) == made
    api.create_repo("ann/x", exist_ok=True)


def test_requests_left(hub, api):
    hub.requests_left = 2
    api.create_repo("ann/x")
    api.model_info("ann/x")
    with pytest.raises(httpx2.HTTPError):
        api.model_info("ann/x")
    hub.requests_left = None
    api.model_info("ann/x")


def test_stop_and_start(hub, api, tmp_path):
    """Repositories outlive the server, which comes back at the same port."""
    sha = hub.add_repo("ann/x", {"model.safetensors": LARGE})
    endpoint = hub.endpoint
    assert api.model_info("ann/x").sha == sha
    hub.stop()
    with pytest.raises(httpx2.HTTPError):
        api.model_info("ann/x")
    hub.start()
    assert hub.endpoint == endpoint
    assert api.model_info("ann/x").sha == sha
    with HubServer(hub.folder, xet=False) as another:
        assert hf.HfApi(endpoint=another.endpoint, token=False).model_info("ann/x").sha == sha
        assert another.files("ann/x")["model.safetensors"] == LARGE


def test_stop_breaks_what_is_under_way(hub, api):
    hub.add_repo("ann/x")
    hub.fault = Fault(delay=60)
    timer = threading.Timer(0.2, hub.stop)
    timer.start()
    with pytest.raises(httpx2.HTTPError):
        api.model_info("ann/x")
    timer.join()


# Runs in a process of its own, with Xet, as a user does; tells of each address it connects to.
XET_CLIENT = """
import json, sys
from pathlib import Path

connected = set()
def watch(event, arguments):
    if event == "socket.connect":
        connected.add(str(arguments[1][0]))
sys.addaudithook(watch)
import huggingface_hub as hf

action, folder, revision = sys.argv[1:]
if action == "push":
    api = hf.HfApi()
    api.create_repo("ann/x", private=True, exist_ok=True)
    told = [api.upload_folder(repo_id="ann/x", folder_path=folder).oid for _ in range(2)]
    api.create_tag("ann/x", tag=revision)
else:
    told = hf.snapshot_download("ann/x", revision=revision)
    hf.hf_hub_download("ann/x", "model.safetensors", revision=revision, local_dir=folder)
print(json.dumps({"told": told, "connected": sorted(connected)}))
"""


def run_xet_client(hub, home, *arguments, token="hf_write"):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    given = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(home), "HF_TOKEN": token}
    given |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", XET_CLIENT, *map(str, arguments)],
        cwd=ROOT,
        env=kept | given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "hf_write" not in done.stdout + done.stderr
    if done.returncode:
        return done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told["connected"]) <= {"127.0.0.1"}
    return told["told"]


def test_xet(tmp_path, folder):
    """Both ways by Xet; then also for who has none."""
    pytest.importorskip("hf_xet")
    (folder / "large.dat").write_bytes(bytes(600_000) + os.urandom(300_000))
    with HubServer(tmp_path / "hub") as hub:
        hub.add_user("ann", "hf_write")
        pushed = run_xet_client(hub, tmp_path / "home", "push", folder, "v1")
        assert pushed == hub.commits("ann/x")[:1] * 2
        assert len(hub.commits("ann/x")) == 2
        assert hub.files("ann/x") == contents(folder) | {
            ".gitattributes": hub.files("ann/x")[".gitattributes"]
        }
        assert sent(hub, "GET", "xet-write-token/main")
        assert not sent(hub, "PUT", "")
        # Two more versions of one file, each read again, one of them added without any client.
        first = hub.commits("ann/x")[0]
        (folder / "model.safetensors").write_bytes(LARGE + b"more")
        run_xet_client(hub, tmp_path / "home", "push", folder, "v2")
        hub.add_repo("ann/x", {"model.safetensors": LARGE[::-1]}, private=True)
        for revision in ("v1", first, "v2", "main"):
            got = run_xet_client(hub, tmp_path / "new", "pull", tmp_path / "one", revision)
            assert contents(got) == hub.files("ann/x", revision)
            one = (tmp_path / "one/model.safetensors").read_bytes()
            assert one == hub.files("ann/x", revision)["model.safetensors"]
        assert sent(hub, "GET", f"xet-read-token/{first}")
        assert not [request for request in hub.requests if request.origin == "cdn"]
        assert "RepositoryNotFound" in run_xet_client(
            hub, tmp_path / "other", "pull", tmp_path / "two", "v1", token=""
        )
        # Without Xet, the bytes come from the second origin.
        plain = hf.hf_hub_download(
            "ann/x",
            "large.dat",
            endpoint=hub.endpoint,
            token="hf_write",
            cache_dir=tmp_path / "plain",
        )
        assert Path(plain).read_bytes() == (folder / "large.dat").read_bytes()
        assert [request.origin for request in hub.requests][-1] == "cdn"
        written = b"".join(contents(hub.folder).values())
        assert b"hf_write" not in written


def test_xet_is_refused(tmp_path, folder):
    """A fault where Xet asks for its token ends a push, and nothing is there."""
    pytest.importorskip("hf_xet")
    with HubServer(tmp_path / "hub") as hub:
        hub.add_user("ann", "hf_write")
        hub.fault = Fault("xet-write-token", status=403)
        assert "Error" in run_xet_client(hub, tmp_path / "home", "push", folder, "v1")
        assert hub.fault.hits > 0
        assert len(hub.commits("ann/x")) == 1


@pytest.mark.parametrize("fault", ["flip", "cut"])
def test_xet_store_is_spoilt(tmp_path, fault):
    """A flipped byte is accepted with Xet, too: whoever downloads has to look."""
    pytest.importorskip("hf_xet")
    content = os.urandom(300_000)
    with HubServer(tmp_path / "hub") as hub:
        hub.add_repo("ann/x", {"model.safetensors": content})
        hub.fault = Fault("xet-read-token", times=1, **{fault: True})
        pull = ("pull", tmp_path / "target", "main")
        got = run_xet_client(hub, tmp_path / "home", *pull, token="")
        assert hub.fault.hits == 1
        if fault == "cut":
            assert "Error" in got
        else:
            wrong = Path(got, "model.safetensors").read_bytes()
            assert len(wrong) == len(content)
            assert sum(a != b for a, b in zip(wrong, content, strict=True)) == 1
        got = run_xet_client(hub, tmp_path / "new", *pull, token="")
        assert Path(got, "model.safetensors").read_bytes() == content
