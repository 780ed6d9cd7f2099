"""Typing a number: what is drawn, what is said, and what is kept of it."""

import re

import pytest
from playwright.sync_api import expect

from demo.page.page import STATIC
from tests.browser import ready
from tests.demo.page.acting import (
    SAMPLER,
    expect_number,
    glyphs,
    number,
    open_styles,
    sized,
    wait_until,
)

pytestmark = pytest.mark.slow

# Where things are, from top to bottom.
PLACES = """() => [...document.querySelectorAll(".sheet, .hint, .controls, .take, #facts, .cells")]
    .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().top)"""


def label(page):
    return page.locator(".sheet").get_attribute("aria-label")


def test_the_box_is_as_high_as_its_text_in_a_window_of_any_width(page):
    def height():
        return round(number(page).bounding_box()["height"])

    number(page).fill("1234567890" * 4)
    expect_number(page, "1234567890" * 4)
    assert height() == 54
    with sized(page, 320, 740):
        assert height() == 121
        number(page).fill("1234567890" * 6)
        expect_number(page, "1234567890" * 6)
        assert height() == 155  # four lines
        number(page).fill("1234567890" * 4)
        expect_number(page, "1234567890" * 4)
    assert height() == 54


def test_a_number_is_already_drawn_when_the_page_opens(page):
    assert page.locator(".digit").count() == 11
    assert label(page) == "The number 13812345678, written by hand"
    assert number(page).input_value() == "138 1234 5678"
    assert page.locator(".gap").count() == 2


def test_the_number_is_in_the_page_before_any_event_has_run(demo, chromium):
    """The server's first answer holds it: nobody waits for a second one."""
    context = chromium.new_context()
    answer = context.request.get(demo.address).text()
    icon = context.request.get(f"{demo.address}favicon.ico").body()
    context.close()
    assert "The number 13812345678, written by hand" in answer
    # What is shown of a shared link is this page's.
    shown = re.findall(r'<meta (?:property|name)="(?:og|twitter):(\w+)" content="([^"]*)"', answer)
    assert dict(shown)["title"] == "Numbers by hand"
    assert "radio" not in str(shown)
    assert "Click to try" not in answer
    assert icon == (STATIC / "icon.png").read_bytes()


def test_picture_and_address_follow_the_typing(page):
    number(page).fill("")
    number(page).press_sequentially("+86 425", delay=30)
    expect_number(page, "86425")
    number(page).press("Backspace")
    expect_number(page, "8642")
    page.keyboard.insert_text("３")  # as an input method does, or pasting
    expect_number(page, "86423")
    page.wait_for_url(re.compile("#digits=%2B86[+]42%EF%BC%93&"))
    assert page.get_by_role("alert").count() == 0


def test_enter_and_the_button_draw(page):
    number(page).fill("555")
    number(page).press("Enter")
    expect_number(page, "555")
    number(page).fill("666")
    page.get_by_role("button", name="Write", exact=True).click()
    expect_number(page, "666")


def test_a_bad_number_is_reported_next_to_the_box_and_the_picture_stays(page):
    before, places = glyphs(page), page.evaluate(PLACES)
    for typed, said in (
        ("x", "There is no digit to write"),
        ("", "There is no digit to write"),
        ("1" * 65, "the limit is 64 digits"),
    ):
        number(page).fill(typed)
        expect(page.get_by_role("alert")).to_contain_text(said)
        assert glyphs(page) == before, typed
        if len(typed) < 20:  # the box grows with a long number
            assert page.evaluate(PLACES) == places  # nothing moves
    number(page).fill("+")  # the beginning of a number
    expect(page.get_by_role("alert")).to_have_count(0)
    number(page).fill("9")
    expect_number(page, "9")
    assert page.get_by_role("alert").count() == 0


def test_a_long_text_leaves_what_is_wrong_with_it_in_view(page):
    with sized(page, 360, 740):
        number(page).fill("1" * 500)
        expect(page.get_by_role("alert")).to_contain_text("the limit is 64")
        expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
        expect(page.locator(".sheet")).to_be_in_viewport(ratio=1)


def test_what_is_not_written_is_said_and_nothing_moves(page):
    places = page.evaluate(PLACES)
    number(page).fill("138 FLOWERS <b>")
    expect_number(page, "138")
    note = page.locator("#paper .note")
    expect(note).to_have_text(
        "Not written: “FLOWERS” “<b>”. On a phone's keypad, FLOWERS is 3569377."
    )
    page.locator(".digit").first.click()
    expect(note).to_contain_text("Rewritten: 1")
    assert page.evaluate(PLACES) == places
    open_styles(page)
    cell = page.locator("[data-row='3'][data-class='6']")
    cell.wait_for()
    places = page.evaluate(PLACES)
    cell.hover()
    expect(page.locator(".cell-name")).not_to_be_empty()
    assert page.evaluate(PLACES) == places


def test_changing_one_digit_changes_that_one_alone(page):
    before = glyphs(page)
    number(page).fill("138 1934 5678")
    expect_number(page, "13819345678")
    changed = [i for i, (a, b) in enumerate(zip(before, glyphs(page), strict=True)) if a != b]
    assert changed == [4]


def test_the_line_of_facts(page):
    expect(page.locator("#facts")).to_have_text(
        re.compile(
            rf"Generated in \d+\.\d ms by {SAMPLER.parameter_count:,} parameters · bundled weights "
            + SAMPLER.sha256[:12]
            + r" \(a classifier reads \d\d\.\d % of their digits\)"
        )
    )


def test_nothing_that_was_typed_outlives_the_tab(page):
    number(page).fill("13987654321")
    expect_number(page, "13987654321")
    stored = page.evaluate("JSON.stringify([{...localStorage}, document.cookie])")
    assert "13987654321" not in stored
    assert page.evaluate("indexedDB.databases ? indexedDB.databases() : []") == []


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_what_is_typed_before_the_page_is_ready_stays(chromium, demo, locale):
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    held = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    page.goto(demo.address)
    box = page.locator(".number textarea, .number input").first
    box.fill("997")
    wait_until(page, lambda: held)  # the page has asked, and waits
    held[0].continue_()
    ready(page)
    expect_number(page, "997")
    expect(box).to_have_value("997")
    context.close()
