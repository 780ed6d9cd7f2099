"""Links and reloads bring back the settings."""

import re

import pytest
from playwright.sync_api import expect

from cgan.writing.settings import WritingSettings
from demo.actions import Settings
from tests.browser import ready, visit
from tests.demo.page.acting import (
    COVERED,
    DRAWINGS,
    download,
    expect_glyphs,
    expect_number,
    expect_other_glyphs,
    glyphs,
    number,
    open_tab,
    show_details,
    sized,
    variation,
    vary,
    wait_until,
)

pytestmark = pytest.mark.slow

LINK = "#digits=%2B86-138&seed=4&style=one&row=3&truncation=0.7&redrawn=1.2&look=clear&ink=blue"


def test_a_link_brings_back_everything_byte_for_byte(page, demo, chromium):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    number(page).fill("+86 139-0000")
    expect_number(page, "861390000")
    before = glyphs(page)
    page.locator(".digit").nth(3).click()
    before = expect_other_glyphs(page, before)
    vary(page, 0.6)
    before = expect_other_glyphs(page, before)
    show_details(page)
    page.get_by_role("radio", name="Red").check()
    page.locator(".sheet[style*='#a51c24']").wait_for()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#said")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#")
    assert page.url == link
    _, picture = download(page, "PNG, large")
    with visit(chromium, link) as other:
        expect_number(other.page, "861390000")
        expect(other.page.locator("#link-problem")).to_be_empty()
        expect_glyphs(other.page, glyphs(page))
        assert number(other.page).input_value() == "+86 139-0000"
        assert download(other.page, "PNG, large")[1] == picture
        # The state of the link went to no log: it is in no address that was asked for.
        assert not any("139" in request for request in other.requests)


def test_a_link_that_cant_be_copied_is_offered_in_one_line(chromium, demo):
    with visit(chromium, demo.address, viewport={"width": 360, "height": 740}) as visited:
        page = visited.page
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.get_by_role("button", name="Copy link").click()
        box = page.get_by_role("textbox", name="Copy this address:")
        expect(box).to_be_focused()
        address = box.input_value()
        assert address.startswith(f"{demo.address}#digits=138+1234+5678&")
        assert page.evaluate("getSelection().toString()") == address  # one key copies all
        assert page.locator("#said").bounding_box()["height"] < 70
        number(page).fill("77")
        expect(box).to_have_count(0)  # it was about another picture


def test_a_link_sets_every_control(chromium, demo):
    with visit(chromium, demo.address + LINK) as visited:
        page = visited.page
        expect_number(page, "86138")
        expect(page.locator("#seed input[type=number]")).to_have_value("4")
        expect(variation(page)).to_have_value("0")  # of a link from before there was a slider
        # The controls get the link's settings one after another: the last picture counts.
        expect(page.locator(".sheet.clear[style*='#1d3582']")).to_have_count(1)


def test_a_broken_link_says_so_and_keeps_what_is_right(chromium, demo):
    with visit(chromium, f"{demo.address}#digits=77&seed=many&ink=<b>") as visited:
        expect_number(visited.page, "77")
        expect(visited.page.get_by_role("alert")).to_contain_text("Part of this link")
        seed = visited.page.locator("#seed input[type=number]")
        expect(seed).to_have_value(str(WritingSettings.seed))


def test_copy_link_copies_the_picture_that_is_shown(page, demo):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    number(page).fill("none")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#said")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#digits=138+1234+5678&seed={Settings.seed}")


def test_copy_link_waits_for_the_number_that_was_just_typed(page, demo):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held, slow = [], True
    page.route(DRAWINGS, lambda route: held.append(route) if slow else route.continue_())
    for typed in ("4711", "4712"):
        number(page).fill(typed)
        page.get_by_role("button", name="Copy link").click()
        page.wait_for_timeout(300)
        expect(page.locator("#said")).not_to_contain_text("Link copied")
    wait_until(page, lambda: held)
    held.pop(0).continue_()
    expect_number(page, "4711")
    expect(page.locator("#said")).not_to_contain_text("Link copied")
    slow = False
    for route in held:
        route.continue_()
    expect(page.locator("#said")).to_contain_text("Link copied")
    page.unroute(DRAWINGS)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#digits=4712&")


def test_a_link_opened_in_the_open_page_restores_and_the_address_follows_a_change(page, demo):
    page.goto(f"{demo.address}#digits=77&seed=many&sha256=00000000")
    expect_number(page, "77")
    expect(page.get_by_role("alert")).to_contain_text("Part of this link")
    expect(page.get_by_role("alert")).to_contain_text("weights have changed")
    assert page.url.endswith("#digits=77&seed=many&sha256=00000000")
    number(page).fill("778")
    expect_number(page, "778")
    page.wait_for_url(re.compile(r"#digits=778&"))
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_is_wrong_with_a_link_covers_no_control_stays_in_view_and_escape_closes_it(page, demo):
    with sized(page, 320, 640):
        page.goto(f"{demo.address}#digits=77&seed=many&sha256=00000000")
        expect(page.get_by_role("alert")).to_contain_text("Part of this link")
        assert page.get_by_role("alert").evaluate(COVERED) == []
        page.mouse.wheel(0, 500)
        page.wait_for_function("scrollY >= 300")
        expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(page.get_by_role("alert")).to_have_count(0)


def test_what_is_wrong_with_a_link_is_said_on_whatever_tab_it_opens(new_page, demo):
    page = new_page
    page.goto(f"{demo.address}#digits=77&seed=many&tab=morph")
    page.locator(".film").wait_for()
    expect(page.get_by_role("alert")).to_contain_text("Part of this link")
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    open_tab(page, "Write")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_all_settings_survive_a_reload_and_are_shared_by_the_tabs(new_page):
    page = new_page
    seeds = page.get_by_role("spinbutton", name="Seed")
    before = glyphs(page)
    number(page).fill("2468")
    page.locator("#seed input[type=number]").fill("5")
    expect_number(page, "2468")
    before = expect_other_glyphs(page, before[:4])
    page.locator(".digit").nth(1).click()
    expect(page.locator("#paper .note")).to_contain_text("Rewritten: 1")
    drawn = expect_other_glyphs(page, before)
    # The other tabs have the number and the seed.
    open_tab(page, "Styles")
    expect(seeds.locator("visible=true")).to_have_value("5")
    page.locator("#rows input[type=number]").fill("3")
    expect(page.locator("[data-class='0']")).to_have_count(3)
    open_tab(page, "Morph")
    expect(page.get_by_role("img", name="The number 2468 turning into 8642")).to_be_visible()
    page.get_by_label("To", exact=True).fill("1357")
    page.get_by_role("button", name="Morph", exact=True).click()
    expect(page.get_by_role("img", name="The number 2468 turning into 1357")).to_be_visible()

    page.reload()
    ready(page)
    expect(number(page)).to_have_value("2468")
    expect_glyphs(page, drawn)
    open_tab(page, "Morph")
    expect(page.get_by_label("To", exact=True)).to_have_value("1357")
    open_tab(page, "Styles")
    expect(page.locator("#rows input[type=number]")).to_have_value("3")
    seeds.locator("visible=true").fill("6")
    open_tab(page, "Write")
    expect(page.locator("#seed input[type=number]")).to_have_value("6")
