"""The sentences for what goes wrong with a Hub, beyond what tests of pulls and pushes show."""

import errno
import http.server
import threading

import httpx2
import huggingface_hub
import pytest
from huggingface_hub import constants, errors

from cgan.common.errors import UserError
from cgan.hub.errors import HubError, explain, redact, shown_endpoint
from cgan.hub.pull import pull
from cgan.hub.repository import Repository
from cgan.hub.session import hub_session
from cgan.publish.push import check_may_push, push
from tests.conftest import WRITE, http_only, message
from tests.hub_server import REASONS, Fault

X = Repository("ann/x")
pytestmark = http_only


def refused(call, *arguments):
    with pytest.raises(HubError) as caught:
        call(*arguments)
    assert WRITE not in message(caught)
    return message(caught)


def set_endpoint(monkeypatch, endpoint):
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("huggingface.co", "HF_ENDPOINT is not a web address: huggingface.co"),
        ("htp://huggingface.co", "HF_ENDPOINT is not a web address: htp://huggingface.co"),
        ("http://[", "http://["),
        ("http://nowhere.invalid", "Can't reach http://nowhere.invalid (no answer)"),
    ],
)
def test_a_misspelt_endpoint(hub, tiny_weights, monkeypatch, endpoint, said):
    set_endpoint(monkeypatch, endpoint)
    assert said in refused(pull, X)
    assert said in refused(push, tiny_weights, X)
    assert said in refused(check_may_push, X)
    assert hub.requests == []


@pytest.fixture(params=["<html>Welcome</html>", "null", "[]", "{}", '{"error": "log in"}'])
def other_server(monkeypatch, request):
    """A web server that isn't a Hub: it has one answer for everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(request.param.encode())

        do_POST = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    set_endpoint(monkeypatch, f"http://127.0.0.1:{server.server_address[1]}")
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_is_not_a_hub(hub, other_server, tiny_weights):
    for call in (lambda: pull(X), lambda: push(tiny_weights, X), lambda: check_may_push(X)):
        assert f"{constants.ENDPOINT} does not answer like a Hub" in refused(call)


def test_a_token_in_the_address_is_not_shown(hub, monkeypatch):
    host = hub.endpoint.removeprefix("http://")
    set_endpoint(monkeypatch, f"http://ann:{WRITE}@{host}")
    assert shown_endpoint() == hub.endpoint
    hub.fault = Fault(status=400)
    assert hub.endpoint in refused(pull, X)
    hub.stop()
    assert hub.endpoint in refused(pull, X)


def test_a_token_that_cannot_be_sent(hub, tiny_weights, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", f"“{WRITE}”")
    for call in (lambda: pull(X), lambda: push(tiny_weights, X), lambda: check_may_push(X)):
        assert "Your token contains an invalid character" in refused(call)
    assert hub.requests == []


def test_a_token_that_the_hub_refuses(hub, tiny_weights):
    """The Hub answers with the status of a repository that it doesn't show."""
    hub.fault = Fault(status=401, code="RepoNotFound")
    assert "does not accept your token" in refused(push, tiny_weights, X)
    assert "There is no model ann/x" in refused(pull, X)


def test_a_token_that_a_server_repeats_is_not_shown(hub, monkeypatch):
    monkeypatch.setitem(REASONS, 400, f"Bad: {WRITE} hf_abcdefghijkl")
    hub.fault = Fault(status=400)
    assert "(Bad: *** ***)" in refused(pull, X)


def test_redact(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "a-token-of-another-form")
    for text in (
        "Authorization: Bearer abc.def",
        "token=hf_abcdefghijklmnop",
        "a-token-of-another-form",
        "http://user:abc.def@host/",
    ):
        shown = redact(f"It said {text} today")
        assert not any(s in shown for s in ("abc", "a-token"))
        assert shown.startswith("It said ")
        assert shown.endswith(" today")
    assert redact("hf_hub_download of ann/x") == "hf_hub_download of ann/x"


def os_error(number):
    return OSError(number, "Why not", "/some/file")


@pytest.mark.parametrize(
    ("error", "said", "unavailable"),
    [
        (os_error(errno.ENOSPC), "No disk space for ann/x in /some/file: free some", False),
        (os_error(errno.EDQUOT), "No disk space for ann/x", False),
        (os_error(errno.EACCES), "/some/file can't be written or read (Why not)", False),
        (os_error(errno.EROFS), "set HF_HOME to a folder that can", False),
        (os_error(errno.EIO), "Could not use /some/file (Why not)", False),
        (httpx2.ProxyError("x"), "check HTTPS_PROXY", True),
        (httpx2.ConnectError("CERTIFICATE_VERIFY_FAILED"), "its certificate is not trusted", True),
        (httpx2.ReadTimeout("x"), "did not answer in time", True),
        (TimeoutError("x"), "did not answer in time", True),
        (ConnectionResetError("x"), "was lost: try again", True),
        (httpx2.TooManyRedirects("x"), "does not answer like a Hub", True),
        (errors.FileMetadataError("x"), "does not answer like a Hub", True),
        (errors.LocalTokenNotFoundError("x"), "Pushing needs a token", False),
        (RuntimeError("x\ny"), "Something went wrong with ann/x (RuntimeError: x y)", False),
        (TypeError(), "Something went wrong with ann/x (TypeError: no details)", False),
    ],
)
def test_sentences(hub, error, said, unavailable):
    explained = explain(error, X, pushing=False)
    assert said in str(explained)
    assert explained.unavailable == unavailable
    wrapped = ValueError("Error while uploading")  # as the library does
    wrapped.__cause__ = error
    if "Something went wrong" not in said:
        assert str(explain(wrapped, X, pushing=False)) == str(explained)


def test_a_bad_proxy(hub, monkeypatch):
    huggingface_hub.close_session()  # its client has read the environment
    monkeypatch.setenv("ALL_PROXY", "bogus://ann:pass@host")
    for _ in range(2):
        said = refused(pull, X)
        assert "ALL_PROXY is not the address of a proxy" in said
        assert "pass@" not in said
    monkeypatch.delenv("ALL_PROXY")
    assert "There is no model ann/x" in refused(pull, X)


def test_what_is_raised_does_not_lead_to_the_librarys_error(hub):
    """Its message or its request may show a token."""
    hub.fault = Fault(status=400)
    with pytest.raises(HubError) as caught, hub_session(X) as api:
        api.whoami()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_our_own_sentences_and_ctrl_c_are_left_alone(hub):
    for error in (UserError("Ours."), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, hub_session(X):
            raise error
        assert caught.value is error
