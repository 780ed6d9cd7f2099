"""Something to keep: the clipboard, the share sheet, cards, and the number on paper."""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import ready, visit
from tests.demo.page.acting import (
    LINES,
    QUEUED,
    expect_number,
    held_back,
    made,
    open_tab,
    wait_until,
)

pytestmark = pytest.mark.slow

# What a phone has and this browser hasn't. It keeps what was shared.
SHARES = """
navigator.canShare = () => true;
navigator.share = async ({ files }) => {
  const bytes = new Uint8Array(await files[0].arrayBuffer());
  window.shared = [files[0].name, files[0].type, btoa(String.fromCharCode(...bytes))];
};
"""
COPIED = """async () => {
  const [item] = await navigator.clipboard.read();
  const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def size(data):
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def test_the_picture_is_copied_or_a_sentence_says_why_not(new_page):
    page = new_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.get_by_role("button", name="Share")).to_be_hidden()  # there is no share sheet here
    below = page.get_by_role("button", name="A card to print")
    before = below.bounding_box()
    page.get_by_role("button", name="Copy as picture").click()
    told = page.locator("#said [role=status]")
    expect(told).to_have_text("Picture copied.")
    assert below.bounding_box() == before  # nothing moves
    width, height = size(base64.b64decode(page.evaluate(COPIED)))
    assert (width > 1000, height) == (True, 256)
    page.get_by_label("Your number").fill("1" * 65)
    page.get_by_role("button", name="Copy as picture").click()
    expect(page.get_by_role("alert")).to_contain_text("the limit is 64")
    page.wait_for_function("cgan.files.size === 0")  # the button has its answer
    expect(told).to_be_empty()  # it isn't the browser's fault
    page.get_by_label("Your number").fill("138")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.evaluate("delete window.ClipboardItem")
    page.get_by_role("button", name="Copy as picture").click()
    expect(told).to_have_text("This browser can't copy pictures. Save the PNG instead.")
    page.get_by_label("Your number").fill("1388")
    expect(told).to_be_empty()


def test_a_phone_shares_the_picture_as_a_file(chromium, demo):
    with visit(chromium, demo.address) as visited:
        page = visited.page
        page.add_init_script(SHARES)
        page.reload()
        ready(page)
        page.get_by_role("button", name="Share").click()
        page.wait_for_function("window.shared")
        name, kind, data = page.evaluate("window.shared")
        assert re.fullmatch(r"13812345678-seed-\d+\.large\.png", name)
        assert kind == "image/png"
        assert size(base64.b64decode(data))[1] == 256


def test_a_card_is_saved_in_the_chosen_size(new_page):
    page = new_page
    page.get_by_role("button", name="A card to print").click()
    made(page)
    page.get_by_label("Business card").check()
    for kind in ("PNG", "SVG", "PDF"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Card as {kind}").click()
        assert waiting.value.suggested_filename.endswith(f".business.{kind.lower()}")
        data = waiting.value.path().read_bytes()
        if kind == "PNG":
            assert size(data) == (1004, 650)
        assert data.startswith({"PNG": b"\x89PNG", "SVG": b"<svg", "PDF": b"%PDF-"}[kind])


def test_paper_has_the_number_alone_and_large(new_page):
    page = new_page
    page.evaluate("cgan.fitToPaper()")
    for landscape in (False, True):
        page.emulate_media(media="print")
        page.set_viewport_size(
            {"width": 700, "height": 1000} if not landscape else {"width": 1000, "height": 700}
        )
        boxes = [digit.bounding_box() for digit in page.locator(".digit").all()]
        right = max(box["x"] + box["width"] for box in boxes)
        bottom = max(box["y"] + box["height"] for box in boxes)
        width, height = (1000, 700) if landscape else (700, 1000)
        assert right <= width
        assert bottom <= height
        used = right - min(box["x"] for box in boxes), bottom - min(box["y"] for box in boxes)
        assert used[0] > 0.85 * width or used[1] > 0.85 * height
    # White, with the background's colours too, in the dark and whatever the look.
    colours = """() => {
        const found = new Set();
        for (let one = document.querySelector(".digit"); one; one = one.parentElement) {
            found.add(getComputedStyle(one).backgroundColor);
        }
        return [...found];
    }"""
    for dark in (False, True):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        assert set(page.evaluate(colours)) == {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    shown = page.locator("h1, [role=tab], .about, button:not(.digit), input, textarea")
    assert [one for one in shown.all() if one.is_visible()] == []
    # Another tab is printed as it is.
    page.emulate_media(media="screen")
    open_tab(page, "About")
    page.emulate_media(media="print")
    expect(page.locator(".about")).to_be_visible()
    expect(page.locator(".digit").first).to_be_hidden()


def test_a_long_group_is_divided_evenly_on_paper(new_page):
    page = new_page
    page.get_by_label("Your number").fill("1234567890" * 4)
    expect_number(page, "1234567890" * 4)
    page.evaluate("cgan.fitToPaper()")
    page.emulate_media(media="print")
    for width, height, lines in ((1000, 700, [10] * 4), (700, 1000, [7, 7, 7, 6, 7, 6])):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(LINES) == lines


def test_each_press_brings_what_was_set_then_however_late(new_page):
    page, box = new_page, new_page.get_by_label("Your number")
    saved = []
    page.on("download", lambda one: saved.append(one.suggested_filename))
    png = page.get_by_role("button", name="PNG", exact=True)
    with held_back(page):
        for number in ("138", "77"):
            box.fill(number)
            png.click()
            png.click()  # an impatient one
    expect_number(page, "77")
    page.wait_for_function("cgan.files.size === 0")
    page.wait_for_timeout(500)
    assert sorted(name.partition("-")[0] for name in saved) == ["138", "77"]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with held_back(page, QUEUED):  # the number is drawn meanwhile
        for number in ("13812345678", "7"):
            box.fill(number)
            expect_number(page, number)
            page.get_by_role("button", name="Copy as picture").click()
    expect(page.locator("#said [role=status]")).to_have_text("Picture copied.")
    width, height = size(base64.b64decode(page.evaluate(COPIED)))
    assert width < 2 * height


def test_a_picture_that_is_lost_takes_no_other_one_with_it(chromium, demo):
    page = chromium.new_page()
    page.goto(demo.address)
    ready(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    asked = []
    expect(page.locator("#others .other")).to_have_count(6)
    page.evaluate("cgan.drawOthersSoon = () => {}")  # or these would be asked for as well
    page.route(QUEUED, lambda route: asked.append(route))

    def copy(*numbers):
        for number in numbers:
            page.get_by_label("Your number").fill(number)
            expect_number(page, number)
            before = len(asked)
            page.get_by_role("button", name="Copy as picture").click()
            wait_until(page, lambda before=before: len(asked) > before)

    def lose(route):
        full = dict.fromkeys(["detail", "error"], "Queue is full: try again in a moment.")
        route.fulfill(status=503, json=full)

    told = page.locator("#said [role=status]")
    copy("13812345678", "7")
    lose(asked[0])
    expect(page.locator("#trouble")).to_contain_text("the server is busy")
    asked[1].continue_()
    expect(told).to_have_text("Picture copied.")
    width, height = size(base64.b64decode(page.evaluate(COPIED)))
    assert width < 2 * height
    # If the last one is lost, nothing is copied in its place, and nothing waits for it.
    copy("1380", "8")
    page.evaluate(
        "const { reject } = cgan.keep_picture;"
        "cgan.keep_picture.reject = (why) => reject(why, (window.givenUp = true))"
    )
    lose(asked[3])
    asked[2].continue_()
    page.wait_for_function("window.givenUp")
    expect(told).to_be_empty()
    page.close()


def test_what_is_said_of_a_file_is_about_the_number_that_is_there(new_page):
    page, box = new_page, new_page.get_by_label("Your number")
    png = page.get_by_role("button", name="PNG", exact=True)
    alert = page.get_by_role("alert")

    def press_and_type(number):
        with held_back(page, QUEUED):  # the number is drawn meanwhile
            png.click()
            box.fill(number)
            page.wait_for_timeout(100)
            expect(alert).to_have_count(int(number == "x"))
            page.wait_for_timeout(300)

    with page.expect_download():
        press_and_type("x")
    expect(alert).to_contain_text("There is no digit to write")
    press_and_type("77")
    page.wait_for_function("cgan.files.size === 0")
    page.wait_for_timeout(500)
    expect(alert).to_have_count(0)
    box.fill("+")  # says nothing before it is to be saved
    png.click()
    expect(alert).to_contain_text("There is no digit to write")
    box.fill("7")
    expect(alert).to_have_count(0)
