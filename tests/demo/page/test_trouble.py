"""A server that is busy or out of reach."""

import pytest
from playwright.sync_api import expect

from demo.actions import Settings
from tests.browser import ready
from tests.demo.page.acting import EVENTS, expect_number, number

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("locale", "said"), [("en-US", "the server is busy"), ("zh-CN", "访问的人太多")]
)
def test_a_busy_server_is_reported_in_the_pages_language(chromium, demo, locale, said):
    """The answers are those of a full queue and of a full line beside it."""
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    page.goto(demo.address)
    ready(page)
    full = dict.fromkeys(["detail", "error"], "Queue is full: try again in a moment.")
    page.route(EVENTS, lambda route: route.fulfill(status=503, json=full))
    box = page.locator(".number textarea, .number input").first
    box.fill("111")
    expect(page.locator("#trouble")).to_contain_text(said)
    assert page.get_by_text("Queue is full").locator("visible=true").count() == 0
    box.fill("112")
    page.unroute(EVENTS)
    expect_number(page, "112")  # it asks again by itself
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


def test_without_a_connection_the_trouble_is_shown_and_nothing_is_lost(chromium, demo):
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(demo.address)
    ready(page)
    context.set_offline(True)
    for typed in ("135", "1357"):
        number(page).fill(typed)
        expect(page.locator("#trouble")).to_contain_text("you're offline")
        page.wait_for_timeout(300)
    page.get_by_role("button", name="Copy link").click()  # needs no server
    expect(page.locator("#said")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#digits=138+1234+5678&seed={Settings.seed}")
    expect(page.locator("#trouble")).to_contain_text("you're offline")
    context.set_offline(False)  # Gradio then loads the page again
    expect_number(page, "1357")
    expect(number(page)).to_have_value("1357")
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()
