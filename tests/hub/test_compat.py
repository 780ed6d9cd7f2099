"""What we know of huggingface_hub's private parts fits the version that is pinned."""

import http.server
import inspect
import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import (
    HfApi,
    ModelInfo,
    _login,
    _oauth,
    constants,
    errors,
    get_session,
    scan_cache_dir,
    set_client_factory,
)
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import _http, validate_repo_id
from hypothesis import given
from hypothesis import strategies as st

from cgan.common.errors import UserError
from cgan.common.packages import LOCK
from cgan.hub import compat
from cgan.hub.repository import check_name
from tests.conftest import http_only, run_python


def test_it_was_written_for_the_pinned_version():
    """Where the pin moves, run the tests that the module names, and then change its version."""
    assert f"huggingface-hub=={compat.VERSION}" in LOCK.read_text().splitlines()


def accepts(check, name, error):
    try:
        check(name)
    except error:
        return False
    return True


@given(
    st.lists(
        st.sampled_from(["a", "B1", "_", "-", ".", "é", " ", "a" * 95, ".git", "/"]), max_size=6
    ).map("".join)
)
def test_a_name_is_valid_where_the_library_says_so(name):
    expected = accepts(validate_repo_id, name, HFValidationError) and "/" in name
    assert accepts(check_name, name, UserError) == expected


def test_clients_are_adjusted_inside_the_block():
    adjusted = []

    def adjust(client):
        adjusted.append(client)
        return client

    factory = _http._GLOBAL_CLIENT_FACTORY
    with compat.adjusted_clients(adjust):
        assert adjusted == [get_session()]
        client = _http._GLOBAL_CLIENT_FACTORY()
        assert adjusted[1:] == [client]
        client.close()
    assert _http._GLOBAL_CLIENT_FACTORY is factory


def test_a_factory_that_was_set_meanwhile_stays():
    factory = _http._GLOBAL_CLIENT_FACTORY
    try:
        with compat.adjusted_clients(lambda client: client):
            set_client_factory(_http.default_client_factory)
        assert _http._GLOBAL_CLIENT_FACTORY is _http.default_client_factory
    finally:
        set_client_factory(factory)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("HTTP status client error (403 Forbidden), domain: https://x", 403),
        ("HTTP status server error (502 Bad Gateway), domain: https://x", 502),
        ("connection reset", None),
    ],
)
def test_the_status_that_xet_reports(message, status):
    assert compat.xet_status(ConnectionError(message)) == status


SETTINGS = (
    "from huggingface_hub import constants\n"
    "from cgan.hub import compat\n"
    "print(compat.endpoint(), compat.cache_folder(), compat.time_limit())\n"
    "print(compat.user_decides_progress_bars(), constants.HF_HUB_DISABLE_XET)\n"
)


def test_the_settings_are_those_of_the_environment(tmp_path, monkeypatch):
    given = {"HF_ENDPOINT": "http://hub.example", "HF_HUB_CACHE": "/cache"}
    given |= {"HF_HUB_ETAG_TIMEOUT": "7", "HF_HUB_DISABLE_XET": "1"}
    result = run_python("-c", SETTINGS, cwd=tmp_path, HF_HUB_DISABLE_PROGRESS_BARS="0", **given)
    assert result.stdout == "http://hub.example /cache 7\nTrue True\n", result.stderr
    monkeypatch.delenv("HF_HUB_DISABLE_PROGRESS_BARS", raising=False)
    result = run_python("-c", SETTINGS, cwd=tmp_path, **given | {"HF_HUB_DISABLE_XET": "0"})
    assert result.stdout == "http://hub.example /cache 7\nFalse False\n", result.stderr


@http_only
def test_the_caches_layout_is_what_the_library_says(hub):
    commit = hub.add_repo("ann/x", {"config.json": b"{}"})
    assert compat.default_revision() in hub.repo("ann/x")["branches"]
    cache = Path(compat.cache_folder())
    path = Path(HfApi().hf_hub_download("ann/x", "config.json", revision=commit))
    assert compat.count_models(cache) == 1
    folder, found = compat.snapshot(path)
    compat.remember(folder, "main")
    (repo,) = scan_cache_dir(cache).repos
    (revision,) = repo.revisions
    assert (revision.snapshot_path, revision.commit_hash) == (folder, found) == (folder, commit)
    assert revision.refs == {"main"}
    (file,) = revision.files
    assert compat.matches_its_name(path)
    file.blob_path.write_bytes(b"damaged")
    assert not compat.matches_its_name(path)
    compat.forget(path)
    assert not path.is_symlink()
    assert not file.blob_path.exists()


@http_only
def test_an_account_is_what_whoami_says(hub):
    found = compat.account(HfApi().whoami())
    assert found == compat.Account("ann", "write", ("ann", "digits"))
    # The double above can't know of a change. The library reads the same names.
    login = inspect.getsource(_login)
    assert '(token_info.get("auth") or {}).get("accessToken")' in login
    assert 'access_token_info.get("role")' in login
    oauth = inspect.getsource(_oauth)
    assert 'get("orgs"' in oauth
    assert 'get("roleInOrg")' in oauth


def test_an_account_that_tells_little():
    assert compat.account({"name": "ann"}) == compat.Account("ann", None, ("ann",))
    orgs = [{"name": "read", "roleInOrg": "read"}, {"name": "unknown"}]
    assert compat.account({"name": "ann", "orgs": orgs}).writable == ("ann", "unknown")


@pytest.mark.parametrize("disabled", [False, True], ids=["with Xet", "without"])
@pytest.mark.parametrize(
    ("error", "kinds", "falls_back"),
    [
        (RuntimeError("hf_xet"), Exception, True),
        (ConnectionError("hf_xet"), Exception, True),
        (ConnectionError("hf_xet"), ConnectionError, True),
        (RuntimeError("hf_xet"), ConnectionError, False),
        (errors.OfflineModeIsEnabled(), ConnectionError, False),
        (errors.OfflineModeIsEnabled(), Exception, False),
        (errors.LocalEntryNotFoundError("not cached"), Exception, False),
        (UserError("ours"), Exception, False),
    ],
    ids=repr,
)
def test_what_falls_back_to_http(monkeypatch, error, kinds, falls_back, disabled):
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", disabled)
    tries = []

    def transfer():
        tries.append(constants.HF_HUB_DISABLE_XET)
        if len(tries) == 1:
            raise error
        return "done"

    if falls_back and not disabled:
        assert compat.with_http_fallback(transfer, kinds) == "done"
        assert tries == [False, True]
    else:
        with pytest.raises(type(error)) as caught:
            compat.with_http_fallback(transfer, kinds)
        assert caught.value is error
        assert tries == [disabled]
    assert constants.HF_HUB_DISABLE_XET is disabled


def test_the_errors_of_a_download():
    answer = httpx2.Response(200, text="<html>", request=httpx2.Request("GET", "http://x"))
    client = httpx2.Client()
    client.close()
    found = []
    for call in (answer.json, lambda: client.get("http://127.0.0.1:9")):
        with pytest.raises(compat.transfer_errors()) as caught:
            call()
        found.append(type(caught.value))
    assert found[1] is RuntimeError
    kinds = (httpx2.ConnectError, httpx2.ReadTimeout, errors.HfHubHTTPError)
    for kind in (*kinds, errors.FileMetadataError, errors.LocalEntryNotFoundError):
        assert issubclass(kind, compat.transfer_errors())
    assert not issubclass(TypeError, compat.transfer_errors())


def test_an_answer_that_is_not_json():
    answer = httpx2.Response(200, text="<html>", request=httpx2.Request("GET", "http://x"))
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        answer.json()
    assert compat.is_not_json(caught.value)
    assert not compat.is_not_json(ValueError("something else"))


def test_an_answer_of_another_shape():
    """The library fails with Python's own errors then."""
    for call in (lambda: ModelInfo(siblings=[{}]), lambda: compat.account({})):
        with pytest.raises(KeyError) as caught:
            call()
        assert compat.is_of_the_library(caught.value)
    with pytest.raises(KeyError) as caught:
        {}["ours"]
    assert not compat.is_of_the_library(caught.value)


@pytest.fixture
def untrusted(tmp_path):
    """The address of a server whose certificate nobody has signed."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    command += ["ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = http.server.BaseHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *_: None
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, for a certificate")
def test_a_certificate_that_is_not_trusted(untrusted, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(httpx2.ConnectError) as caught:
        get_session().get(untrusted)
    assert compat.is_certificate_problem(caught.value)
    assert not compat.is_certificate_problem(httpx2.ConnectError("connection refused"))
