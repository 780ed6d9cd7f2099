"""The command lines with a Hub: `push`, `write --weights`, `train.py`.

What they write and how they stop is shown by real processes, what they refuse in this one.
"""

import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

import train
from cgan import __main__ as command_line
from tests.conftest import READ, ROOT, WRITE, check_no_token, hub_environment
from tests.conftest import http_only as hub_http_only
from tests.hub_server import Fault, HubServer

http_only = pytest.mark.parametrize("server", [False], indirect=True, ids=["http"])
xet_only = pytest.mark.parametrize("server", [True], indirect=True, ids=["xet"])


@pytest.fixture(params=[False, True], ids=["http", "xet"])
def server(request, tmp_path):
    with HubServer(tmp_path / "hub", xet=request.param) as started:
        started.add_user("ann", WRITE)
        started.add_user("ben", READ, role="read")
        yield started
        started.stop()
        check_no_token(started, *(path for path in tmp_path.iterdir() if path.is_dir()))


@pytest.fixture
def start(server, tiny_weights):
    """Start a command beside the folder "weights"; warnings are errors, except the library's."""

    def start(*arguments, token=WRITE, before=None, **more):
        environment = hub_environment(server, tiny_weights.parent / "home", token) | more
        environment |= {"PYTHONPATH": str(ROOT)}
        program = [ROOT / "train.py"] if arguments[0].startswith("-") else ["-m", "cgan"]
        warnings = ["-W", "error", "-W", "ignore:Use 'content=<...>'"]
        return subprocess.Popen(
            [sys.executable, *warnings, *program, *map(str, arguments)],
            cwd=tiny_weights.parent,
            env=os.environ | environment,
            preexec_fn=before,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def run(start):
    """Run a command; return its exit code and what it says, which shows no token."""

    def run(*arguments, **more):
        process = start(*arguments, **more)
        output, error = process.communicate(timeout=300)
        assert output == ""
        assert "Traceback" not in error
        assert "secret" not in error.lower()
        return process.returncode, error

    return run


@pytest.fixture
def refused(hub, tiny_weights, monkeypatch, capsys):
    """Run a command in this process; return the one line with which it is refused."""
    monkeypatch.chdir(tiny_weights.parent)

    def refused(*arguments, token=WRITE):
        monkeypatch.setenv("HF_TOKEN", token)
        main = train.main if arguments[0].startswith("-") else command_line.main
        assert main(list(arguments)) == 2
        output, error = capsys.readouterr()
        assert output == ""
        assert "secret" not in error.lower()
        assert error.startswith("Error: ")
        assert error.count("\n") == 1
        return error

    return refused


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def fields(path):
    with Image.open(path) as image:
        return image.text


def test_push_and_write(server, run, tmp_path, tiny_sampler):
    options = ["--private", "--revision", "dev", "--tag", "v1", "--message", "First"]
    code, said = run("push", "weights", "ann/x", *options)
    commit = server.commits("ann/x", "dev")[0]
    page = f"{server.endpoint}/ann/x/tree/dev"
    assert (code, said) == (0, f"Pushed weights to {page} (commit {commit[:7]}).\n")
    assert server.repo("ann/x")["private"]
    assert server.repo("ann/x")["tags"] == {"v1": commit}
    assert server.read_commit(server.repo("ann/x"), commit)["title"] == "First"
    code, said = run("push", "weights", "ann/x@dev")
    assert (code, said) == (
        0,
        f"Nothing to push: {page} already has the same files (commit {commit[:7]}).\n",
    )
    written = (0, "Wrote result.png (24x8).\n")
    assert run("write", "138", "--weights", "ann/x@v1") == written
    np.testing.assert_array_equal(pixels(tmp_path / "result.png"), tiny_sampler.write("138"))
    made_of = {"weights": f"ann/x@{commit}", "weights-sha256": tiny_sampler.sha256}
    assert fields(tmp_path / "result.png") == {"seed": "0", **made_of}
    drawn = (0, "Wrote grid.png (80x80).\n")
    assert run("grid", "--weights", f"ann/x@{commit}") == drawn
    np.testing.assert_array_equal(pixels(tmp_path / "grid.png"), tiny_sampler.grid(10))
    assert fields(tmp_path / "grid.png") == {"seed": "0", **made_of}
    server.stop()
    # A commit never changes; a tag may have changed meanwhile.
    assert run("grid", "--weights", f"ann/x@{commit}") == drawn
    code, said = run("write", "138", "--weights", "ann/x@v1")
    assert code == 0
    assert said.startswith(
        f"Warning: drawn with ann/x@v1 as it was at commit {commit[:7]}. "
        f"Can't reach {server.endpoint}"
    )
    code, said = run("write", "138", "--weights", "ann/x@v1", HF_HUB_OFFLINE="1")
    assert code == 0
    assert "HF_HUB_OFFLINE is set" in said
    assert run("write", "138", "--weights", "./ann/x")[0] == 2


@hub_http_only
@pytest.mark.parametrize(
    ("arguments", "token", "said"),
    [
        (["push", "weights", "ann/x"], "", "Pushing needs a token, and there is none"),
        (["push", "weights", "ann/x"], "hf_othersSecret3", "does not accept your token"),
        (["push", "weights", "ben/x"], READ, "Your token may not write to ben/x"),
        (["push", "weights", "nobody/x"], WRITE, "has no user or organisation nobody"),
        (["push", "nowhere", "ann/x"], WRITE, "nowhere/config.json is missing"),
        (["push", "weights", "x"], WRITE, "'x' is not the name of a repository"),
        (["push", "weights", "ann/x@a", "--revision=b"], WRITE, "give only one"),
        (["push", "weights", "ann/x", "--tag="], WRITE, "'' is not a revision"),
        (["write", "1", "--weights", "ann/x"], WRITE, "There is no model ann/x on"),
        (["write", "1", "--weights", "ann/x@main"], "", "There is no model ann/x on"),
        (["write", "1", "--weights", "ann/y@v2"], WRITE, "ann/y has no revision 'v2'"),
        (["--dataset=digits", "--push-to-hub=ann/x"], "", "Pushing needs a token"),
        (["--dataset=digits", "--push-to-hub=ann/x"], READ, "Your token may not write to ann/x"),
        (["--dataset=digits", "--push-to-hub=x"], WRITE, "'x' is not the name of a repository"),
        (["--resume=weights", "--push-to-hub=ben/x"], WRITE, "Your token may not write to ben/x"),
    ],
)
def test_refusals_are_one_line(hub, refused, tmp_path, arguments, token, said):
    hub.add_repo("ann/y")
    before = {path.name for path in tmp_path.iterdir()}
    assert said in refused(*arguments, token=token)
    # Nothing is trained, drawn or made.
    assert {path.name for path in tmp_path.iterdir()} - before <= {"home"}
    assert hub.repo("ann/x") is None
    assert len(hub.commits("ann/y")) == 1


@hub_http_only
@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")  # huggingface_hub's
@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (402, "requires a paid plan"),
        (409, "was being changed at the same moment"),
        (503, "is having problems"),
        ("no hub", "Can't reach"),
    ],
)
def test_a_push_that_fails_is_one_line_and_code_2(hub, refused, trouble, said):
    if trouble == "no hub":
        hub.stop()
    else:
        hub.fault = Fault("/commit/", status=trouble)
    assert said in refused("push", "weights", "ann/x")


@hub_http_only
@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")  # huggingface_hub's
def test_onnx_files_are_pushed_where_they_are_asked_for_and_else_removed(hub, tiny_weights):
    folder = str(tiny_weights)
    for option, there in (["--onnx"], True), ([], False):
        assert command_line.main(["push", folder, "ann/x", *option]) == 0
        files = hub.files("ann/x", "main")
        assert ("model.onnx" in files) == (b"model.onnx" in files["README.md"]) == there


@http_only
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"token": READ}, "Your token may not write to ann/x"),
        ({"HF_ENDPOINT": "htp://127.0.0.1"}, "HF_ENDPOINT is not a web address"),
    ],
)
def test_a_process_that_is_refused_ends_with_code_2(server, run, more, said):
    code, error = run("push", "weights", "ann/x", **more)
    assert code == 2
    assert error.startswith("Error: ")
    assert said in error
    assert error.count("\n") == 1


def stop_when_asked(server, process):
    """Press Ctrl-C while the server keeps a request waiting."""
    end = time.monotonic() + 120
    while not server.fault.hits and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)


@xet_only
@pytest.mark.parametrize("place", ["repos/create", "preupload", "/commit/"])
def test_ctrl_c(server, start, place):
    server.fault = Fault(place, delay=60)
    process = start("push", "weights", "ann/x")
    stop_when_asked(server, process)
    output, error = process.communicate(timeout=120)
    assert (process.returncode, output, error) == (130, "", "Stopped.\n")
    if server.repo("ann/x"):
        assert len(server.commits("ann/x")) == 1


def test_a_full_disk(server, run, tiny_weights, tmp_path):
    """Files are limited to 100 kB here; the weights are larger. Nothing half fetched is left."""
    server.add_repo("ann/x", {path.name: path.read_bytes() for path in tiny_weights.iterdir()})

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    code, said = run("write", "1", "--weights", "ann/x", before=limit)
    assert code == 2
    assert said.startswith("Error: Could not use ") or "Something went wrong" in said
    assert "File too large" in said
    assert not list(tmp_path.rglob("*.incomplete"))
    assert run("write", "1", "--weights", "ann/x")[0] == 0
