"""Tests of the tests' own Hub, with the real huggingface_hub over HTTP."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
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


def test_empty_commit(hub, api):
    """A commit that changes nothing isn't made, whatever a client sends."""
    sha = hub.add_repo("ann/x", {"config.json": SMALL})
    assert hub.add_repo("ann/x", {"config.json": SMALL}) == sha
    assert len(hub.commits("ann/x")) == 2


def test_files_have_the_ids_of_git(hub, api, folder):
    """A push uses them to find what has changed."""
    api.create_repo("ann/x")
    api.upload_folder(repo_id="ann/x", folder_path=folder)
    files = {file.rfilename: file for file in api.model_info("ann/x", files_metadata=True).siblings}
    assert {n: f.size for n, f in files.items()} == {
        n: len(c) for n, c in hub.files("ann/x").items()
    }
    small, large = files["config.json"], files["model.safetensors"]
    assert small.blob_id == hashlib.sha1(b"blob %d\0" % len(SMALL) + SMALL).hexdigest()
    assert small.lfs is None
    digest = hashlib.sha256(LARGE).hexdigest()
    assert (large.lfs.sha256, large.lfs.size) == (digest, len(LARGE))
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\n"
    pointer += f"size {len(LARGE)}\n"
    blob = b"blob %d\0" % len(pointer) + pointer.encode()
    assert large.blob_id == hashlib.sha1(blob).hexdigest()


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


@pytest.mark.parametrize(("fault", "made"), [({"drop": True}, False), ({"lose": True}, True)])
def test_connection_lost(hub, api, fault, made):
    hub.fault = Fault("repos/create", times=1, **fault)
    with pytest.raises(httpx2.HTTPError):
        api.create_repo("ann/x")
    assert (hub.repo("ann/x") is not None) == made
    api.create_repo("ann/x", exist_ok=True)


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

action, revision, *folder = sys.argv[1:]
if action == "push":
    api = hf.HfApi()
    api.create_repo("ann/x", private=True, exist_ok=True)
    told = [api.upload_folder(repo_id="ann/x", folder_path=folder[0]).oid for _ in range(2)]
    api.create_tag("ann/x", tag=revision)
else:
    told = hf.hf_hub_download("ann/x", "model.safetensors", revision=revision)
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
    """In both directions with Xet, and then for clients that don't have it."""
    pytest.importorskip("hf_xet")
    (folder / "large.dat").write_bytes(bytes(600_000) + os.urandom(300_000))
    with HubServer(tmp_path / "hub") as hub:
        hub.add_user("ann", "hf_write")
        pushed = run_xet_client(hub, tmp_path / "home", "push", "v1", folder)
        assert pushed == hub.commits("ann/x")[:1] * 2
        assert len(hub.commits("ann/x")) == 2
        files = hub.files("ann/x")
        assert files == contents(folder) | {".gitattributes": files[".gitattributes"]}
        assert sent(hub, "GET", "xet-write-token/main")
        assert not sent(hub, "PUT", "")
        # Another version, added without any client.
        hub.add_repo("ann/x", {"model.safetensors": LARGE[::-1]}, private=True)
        for revision in ("v1", "main"):
            got = run_xet_client(hub, tmp_path / "new", "pull", revision)
            assert Path(got).read_bytes() == hub.files("ann/x", revision)["model.safetensors"]
        assert sent(hub, "GET", f"xet-read-token/{pushed[0]}")
        assert not [request for request in hub.requests if request.origin == "cdn"]
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


@pytest.mark.parametrize("fault", ["flip", "cut"])
def test_xet_store_is_spoilt(tmp_path, fault):
    """A flipped byte is accepted with Xet, too: whoever downloads has to look."""
    pytest.importorskip("hf_xet")
    content = os.urandom(300_000)
    with HubServer(tmp_path / "hub") as hub:
        hub.add_repo("ann/x", {"model.safetensors": content})
        hub.fault = Fault("xet-read-token", times=1, **{fault: True})
        pull = ("pull", "main")
        got = run_xet_client(hub, tmp_path / "home", *pull, token="")
        assert hub.fault.hits == 1
        if fault == "cut":
            assert "Error" in got
        else:
            wrong = Path(got).read_bytes()
            assert len(wrong) == len(content)
            assert sum(a != b for a, b in zip(wrong, content, strict=True)) == 1
        got = run_xet_client(hub, tmp_path / "new", *pull, token="")
        assert Path(got).read_bytes() == content
