"""Another hand for the number, by seed or dice, and another drawing for one digit."""

import re
import time

import pytest
from playwright.sync_api import expect

from demo.actions import Settings
from tests.browser import ready
from tests.demo.page.acting import (
    expect_glyphs,
    expect_number,
    expect_other_glyphs,
    glyphs,
    held_back,
    number,
    open_styles,
    open_tab,
    vary,
)

pytestmark = pytest.mark.slow


def test_the_seed_slider_draws_anew_and_shows_the_seed(page):
    before = glyphs(page)
    slider = page.locator("#seed input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    expect_other_glyphs(page, before)
    expect(page.locator("#seed input[type=number]")).to_have_value(str(Settings.seed + 1))
    slider.press("ArrowLeft")
    expect_glyphs(page, before)


def test_an_invalid_seed_is_reported_and_the_corrected_one_is_drawn(page):
    before = glyphs(page)
    seed = page.locator("#seed input[type=number]")
    seed.fill("99999")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Seed must be a whole number from 0 to 9999")
    # It is said below the seed.
    box = page.locator("#seed").bounding_box()
    assert 0 <= alert.bounding_box()["y"] - box["y"] - box["height"] < 20
    assert glyphs(page) == before
    seed.blur()
    expect(seed).to_have_value("9999")
    expect_other_glyphs(page, before)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_other_tabs_follow_a_seed_whose_box_was_empty(new_page):
    seed = new_page.locator("#seed input[type=number]")
    seed.fill("")
    expect(new_page.get_by_role("alert")).to_contain_text("Seed must be a whole number")
    seed.fill("7")
    expect(new_page.get_by_role("alert")).to_have_count(0)
    open_styles(new_page)
    new_page.locator("[data-row='3'][data-class='6']").hover()
    expect(new_page.locator(".cell-name")).to_have_text("6 in hand 4, seed 7")


def test_after_an_invalid_seed_a_reload_has_that_of_the_picture(new_page):
    page = new_page
    seed = page.locator("#seed input[type=number]")
    seed.fill("7")
    page.wait_for_url(re.compile("seed=7&"))
    before = glyphs(page)
    seed.fill("1.5")
    expect(page.get_by_role("alert")).to_contain_text("Seed must be a whole number")
    page.reload()
    ready(page)
    expect(seed).to_have_value("7")
    expect_glyphs(page, before)
    assert "seed=7&" in page.url


def test_a_click_on_a_digit_of_the_number_before_changes_nothing_of_the_next_one(page):
    note = page.locator("#paper .note span")
    with held_back(page):
        number(page).fill("246")
        page.locator(".digit").nth(1).click()
    expect_number(page, "246")
    page.wait_for_function("!cgan.onItsWay")
    expect(note).to_have_count(0)
    before = glyphs(page)
    number(page).fill("x")  # the paper stays as it is
    expect(page.get_by_role("alert")).to_contain_text("There is no digit")
    page.locator(".digit").nth(1).click()
    number(page).fill("246 7")
    expect_number(page, "2467")
    assert glyphs(page)[:3] == before
    with held_back(page):
        page.get_by_role("button", name="Another hand").click()
        expect(page.locator("#seed input[type=number]")).not_to_have_value(str(Settings.seed))
        page.locator(".digit").nth(1).click()
    expect_other_glyphs(page, before)
    page.wait_for_function("!cgan.onItsWay")
    expect(note).to_have_count(0)
    with held_back(page):  # but all of them count of the number that is there
        page.locator(".digit").nth(1).click()
        page.locator(".digit").nth(2).click()
    expect(note).to_have_text("Rewritten: 2")


def test_a_click_on_a_digit_before_a_link_or_a_step_is_shown_changes_nothing_of_it(chromium, demo):
    page = chromium.new_page()
    note = page.locator("#paper .note span")
    with held_back(page):
        page.goto(f"{demo.address}#digits=246&seed=7")
        page.wait_for_function("cgan.beginning")
        page.locator(".digit").nth(1).click()
        page.wait_for_timeout(300)
    expect_number(page, "246")
    ready(page)
    page.wait_for_function("!cgan.onItsWay")
    expect(note).to_have_count(0)
    number(page).fill("97")
    page.wait_for_url(re.compile("digits=97&"))
    with held_back(page):
        page.evaluate("history.back()")
        page.wait_for_url(re.compile("digits=246&"))
        page.locator(".digit").nth(1).click()
        page.wait_for_timeout(300)
    expect_number(page, "246")
    page.wait_for_function("!cgan.onItsWay")
    expect(note).to_have_count(0)
    page.close()


def test_other_tabs_follow_a_seed_that_changes_while_they_get_the_last_one(page):
    open_tab(page, "Styles")
    open_tab(page, "Write")
    page.evaluate(
        """async () => {
            const seed = document.querySelector("#seed input[type=number]");
            const type = (value) => {
                seed.value = value;
                seed.dispatchEvent(new Event("input", { bubbles: true }));
            };
            const move = document.querySelector("#move-followers");
            for (let step = 0; step < 10; step++) {
                type(50 + step);
                await new Promise((done) => move.addEventListener("click", done, { once: true }));
                for (let moment = 0; moment < step; moment++) await null;
            }
            type(60);
        }"""
    )
    open_tab(page, "Styles")
    page.locator(".cells[data-seed='60']").wait_for()


def test_the_dice_throws_a_seed_that_is_shown(page):
    before = glyphs(page)
    page.get_by_role("button", name="Another hand").click()
    expect_other_glyphs(page, before)
    assert 0 <= int(page.locator("#seed input[type=number]").input_value()) <= 9999


def test_one_hand_writes_all_digits_with_one_latent(page):
    number(page).fill("7777")
    expect_number(page, "7777")
    assert len(set(glyphs(page))) == 4
    before = glyphs(page)
    vary(page, 0)
    expect(page).to_have_url(re.compile("&variation=0&"))
    assert len(set(expect_other_glyphs(page, before))) == 1


def test_one_digit_is_redrawn_alone_and_keeps_the_focus(page):
    before = glyphs(page)
    digit = page.locator(".digit").nth(2)
    for way in ("mouse", "mouse", "keyboard", "keyboard"):
        last = glyphs(page)
        if way == "mouse":
            digit.click()
        else:
            digit.press("Enter")
        after = expect_other_glyphs(page, last)
        assert [i for i in range(11) if after[i] != before[i]] == [2], way
        expect(digit).to_be_focused()


def test_a_refused_redraw_does_not_take_the_focus_later(page):
    number(page).fill("a")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator(".digit").first.click()
    number(page).fill("124")
    expect_number(page, "124")
    expect(number(page)).to_be_focused()


def test_keys_go_where_the_focus_went_while_a_digit_is_redrawn(page):
    page.locator(".digit").first.click()
    number(page).press("End")
    page.keyboard.type("99", delay=40)
    expect_number(page, "1381234567899")
    expect(number(page)).to_be_focused()
    expect(number(page)).to_have_value("138 1234 567899")


def test_every_one_of_many_quick_clicks_counts_and_can_be_undone(page):
    before = glyphs(page)
    for position in (2, 2, 5, 7, 2):
        page.locator(".digit").nth(position).click()
    expect(page.locator("#paper .note")).to_contain_text("Rewritten: 3")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = page.get_by_role("button", name="Copy link")
    link = ""
    deadline = time.monotonic() + 60
    while "redrawn=2.3-5.1-7.1" not in link:  # the note counts digits, not clicks: one may be late
        assert time.monotonic() < deadline, link
        copy.click()
        expect(page.locator("#said")).to_contain_text("Link copied")
        link = page.evaluate("navigator.clipboard.readText()")
    after = glyphs(page)
    assert [i for i in range(11) if after[i] != before[i]] == [2, 5, 7]
    # Each "Undo" takes back one click.
    for left in ("Rewritten: 3", "Rewritten: 2", "Rewritten: 1", "Rewritten: 1"):
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#paper .note")).to_contain_text(left)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#paper .note span")).to_have_count(0)
    expect_glyphs(page, before)
    expect(page.locator("#said [data-copied]")).to_have_text("")  # it was about another picture


def test_the_dice_forgets_what_was_redrawn(page):
    page.locator(".digit").first.click()
    expect(page.locator("#paper .note")).to_contain_text("Rewritten: 1")
    page.get_by_role("button", name="Another hand").click()
    expect(page.locator("#paper .note span")).to_have_count(0)


def test_undoing_by_keyboard_continues_from_the_number(page):
    first = page.locator(".digit").first
    first.focus()
    first.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    undo.press("Enter")
    expect(page.locator("#paper .note span")).to_have_count(0)
    expect(first).to_be_focused()
