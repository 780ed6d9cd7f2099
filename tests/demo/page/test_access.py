"""Keyboards, screen readers, phones, and colours that the visitor chose."""

import io
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from demo.actions import Settings
from tests.browser import visit
from tests.demo.page.acting import (
    LINES,
    expect_number,
    made,
    number,
    open_tab,
    show_details,
    sized,
)

pytestmark = pytest.mark.slow


# Where the middle of the paper is, and of each line on it.
MIDDLES = """() => {
    const lines = new Map();
    for (const one of document.querySelectorAll(".group > *")) {
        const { top, left, right } = one.getBoundingClientRect();
        const key = Math.round(top);
        lines.set(key, [...(lines.get(key) ?? []), left, right]);
    }
    const { left, right } = document.querySelector(".sheet").getBoundingClientRect();
    const sides = [[left, right], ...lines.values()];
    return sides.map((line) => (Math.min(...line) + Math.max(...line)) / 2);
}"""


# What is too small for a finger, of what isn't in a line of text, in the picture or in a choice.
TOO_SMALL = """() => [...document.querySelectorAll(
        "button:not(.digit, .cells *), input[type=number], .own-digits label, .own-choose")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
    .map((one) => one.ariaLabel || one.textContent.trim())"""
# Which of them touch another one.
OVERLAPPING = """() => {
    const kinds = "button:not(.digit, .cells *), .number textarea, input:not([type=file])";
    const all = [...document.querySelectorAll(`${kinds}, .own-choose`)]
        .filter((one) => one.checkVisibility())
        .map((one) => [one.ariaLabel || one.textContent.trim(), one.getBoundingClientRect()]);
    const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
    return all.flatMap(([name, box], place) => all.slice(place + 1)
        .filter(([, other]) => over(box, other)).map(([other]) => [name, other]));
}"""


# Colours change slowly.
COLOURS_CHANGED = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => one instanceof CSSTransition).map((one) => one.finished))"""


def test_a_phone_shows_its_keyboard_of_digits(page):
    expect(number(page)).to_have_attribute("inputmode", "tel")


def test_a_phone_needs_no_scrolling_sideways(chromium, demo):
    size = {"width": 360, "height": 740}
    with visit(chromium, demo.address, viewport=size, has_touch=True) as visited:
        page = visited.page
        for tab in ("Write", "My hand", "Styles", "Morph", "Real?", "About"):
            open_tab(page, tab)
            page.wait_for_timeout(300)
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
            assert page.evaluate(TOO_SMALL) == []
            assert page.evaluate(OVERLAPPING) == []
        for word in page.locator(".about svg, .about svg text").all():  # nothing is cut off
            box = word.bounding_box()
            assert box["x"] >= 20
            assert box["x"] + box["width"] <= 340
        open_tab(page, "Write")
        expect(page.get_by_text("Tap any digit to rewrite just that one.")).to_be_visible()
        expect(page.get_by_text("Click any digit")).to_be_hidden()
        boxes = [digit.bounding_box() for digit in page.locator(".digit").all()]
        assert len({round(box["y"]) for box in boxes}) == 1  # a phone number takes one line
        assert min(box["height"] for box in boxes) >= 40
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)
        parts = [page.locator(f"#seed {one}") for one in ("label", "[type=number]")]
        label, box = (part.bounding_box() for part in parts)
        assert label["y"] + label["height"] > box["y"]  # beside the box, not above it
        heights = []
        number(page).fill("77")
        show_details(page)
        page.get_by_role("button", name="A card to print").click()
        made(page)
        for width in (768, 320, 360):
            with sized(page, width, 740):
                assert page.evaluate(TOO_SMALL) == []
                assert page.evaluate(OVERLAPPING) == []
        for size in (24, 48, 72, 120):
            page.get_by_label("Size on the page").and_(page.locator("[type=number]")).fill(
                str(size)
            )
            page.locator(f".sheet[style*='--digit:{size}px']").wait_for()
            heights.append(round(page.locator(".digit").first.bounding_box()["height"]))
        assert heights == [24, 36, 54, 90]
        number(page).fill("138 1234 5678")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        open_tab(page, "Morph")
        expect(page.locator(".frame")).to_have_count(11)
        frames = [frame.bounding_box() for frame in page.locator(".frame").all()]
        assert [round(frame["width"]) for frame in frames] == [54] * 11
        assert len({round(frame["y"] / 10) for frame in frames}) == 3


def test_on_a_narrow_phone_no_group_of_a_number_breaks(page):
    page.evaluate("location.hash = '#digits=%2B86+(138)+1234-5678&seed=5&spacing=ink'")
    expect_number(page, "8613812345678")
    tops = """() => [...document.querySelectorAll(".group")].map((group) => [...group.children]
        .map((one) => Math.round(one.getBoundingClientRect().top)))"""
    for width in (360, 320):
        with sized(page, width, 740):
            for group in page.evaluate(tops):
                assert len(set(group)) == 1
            # Each line is in the middle: no gap is left at its end.
            middles = page.evaluate(MIDDLES)
            assert len(middles) > 2
            assert middles[1:] == pytest.approx([middles[0]] * (len(middles) - 1), abs=0.1)
            assert min(d.bounding_box()["height"] for d in page.locator(".digit").all()) >= 40


@pytest.mark.parametrize(
    ("digits", "spacing", "width", "lines"),
    [
        ("138123456789", "ink", 320, [6, 6]),
        ("1234567890" * 4, "ink", 1100, [14, 13, 13]),
        ("1234567890" * 3 + "1", "grid", 1100, [11, 10, 10]),
    ],
)
def test_a_group_of_some_lines_is_divided_evenly(page, digits, spacing, width, lines):
    page.evaluate(f"location.hash = '#digits={digits}&seed=40&variation=0.22&spacing={spacing}'")
    expect_number(page, digits)
    page.locator(f".sheet.by-{spacing}").wait_for()
    with sized(page, width, 850):
        assert page.evaluate(LINES) == lines
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_forced_colours_on_the_narrowest_phone(chromium, demo):
    settings = {"forced_colors": "active", "color_scheme": "dark"}
    with visit(
        chromium, demo.address, viewport={"width": 320, "height": 640}, **settings
    ) as visited:
        page = visited.page
        expect(page.get_by_role("tab")).to_have_text(
            ["Write", "My hand", "Styles", "Morph", "Real?", "About"]
        )
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
        style = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
        ink = page.evaluate(style, [".digit svg", "fill"])
        paper = page.evaluate(style, [".sheet", "backgroundColor"])
        assert (ink, paper) == ("rgb(28, 28, 30)", "rgb(253, 250, 243)")
        assert page.evaluate(style, ["[role=tab].selected", "outlineStyle"]) == "solid"
        assert page.evaluate(style, ["#seed input[type=range]", "appearance"]) == "auto"
        show_details(page)
        chosen = 'fieldset [type="radio"]:checked'  # it has its dot
        assert page.evaluate(style, [chosen, "appearance"]) == "auto"
        page.locator(".other").first.wait_for()
        ink = page.evaluate(style, [".other svg", "fill"])
        paper = page.evaluate(style, [".other", "backgroundColor"])
        assert (ink, paper) == ("rgb(28, 28, 30)", "rgb(253, 250, 243)")
        open_tab(page, "My hand")
        words = Image.open(io.BytesIO(page.locator(".own-board").screenshot())).convert("L")
        inside = words.crop((20, 20, words.width - 20, words.height - 20))
        assert inside.getextrema()[0] > 60  # no dark box around them


# In the dark, colours alone differ.
@pytest.mark.parametrize(
    ("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})]
)
def test_axe_finds_nothing(chromium, demo, scheme, rules):
    rules = {"resultTypes": ["violations"], **rules}
    with visit(chromium, demo.address, color_scheme=scheme) as visited:
        page = visited.page
        told = []
        for tab in ("Write", "My hand", "Styles", "Morph", "Real?", "About"):
            open_tab(page, tab)
            page.wait_for_timeout(600)
            for violation in Axe().run(page, options=rules).response["violations"]:
                targets = [node["target"] for node in violation["nodes"]][:3]
                told.append((tab, violation["id"], targets))
        assert told == []


def test_the_keyboard_focus_is_visible_on_sliders_and_choices_too(page):
    def outline():
        return page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    page.locator("#seed input[type=number]").focus()
    kinds = []
    for _ in range(4):
        page.keyboard.press("Tab")
        kinds.append(page.evaluate("document.activeElement.type"))
        assert outline() != "none", kinds
    assert "range" in kinds
    show_details(page)
    page.get_by_role("radio", name="As a hand writes").press("ArrowRight")
    assert page.evaluate("document.activeElement.type") == "radio"
    assert outline() != "none"


def test_what_is_chosen_stays_so_when_other_choices_appear(new_page):
    page = new_page

    def chosen():
        return page.evaluate(
            "[...document.querySelectorAll('fieldset:has([type=radio])')]"
            ".filter(one => one.checkVisibility())"
            ".map(one => one.querySelectorAll(':checked').length)"
        )

    show_details(page)
    page.get_by_role("button", name="A card to print or for a phone").click()
    made(page)
    assert len(chosen()) >= 4
    assert set(chosen()) == {1}
    open_tab(page, "Styles")
    open_tab(page, "Write")
    assert set(chosen()) == {1}
    open_tab(page, "Styles")
    assert set(chosen()) == {1}


def test_keyboards_and_screen_readers_get_what_gradio_lacks(page):
    show_details(page)
    choice = page.get_by_role("group", name="Spacing")
    # A moment after the details are opened, their choices can be walked through.
    page.wait_for_function(
        "[...document.querySelectorAll('fieldset[aria-label=Spacing] input')]"
        ".filter(radio => radio.name.startsWith('choice-')).length === 2"
    )
    choice.get_by_role("radio", name="As a hand writes").focus()
    page.keyboard.press("ArrowRight")
    expect(choice.get_by_role("radio", name="Even cells")).to_be_focused()
    expect(choice.get_by_role("radio", name="Even cells")).to_be_checked()

    page.get_by_role("tab", name="Write").focus()
    for key, name in (("ArrowRight", "My hand"), ("End", "About"), ("ArrowRight", "Write")):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=name, selected=True)).to_be_focused()
    page.wait_for_function(
        "[...document.querySelectorAll('[role=tab]')].filter(tab => tab.tabIndex === 0)"
        ".map(tab => tab.textContent.trim()).join() === 'Write'"
    )

    more = page.get_by_role("button", name="Look and details")
    opened = more.get_attribute("aria-expanded")
    more.click()
    expect(more).to_have_attribute("aria-expanded", {"true": "false", "false": "true"}[opened])

    heard = page.locator("[role=status][data-announced]")
    number(page).fill("4711")
    expect(heard).to_contain_text(f"The number 4711, written by hand. Seed {Settings.seed}.")
    page.get_by_role("button", name="Another hand").click()
    seed = page.locator("#seed input[type=number]")
    expect(seed).not_to_have_value("27")
    expect(heard).to_contain_text(f"Seed {seed.input_value()}.")
    page.locator(".digit").first.click()
    expect(heard).to_contain_text("Rewritten: 1")


def test_sliders_stand_on_one_line_and_the_button_is_as_high_as_the_box(page):
    tracks = page.locator(".controls input[type=range]").locator("visible=true")
    for width in (650, 700, 768):
        with sized(page, width, 800):
            assert len({round(one.bounding_box()["y"]) for one in tracks.all()}) == 1
    heights = [one.bounding_box()["height"] for one in (number(page), page.locator("#draw"))]
    assert heights[0] == heights[1]


def test_the_edge_of_the_box_and_of_buttons_can_be_seen(page):
    colours = """() => [".number :is(textarea, input)", "#dice"].map(
        (one) => getComputedStyle(document.querySelector(one)).borderTopColor)
        .concat(getComputedStyle(document.body).backgroundColor)"""

    def light(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.05 + sum(np.multiply((0.2126, 0.7152, 0.0722), linear))

    for dark in (False, True):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        page.evaluate(COLOURS_CHANGED)
        box, button, paper = map(light, page.evaluate(colours))
        assert max(box, paper) / min(box, paper) >= 3
        assert max(button, paper) / min(button, paper) >= 1.5
    page.evaluate("document.body.classList.remove('dark')")
