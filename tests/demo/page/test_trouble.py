"""A server that is busy or out of reach."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from demo.actions import Settings
from tests.browser import ready
from tests.demo.page.acting import (
    COVERED,
    EVENTS,
    busy,
    expect_number,
    number,
    open_styles,
    open_tab,
    show_details,
    sized,
)
from tests.writing.sheets import sheet

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("locale", "said", "close"),
    [("en-US", "the server is busy", "Close"), ("zh-CN", "访问的人太多", "关闭")],
)
def test_a_busy_server_is_reported_in_the_pages_language(chromium, demo, locale, said, close):
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    page.goto(demo.address)
    ready(page)
    busy(page)
    box = page.locator(".number textarea, .number input").first
    box.fill("111")
    expect(page.locator("#trouble")).to_contain_text(said)
    assert page.locator(".told").evaluate(COVERED) == []
    with sized(page, 320, 640):
        # At the bottom, where the page can be scrolled further than its last control.
        page.evaluate("scrollTo(0, 1e6)")
        page.wait_for_function("scrollY > 100")
        assert page.locator(".told").evaluate(COVERED) == []
        below = page.viewport_size["height"] - page.locator(".told").bounding_box()["y"]
        assert below < 150
        page.get_by_role("button", name=close).click()
    expect(page.locator("#trouble")).to_be_hidden()
    assert page.get_by_text("Queue is full").locator("visible=true").count() == 0
    box.fill("112")
    page.unroute(EVENTS)
    expect_number(page, "112")  # it asks again by itself
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


def test_a_link_that_meets_a_busy_server_is_restored_later(chromium, demo):
    page = chromium.new_page()
    busy(page)
    page.goto(f"{demo.address}#digits=2547&seed=7")
    expect(page.locator("#trouble")).to_contain_text("the server is busy")
    page.unroute(EVENTS)
    expect_number(page, "2547")
    ready(page)
    expect(page.locator("#trouble")).to_be_hidden()
    # A link that is opened, or a step back, in the open page.
    busy(page)
    page.goto(f"{demo.address}#digits=1380")
    expect(page.locator("#trouble")).to_contain_text("the server is busy")
    page.unroute(EVENTS)
    expect_number(page, "1380")
    expect(number(page)).to_have_value("1380")
    ready(page)
    page.context.close()


def test_a_grid_that_meets_a_busy_server_is_drawn_later(chromium, demo):
    page = chromium.new_page()
    page.goto(demo.address)
    ready(page)
    # These are asked for when the visitor pauses, and would meet the busy server instead.
    expect(page.locator("#others .other")).to_have_count(6)
    open_styles(page)
    busy(page)
    rows = page.locator("#rows input[type=number]")
    rows.fill("4")
    rows.press("Enter")
    expect(page.locator("#trouble")).to_contain_text("the server is busy")
    page.unroute(EVENTS)
    expect(page.locator("[data-row='4']")).to_have_count(0)
    expect(page.locator("#trouble")).to_be_hidden()
    page.context.close()


def test_without_a_connection_the_trouble_is_shown_and_nothing_is_lost(chromium, demo):
    context = chromium.new_context(viewport={"width": 1000, "height": 500})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(demo.address)
    ready(page)
    show_details(page)
    context.set_offline(True)
    # Gradio notices, and runs no event from then on; so far no setting has changed.
    page.get_by_role("button", name="PNG", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("you're offline")
    for typed in ("135", "1357"):
        number(page).fill(typed)
        expect(page.locator("#trouble")).to_contain_text("you're offline")
        page.wait_for_timeout(300)
    page.get_by_role("button", name="Copy link").click()  # needs no server
    expect(page.locator("#said")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#digits=138+1234+5678&seed={Settings.seed}")
    expect(page.locator("#trouble")).to_contain_text("you're offline")
    page.keyboard.press("Escape")
    expect(page.locator("#trouble")).to_be_hidden()
    page.evaluate("scrollTo(0, 400)")
    with page.expect_navigation():
        context.set_offline(False)  # Gradio then loads the page again
    ready(page)
    expect_number(page, "1357")
    expect(number(page)).to_have_value("1357")
    page.wait_for_url(re.compile("#digits=1357&"))
    expect(page.locator("#trouble")).to_be_hidden()
    # One is where one was.
    expect(page.get_by_label("Transparent")).to_be_visible()
    page.wait_for_function("scrollY === 400")
    context.close()


def test_a_photo_that_is_lost_with_the_connection_is_asked_for_again(chromium, demo, tmp_path):
    Image.fromarray(sheet([5])).save(tmp_path / "one.png")
    context = chromium.new_context()
    page = context.new_page()
    page.goto(demo.address)
    ready(page)
    open_tab(page, "Real?")
    shown = page.locator(".choice path").first
    strokes = shown.get_attribute("d")
    open_tab(page, "My hand")
    said, chosen = page.locator(".photo-said"), page.locator(".own [type=file]")
    expect(page.locator("#others .other")).to_have_count(6)  # nothing else is on its way
    context.set_offline(True)
    chosen.set_input_files(tmp_path / "one.png")
    expect(said).to_have_text("The photo didn't get through: choose it again.")
    with page.expect_navigation():
        context.set_offline(False)  # Gradio then loads the page again
    expect(said).to_have_text("The photo didn't get through: choose it again.")
    chosen.set_input_files(tmp_path / "one.png")
    expect(said).to_contain_text("One digit was found")
    open_tab(page, "Real?")
    expect(shown).to_have_attribute("d", strokes)  # the round is the same
    context.close()
