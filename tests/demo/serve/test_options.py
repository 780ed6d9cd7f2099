"""The options of `demo/app.py`, and what stands for them in the environment."""

import pytest

from cgan.common.errors import BadValue, UserError
from demo.serve import options


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch, tmp_path):
    for name in (
        "CGAN_WEIGHTS",
        "GRADIO_SERVER_NAME",
        "GRADIO_SERVER_PORT",
        "PORT",
        "GRADIO_ROOT_PATH",
        "GRADIO_SHARE",
        "GRADIO_MCP_SERVER",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(options, "_DEPLOYED_WEIGHTS", tmp_path / "weights.txt")


def parse(*arguments):
    return vars(options.parse(list(arguments), "Serve."))


def test_without_options():
    assert parse() == {
        "weights": None,
        "host": "127.0.0.1",
        "port": None,
        "root_path": "",
        "share": False,
        "mcp": False,
        "auth": False,
    }


def test_the_environment_stands_for_options_that_are_not_given(monkeypatch):
    monkeypatch.setenv("CGAN_WEIGHTS", "ann/a")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("PORT", "80")
    monkeypatch.setenv("GRADIO_ROOT_PATH", "/numbers")
    monkeypatch.setenv("GRADIO_SHARE", "True")
    monkeypatch.setenv("GRADIO_MCP_SERVER", "0")
    assert parse("--host=::1") == {
        "weights": "ann/a",
        "host": "::1",
        "port": "80",
        "root_path": "/numbers",
        "share": True,
        "mcp": False,
        "auth": False,
    }
    monkeypatch.setenv("GRADIO_SERVER_PORT", "81")
    assert parse()["port"] == "81"
    assert parse("--port", "82", "--mcp")["port"] == "82"
    monkeypatch.delenv("GRADIO_SHARE")
    assert parse("--share")["share"] is True
    assert parse("--auth")["auth"] is True


def test_deployed_weights_are_the_last_choice(monkeypatch, tmp_path):
    (tmp_path / "weights.txt").write_text(" ann/deployed@v1\n")
    assert parse()["weights"] == "ann/deployed@v1"
    monkeypatch.setenv("CGAN_WEIGHTS", "ann/environment")
    assert parse()["weights"] == "ann/environment"
    assert parse("--weights=ann/option")["weights"] == "ann/option"


@pytest.mark.parametrize(
    ("text", "references"),
    [(None, []), ("a/b", ["a/b"]), (" a/b, c/d@v2 ,,a/b", ["a/b", "c/d@v2"])],
)
def test_several_weights_are_split_at_commas(text, references):
    assert options.split(text) == references


@pytest.mark.parametrize("text", ["", " ", ",", " , ,"])
def test_a_list_without_weights_is_refused(text):
    with pytest.raises(BadValue, match="--weights is empty"):
        options.split(text)


@pytest.mark.parametrize("name", ["GRADIO_SHARE", "GRADIO_MCP_SERVER"])
def test_a_variable_that_is_neither_on_nor_off_is_refused(monkeypatch, name):
    monkeypatch.setenv(name, "maybe")
    with pytest.raises(BadValue, match=f"{name} must be 1 or 0, not 'maybe'"):
        parse()


def test_mcp_needs_its_package(monkeypatch):
    monkeypatch.setattr(options, "is_installed", lambda name: False)
    options.check_mcp(False)
    with pytest.raises(UserError, match=r"pip install 'gradio\[mcp\]=="):
        options.check_mcp(True)
    monkeypatch.setattr(options, "is_installed", lambda name: name == "mcp")
    options.check_mcp(True)
