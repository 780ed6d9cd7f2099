"""The tab "Morph": its film, and the film's files."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import ready, visit
from tests.demo.page.acting import QUEUED, download, held_back, open_tab, refuse_a_morph

pytestmark = pytest.mark.slow


def film_position(page):
    """Return where the films stand, which is the same for all digits."""
    positions = page.locator(".frame").evaluate_all(
        "frames => frames.map(frame => frame.style.backgroundPositionY)"
    )
    assert len(set(positions)) == 1
    return positions[0]


def test_a_morph_plays_and_is_scrubbed_without_requests(visited):
    page = visited.page
    # These are asked for when the visitor pauses, on whatever tab that is.
    expect(page.locator("#others .other")).to_have_count(6)
    open_tab(page, "Morph")
    page.locator(".film").wait_for()
    expect(page.get_by_role("img", name="The number 13812345678 turning into")).to_be_visible()
    before = film_position(page)
    page.wait_for_function(
        "before => document.querySelector('.frame').style.backgroundPositionY !== before",
        arg=before,
    )
    asked = len(visited.requests)
    page.get_by_role("button", name="Pause").click()
    still = film_position(page)
    page.wait_for_timeout(200)
    assert film_position(page) == still
    slider = page.locator(".film-controls input")
    assert slider.get_attribute("max") == "29"
    slider.focus()
    page.keyboard.press("Home")
    assert film_position(page) == "0%"
    page.keyboard.press("End")
    assert film_position(page) == "100%"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.frame').style.backgroundPositionY !== '100%'")
    assert len(visited.requests) == asked
    page.get_by_role("button", name="Pause").click()


def test_a_number_that_is_the_same_backwards_turns_into_another(new_page):
    new_page.get_by_label("Your number").fill("1221")
    expect(new_page.locator("#paper .digit")).to_have_count(4)
    open_tab(new_page, "Morph")
    expect(new_page.get_by_label("To", exact=True)).to_have_value("6776")


def test_a_morph_is_downloaded_as_an_animation(new_page):
    page = new_page
    open_tab(page, "Morph")
    page.locator(".film").wait_for()
    files = {kind: download(page, kind) for kind in ("GIF", "WebP")}
    for kind, (name, data) in files.items():
        assert name == f"13812345678-to-02468024680.{kind.lower()}"
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == kind.upper()
            assert image.n_frames == 58
    # It is what is shown: another number becomes a film only on request.
    page.get_by_label("From", exact=True).fill("555 5555 5555")
    assert {kind: download(page, kind) for kind in files} == files


def test_a_morph_of_different_lengths_is_refused_in_a_sentence(new_page):
    refuse_a_morph(new_page)
    # Where there is no film to cover, the sentence covers nothing.
    new_page.reload()
    ready(new_page)
    alert = new_page.get_by_role("alert")
    expect(alert).to_contain_text("they have 11 and 2")
    seed = new_page.get_by_label("Start seed").locator("visible=true").first.bounding_box()
    box = alert.bounding_box()
    assert box["y"] + box["height"] <= seed["y"]


def test_a_visitor_who_wants_no_motion_gets_none(chromium, demo):
    with visit(chromium, demo.address, reduced_motion="reduce") as visited:
        open_tab(visited.page, "Morph")
        visited.page.locator(".film").wait_for()
        expect(visited.page.get_by_role("button", name="Play")).to_be_visible()
        visited.page.wait_for_timeout(300)
        assert film_position(visited.page) in ("", "0%")


def test_slow_work_shows_that_it_is_in_progress(new_page):
    page = new_page
    bar = "getComputedStyle(document.body, '::before').animationName"
    expect(page.locator("#others .other")).to_have_count(6)
    open_tab(page, "Morph")
    page.locator(".film").wait_for()
    page.wait_for_function(f"{bar} === 'none'")
    with page.expect_download(), held_back(page, QUEUED):
        page.get_by_role("button", name="GIF").click()
        page.wait_for_function(f"{bar} === 'on-its-way'")
    page.wait_for_function(f"{bar} === 'none'")
