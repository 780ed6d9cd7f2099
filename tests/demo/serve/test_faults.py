"""What libraries log: where it happened, and nothing of what a visitor sent."""

import logging
import sys
import threading
import warnings

import pytest

from demo.serve import faults

NUMBER = "13812345678"


@pytest.fixture
def discreet(monkeypatch):
    for module, name in ((threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, getattr(module, name))  # restored after the test
    root = logging.getLogger()
    before = [*root.handlers]
    # Pytest's own, of which there are several, print what is logged.
    for handler in before:
        root.removeHandler(handler)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        faults.log_discreetly()
        yield
    for handler in [*root.handlers]:
        root.removeHandler(handler)
    for handler in before:
        root.addHandler(handler)


def fail():
    raise ValueError(NUMBER)


class FailsWhenForgotten:
    """An object whose end raises an error, which Python can only print."""

    def __del__(self):
        raise KeyError(NUMBER)


@pytest.mark.usefixtures("discreet")
def test_a_librarys_log_and_warnings_quote_nothing_and_are_printed_once(capsys):
    for _ in range(3):
        logging.getLogger("mcp.server").warning("No such session: %s", NUMBER)
        logging.warning(NUMBER)  # makes a handler of its own where there is none
        warnings.warn(NUMBER, stacklevel=1)
        try:
            fail()
        except ValueError:
            logging.getLogger("x").exception("Failed")
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        FailsWhenForgotten()
    logging.getLogger("mcp.server").info("a call")
    said = "".join(capsys.readouterr())
    assert NUMBER not in said
    assert "Traceback" not in said
    assert [line.split()[1] for line in said.splitlines()] == [
        *("mcp.server", "root", "UserWarning", "x", "ValueError", "KeyError")
    ]
