"""The served page keeps nothing and asks no host for anybody, whatever it is sent."""

import json
import urllib.error
import urllib.request

import gradio as gr
import pytest

from demo.gate import check_values
from tests import browser

FILE = {"path": "http://host.invalid/x", "meta": {"_type": "gradio.FileData"}}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with browser.served(tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture
def quiet(served):
    """Check at the end that the server asked nobody, kept nothing and complained of nothing."""
    before = files(served), served.network.read_text()
    yield served
    assert (files(served), served.network.read_text()) == before
    assert "Traceback" not in "".join(served.output)


def files(served):
    return sorted(served.temporary.rglob("*"))


def ask(address, body=None, kind="application/json"):
    """Return (status, body) of an answer."""
    request = urllib.request.Request(address, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "file=http://host.invalid/x",
        "file=https://host.invalid/x",
        "file=HTTPS://host.invalid/x",
        "file=%20http://host.invalid/x",
        "file/http://host.invalid/x",
        "proxy=http://host.invalid/x",
    ],
)
def test_no_other_host_is_asked_for_a_visitor(quiet, path):
    status, said = ask(f"{quiet.address}gradio_api/{path}")
    assert status == 403
    assert json.loads(said) == {"error": "Nothing is stored or fetched for anyone here."}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["upload", "upload?upload_id=x", "process_recording"])
@pytest.mark.parametrize("name", ["files", "video"])
def test_no_file_is_taken(quiet, path, name):
    body = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="x.mp4"\r\n'
        "Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n"
    ).encode()
    address = f"{quiet.address}gradio_api/{path}"
    status, said = ask(address, body, "multipart/form-data; boundary=x")
    assert status == 403
    assert json.loads(said) == {"error": "Nothing is stored or fetched for anyone here."}


@pytest.mark.slow
@pytest.mark.parametrize(
    "value",
    [
        FILE,
        FILE | {"path": "/etc/passwd"},
        FILE | {"size": "large"},
        FILE | {"is_stream": True},
        {"path": "x", "meta": "y"},
        [[{"deep": FILE}]],
        [],
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("before", [[], ["138"]])
def test_a_file_instead_of_a_value_is_refused_in_a_sentence(quiet, value, before):
    address = f"{quiet.address}gradio_api/call/write"
    _, said = ask(address, json.dumps({"data": [*before, value]}).encode())
    _, said = ask(f"{address}/{json.loads(said)['event_id']}")
    assert said.startswith("event: error")
    assert f"Value {len(before) + 1} is a list or an object: send text or a number" in said


@pytest.mark.slow
def test_what_was_set_is_not_stored(quiet):
    address = f"{quiet.address}gradio_api"
    body = json.dumps({"data": ["13912345678"], "session_hash": "mine"}).encode()
    _, said = ask(f"{address}/call/grid", body)
    ask(f"{address}/call/grid/{json.loads(said)['event_id']}")
    assert ask(f"{address}/deep_link?session_hash=mine")[0] == 403


@pytest.mark.slow
def test_what_the_page_needs_is_let_through(quiet):
    for path in ("", "config", "theme.css", "gradio_api/info", "gradio_api/startup-events"):
        assert ask(f"{quiet.address}{path}")[0] == 200


def test_text_and_numbers_pass():
    check_values(["138", 7, 1.5, True, None, ""])
    with pytest.raises(gr.Error, match="Value 2 is a list"):
        check_values(["138", [7]])
