"""Environment variables that can't be used: named in a sentence, and what is cached serves."""

import os
import subprocess
import sys

import pytest

from cgan.hub import variables
from cgan.hub.errors import HubError
from cgan.hub.pull import pull
from cgan.hub.repository import Repository
from cgan.hub.variables import unusable
from tests.conftest import ROOT, http_only

X = Repository("ann/x")


@pytest.fixture
def files(tiny_weights):
    names = ("model.safetensors", "config.json")
    return {name: (tiny_weights / name).read_bytes() for name in names}


@http_only
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_FILE", str(ROOT)),
        ("SSL_CERT_DIR", "/nowhere"),
        ("HTTPS_PROXY", "foo://x"),
        ("https_proxy", "http://x:port"),
        ("all_proxy", "http://["),
        ("all_proxy", "http://"),
        ("ALL_PROXY", "socks4://x:1"),
        ("HF_ENDPOINT", "http://["),
        ("HF_HUB_ETAG_TIMEOUT", "soon"),
        ("HF_HUB_DOWNLOAD_TIMEOUT", ""),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_and_the_cache_serves(
    hub, files, monkeypatch, name, value
):
    hub.add_repo("ann/x", files)
    before = pull(X)
    asked = len(hub.requests)
    monkeypatch.setenv(name, value)
    pulled = pull(X)
    assert pulled.folder == before.folder
    assert name in str(pulled.problem)
    with pytest.raises(HubError, match=name) as caught:
        pull(Repository("ann/other"))
    assert caught.value.unavailable
    assert len(hub.requests) == asked


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", ""),
        ("SSL_CERT_DIR", f"/nowhere{os.pathsep}{ROOT}"),
        ("HTTPS_PROXY", "foo"),
        ("HTTPS_PROXY", "user:word@proxy.example:3128"),
        ("http_proxy", "http://[::1]:8/"),
        ("HTTPS_PROXY", ""),
        ("HF_ENDPOINT", "https://hub.example"),
        ("HF_HUB_ETAG_TIMEOUT", "7"),
    ],
)
def test_what_can_be_used_passes(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert name not in unusable()


@pytest.mark.parametrize(
    ("value", "usable"), [("socks5://x:1", True), ("socks5h://x:1", True), ("socks4://x:1", False)]
)
def test_of_socks_the_fifth_version_can_be_used(monkeypatch, value, usable):
    monkeypatch.setattr(variables, "is_installed", lambda package: package == "socksio")
    monkeypatch.setenv("ALL_PROXY", value)
    assert ("ALL_PROXY" not in unusable()) == usable


def test_variables_at_which_the_library_itself_fails_do_no_harm():
    wrong = {"HF_ENDPOINT": "http://[", "HF_HUB_ETAG_TIMEOUT": "soon"}
    code = "from cgan.hub import compat; compat.require('This needs'); print(compat.time_limit())"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | wrong,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
