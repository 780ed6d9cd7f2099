"""The demo and the browser that the tests of the page share."""

import pytest

from tests import browser as browsers
from tests.browser import visit


@pytest.fixture(scope="package")
def demo(tmp_path_factory):
    with browsers.served(tmp_path_factory.mktemp("demo")) as served:
        yield served


@pytest.fixture(scope="package")
def chromium():
    with browsers.browser() as started:
        yield started


@pytest.fixture
def visited(chromium, demo):
    with visit(chromium, demo.address) as visited:
        yield visited


@pytest.fixture
def new_page(visited):
    """A page of the test's own, which costs seconds."""
    return visited.page
