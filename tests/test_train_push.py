"""From training to the page: `train.py --push-to-hub`, and the page on what it pushed."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cgan import Sampler
from tests import browser as browsers
from tests.conftest import READ, ROOT, WRITE, check_no_token, hub_environment
from tests.hub_server import Fault, HubServer

pytestmark = pytest.mark.slow

SETTINGS = ("--dataset=digits", "--batch_size=256", "--n_epochs=1", "--max_steps=4", "--quiet")


@pytest.fixture
def hub(tmp_path):
    with HubServer(tmp_path / "hub") as server:
        server.add_user("ann", WRITE)
        server.add_user("ben", READ, role="read")
        yield server
        check_no_token(server, tmp_path / "work")


@pytest.fixture
def train(hub, tmp_path):
    """Run train.py and push; return what came of it."""
    (tmp_path / "work").mkdir()

    def run(*arguments, token=WRITE):
        environment = hub_environment(hub, tmp_path / "hub-home", token)
        return subprocess.run(
            [sys.executable, ROOT / "train.py", *SETTINGS, *arguments],
            cwd=tmp_path / "work",
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


def check_refused(result, *words):
    assert result.returncode == 2, result.stderr
    last = result.stderr.strip().splitlines()[-1]
    for word in words:
        assert word in last
    assert "Traceback" not in result.stderr
    assert WRITE not in result.stdout + result.stderr


def test_what_was_trained_is_pushed_and_the_page_draws_it(hub, train, tmp_path):
    result = train("--out=run", "--push-to-hub=ann/digits")
    assert result.returncode == 0, result.stderr
    assert WRITE not in result.stdout + result.stderr
    commit = hub.commits("ann/digits")[0]
    assert f"Pushed run to {hub.endpoint}/ann/digits (commit {commit[:7]})" in result.stdout
    run = tmp_path / "work/run"
    pushed = hub.files("ann/digits")
    assert pushed["model.safetensors"] == (run / "model.safetensors").read_bytes()
    config = json.loads((run / "config.json").read_text())
    del config["training"]["number"]  # which may be somebody's
    assert json.loads(pushed["config.json"]) == config
    environment = hub_environment(hub, tmp_path / "hub-home")
    with (
        browsers.served(tmp_path, "--weights", "ann/digits", **environment) as served,
        browsers.browser() as chromium,
        browsers.visit(chromium, served.address) as visited,
    ):
        page = visited.page
        expect(page.locator("#facts")).to_contain_text(f"ann/digits@{commit}")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="PNG", exact=True).click()
        with Image.open(io.BytesIO(waiting.value.path().read_bytes())) as image:
            shades = np.unique(np.asarray(image.convert("L")))
            drawn = np.asarray(image)
    written = Sampler.from_pretrained(run).write("138 1234 5678", seed=15)
    np.testing.assert_array_equal(drawn, written)  # the palette's index is the ink
    assert len(shades) > 2


def test_nothing_is_trained_where_nothing_could_be_pushed(hub, train, tmp_path):
    check_refused(train("--out=run", "--push-to-hub=digits"), "user/name")
    check_refused(train("--out=run", "--push-to-hub=ann/digits", token=""), "hf auth login")
    check_refused(train("--out=run", "--push-to-hub=ann/digits", token=READ), "may not write")
    check_refused(train("--out=run", "--push-to-hub=ben/digits"), "may not write")
    assert not (tmp_path / "work/run").exists()
    assert hub.repo("ann/digits") is None


def test_a_push_that_fails_leaves_the_run_and_says_how_to_push_it_later(hub, train, tmp_path):
    hub.fault = Fault("/api/models/ann/digits/commit", status=403)
    result = train("--out=run", "--push-to-hub=ann/digits")
    command = "python -m cgan push run ann/digits"
    check_refused(result, "write permission", "The run is safe in run", f"`{command}`")
    assert "model.safetensors" not in hub.files("ann/digits")
    hub.fault = None
    later = subprocess.run(
        [sys.executable, *command.split()[1:]],
        cwd=tmp_path / "work",
        env=os.environ | hub_environment(hub, tmp_path / "hub-home") | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert later.returncode == 0, later.stderr
    assert "model.safetensors" in hub.files("ann/digits")
