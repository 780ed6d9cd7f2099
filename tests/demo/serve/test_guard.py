"""What stands before the server: it passes on what can be read, and answers for what fails."""

import pytest
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from demo.compat import FAILED
from demo.serve.guard import Guard

NUMBER = "13812345678"


async def echo(scope, receive, send):
    """Answer with the headers as they arrive."""
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    await JSONResponse(headers)(scope, receive, send)


def ask(app=echo, path="/", **headers):
    return TestClient(Guard(app)).get(path, headers=headers)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:7860", "a_b-c.example.:1", "127.0.0.1:", "[::1]", "[2001:DB8::7]:80"],
)
def test_hosts_pass(host):
    for name in ("host", "x-forwarded-host"):
        assert ask(**{name: host}).json()[name] == host
    assert ask(**{"x-forwarded-host": f"{host}, {host}"}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("[::1", "a b", "a/b", "a:b", "a:999999", "u@a", "[a]", "a?", "\\", "256.256.256.256"),
        *("[::1%]", "[::1%25a/b]"),
    ],
)
def test_what_is_no_host_is_refused_in_a_sentence(host):
    for name in ("host", "x-forwarded-host"):
        answer = ask(**{name: host})
        assert answer.status_code == 400
        assert answer.json() == {"error": f"The header {name.title()} must name a host."}


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("bytes=0-", True),
        ("bytes=1-3", True),
        ("bytes=-5", True),
        ("bytes=3-1", False),
        ("bytes=1-2-3", False),
        ("bytes=0-0,2-3", False),
        (f"bytes=0-{'9' * 5000}", False),
        ("lines=1-2", False),
    ],
)
def test_a_range_that_cannot_be_read_asks_for_the_whole_file(asked, kept):
    assert ("range" in ask(range=asked).json()) is kept


def test_nobody_names_a_server_of_gradios_in_front_of_this_one():
    assert "x-gradio-server" not in ask(**{"x-gradio-server": "http://elsewhere"}).json()


@pytest.mark.parametrize("path", ["/%00", "/a%0ab", f"/{'x' * 256}", f"/{'x/' * 2000}"])
def test_a_path_that_no_file_can_have_is_not_found(path):
    answer = ask(path=path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is nothing at this address."}


def test_a_fault_is_answered_in_a_sentence_and_reported_without_what_was_sent(capsys):
    async def fail(scope, receive, send):
        raise ValueError(NUMBER)

    for _ in range(3):
        answer = ask(fail)
        assert (answer.status_code, answer.json()) == (500, {"error": FAILED})
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "ValueError" in said.err
    assert NUMBER not in said.err


def test_a_fault_in_the_middle_of_an_answer_only_ends_it(capsys):
    async def fail(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(NUMBER)

    ask(fail)
    assert NUMBER not in capsys.readouterr().err
