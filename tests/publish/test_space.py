"""A Space of the demo: what is staged and uploaded, and how it runs when built as Spaces does."""

import contextlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading

import pytest
from huggingface_hub import constants, metadata_load

from cgan import Sampler, UserError
from cgan import __main__ as command_line
from cgan.common import packages
from cgan.hub.repository import Repository
from cgan.hub.source import Source
from cgan.model import weights
from cgan.model.architectures.mlp import MlpConfig
from cgan.publish import demo_files, space
from cgan.writing.setting import unnamed
from demo import actions
from demo.actions import Settings
from demo.models import Model
from tests import hosting
from tests.conftest import (
    ROOT,
    TINY,
    WRITE,
    http_only,
    hub_environment,
    message,
    random_tensors,
    run_python,
    xet_only,
)
from tests.hub_server import COLOURS, Fault

# What the library itself does: httpx2 would rather have `content=` of an upload.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PINNED = space.Pinned(Repository("ann/digits", COMMIT))
SPACE = "ann/numbers"
# What Spaces installs in the same command as requirements.txt.
PLATFORM = ("uvicorn>=0.14.0", "websockets>=10.4", "spaces")
# What it sets.
SPACES = {
    "SYSTEM": "spaces",
    "SPACE_ID": SPACE,
    "SPACE_HOST": "ann-numbers.hf.space",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "HF_HUB_OFFLINE": "1",
}


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# Staging


def test_a_space_holds_the_demo_its_card_and_the_choice_of_weights(tmp_path):
    space.stage(tmp_path / "space", [PINNED, space.Pinned(Repository("ben/other", COMMIT))])
    content = files_in(tmp_path / "space")
    added = {"README.md", "requirements.txt", space.WEIGHTS_FILE}
    assert content.keys() == {*demo_files.find_files(), *added}
    assert content[space.WEIGHTS_FILE].decode() == f"ann/digits@{COMMIT},ben/other@{COMMIT}\n"
    for name in demo_files.find_files():
        assert content[name] == (ROOT / name).read_bytes()


def test_without_weights_of_its_own_it_has_the_bundled_ones(tmp_path):
    space.stage(tmp_path, [])
    assert not (tmp_path / space.WEIGHTS_FILE).exists()
    assert metadata_load(tmp_path / "README.md").keys().isdisjoint({"models", "preload_from_hub"})
    assert (tmp_path / "cgan/pretrained/model.safetensors").is_file()


def check_card(folder):
    """Check what Spaces requires of a README.md; return its front matter."""
    card = metadata_load(folder / "README.md")
    pins = packages.read_pins((folder / "requirements.txt").read_text())
    assert card["sdk"] == "gradio"
    assert card["sdk_version"] == pins["gradio"]
    # A string: 3.10 would be the number 3.1.
    assert card["python_version"] in ("3.10", "3.12")
    assert (folder / card["app_file"]).is_file()
    # Spaces installs from this file alone: it can't name another one, nor the folder.
    lines = (folder / "requirements.txt").read_text().splitlines()
    assert [one for one in lines if one[:1] in ("-", ".", "/")] == []
    # It installs more in the same command, for which there are no hashes.
    assert not any("--hash" in one for one in lines)
    assert len(card.get("short_description", "")) <= 60
    assert {card.get("colorFrom", "red"), card.get("colorTo", "red")} <= set(COLOURS)
    return card


def test_the_card_says_what_spaces_needs_to_know(tmp_path):
    other = space.Pinned(Repository("ann/digits", COMMIT[::-1]))
    measured = space.Pinned(Repository("ann/c", COMMIT), measured=True)
    private = space.Pinned(Repository("a/b", COMMIT), public=False)
    space.stage(tmp_path, [PINNED, other, measured, private], space.ZERO_GPU)
    card = check_card(tmp_path)
    assert card["suggested_hardware"] == "zero-a10g"
    assert card["license"] == "mit"
    assert card["models"] == ["ann/digits", "ann/c", "a/b"]
    # Private weights can't be fetched when the Space is built.
    assert card["preload_from_hub"] == [
        f"ann/digits config.json,model.safetensors {COMMIT}",
        f"ann/digits config.json,model.safetensors {COMMIT[::-1]}",
        f"ann/c config.json,model.safetensors,metrics.json {COMMIT}",
    ]
    text = (tmp_path / "README.md").read_text()
    assert f"`ann/digits@{COMMIT}`" in text
    assert max(map(len, text.splitlines())) < 300


def test_the_repository_is_a_space_as_it_is():
    """`hf upload user/space . --repo-type space` in a clone is enough."""
    card = check_card(ROOT)
    assert card["app_file"] == demo_files.APP
    assert card["python_version"] == space.PYTHON_VERSION


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    (tmp_path / "file").touch()
    for name in ("full", "file", "file/below"):
        with pytest.raises(UserError) as caught:
            space.stage(tmp_path / name, [])
        assert name in message(caught)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["x"]


def test_the_app_takes_the_weights_it_was_deployed_with(tmp_path):
    folder = tmp_path / "space"
    space.stage(folder, [])
    (folder / space.WEIGHTS_FILE).write_text("nowhere\n")
    for environment, named in (({}, "nowhere"), ({"CGAN_WEIGHTS": "elsewhere"}, "elsewhere")):
        result = subprocess.run(
            [sys.executable, folder / "demo/app.py"],
            cwd=tmp_path,
            env=os.environ | {"CGAN_WEIGHTS": ""} | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert f"{named}/config.json is missing" in result.stderr


# Uploading, with the real huggingface_hub over HTTP


@pytest.fixture
def deploy_process(hub, tmp_path):
    """Run the command in its own process; return the result."""

    def run(*arguments):
        environment = hub_environment(hub, tmp_path / "home") | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-m", "cgan", "deploy", *arguments],
            cwd=tmp_path,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def deploy(hub, monkeypatch, capsys):
    """Run the command in this process; return the same as if it were one of its own."""

    def run(*arguments, token=WRITE):
        monkeypatch.setenv("HF_TOKEN", token)
        capsys.readouterr()
        code = command_line.main(["deploy", *map(str, arguments)])
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run


def tiny_files(config):
    return {
        "config.json": json.dumps({weights.FORMAT_KEY: weights.FORMAT} | config.to_dict()).encode(),
        "model.safetensors": weights.to_safetensors(random_tensors(config)),
    }


def add_weights(hub, repo="ann/digits", **settings):
    """Put a generator on the Hub; return its commit."""
    bundled = ROOT / "cgan/pretrained"
    return hub.add_repo(repo, files_in(bundled), **settings)


def check_refused(result, *words):
    assert (result.returncode, result.stdout) == (2, ""), result.stderr
    last = result.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert WRITE not in result.stderr
    for word in words:
        assert word in last


def test_a_space_is_made_in_one_commit_and_pinned(hub, deploy, deploy_process, tmp_path):
    sha = add_weights(hub)
    result = deploy_process(SPACE, "--weights", "ann/digits@main")
    assert result.returncode == 0, result.stderr
    assert f"{hub.endpoint}/spaces/{SPACE}" in result.stderr
    assert WRITE not in result.stderr
    # One after the Hub's own first commit.
    assert len(hub.commits(SPACE, kind="spaces")) == 2
    assert hub.repo(SPACE, kind="spaces")["private"] is False
    pinned = space.Pinned(Repository("ann/digits", sha), measured=True)
    space.stage(tmp_path / "expected", [pinned])
    uploaded = hub.files(SPACE, kind="spaces")
    assert uploaded.pop(".gitattributes")
    assert uploaded == files_in(tmp_path / "expected")
    check_card(tmp_path / "expected")

    assert deploy(SPACE, "--weights", f"ann/digits@{sha}").returncode == 0
    assert len(hub.commits(SPACE, kind="spaces")) == 2  # the same again makes no commit


@http_only
def test_a_space_is_renewed_and_what_its_owner_put_there_stays(hub, deploy):
    files = {"demo/old.py": b"1", "cgan/old.py": b"2", "notes.txt": b"3", "README.md": b"# old\n"}
    files["demo/app.py"] = b"4"
    hub.add_repo(SPACE, files, kind="spaces")
    assert deploy(SPACE).returncode == 0
    uploaded = hub.files(SPACE, kind="spaces")
    assert {"demo/old.py", "cgan/old.py"}.isdisjoint(uploaded)
    assert uploaded["notes.txt"] == b"3"
    assert b"sdk: gradio" in uploaded["README.md"]


@http_only
def test_what_is_not_this_demo_is_not_replaced(hub, deploy):
    commit = hub.add_repo(SPACE, {"app.py": b"print()", "README.md": b"# chess\n"}, kind="spaces")
    check_refused(deploy(SPACE), f"{SPACE} holds something else than this demo")
    assert hub.commits(SPACE, kind="spaces")[0] == commit


@http_only
def test_what_should_be_private_is_not_put_into_a_public_space(hub, deploy):
    assert deploy(SPACE).returncode == 0
    check_refused(deploy(SPACE, "--private"), f"{SPACE} already exists and is public")


@pytest.fixture
def no_pauses(monkeypatch):
    """Skip the library's pauses between its retries, of up to 23 s."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.mark.parametrize(
    ("hub", "place", "how"),
    [
        (False, "xet-write|objects/batch", "drop"),
        (True, "xet-write|objects/batch", "drop"),
        (False, "/commit/", "drop"),
        (True, "/commit/", "lose"),
    ],
    indirect=["hub"],
)
def test_a_connection_that_breaks(hub, deploy, no_pauses, place, how):
    """Nothing is half deployed, and deploying again works."""
    hub.fault = Fault(place, **{how: True})
    check_refused(deploy(SPACE), "lost: try again")
    hub.fault = None
    made = (place, how) == ("/commit/", "lose")
    if hub.repo(SPACE, kind="spaces"):
        assert len(hub.commits(SPACE, kind="spaces")) == 1 + made
    assert deploy(SPACE).returncode == 0
    assert len(hub.commits(SPACE, kind="spaces")) == 2


@http_only
def test_a_private_space_of_the_free_kind(hub, deploy):
    add_weights(hub, private=True)
    result = deploy(SPACE, "--weights=ann/digits", "--private", "--zero-gpu")
    assert result.returncode == 0, result.stderr
    made = hub.repo(SPACE, kind="spaces")
    assert (made["private"], made["hardware"]) == (True, "zero-a10g")
    card = hub.files(SPACE, kind="spaces")["README.md"].decode()
    assert "suggested_hardware: zero-a10g" in card
    assert "preload_from_hub" not in card
    assert "HF_TOKEN" in result.stderr  # what else a private generator needs


@http_only
def test_a_dry_run_writes_a_folder_and_uploads_nothing(hub, deploy, tmp_path):
    sha = add_weights(hub)
    result = deploy(SPACE, "--weights=ann/digits", "--dry-run", tmp_path / "made", token="")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "made" / space.WEIGHTS_FILE).read_text() == f"ann/digits@{sha}\n"
    assert {request.method for request in hub.requests} == {"GET", "HEAD"}
    for name in ("", "space", "a/b/c"):
        check_refused(deploy(name, "--dry-run", tmp_path / "other"), "not the name")
    assert not (tmp_path / "other").exists()


FULL = """
import resource
from pathlib import Path
from cgan.common.errors import UserError
from cgan.publish import space
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    space.stage(Path("made"), [])
except UserError as error:
    print(error)
"""


@pytest.mark.parametrize("made", ["new", "folder", "link"])
def test_a_folder_that_can_not_be_filled_is_left_as_it_was(tmp_path, made):
    if made == "folder":
        (tmp_path / "made").mkdir()
    if made == "link":
        (tmp_path / "other").mkdir()
        (tmp_path / "made").symlink_to(tmp_path / "other")
    before = sorted(tmp_path.rglob("*"))
    result = run_python("-c", FULL, cwd=tmp_path)
    assert result.stdout.startswith("Could not write made: "), result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_ctrl_c_leaves_a_folder_as_it_was(tmp_path, monkeypatch):
    def interrupted(folder):
        (folder / "cgan").mkdir(parents=True)
        (folder / "cgan/half.py").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_files, "stage", interrupted)
    with pytest.raises(KeyboardInterrupt):
        space.stage(tmp_path / "made", [])
    assert list(tmp_path.iterdir()) == []


@http_only
@pytest.mark.parametrize("weights", ["digits", "ann/", "ann/digits@", "a/b/c", "./a@b"])
def test_what_names_no_weights_is_refused(hub, deploy, weights):
    check_refused(deploy(SPACE, "--weights", weights), "not")
    assert hub.requests == []


@http_only
@pytest.mark.parametrize("weights", ["", " ", ",", "ann/x,", "ann/x,,ann/y"])
def test_an_empty_name_of_weights_is_refused(hub, deploy, weights):
    check_refused(deploy(SPACE, "--weights", weights), "empty")
    assert hub.requests == []


@http_only
def test_a_folder_is_to_be_pushed_first(hub, deploy, tmp_path, monkeypatch):
    """Guards against a stranger's model of that name."""
    (tmp_path / "runs/my run").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("runs/my run", "./runs/my run", "~/runs/my run", tmp_path / "runs/my run"):
        check_refused(deploy(SPACE, f"--weights={name}"), f"{name} is on", "runs/my run' user/name")
    check_refused(deploy(SPACE, "--weights=ann/x,~/runs"), "~/runs is on this machine")
    assert hub.requests == []
    add_weights(hub, "runs/digits")
    assert deploy(SPACE, "--weights=runs/digits", "--dry-run", "made").returncode == 0


@http_only
def test_weights_that_are_not_there_are_refused(hub, deploy):
    hub.add_repo("ann/empty", {"config.json": b"{}"})
    result = deploy(SPACE, "--weights=ann/empty")
    check_refused(result, "ann/empty has no model.safetensors")
    check_refused(deploy(SPACE, "--weights=ann/nothing"), "ann/nothing")
    check_refused(deploy(SPACE, "--weights=ann/empty@v2"), "v2")
    hub.add_repo("ann/gpt", {"config.json": b'{"model_type": "gpt2"}', "model.safetensors": b"x"})
    check_refused(deploy(SPACE, "--weights=ann/gpt"), "ann/gpt@", "'format' must be")
    hub.add_repo("ann/five", tiny_files(MlpConfig(latent_dim=3, img_size=8, n_classes=5)))
    check_refused(deploy(SPACE, "--weights=ann/five"), "these have 5 classes")
    assert hub.repo(SPACE, kind="spaces") is None


@http_only
def test_the_hubs_objection_is_a_sentence(hub, deploy, deploy_process, monkeypatch):
    hub.fault = Fault("/api/repos/create", status=402)
    check_refused(deploy(SPACE), "paid plan", "--zero-gpu")
    free = deploy_process(SPACE, "--zero-gpu")
    check_refused(free, "requires a paid plan (Payment required", "settings/billing")
    assert "--zero-gpu" not in free.stderr
    hub.fault = None
    check_refused(deploy(SPACE, token="hf_wrong"), "hf auth login")
    check_refused(deploy(SPACE, token=""), "hf auth login")
    check_refused(deploy("ben/numbers"), "ben")
    check_refused(deploy("numbers"), "user/name")
    with monkeypatch.context() as offline:
        offline.setattr(constants, "HF_HUB_OFFLINE", True)
        check_refused(deploy(SPACE), "HF_HUB_OFFLINE")
    hub.fault = Fault("/api/spaces/.*/commit", status=403)
    check_refused(deploy(SPACE), "write permission")
    hub.fault = None
    assert len(hub.commits(SPACE, kind="spaces")) == 1  # the Hub's own: nothing of ours
    hub.stop()
    check_refused(deploy(SPACE), "HF_ENDPOINT")


# Running


@pytest.fixture(scope="module")
def disk():
    with hosting.machine() as folder:
        yield folder


@pytest.fixture(scope="module")
def staged(disk):
    folder = disk / "app"
    space.stage(folder, [])
    hosting.lock_folder(folder)
    yield folder
    hosting.unlock_folder(folder)


@pytest.fixture(scope="module")
def python(disk, staged, image):
    """The Python of an environment with what Spaces installs, in the way it does.

    The Dockerfile installs the same requirements for the same Python: this starts from there.
    """
    card = metadata_load(staged / "README.md")
    assert image.base.startswith(f"python:{card['python_version']}.")
    needed = (staged / "requirements.txt").read_bytes()
    # But for the hashes.
    assert packages.without_hashes(image.path("requirements.txt").read_text()).encode() == needed
    # Links: pip writes new files and never into old ones.
    shutil.copytree(image.root / "python", disk / "venv", symlinks=True, copy_function=os.link)
    made = disk / "venv/bin/python"
    # Alone: no other file is there when Spaces installs.
    alone = disk / "build"
    alone.mkdir()
    (alone / "requirements.txt").write_bytes(needed)
    sdk = f"gradio[oauth,mcp]=={card['sdk_version']}"
    hosting.install(made, "-r", "requirements.txt", cwd=alone)
    hosting.install(made, sdk, *PLATFORM, cwd=alone)
    return made


@pytest.mark.slow
def test_what_spaces_installs_leaves_the_pins_alone(staged, python):
    """It adds Gradio's extras and more after ours: nothing of ours may be in the way."""
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    installed = {
        packages.canonical_name(one["name"]): one["version"] for one in json.loads(listed.stdout)
    }
    pins = packages.read_pins((staged / "requirements.txt").read_text())
    changed = {n: v for n, v in installed.items() if n in pins and v != pins[n]}
    assert changed == {}
    assert {"gradio", "numpy", "mcp", "authlib", "spaces"} <= installed.keys()
    assert "jittor" not in installed
    subprocess.run([python, "-m", "pip", "check"], check=True, stdout=subprocess.DEVNULL)


def on_spaces(disk, staged, python, **environment):
    """Run the app as Spaces does."""
    port = hosting.free_port()
    command = [python, metadata_load(staged / "README.md")["app_file"]]
    environment = SPACES | {"PORT": str(port), "GRADIO_SERVER_PORT": str(port)} | environment
    return hosting.running(command, staged, disk, port, **environment)


def expected(sampler=None):
    """Return the picture of the settings that `/write` takes where only digits are given."""
    model = Model(sampler or Sampler.from_pretrained())
    settings = Settings(**unnamed(Settings) | {"digits": "13812345678"})
    return actions.number_png(model, settings, 4)[2]


@pytest.mark.slow
def test_it_runs_where_spaces_built_it(disk, staged, python):
    before = files_in(staged)
    tried = ["/bin/sh", "-c", "touch demo/x || rm requirements.txt"]
    result = subprocess.run(tried, cwd=staged, stderr=subprocess.PIPE, **hosting.plain_user())
    assert result.returncode != 0
    with on_spaces(disk, staged, python) as host:
        page = host.get("").decode()
        assert "written by hand" in page
        assert "https://ann-numbers.hf.space/" in page
        assert host.write("13812345678") == expected()
        assert host.asked_outside() == []
        assert host.log.read_text() != ""
    # What Python 3.12 says about event loops that Gradio leaves to the garbage collector.
    ignored = r"Exception ignored in: <function BaseEventLoop.__del__.*?\nValueError: [^\n]*\n"
    output = re.sub(ignored, "", "".join(host.output), flags=re.DOTALL)
    assert "Traceback" not in output
    assert files_in(staged) == before


@contextlib.contextmanager
def zero_gpu():
    """Yield what a machine's owner is told, and what `spaces` finds in its environment there."""
    told = []

    class Device(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Device) as device:
        thread = threading.Thread(target=device.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{device.server_address[1]}"
            yield told, {"SPACES_ZERO_GPU": "true", "SPACES_ZERO_DEVICE_API_URL": address}
        finally:
            device.shutdown()
            thread.join()


@pytest.mark.slow
@xet_only
def test_it_draws_with_the_weights_it_was_deployed_with(disk, python, hub, tmp_path):
    """Fetched at the first start or, as by `preload_from_hub`, before: then without the Hub."""
    weights.save_config(tmp_path, TINY)
    weights.save_tensors(tmp_path, TINY, random_tensors(TINY))
    names = ("config.json", "model.safetensors")
    sha = hub.add_repo("ann/digits", {name: (tmp_path / name).read_bytes() for name in names})
    folder = disk / f"with-weights-{hub.xet}"
    space.stage(folder, [space.Pinned(Repository("ann/digits", sha))])
    source = Source("hub", "ann/digits", sha)
    picture = expected(Sampler(weights.Weights(TINY, random_tensors(TINY)), source))
    assert picture != expected()
    online = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}
    with on_spaces(disk, folder, python, **online) as host:
        assert host.write("13812345678") == picture
        assert host.asked_outside() == []
    assert hub.requests != []
    hub.stop()
    with on_spaces(disk, folder, python, **online) as host:
        assert host.write("13812345678") == picture


@pytest.mark.slow
def test_the_repository_as_it_is_runs_there_too(disk, python):
    """Its requirements have Jittor, which fits in with the rest and is never imported.

    On ZeroGPU, with the real package `spaces`, which Spaces installs: it reports to the machine's
    owner that there is a GPU function.
    """
    card = check_card(ROOT)
    sdk = f"gradio[oauth,mcp]=={card['sdk_version']}"
    alone = disk / "build-all"
    alone.mkdir()
    shutil.copy(ROOT / "requirements.txt", alone)
    hosting.install(python, "--dry-run", "-r", "requirements.txt", sdk, *PLATFORM, cwd=alone)
    left = shutil.ignore_patterns(".*", "__pycache__", "data", "runs")
    clone = shutil.copytree(ROOT, disk / "clone", ignore=left)
    hosting.lock_folder(clone)
    try:
        with zero_gpu() as (told, environment):
            with on_spaces(disk, clone, python, **environment) as host:
                assert told == ["/startup-report"]
                assert host.write("13812345678") == expected()
                assert host.asked_outside() == []
            assert told == ["/startup-report"]  # drawing asks for no GPU
    finally:
        hosting.unlock_folder(clone)
