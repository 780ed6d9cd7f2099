"""The demo and the browser that the tests of the page share."""

import pytest
from playwright.sync_api import expect

from demo.actions import Settings
from tests import browser as browsers
from tests.browser import visit
from tests.demo.page.acting import SAMPLER, number

# With the weights that are here: of others, an alert says that they have changed.
START = (
    f"#digits=138+1234+5678&seed={Settings.seed}&variation=0.22&spacing=ink"
    f"&sha256={SAMPLER.sha256[:8]}"
)


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


@pytest.fixture(scope="module")
def open_page(chromium, demo):
    with visit(chromium, demo.address) as visited:
        yield visited.page, visited.page.eval_on_selector(".sheet", "sheet => sheet.outerHTML")


@pytest.fixture
def page(open_page, demo):
    """The page that a file's tests share, with the first tab's settings as they were at first.

    Tests that change more than a link restores have a new page.
    """
    page, at_the_start = open_page
    # The link is opened a moment later; until then, the page is ready in its old state.
    page.evaluate(
        f"document.documentElement.dataset.ready = 'false';"
        f"history.replaceState(null, '', '{demo.address}'); location.hash = '{START}'"
    )
    expect(page.locator("html[data-ready=true]")).to_have_count(1)
    expect(number(page)).to_have_value("138 1234 5678")
    expect(page.get_by_role("alert")).to_have_count(0)
    # An answer to what an earlier test asked for may still be on its way.
    page.wait_for_function(
        "html => !cgan.onItsWay && document.querySelector('.sheet').outerHTML === html",
        arg=at_the_start,
    )
    page.evaluate(f"history.replaceState(null, '', '{demo.address}')")
    return page
