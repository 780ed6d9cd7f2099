"""The served page stores nothing, contacts no host, fails at nothing and logs nothing.

Whatever it is sent: one server gets all of these requests.
"""

import contextlib
import json
import re
import resource
import shutil
import socket
import time
import urllib.error
import urllib.request

import gradio as gr
import pytest

from demo.serve.gate import check_values, no_endpoint
from tests import browser
from tests.demo.serve import strange_requests
from tests.demo.serve.strange_requests import NUMBER

FILE = {"path": "http://host.invalid/x", "meta": {"_type": "gradio.FileData"}}


FEW_FILES = 256


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A demo that is started where a program may open few files, unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, hard))
    try:
        with browser.served(tmp_path_factory.mktemp("demo")) as served:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            yield served
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def quiet(served):
    """Check at the end that the server contacted nobody, kept nothing and logged nothing."""
    before = files(served), served.network.read_text(), [*served.output]
    yield served
    assert (files(served), served.network.read_text(), served.output) == before


@pytest.fixture
def unharmed(served):
    """Check at the end that the server still draws, and logged nothing that it was sent."""
    yield served
    assert "complete" in browser.call(served.address, ["7"])
    said = "".join(served.output)
    assert NUMBER not in said
    assert "Traceback" not in said
    print(said)  # shown if a test fails


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
        ("call/send", {"data": ["en"]}, 404, "The endpoints are /write, /grid, /morph and /hand"),
        ("call/_draw", {"data": []}, 404, "The endpoints are /write, /grid, /morph and /hand"),
        ("call/v2/film", {}, 404, "The endpoints are /write, /grid, /morph and /hand"),
        ("run/write", {"data": ["1"]}, 404, "Use /gradio_api/call/"),
        ("run/predict", {"data": ["1"], "fn_index": 0}, 404, "The endpoints are"),
        ("run/predict", {"data": ["1"]}, 422, "fn_index must be a whole number"),
        ("run/predict", {"data": ["1"], "fn_index": 10_000}, 404, "The endpoints are"),
        ("run/predict", None, 404, "Use /gradio_api/call/"),
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


def events(served, *, queue):
    """Return the numbers of the events in the queue, or beside it, that have a function."""
    _, config = ask(f"{served.address}config")
    known = json.loads(config)["dependencies"]
    return [one["id"] for one in known if one["backend_fn"] and bool(one["queue"]) == queue]


@pytest.mark.slow
def test_the_pages_own_events_beside_the_queue_are_answered_at_once(quiet):
    (number,) = events(quiet, queue=False)
    sent = {"fn_index": number, "session_hash": "mine", "data": ["[]"]}
    status, said = post(quiet, "run/predict", sent)
    assert status == 200
    assert "written by hand" in json.loads(said)["data"][0]
    nameless = {name: value for name, value in sent.items() if name != "session_hash"}
    assert post(quiet, "run/predict", nameless)[0] == 422
    status, said = post(quiet, "run/predict", sent | {"data": ['["", "en", "", "x"]']})
    assert (status, "no digit" in said) == (200, True)
    for other in events(quiet, queue=True):
        status, said = post(quiet, "run/predict", sent | {"fn_index": other})
        assert (status, "Use /gradio_api/call/" in said) == (404, True)


@pytest.mark.slow
@pytest.mark.parametrize("value", strange_requests.ODD_VALUES)
def test_events_beside_the_queue_may_be_sent_anything(unharmed, value):
    (number,) = events(unharmed, queue=False)
    for body in (
        f'{{"fn_index":{number},"data":["1"]}}',
        f'{{"fn_index":{number},"data":[{value}],"session_hash":"s"}}',
        f'{{"fn_index":{number},"data":{value},"session_hash":"s"}}',
        f'{{"fn_index":{number},"data":["1"],"session_hash":{value}}}',
        f'{{"fn_index":{number},"data":["1"],"session_hash":"s","event_data":{value}}}',
        f'{{"fn_index":{value},"data":["1"]}}',
    ):
        status, said = ask(f"{unharmed.address}gradio_api/run/predict", body.encode())
        assert status in (200, 404, 422, 500), said
        assert status == 200 or json.loads(said)["error"]
        assert "Traceback" not in said


@pytest.mark.slow
def test_a_result_is_given_once(quiet):
    event = json.loads(post(quiet, "call/write", {"data": ["x"]})[1])["event_id"]
    assert "no digit" in post(quiet, f"call/write/{event}")[1]
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


def send(served, request):
    """Return (status, answer) of a request that is given as bytes."""
    port = int(re.search(r":(\d+)/", served.address)[1])
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        # The server may refuse a request, and close, before it has read all of it.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        with contextlib.suppress(ConnectionError):
            while chunk := connection.recv(1 << 16):
                answer += chunk
    found = re.match(rb"HTTP/1\.1 (\d+)", answer)
    assert found, (request[:200], answer[:200])
    return int(found[1]), answer


@pytest.mark.slow
@pytest.mark.parametrize(
    "requests",
    [
        strange_requests.routes,
        strange_requests.headers,
        strange_requests.bodies,
        lambda: strange_requests.NOT_HTTP,
    ],
    ids=["routes", "headers", "bodies", "not HTTP"],
)
def test_no_request_makes_the_server_fail(unharmed, requests):
    for request in requests():
        status, answer = send(unharmed, request)
        assert status < 500, (request[:200], answer[:500])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("call/write", f'{{"data":"{NUMBER}","session_hash":NaN}}', 422, "not finite"),
        ("call/write", f'{{"data":["{NUMBER}",1e999]}}', 422, "not finite"),
        ("call/write", f'{{"data":["{NUMBER}\\ud800"]}}', 422, "not Unicode"),
        ("call/write", f'{{"{NUMBER}\\ud800":1}}', 422, "not Unicode"),
        ("call/write", f'{{"data":["{NUMBER}", {"[" * 40}{"]" * 40}]}}', 422, "too deeply"),
        ("call/write", f'{{"digits":"{NUMBER}"}}', 422, "data: Field required"),
        ("call/write", f'{{"data":["{NUMBER}"', 422, "not JSON"),
        ("call/write", f'{{"data":[],"session_hash":"{"x" * 65}"}}', 422, "at most 64"),
        ("queue/join", '{"data":[],"session_hash":"s","event_id":7}', 422, "event_id must be"),
        ("queue/join", '{"data":[],"session_hash":"s","fn_index":1.5}', 422, "a whole number"),
        ("queue/join", '{"data":[],"session_hash":"s","fn_index":-1}', 404, "no such endpoint"),
        ("queue/join", '{"data":[],"session_hash":"s","batched":true}', 422, "batched must be"),
        ("call/write/x", "{}", 405, "GET its result"),
    ],
)
def test_a_body_that_gradio_fails_at_is_refused_in_a_sentence(unharmed, path, body, status, said):
    answered, answer = ask(f"{unharmed.address}gradio_api/{path}", body.encode())
    assert (answered, NUMBER in answer) == (status, False)
    assert said in json.loads(answer)["error"]


def test_every_event_answers_wrong_values_in_a_sentence(unharmed):
    _, config = ask(f"{unharmed.address}config")
    events = json.loads(config)["dependencies"]
    for number, event in ((event["id"], event) for event in events):
        for values in ([None] * 20, ["x"] * 20, [10**400] * 20, [NUMBER, True, 1e300]):
            body = {"data": values, "fn_index": number, "session_hash": "wrong"}
            status, said = post(unharmed, "queue/join", body)
            if not event["backend_fn"]:
                assert (status, json.loads(said)["error"][:25]) == (
                    404,
                    "There is no such endpoint",
                )
                continue
            assert status == 200
            _, stream = post(unharmed, "queue/data?session_hash=wrong")
            (last,) = re.findall(r'data: (\{"msg":"process_completed".*)', stream)
            done = json.loads(last)
            assert done["success"] or len(done["output"]["error"]) > 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Forwarded-Host", "evil.example"),
        ("Host", "evil.example"),
        ("X-Gradio-Server", "http://evil.example"),
        ("Origin", "http://evil.example"),
    ],
)
def test_no_header_of_one_visitor_is_in_the_answer_to_another(unharmed, name, value):
    paths = ["", "config", "gradio_api/info", "gradio_api/openapi.json", "manifest.json"]
    for path in (*paths, "gradio_api/info?page=x", "?page=x"):
        request = urllib.request.Request(unharmed.address + path, headers={name: value})
        urllib.request.urlopen(request, timeout=30).close()
    for path in paths:
        assert "evil.example" not in ask(unharmed.address + path)[1]


@pytest.mark.slow
def test_connections_that_ask_for_nothing_shut_nobody_out(quiet):
    port = int(re.search(r":(\d+)/", quiet.address)[1])
    with contextlib.ExitStack() as stack:
        for _ in range(2 * FEW_FILES):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(b"GET / HTTP/1.1\r\n")
        assert ask(f"{quiet.address}config")[0] == 200


@contextlib.contextmanager
def limited(served, which, soft):
    """Let the server have less of something."""
    limits = resource.prlimit(served.process.pid, which)
    resource.prlimit(served.process.pid, which, (soft, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(served.process.pid, which, limits)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="not on this system")
def test_running_out_of_files_is_said_once(unharmed):
    port = int(re.search(r":(\d+)/", unharmed.address)[1])
    before = len(unharmed.output)
    with contextlib.ExitStack() as stack:
        with limited(unharmed, resource.RLIMIT_NOFILE, 3):
            for _ in range(50):
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(2000):
                if len(unharmed.output) > before:
                    break
                time.sleep(0.01)
        assert ask(f"{unharmed.address}config")[0] == 200
    (said,) = unharmed.output[before:]
    assert "Too many open files" in said


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="not on this system")
def test_a_picture_that_cannot_be_saved_is_said_in_a_sentence(unharmed):
    with limited(unharmed, resource.RLIMIT_FSIZE, 0):
        said = browser.call(unharmed.address, ["86"])
    assert said.startswith("event: error")
    assert "can't save the picture: File too large. Try again later." in said


@pytest.mark.slow
def test_the_folder_of_pictures_stays_private_though_it_was_deleted(unharmed):
    (folder,) = unharmed.temporary.iterdir()
    shutil.rmtree(folder)
    assert "complete" in browser.call(unharmed.address, ["68"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(folder.rglob("*.png"))


@pytest.mark.slow
@pytest.mark.parametrize("cell", [None, "x", {}, {"row": 99, "seed": 0}])
def test_an_invalid_cell_is_refused_without_a_traceback(quiet, cell):
    _, config = ask(f"{quiet.address}config")
    events = json.loads(config)["dependencies"]
    carry = next(event["id"] for event in events if event["api_name"] == "carry")
    body = {"data": ["write"], "event_data": cell, "fn_index": carry, "session_hash": "cell"}
    assert post(quiet, "queue/join", body)[0] == 200
    assert "Row must be a whole number" in post(quiet, "queue/data?session_hash=cell")[1]
    # A page may ask once more, where one stream brought the results of two events.
    again = post(quiet, "queue/data?session_hash=cell")
    assert (again[0], json.loads(again[1].removeprefix("data: "))["msg"]) == (200, "close_stream")
    assert post(quiet, "queue/data?session_hash=unknown")[0] == 404
