"""The page on weights from a Hub, in Chromium: which ones they are, and choosing between them."""

import contextlib
import io
import json
import os
import re
import struct
import subprocess
import sys

import gradio_client
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cgan import Sampler
from cgan.model import weights
from cgan.publish import publication
from cgan.writing.hand import NATURAL
from demo.actions import Settings
from tests import browser as browsers
from tests.browser import ready, speak, visit
from tests.conftest import ROOT, TINY, WRITE, check_no_token, hub_environment, random_tensors
from tests.hub_server import HubServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def chromium():
    with browsers.browser() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with weights that are not the bundled ones."""
    made = tmp_path_factory.mktemp("weights")
    weights.save_config(made, TINY)
    weights.save_tensors(made, TINY, random_tensors(TINY, 1))
    return made


@pytest.fixture
def hub(tmp_path, folder):
    with HubServer(tmp_path / "hub") as server:
        server.add_user("ann", WRITE)
        server.add_repo("ann/digits", contents(folder), private=True)
        yield server
        check_no_token(server, tmp_path)


@contextlib.contextmanager
def served_by(*arguments, **environment):
    """Serve the page; nothing that it prints is a token, or a warning."""
    with browsers.served(*arguments, **environment) as served:
        yield served
    said = "".join(served.output)
    assert WRITE not in said
    assert "UserWarning" not in said


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def facts(page):
    return page.locator("#facts")


def wait_for_weights(page, source):
    """On a busy machine the page may be there before the weights are: open it again."""
    for _ in range(20):
        if source in facts(page).inner_text():
            break
        page.wait_for_timeout(1000)
        page.reload()
        ready(page)
    expect(facts(page)).to_contain_text(f"weights {source}")


def download(page):
    """Return the text in the PNG file of what is on the page, and the whole file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG", exact=True).locator("visible=true").click()
    data = waiting.value.path().read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        return image.text, data


def copied_link(page):
    """Return what the button copies."""
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("async () => await navigator.clipboard.readText()")
    return page.evaluate("navigator.clipboard.readText()")


def drawn(page):
    """Return the outlines on the page and, byte for byte, what its PNG file shows.

    That is the file without its text, which says where the weights come from.
    """
    chunks = []
    _, data = download(page)
    start = 8
    while start < len(data):
        length, kind = struct.unpack(">I4s", data[start : start + 8])
        if kind not in (b"tEXt", b"iTXt", b"zTXt"):
            chunks.append(data[start : start + length + 12])
        start += length + 12
    assert [chunk[4:8] for chunk in chunks] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    return page.locator(".sheet").inner_html(), chunks


def test_without_the_hub_the_page_is_up_and_switches_over_when_it_is_back(hub, chromium, tmp_path):
    environment = hub_environment(hub, tmp_path / "home")
    hub.stop()
    with (
        served_by(tmp_path, "--weights", "ann/digits", **environment) as served,
        visit(chromium, served.address) as visited,
    ):
        page = visited.page
        expect(facts(page)).to_contain_text(
            re.compile(r"bundled weights \w+ \(.*\), instead of ann/digits: Can't reach http://127")
        )
        speak(page, "zh")
        expect(facts(page)).to_contain_text("尚未取得最新的 ann/digits：无法连接 http://127")
        hub.start()
        commit = hub.commits("ann/digits")[0]
        for _ in range(240):  # it asks again after five seconds, ten, twenty and forty
            page.get_by_role("button", name="书写").click()
            page.wait_for_timeout(500)
            if commit in facts(page).inner_text():
                break
        expect(facts(page)).to_contain_text(f"权重 ann/digits@{commit}")
        assert Sampler.from_pretrained().sha256[:12] not in facts(page).inner_text()
        with visit(chromium, served.address) as newcomer:
            expect(facts(newcomer.page)).to_contain_text(f"weights ann/digits@{commit}")
            fields, _ = download(newcomer.page)
            assert fields["weights"] == f"ann/digits@{commit}"


def test_a_hub_killed_in_the_middle_of_a_pull_leaves_the_demo_answering(tmp_path, folder):
    """As a process of its own, asked over HTTP; and nothing it says or keeps has the token.

    Every point of a pull, by both transports, is in test_models.py. Whole pulls are tested below.
    """
    bundled = Sampler.from_pretrained().sha256
    with HubServer(tmp_path / "hub") as hub:
        hub.add_user("ann", WRITE)
        hub.add_repo("ann/digits", contents(folder), private=True)
        hub.requests_left = 2
        environment = hub_environment(hub, tmp_path / "home")
        with served_by(tmp_path, "--weights", "ann/digits", **environment) as served:
            client = gradio_client.Client(served.address, verbose=False, download_files=tmp_path)
            with Image.open(client.predict("138", api_name="/write")) as image:
                assert "weights" not in image.text
                assert image.text["weights-sha256"] == bundled
            client.close()
        check_no_token(hub, tmp_path)


def test_each_visitor_chooses_weights_and_the_link_keeps_the_choice(
    hub, chromium, tmp_path, folder
):
    """A repository, a commit, or a folder, which draws the same as a repository of its files."""
    hub.add_repo("ann/other", contents(folder) | {"model.safetensors": other()})
    commits = {name: hub.commits(name)[0] for name in ("ann/digits", "ann/other")}
    names = f"ann/digits, ann/other@{commits['ann/other']}, {folder}"
    environment = hub_environment(hub, tmp_path / "home") | {"CGAN_WEIGHTS": names}
    with (
        served_by(tmp_path, **environment) as served,
        visit(chromium, served.address) as visited,
        visit(chromium, served.address) as bystander,
    ):
        page = visited.page
        for opened in (page, bystander.page):
            wait_for_weights(opened, f"ann/digits@{commits['ann/digits']}")
        before = drawn(page)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        # An unchosen default is in the link, too: the first of the list may change one day.
        with visit(chromium, copied_link(page)) as friend:
            assert "&weights=ann%2Fdigits" in friend.page.url
            expect(friend.page.get_by_label("Weights")).to_have_value("ann/digits")
            assert drawn(friend.page) == before
        with visit(chromium, f"{served.address}#digits=12") as friend:
            expect(friend.page.get_by_label("Weights")).to_have_value("ann/digits")
        page.get_by_label("Weights").click()
        page.get_by_role("option", name="ann/other").click()
        expect(facts(page)).to_contain_text(f"ann/other@{commits['ann/other']}")
        fields, _ = download(page)
        assert fields["weights"] == f"ann/other@{commits['ann/other']}"
        after = drawn(page)
        assert before[0] != after[0]
        assert before[1] != after[1]
        link = copied_link(page)
        assert drawn(bystander.page) == before
        with visit(chromium, link) as friend:
            expect(facts(friend.page)).to_contain_text(f"ann/other@{commits['ann/other']}")
            assert drawn(friend.page) == after
        page.get_by_label("Weights").click()
        page.get_by_role("option", name=folder.name).click()
        expect(facts(page)).to_contain_text(f"weights {folder.name}")
        assert drawn(page) == before
        assert str(folder) not in page.content() + page.url
        strange = f"{served.address}#digits=12&weights=ben/none"
        with visit(chromium, strange) as friend:
            alert = friend.page.get_by_role("alert")
            expect(alert).to_contain_text("weights must be one of")
            expect(facts(friend.page)).to_contain_text("ann/digits@")


def test_what_was_trained_is_pushed_and_the_page_draws_it(hub, chromium, tmp_path):
    environment = hub_environment(hub, tmp_path / "home")
    settings = ["--dataset=digits", "--img_size=8", "--batch_size=256", "--max_steps=4"]
    trained = subprocess.run(
        [sys.executable, ROOT / "train.py", *settings, "--out=run", "--push-to-hub=ann/trained"],
        cwd=tmp_path,
        env=os.environ | environment,
        check=True,
        timeout=600,
        capture_output=True,
        text=True,
    )
    assert "Pushing to ann/trained" in trained.stdout + trained.stderr
    assert WRITE not in trained.stdout + trained.stderr
    commit = hub.commits("ann/trained")[0]
    run = tmp_path / "run"
    pushed = hub.files("ann/trained")
    assert pushed["model.safetensors"] == (run / "model.safetensors").read_bytes()
    config = json.loads((run / "config.json").read_text())
    for name in publication.PRIVATE:
        del config["training"][name]
    assert json.loads(pushed["config.json"]) == config
    with (
        served_by(tmp_path, "--weights", "ann/trained@main", **environment) as served,
        visit(chromium, served.address) as visited,
    ):
        wait_for_weights(visited.page, f"ann/trained@{commit}")
        expect(visited.page.get_by_label("Weights")).to_be_hidden()
        fields, data = download(visited.page)
    assert fields["weights"] == f"ann/trained@{commit}"
    with Image.open(io.BytesIO(data)) as image:  # the palette's index is the ink
        sampler = Sampler.from_pretrained(run)
        written = sampler.write(
            "138 1234 5678", seed=Settings.seed, variation=NATURAL, spacing="ink", scale=4
        )
        np.testing.assert_array_equal(np.asarray(image), written)


def other():
    import safetensors.numpy

    return safetensors.numpy.save(random_tensors(TINY, 2))
