"""What marks the tests: what they need, found from their code."""

from pathlib import Path
from types import SimpleNamespace

from tests import browser, resources
from tests.browser import visit


def needed_by(function):
    nothing = SimpleNamespace(name2fixturedefs={})
    return resources.find(
        SimpleNamespace(function=function, path=Path(__file__), _fixtureinfo=nothing)
    )


def asks_without_a_browser():
    return browser.call("http://localhost/", ["7"])


def opens_chromium():
    def inside():
        with browser.browser() as started, visit(started, "http://localhost/"):
            pass

    inside()


def serves():
    with browser.served(Path()):
        pass


def test_a_function_of_a_module_needs_nothing_of_the_others_there():
    assert needed_by(asks_without_a_browser) == set()
    assert needed_by(opens_chromium) == {"browser", "server"}
    assert needed_by(serves) == {"process", "server"}
