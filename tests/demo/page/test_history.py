"""Back, Forward and reload go through pictures and tabs; all tabs share number, hand and seed."""

import re

import pytest
from playwright.sync_api import expect

from demo.actions import Settings
from tests.browser import ready
from tests.demo.page.acting import DRAWINGS, expect_number, held_back, number, open_tab

pytestmark = pytest.mark.slow


def expect_tab(page, name):
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
        "aria-selected", "true"
    )


def seed(page):
    return page.locator("#seed input[type=number]")


def entries(page):
    return page.evaluate("history.length")


def test_back_and_forward_go_through_pictures_and_tabs(visited, demo):
    page = visited.page
    first = entries(page)
    assert page.url == demo.address
    number(page).fill("")
    number(page).press_sequentially("2468", delay=30)
    expect_number(page, "2468")
    page.wait_for_url(re.compile("#digits=2468&"))
    assert entries(page) == first + 1  # not one for each key
    page.get_by_role("button", name="Another hand").click()
    page.wait_for_function("entries => history.length === entries", arg=first + 2)
    thrown = seed(page).input_value()
    page.locator(".digit").nth(1).click()
    page.wait_for_url(re.compile(r"redrawn=1\.1"))
    open_tab(page, "Styles")
    page.wait_for_url(re.compile("&tab=grid$"))
    page.locator("[data-row='3'][data-class='6']").click()
    expect(page.locator("#paper .note")).to_contain_text("Hand 4 of this seed")
    page.wait_for_url(re.compile("^(?!.*tab=).*row=3"))
    assert entries(page) == first + 5

    page.go_back()
    expect_tab(page, "Styles")
    page.go_back()
    expect_tab(page, "Write")
    expect(page.locator("#paper .note")).to_contain_text("Rewritten: 1")
    page.go_back()
    expect(page.locator("#paper .note span")).to_have_count(0)
    expect(seed(page)).to_have_value(thrown)
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_visible()
    page.go_back()
    expect(seed(page)).to_have_value(str(Settings.seed))
    expect(number(page)).to_have_value("2468")
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_hidden()  # to no other hand
    page.go_back()
    expect_number(page, "13812345678")
    expect(number(page)).to_have_value(Settings.digits)
    assert page.url == demo.address
    # Steps that are quicker than the server end where the last one leads.
    page.evaluate("history.go(1), setTimeout(() => history.go(1), 30)")
    expect(seed(page)).to_have_value(thrown)
    expect_number(page, "2468")
    assert entries(page) == first + 5  # nothing of this made entries
    # What is changed here takes the place of what was ahead.
    page.locator("#variation input[type=number]").fill("0.5")
    page.wait_for_url(re.compile("variation=0.5"))
    assert entries(page) == first + 3
    assert not any("2468" in request for request in visited.requests)


def test_steps_before_the_answer_end_where_the_last_one_leads(new_page):
    page = new_page
    number(page).fill("246")
    expect_number(page, "246")
    page.wait_for_url(re.compile("#digits=246&"))
    with held_back(page):
        page.evaluate("history.back(), setTimeout(() => history.forward(), 100)")
        page.wait_for_timeout(300)
    page.wait_for_function("!cgan.onItsWay")
    page.wait_for_timeout(500)  # for a wrong answer
    expect_number(page, "246")
    expect(number(page)).to_have_value("246")


def test_what_is_changed_before_the_answer_to_a_step_stays(new_page):
    page = new_page
    number(page).fill("246")
    page.wait_for_url(re.compile("#digits=246&"))
    page.get_by_role("button", name="Another hand").click()
    page.wait_for_url(re.compile(f"seed=(?!{Settings.seed}&)"))
    with held_back(page):
        page.evaluate("history.back()")
        page.wait_for_url(re.compile(f"#digits=246&seed={Settings.seed}&"))
        number(page).fill("55")
    expect(seed(page)).to_have_value(str(Settings.seed))  # the rest is as it was
    expect_number(page, "55")
    page.wait_for_url(re.compile(f"#digits=55&seed={Settings.seed}&"))
    with held_back(page):
        page.evaluate("history.back()")
        page.wait_for_url(re.compile("#digits=246&"))
        page.get_by_role("button", name="Another hand").click()
        expect(seed(page)).not_to_have_value(str(Settings.seed))
        thrown = seed(page).input_value()
    expect_number(page, "246")
    page.wait_for_url(re.compile(f"#digits=246&seed={thrown}&"))
    expect(seed(page)).to_have_value(thrown)


def test_what_was_typed_before_another_tab_was_opened_has_a_step_of_its_own(new_page):
    page = new_page
    first = entries(page)
    with held_back(page, DRAWINGS) as asked:
        number(page).fill("246")
        asked()
        open_tab(page, "Morph")
        open_tab(page, "Styles")
    page.wait_for_url(re.compile("#digits=246&.*&tab=grid$"))
    assert entries(page) == first + 2
    page.go_back()
    expect_tab(page, "Write")
    expect_number(page, "246")
    expect(number(page)).to_have_value("246")
    page.wait_for_url(re.compile("#digits=246&(?!.*tab=)"))
    page.go_back()
    expect_number(page, "13812345678")
    page.go_forward()
    page.go_forward()
    expect_tab(page, "Styles")
    expect_number(page, "246")


def test_a_step_back_before_what_was_typed_is_drawn_leaves_it_there(new_page):
    page = new_page
    with held_back(page, DRAWINGS) as asked:
        number(page).fill("246")
        asked()
        open_tab(page, "Styles")
        page.go_back()
        expect_tab(page, "Write")
        expect(number(page)).to_have_value("246")
    expect_number(page, "246")
    page.wait_for_url(re.compile("#digits=246&(?!.*tab=)"))
    page.go_back()
    expect_number(page, "13812345678")
    expect(number(page)).to_have_value(Settings.digits)


def test_what_cannot_be_written_is_no_step(new_page):
    page = new_page
    first = entries(page)
    with held_back(page, DRAWINGS) as asked:
        number(page).fill("x")
        asked()
        open_tab(page, "Styles")
    page.wait_for_function("!cgan.onItsWay")
    assert entries(page) == first + 1
    open_tab(page, "Write")
    number(page).fill("246")
    page.wait_for_url(re.compile("#digits=246&"))
    assert entries(page) == first + 3
    page.go_back()
    expect_number(page, "13812345678")
    page.go_back()
    expect_tab(page, "Styles")


def test_a_tab_that_is_opened_by_keyboard_is_a_step(new_page):
    page = new_page
    first = entries(page)
    number(page).fill("246")
    page.wait_for_url(re.compile("#digits=246&"))
    page.get_by_role("tab", name="Write").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("&tab=hand"))
    assert entries(page) == first + 2
    page.go_back()
    expect_tab(page, "Write")
    expect_number(page, "246")


def test_what_is_typed_while_a_reload_waits_for_the_answer_stays(new_page):
    page = new_page
    number(page).fill("246")
    page.get_by_role("button", name="Another hand").click()
    page.wait_for_url(re.compile(f"#digits=246&seed=(?!{Settings.seed}&)"))
    thrown = seed(page).input_value()
    with held_back(page):
        page.reload()
        number(page).fill("997")
        page.wait_for_timeout(300)
    expect(seed(page)).to_have_value(thrown)
    expect_number(page, "997")
    expect(number(page)).to_have_value("997")


def test_the_address_follows_what_a_reload_brings_that_was_not_drawn_yet(new_page):
    page = new_page
    first = entries(page)
    with held_back(page, DRAWINGS) as asked:
        number(page).fill("246")
        asked()
        page.reload()
    expect_number(page, "246")
    page.wait_for_url(re.compile("#digits=246&"))
    assert entries(page) == first + 1
    with held_back(page, DRAWINGS) as asked:
        number(page).fill("97")
        asked()
        open_tab(page, "Styles")
        page.reload()
    expect_number(page, "97")
    page.wait_for_url(re.compile("#digits=97&.*&tab=grid$"))
    page.go_back()
    expect_tab(page, "Write")
    expect_number(page, "97")
    page.go_back()
    expect_number(page, "246")


def test_a_reload_before_the_answer_to_a_step_shows_what_the_address_says(new_page):
    page = new_page
    number(page).fill("246")
    page.wait_for_url(re.compile("#digits=246&"))
    number(page).press("Enter")
    number(page).fill("97")
    page.wait_for_url(re.compile("#digits=97&"))
    with held_back(page):
        page.evaluate("history.back()")
        page.wait_for_url(re.compile("#digits=246&"))
        page.reload()
    ready(page)
    expect_number(page, "246")
    expect(number(page)).to_have_value("246")


def test_a_reload_keeps_picture_and_tab_and_what_other_tabs_were_set_to(new_page):
    page = new_page
    number(page).fill("2468")
    expect_number(page, "2468")
    open_tab(page, "Morph")
    expect(page.locator(".film")).to_be_visible()
    page.get_by_label("To", exact=True).fill("1357")
    open_tab(page, "About")
    page.wait_for_url(re.compile("#digits=2468&.*&tab=about$"))
    page.reload()
    expect_tab(page, "About")
    expect_number(page, "2468")
    open_tab(page, "Morph")
    expect(page.get_by_label("To", exact=True)).to_have_value("1357")
    page.go_back()
    expect_tab(page, "About")
    page.go_back()
    expect_tab(page, "Morph")
    page.go_back()
    expect_tab(page, "Write")
    expect_number(page, "2468")


def test_a_link_names_a_tab_and_an_old_one_opens_the_first(chromium, demo):
    page = chromium.new_page()
    page.goto(f"{demo.address}#tab=grid&digits=77")
    expect_tab(page, "Styles")
    expect_number(page, "77")
    # In the open page, too; and without a tab it is the first one.
    page.goto(f"{demo.address}#digits=78&tab=no-such-tab")
    expect_number(page, "78")
    page.goto(f"{demo.address}#digits=79")
    expect_tab(page, "Write")
    expect_number(page, "79")
    page.go_back()
    expect_number(page, "78")
    page.close()


def test_the_morph_begins_with_the_hand_of_the_first_tab(new_page):
    page = new_page
    open_tab(page, "Styles")
    page.locator("[data-row='2'][data-class='5']").click()
    expect(page.locator("#paper .note")).to_contain_text("Hand 3 of this seed")
    open_tab(page, "Morph")
    expect(page.locator("#film")).to_contain_text("Hand 3 of this seed")
    # What is drawn is announced outside the tabs: what is hidden isn't read.
    page.get_by_label("To", exact=True).fill("135 7135 7135")
    page.get_by_role("button", name="Morph", exact=True).click()
    expect(page.locator("[role=status][data-announced]")).to_contain_text("into 13571357135")
    expect(page.locator("[role=tabpanel] [data-announced]")).to_have_count(0)
