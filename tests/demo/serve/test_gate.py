"""The served page stores nothing and contacts no host for anybody, whatever it is sent."""

import json
import urllib.error
import urllib.request

import gradio as gr
import pytest

from demo.serve.gate import check_values, no_endpoint
from tests import browser

FILE = {"path": "http://host.invalid/x", "meta": {"_type": "gradio.FileData"}}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with browser.served(tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture
def quiet(served):
    """Check at the end that the server contacted nobody, kept nothing and logged no complaint."""
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


def post(served, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return ask(f"{served.address}gradio_api/{path}", data)


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
        "custom_component/x/client/component/x",
        "dev/reload",
    ],
)
def test_no_other_host_is_asked(quiet, path):
    status, said = ask(f"{quiet.address}gradio_api/{path}")
    assert status == 403
    assert json.loads(said) == {"error": "This server stores and fetches nothing for visitors."}


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
    assert json.loads(said) == {"error": "This server stores and fetches nothing for visitors."}


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
    _, said = post(quiet, "call/write", {"data": [*before, value]})
    _, said = post(quiet, f"call/write/{json.loads(said)['event_id']}")
    assert said.startswith("event: error")
    assert f"Value {len(before) + 1} is a list or an object: send text or a number" in said


@pytest.mark.slow
def test_what_was_set_is_not_stored(quiet):
    assert post(quiet, "call/write", {"data": ["x"], "session_hash": "mine"})[0] == 200
    assert ask(f"{quiet.address}gradio_api/deep_link?session_hash=mine")[0] == 403


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("call/send", {"data": ["en"]}, 404, "The endpoints are /write, /grid and /morph"),
        ("call/_draw", {"data": []}, 404, "The endpoints are /write, /grid and /morph"),
        ("call/v2/film", {}, 404, "The endpoints are /write, /grid and /morph"),
        ("run/write", {"data": ["1"]}, 404, "Use /gradio_api/call/"),
        ("run/predict", {"data": ["1"], "fn_index": 0}, 404, "Use /gradio_api/call/"),
        ("api/write", {"data": ["1"]}, 404, "Use /gradio_api/call/"),
        ("call/write", {"data": ["1"], "session_hash": ""}, 422, "must not be empty"),
        ("call/write", {"data": ["1" * 300_000]}, 413, "at most 262,144 bytes"),
        ("queue/join", {"data": ["1" * 300_000]}, 413, "at most 262,144 bytes"),
        ("call/grid/nothing", None, 404, "There is no such result"),
        ("call/v2/grid/nothing", None, 404, "There is no such result"),
    ],
)
def test_what_is_closed_is_refused_in_a_sentence(quiet, path, body, status, said):
    answered, answer = post(quiet, path, body)
    assert answered == status
    assert said in json.loads(answer)["error"]


@pytest.mark.slow
def test_a_result_is_given_once(quiet):
    event = json.loads(post(quiet, "call/write", {"data": ["x"]})[1])["event_id"]
    assert "is not a digit" in post(quiet, f"call/write/{event}")[1]
    status, said = post(quiet, f"call/write/{event}")
    assert status == 404
    assert "has been fetched already" in json.loads(said)["error"]


@pytest.mark.slow
def test_what_the_page_needs_is_let_through(quiet):
    for path in ("", "config", "theme.css", "gradio_api/info", "gradio_api/startup-events"):
        assert ask(f"{quiet.address}{path}")[0] == 200


@pytest.mark.parametrize(
    ("endpoints", "listed"),
    [
        (["write"], "/write"),
        (["write", "grid"], "/write and /grid"),
        (["write", "grid", "morph"], "/write, /grid and /morph"),
    ],
)
def test_the_sentence_about_an_unknown_endpoint_names_all_that_there_are(endpoints, listed):
    assert no_endpoint(endpoints) == f"There is no such endpoint. The endpoints are {listed}."


def test_text_and_numbers_pass():
    check_values(["138", 7, 1.5, True, None, ""])
    with pytest.raises(gr.Error, match="Value 2 is a list"):
        check_values(["138", [7]])


@pytest.mark.slow
@pytest.mark.parametrize("cell", [None, "x", {}, {"digit": 99, "row": 0, "seed": 0}])
def test_an_invalid_cell_is_refused_without_a_traceback(quiet, cell):
    _, config = ask(f"{quiet.address}config")
    events = json.loads(config)["dependencies"]
    carry = next(event["id"] for event in events if event["api_name"] == "carry")
    body = {"data": ["write"], "event_data": cell, "fn_index": carry, "session_hash": "cell"}
    assert post(quiet, "queue/join", body)[0] == 200
    assert "Digit must be a whole number" in post(quiet, "queue/data?session_hash=cell")[1]
