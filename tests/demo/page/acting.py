"""What tests of several parts of the page do there, and what they see."""

import contextlib
import json
import re

from playwright.sync_api import expect

from cgan import Sampler

SAMPLER = Sampler.from_pretrained()
# Where the page asks for what its events bring.
EVENTS = re.compile("/queue/join|/run/predict")
DRAWINGS = re.compile("/run/predict")  # of the number, beside the queue
QUEUED = re.compile("/queue/join")  # and all others
# What is drawn for a digit, without its place.
GLYPH = "one => one.querySelector('path')?.getAttribute('d') ?? one.querySelector('img').src"

# How many digits each line on the paper has.
LINES = """() => {
    const digits = [...document.querySelectorAll(".digit")];
    const tops = digits.map((one) => one.getBoundingClientRect().top);
    return [...new Set(tops)].map((top) => tops.filter((one) => one === top).length);
}"""

# Which of the page's controls an alert covers.
COVERED = """alert => {
    const one = alert.getBoundingClientRect();
    return [...document.querySelectorAll("button, input, textarea, [role=tab]")]
        .filter((control) => control.checkVisibility())
        .filter((control) => !alert.closest(".block").contains(control))
        .filter((control) => {
            const other = control.getBoundingClientRect();
            const middle = document.elementFromPoint(
                other.left + other.width / 2, other.top + other.height / 2);
            if (alert.closest(".block").contains(middle)) return true;
            return other.left < one.right && other.right > one.left && other.width > 0
                && other.top < one.bottom && other.bottom > one.top && other.height > 0;
        })
        .map((control) => control.id || control.textContent.trim() || control.ariaLabel);
}"""


def number(page):
    return page.get_by_label("Your number")


def expect_number(page, digits):
    expect(page.locator(".sheet")).to_have_attribute("aria-label", re.compile(rf"\b{digits}\b"))


def glyphs(page):
    """Return what is drawn for each digit, once it is on the page."""
    return page.eval_on_selector_all(".digit", f"digits => digits.map({GLYPH})")


def expect_glyphs(page, expected):
    page.wait_for_function(
        f"expected => JSON.stringify([...document.querySelectorAll('.digit')].map({GLYPH}))"
        " === expected",
        arg=json.dumps(expected, ensure_ascii=False, separators=(",", ":")),
    )


def expect_other_glyphs(page, before):
    page.wait_for_function(
        f"before => JSON.stringify([...document.querySelectorAll('.digit')].map({GLYPH}))"
        " !== before",
        arg=json.dumps(before, ensure_ascii=False, separators=(",", ":")),
    )
    return glyphs(page)


def variation(page):
    return page.locator("#variation input[type=number]")


def vary(page, share):
    variation(page).fill(str(share))
    variation(page).press("Enter")


def show_details(page):
    if not page.get_by_label("Transparent").is_visible():
        page.get_by_role("button", name="Look and details").click()
        made(page)


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()
    made(page)


def made(page):
    """Wait until Gradio has made what was opened.

    A frame after it has made controls, it sets them to what it knew: what is typed before is lost.
    """
    frame = "await new Promise(requestAnimationFrame);"
    page.evaluate(f"async () => {{ {3 * frame} }}")


def open_styles(page):
    """Open the grid, and wait until it shows the first tab's hands: it may have shown others."""
    open_tab(page, "Styles")
    seed = page.locator("#seed input[type=number]").input_value()
    page.locator(f".cells[data-seed='{seed}']").wait_for()


def download(page, name):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).locator("visible=true").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def wait_until(page, done):
    """Wait for something that this process sees, such as a request."""
    for _ in range(600):
        if done():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It never came.")


@contextlib.contextmanager
def held_back(page, requests=EVENTS):
    """Hold requests back until the block ends; yield a function that waits for the first one."""
    held, silent = [], True

    def hold(route):
        if silent:
            held.append(route)
        else:
            route.continue_()

    page.route(requests, hold)
    yield lambda: wait_until(page, lambda: held)
    silent = False
    for route in held:
        route.continue_()
    page.unroute(requests, hold)


def refuse_a_morph(page):
    """Ask for a film between numbers of different lengths, and wait for the alert."""
    open_tab(page, "Morph")
    page.locator(".film").wait_for()
    page.get_by_label("To", exact=True).fill("12")
    page.get_by_role("button", name="Morph", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("they have 11 and 2")


@contextlib.contextmanager
def sized(page, width, height):
    """Give the page that tests share a window of this size for a while."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": height})
    try:
        yield
    finally:
        page.set_viewport_size(before)


def busy(page):
    """Let the server answer that its queue is full, or the line beside it, until `unroute`."""
    full = dict.fromkeys(["detail", "error"], "Queue is full: try again in a moment.")
    page.route(EVENTS, lambda route: route.fulfill(status=503, json=full))
