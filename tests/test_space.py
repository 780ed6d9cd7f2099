"""A Space of the demo: what is staged, and what comes of it where Spaces builds and runs it."""

import http.server
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from huggingface_hub import metadata_load

from cgan import Sampler, demo_files, space
from demo import handlers
from demo.handlers import Settings
from tests import hosting
from tests.conftest import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"
# What Spaces installs in the same command as requirements.txt.
PLATFORM = ("uvicorn>=0.14.0", "websockets>=10.4", "spaces")
SPACES = {
    "SYSTEM": "spaces",
    "SPACE_ID": "ann/numbers",
    "SPACE_HOST": "ann-numbers.hf.space",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "HF_HUB_OFFLINE": "1",
}


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
def python(disk, staged):
    """The Python of an environment with what Spaces installs, in the way it does."""
    card = metadata_load(staged / "README.md")
    # Alone: no other file is there when Spaces installs.
    alone = disk / "build"
    alone.mkdir()
    (alone / "requirements.txt").write_bytes((staged / "requirements.txt").read_bytes())
    made = hosting.make_environment(disk / "venv", card["python_version"])
    sdk = f"gradio[oauth,mcp]=={card['sdk_version']}"
    hosting.install(made, "-r", "requirements.txt", sdk, *PLATFORM, cwd=alone)
    return made


def expected():
    """Return the picture of the settings that `/write` takes where only digits are given."""
    return handlers.number_png(Sampler.from_pretrained(), Settings("13812345678"), 4)[2]


@pytest.mark.slow
def test_it_runs_where_spaces_builds_it(disk, staged, python):
    port = hosting.free_port(7860)
    card = metadata_load(staged / "README.md")
    command = [python, card["app_file"]]
    environment = SPACES | {"PORT": str(port), "GRADIO_SERVER_PORT": str(port)}
    with hosting.running(command, staged, disk, port, **environment) as host:
        page = host.get("").decode()
        assert "written by hand" in page
        assert "https://ann-numbers.hf.space/" in page
        assert host.write("13812345678") == expected()
        assert host.asked_outside() == []
        assert host.log.read_text() != ""
    assert "Traceback" not in "".join(host.output)
