"""The grid of styles: its cells are carried over to the other tabs."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from demo.actions import Settings
from tests.demo.page.acting import (
    EVENTS,
    SAMPLER,
    download,
    expect_number,
    expect_other_glyphs,
    glyphs,
    held_back,
    number,
    open_styles,
    open_tab,
    show_details,
    variation,
    vary,
    wait_until,
)

pytestmark = pytest.mark.slow


def test_a_cell_of_the_grid_is_carried_over_to_write(page):
    open_styles(page)
    cell = page.locator("[data-row='3'][data-class='6']")
    cell.hover()
    expect(page.locator(".cell-name")).to_have_text(f"6 in hand 4, seed {Settings.seed}")
    # The whole row is marked, which a click takes; nothing is when the pointer has left.
    marked = cell.evaluate("one => parseFloat(getComputedStyle(one, '::before').width)")
    assert marked >= page.locator(".cells").bounding_box()["width"]
    page.mouse.move(1, 1)
    expect(page.locator(".cell-name")).to_be_empty()
    name, grid = download(page, "PNG")
    assert name == f"grid-seed-{Settings.seed}.png"
    before = glyphs(page)
    cell.click()
    expect_other_glyphs(page, before)
    expect(number(page)).to_have_value("138 1234 5678")  # the visitor's number, in that hand
    expect(variation(page)).to_have_value("0.22")
    vary(page, 0)
    number(page).fill("66")
    expect_number(page, "66")
    assert len(set(glyphs(page))) == 1
    number(page).fill("6")
    expect_number(page, "6")
    show_details(page)
    page.get_by_label("Even cells").check()
    page.get_by_label("White on black").check()
    page.locator(".sheet.mnist.by-grid img").wait_for()
    _, small = download(page, "PNG")
    with Image.open(io.BytesIO(small)) as image:
        written = np.asarray(image)[::4, ::4]
    whole = SAMPLER.grid(10, seed=Settings.seed)
    assert np.array_equal(written, whole[3 * 32 : 4 * 32, 6 * 32 : 7 * 32])
    with Image.open(io.BytesIO(grid)) as image:
        assert image.size == (4 * 320, 4 * 320)


def test_the_grid_works_by_keyboard(page):
    open_styles(page)
    first = page.locator("[data-row='0'][data-class='0']")
    first.focus()
    first.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-row='1'][data-class='1']")).to_be_focused()
    expect(page.locator(".cell-name")).to_have_text(f"1 in hand 2, seed {Settings.seed}")
    page.keyboard.press("Enter")
    expect(page.locator("#paper .note")).to_contain_text("Hand 2 of this seed")


def test_what_is_done_on_the_first_tab_before_a_cell_gets_there_stays(page):
    open_styles(page)
    with held_back(page):
        page.locator("[data-row='2'][data-class='5']").click()
        open_tab(page, "Write")
        vary(page, 0.1)
        number(page).fill("66")
    expect(page.locator("#paper .note")).to_contain_text("Hand 3 of this seed")
    expect(number(page)).to_be_focused()
    expect(variation(page)).to_have_value("0.1")
    page.keyboard.type("7")
    expect_number(page, "667")


def test_a_cell_is_carried_over_to_morph(new_page):
    page = new_page
    open_tab(page, "Styles")
    page.locator("[data-row='2'][data-class='5']").wait_for()
    page.get_by_label("Morph", exact=True).and_(page.locator("input")).check()
    page.locator("[data-row='2'][data-class='5']").click()
    expect(page.get_by_label("From", exact=True)).to_have_value("138 1234 5678")
    # Which hand it is, is said, and can be undone.
    film = page.locator("#film")
    expect(film).to_contain_text("Hand 3 of this seed")
    third = frames_of(page)
    # At once: what was carried may be drawn again, and a press that begins before it ends nowhere.
    film.get_by_role("button", name="Undo").evaluate("button => button.click()")
    expect(film).not_to_contain_text("of this seed")
    expect(film.get_by_role("button")).to_be_focused()
    assert frames_of(page) != third


def frames_of(page):
    return page.locator(".frame").evaluate_all("all => all.map(one => one.style.backgroundImage)")


def test_the_grid_is_shown_in_the_look_that_its_file_has(page):
    show_details(page)
    page.get_by_label("White on black (MNIST)").check()
    open_tab(page, "Styles")
    shown = page.locator(".cells.mnist img")
    shown.wait_for()
    _, saved = download(page, "PNG")
    address = shown.get_attribute("src")
    assert base64.b64decode(address.partition(",")[2]) == saved


def test_the_grid_draws_what_the_cell_shows_whatever_write_was_set_to(page):
    show_details(page)
    truncation = page.get_by_role("spinbutton", name="Truncation: 0 is the average hand")
    truncation.fill("0.3")
    truncation.press("Enter")
    open_styles(page)
    page.locator("[data-row='3'][data-class='6']").click()
    expect(page.locator("#paper .note")).to_contain_text("Hand 4 of this seed")
    number(page).fill("6")
    expect_number(page, "6")
    expect(truncation).to_have_value("1")
    vary(page, 0)
    page.get_by_label("Even cells").check()
    page.get_by_label("White on black").check()
    page.locator(".sheet.mnist.by-grid img").wait_for()
    page.wait_for_url(re.compile(r"variation=0(\.0)?&spacing=grid"))
    _, small = download(page, "PNG")
    with Image.open(io.BytesIO(small)) as image:
        cell = SAMPLER.grid(4, seed=Settings.seed)[3 * 32 :, 6 * 32 : 7 * 32]
        assert np.array_equal(np.asarray(image)[::4, ::4], cell)


def test_what_is_carried_to_morph_leaves_write_alone(new_page):
    page = new_page
    before = glyphs(page)
    open_tab(page, "Styles")
    page.locator("[data-row='2'][data-class='5']").wait_for()
    page.get_by_label("Morph", exact=True).and_(page.locator("input")).check()
    page.locator("[data-row='2'][data-class='5']").click()
    expect(page.locator("#film")).to_contain_text("Hand 3 of this seed")
    expect(page.get_by_role("tab", name="Morph")).to_be_focused()
    open_tab(page, "Write")
    assert glyphs(page) == before
    expect(number(page)).to_have_value("138 1234 5678")


def test_a_cell_carries_the_seed_that_it_shows(new_page):
    page = new_page
    expect(page.locator(".other")).to_have_count(6)  # nothing else is asked for any more
    open_tab(page, "Styles")
    cell = page.locator("[data-row='1'][data-class='4']")
    cell.wait_for()
    held = []
    page.route(EVENTS, lambda route: held.append(route), times=2)
    seed = page.get_by_role("spinbutton", name="Seed").locator("visible=true")
    seed.fill("99")  # neither this one's grid nor the number arrives
    wait_until(page, lambda: len(held) == 2)
    expect(cell).to_have_attribute("title", f"4 in hand 2, seed {Settings.seed}")
    cell.click()
    expect(page.get_by_role("tab", name="Write")).to_be_focused()
    expect(page.locator("#seed input[type=number]")).to_have_value(str(Settings.seed))
    for route in held:
        route.continue_()
    expect(page.locator("#paper .note")).to_contain_text("Hand 2 of this seed")
