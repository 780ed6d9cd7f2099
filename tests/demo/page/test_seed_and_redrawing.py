"""The page as a visitor meets it, in Chromium: every control, two languages, a phone."""

import base64
import io
import json
import re
import time
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from cgan import Sampler
from cgan.writing.settings import WritingSettings
from demo.actions import Settings
from demo.page.page import STATIC
from demo.text.texts import say
from tests.browser import speak, visit

pytestmark = pytest.mark.slow

SAMPLER = Sampler.from_pretrained()
# Where things are, from top to bottom.
PLACES = """() => [...document.querySelectorAll(".sheet, .hint, .controls, .take, #facts, .cells")]
    .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().top)"""
# With the weights that are here: of others, an alert says that they have changed.
START = (
    f"#digits=138+1234+5678&seed={Settings.seed}&variation=0.22&spacing=ink"
    f"&sha256={SAMPLER.sha256[:8]}"
)
# Where the page asks for what its events bring.
EVENTS = re.compile("/queue/join|/run/predict")
# What is drawn for a digit, without its place.
GLYPH = "one => one.querySelector('path')?.getAttribute('d') ?? one.querySelector('img').src"
LINK = "#digits=%2B86-138&seed=4&style=one&row=3&truncation=0.7&redrawn=1.2&look=clear&ink=blue"


@pytest.fixture(scope="module")
def open_page(chromium, demo):
    with visit(chromium, demo.address) as visited:
        yield visited.page, visited.page.eval_on_selector(".sheet", "sheet => sheet.outerHTML")


@pytest.fixture
def page(open_page, demo):
    """The page that most tests share, with the first tab's settings as they were at the start.

    Tests that change more than a link restores have a new page.
    """
    page, at_the_start = open_page
    # The link is opened a moment later; until then, the page is ready in its old state.
    page.evaluate(
        f"document.documentElement.dataset.ready = 'false';"
        f"history.replaceState(null, '', '{demo.address}'); location.hash = '{START}'"
    )
    expect(page.locator("html[data-ready=true]")).to_have_count(1)
    expect(number(page)).to_have_value("138 1234 5678")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.wait_for_function(
        "html => document.querySelector('.sheet').outerHTML === html", arg=at_the_start
    )
    page.evaluate(f"history.replaceState(null, '', '{demo.address}')")
    return page


def glyphs(page):
    """Return what is drawn for each digit, once it is on the page."""
    return page.eval_on_selector_all(".digit", f"digits => digits.map({GLYPH})")


def variation(page):
    return page.locator("#variation input[type=number]")


def vary(page, share):
    variation(page).fill(str(share))
    variation(page).press("Enter")


def label(page):
    return page.locator(".sheet").get_attribute("aria-label")


def expect_number(page, digits):
    expect(page.locator(".sheet")).to_have_attribute("aria-label", re.compile(rf"\b{digits}\b"))


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


def open_styles(page):
    """Open the grid, and wait until it shows the first tab's hands: it may have shown others."""
    page.get_by_role("tab", name="Styles").click()
    seed = page.locator("#seed input[type=number]").input_value()
    page.locator(f".cells[data-seed='{seed}']").wait_for()


def download(page, name):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).locator("visible=true").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def show_details(page):
    if not page.get_by_label("Transparent").is_visible():
        page.get_by_role("button", name="Look and details").click()


def number(page):
    return page.get_by_label("Your number")


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


def test_a_phone_shows_its_keyboard_of_digits(page):
    expect(number(page)).to_have_attribute("inputmode", "tel")


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


def test_what_is_not_written_is_said_and_nothing_moves(page):
    places = page.evaluate(PLACES)
    number(page).fill("138 FLOWERS <b>")
    expect_number(page, "138")
    note = page.locator("#paper .note")
    expect(note).to_have_text(
        "Not written: “FLOWERS” “<b>”. On a phone's keypad, FLOWERS is 3569377."
    )
    page.locator(".digit").first.click()
    expect(note).to_contain_text("Redrawn: 1")
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
    expect(page.get_by_role("alert")).to_contain_text("Seed must be a whole number from 0 to 9999")
    assert glyphs(page) == before
    seed.blur()
    expect(seed).to_have_value("9999")
    expect_other_glyphs(page, before)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_other_tabs_follow_a_seed_that_changes_while_they_get_the_last_one(page):
    page.get_by_role("tab", name="Styles").click()
    page.get_by_role("tab", name="Write").click()
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
    page.get_by_role("tab", name="Styles").click()
    page.locator(".cells[data-seed='60']").wait_for(timeout=10_000)  # or it never comes


def test_the_dice_throws_a_seed_that_is_shown(page):
    before = glyphs(page)
    page.get_by_role("button", name="Another hand").click()
    expect_other_glyphs(page, before)
    assert 0 <= int(page.locator("#seed input[type=number]").input_value()) <= 9999


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


def test_one_hand_writes_all_digits_with_one_latent(page):
    number(page).fill("7777")
    expect_number(page, "7777")
    assert len(set(glyphs(page))) == 4
    before = glyphs(page)
    vary(page, 0)
    expect(page).to_have_url(re.compile("&variation=0&"))
    assert len(set(expect_other_glyphs(page, before))) == 1


@pytest.mark.parametrize(("density", "widths"), [(1, (32, 64, 160)), (2, (32, 80, 160))])
def test_the_pixels_of_mnist_are_all_as_large(chromium, demo, density, widths):
    address = f"{demo.address}#digits=138&look=mnist&size=24"
    with visit(chromium, address, device_scale_factor=density) as visited:
        page = visited.page
        show_details(page)
        for size, width in zip((24, 80, 160), widths, strict=True):
            box = page.get_by_role("spinbutton", name="Size on the page")
            box.fill(str(size))
            box.press("Enter")
            digit = page.locator(f".sheet.mnist[style*='--digit:{size}px'] .digit").first
            expect(digit).to_have_css("width", f"{width}px", timeout=20_000)


def test_looks_and_inks_change_the_paper(page):
    show_details(page)
    page.get_by_label("White on black").check()
    page.locator(".sheet.mnist img").first.wait_for()
    assert page.locator(".digit img").count() == 11
    expect(page.get_by_label("Blue")).to_be_disabled()  # there is no ink
    page.get_by_label("Transparent").check()
    page.get_by_label("Blue").check()
    page.locator(".sheet.clear[style*='#1d3582']").wait_for()
    size = page.get_by_role("spinbutton", name="Size on the page")
    size.fill("100")
    size.press("Enter")
    page.locator(".sheet[style*='--digit:100px']").wait_for()


def test_downloads_hold_what_made_them(page):
    name, small = download(page, "PNG")
    assert name == f"13812345678-seed-{Settings.seed}.png"
    with Image.open(io.BytesIO(small)) as image:
        size = image.size
        assert size[1] == 4 * 32
        assert image.text["digits"] == "13812345678"
        assert image.text["seed"] == str(Settings.seed)
        assert image.text["weights-sha256"] == SAMPLER.sha256
    name, large = download(page, "PNG, large")
    assert name == f"13812345678-seed-{Settings.seed}.large.png"
    with Image.open(io.BytesIO(large)) as image:
        assert image.size == (2 * size[0], 2 * size[1])


def test_the_svg_is_the_picture(page):
    name, svg = download(page, "SVG")
    assert name == f"13812345678-seed-{Settings.seed}.svg"
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "13812345678"
    assert len(root.findall(f".//{space}path")) == 11
    _, large = download(page, "PNG, large")
    with Image.open(io.BytesIO(large)) as image:
        expected = np.asarray(image.convert("L")) < 128
    drawn = page.evaluate(
        """async ([svg, width, height]) => {
            const image = new Image();
            image.src = "data:image/svg+xml;base64," + btoa(svg);
            await image.decode();
            const canvas = new OffscreenCanvas(width, height);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0, width, height);
            const { data } = context.getImageData(0, 0, width, height);
            const ink = [];
            for (let i = 0; i < data.length; i += 4) ink.push(data[i] < 128 ? 1 : 0);
            return ink.join("");
        }""",
        [svg.decode(), expected.shape[1], expected.shape[0]],
    )
    ink = np.frombuffer(drawn.encode(), np.uint8).reshape(expected.shape) == ord("1")
    assert (ink & expected).sum() / (ink | expected).sum() > 0.95


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


def test_a_cell_of_the_grid_is_carried_over_to_write(page):
    open_styles(page)
    cell = page.locator("[data-row='3'][data-class='6']")
    cell.hover()
    expect(page.locator(".cell-name")).to_have_text(f"6 in hand 4, seed {Settings.seed}")
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


def test_a_cell_is_carried_over_to_morph(new_page):
    page = new_page
    page.get_by_role("tab", name="Styles").click()
    page.locator("[data-row='2'][data-class='5']").wait_for()
    page.get_by_label("Morph", exact=True).and_(page.locator("input")).check()
    page.locator("[data-row='2'][data-class='5']").click()
    expect(page.get_by_label("From", exact=True)).to_have_value("138 1234 5678")
    # Which hand it is, is said, and can be undone.
    film = page.locator("#film")
    expect(film).to_contain_text("Hand 3 of this seed")
    third = frames_of(page)
    film.get_by_role("button", name="Undo").click()
    expect(film).not_to_contain_text("of this seed")
    expect(film.get_by_role("button")).to_be_focused()
    assert frames_of(page) != third


def frames_of(page):
    return page.locator(".frame").evaluate_all("all => all.map(one => one.style.backgroundImage)")


def test_the_grid_is_shown_in_the_look_that_its_file_has(page):
    show_details(page)
    page.get_by_label("White on black (MNIST)").check()
    page.get_by_role("tab", name="Styles").click()
    shown = page.locator(".cells.mnist img")
    shown.wait_for()
    _, saved = download(page, "PNG")
    address = shown.get_attribute("src")
    assert base64.b64decode(address.partition(",")[2]) == saved


def test_the_about_page_knows_its_address(new_page, demo):
    page = new_page
    page.get_by_role("tab", name="About").click()
    expect(page.locator(".about .address")).to_have_text(demo.address)
    speak(page, "zh")
    expect(page.locator(".about")).to_contain_text("判别器")
    expect(page.locator(".about .address")).to_have_text(demo.address)


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
    page.get_by_role("tab", name="Morph").click()
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
    page.wait_for_timeout(300)
    assert film_position(page) != "100%"
    assert len(visited.requests) == asked
    page.get_by_role("button", name="Pause").click()


def test_a_morph_is_downloaded_as_an_animation(new_page):
    page = new_page
    page.get_by_role("tab", name="Morph").click()
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
    page = new_page
    page.get_by_role("tab", name="Morph").click()
    page.locator(".film").wait_for()
    page.get_by_label("To", exact=True).fill("12")
    page.get_by_role("button", name="Morph", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("they have 11 and 2")


def test_a_visitor_who_wants_no_motion_gets_none(chromium, demo):
    with visit(chromium, demo.address, reduced_motion="reduce") as visited:
        visited.page.get_by_role("tab", name="Morph").click()
        visited.page.locator(".film").wait_for()
        expect(visited.page.get_by_role("button", name="Play")).to_be_visible()
        visited.page.wait_for_timeout(300)
        assert film_position(visited.page) in ("", "0%")


def test_the_line_of_facts(page):
    expect(page.locator("#facts")).to_have_text(
        re.compile(
            rf"Generated in \d+\.\d ms by {SAMPLER.parameter_count:,} parameters · bundled weights "
            + SAMPLER.sha256[:12]
            + r" \(a classifier reads \d\d\.\d % of their digits\)"
        )
    )


def test_the_first_texts_are_in_the_visitors_language(chromium, demo):
    """They are there before any event has run: none gets through here."""
    context = chromium.new_context(locale="zh-CN")
    context.route("**/gradio_api/queue/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(demo.address)
    expect(page.locator("h1")).to_have_text("手写号码")
    expect(page.get_by_role("tab", name="渐变")).to_be_visible()
    expect(page.get_by_role("slider", name="同一种笔迹")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("内置权重")
    expect(page.get_by_role("button", name="换一种笔迹")).to_be_visible()
    context.close()


@pytest.mark.parametrize("locale", ["zh-CN", "zh"])
def test_a_chinese_browser_gets_chinese_and_may_switch(chromium, demo, locale):
    with visit(chromium, demo.address, locale=locale) as visited:
        page = visited.page
        expect(page.locator("h1")).to_have_text("手写号码")
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.get_by_label("你的号码").fill("x")
        expect(page.get_by_role("alert")).to_contain_text("没有可写的数字")
        expect(page.locator("#facts")).to_contain_text("内置权重")
        for name in ("笔迹", "渐变", "书写"):
            page.get_by_role("tab", name=name, exact=True).click()
            expect(page.get_by_label("种子").locator("visible=true").first).to_be_visible()
            for _ in range(20):  # a tab that is opened first gets its words a moment later
                english = page.locator("button, input").evaluate_all(
                    "elements => elements.filter(one => one.checkVisibility())"
                    ".map(one => (one.ariaLabel || one.title || one.textContent).trim())"
                    ".filter(text => /[a-z]{2}/.test(text))"
                )
                english = [text for text in english if text != say("zh", "other_language")]
                if english in ([], ["WebP"]):
                    break
                page.wait_for_timeout(100)
            assert english in ([], ["WebP"]), english
        speak(page, "en")
        expect(page.get_by_role("spinbutton", name="Seed").first).to_be_visible()
        expect(page.locator("h1")).to_have_text("Numbers by hand")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        # The choice is kept, for the next visit.
        again = page.context.new_page()
        again.goto(demo.address)
        again.wait_for_function("document.documentElement.dataset.ready === 'true'")
        expect(again.locator("h1")).to_have_text("Numbers by hand")


def test_an_english_browser_may_switch_to_chinese(new_page):
    page = new_page
    speak(page, "zh")
    expect(page.get_by_role("tab", name="笔迹", exact=True)).to_be_visible()
    page.get_by_role("tab", name="关于").click()
    expect(page.locator(".about")).to_contain_text("判别器")


def test_a_phone_needs_no_scrolling_sideways(chromium, demo):
    size = {"width": 360, "height": 740}
    with visit(chromium, demo.address, viewport=size, has_touch=True) as visited:
        page = visited.page
        for tab in ("Write", "My hand", "Styles", "Morph", "Real?", "About"):
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(300)
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        page.get_by_role("tab", name="Write").click()
        boxes = [digit.bounding_box() for digit in page.locator(".digit").all()]
        assert len({round(box["y"]) for box in boxes}) == 1  # a phone number takes one line
        assert min(box["height"] for box in boxes) >= 40
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)
        heights = []
        number(page).fill("77")
        show_details(page)
        for size in (24, 48, 72, 120):
            page.get_by_label("Size on the page").and_(page.locator("[type=number]")).fill(
                str(size)
            )
            page.locator(f".sheet[style*='--digit:{size}px']").wait_for()
            heights.append(round(page.locator(".digit").first.bounding_box()["height"]))
        assert heights == [24, 36, 54, 90]
        number(page).fill("138 1234 5678")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        page.get_by_role("tab", name="Morph").click()
        frames = [frame.bounding_box() for frame in page.locator(".frame").all()]
        assert [round(frame["width"]) for frame in frames] == [54] * 11
        assert len({round(frame["y"] / 10) for frame in frames}) == 3


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
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(600)
            for violation in Axe().run(page, options=rules).response["violations"]:
                targets = [node["target"] for node in violation["nodes"]][:3]
                told.append((tab, violation["id"], targets))
        assert told == []


def test_nothing_that_was_typed_outlives_the_tab(page):
    number(page).fill("13987654321")
    expect_number(page, "13987654321")
    stored = page.evaluate("JSON.stringify([{...localStorage}, document.cookie])")
    assert "13987654321" not in stored
    assert page.evaluate("indexedDB.databases ? indexedDB.databases() : []") == []


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
    expect(page.locator("#paper .note")).to_contain_text("Redrawn: 3")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = page.get_by_role("button", name="Copy link")
    link = ""
    deadline = time.monotonic() + 20
    while "redrawn=2.3-5.1-7.1" not in link:  # the note counts digits, not clicks: one may be late
        assert time.monotonic() < deadline, link
        copy.click()
        expect(page.locator("#said")).to_contain_text("Link copied")
        link = page.evaluate("navigator.clipboard.readText()")
    after = glyphs(page)
    assert [i for i in range(11) if after[i] != before[i]] == [2, 5, 7]
    # Each "Undo" takes back one click.
    for left in ("Redrawn: 3", "Redrawn: 2", "Redrawn: 1", "Redrawn: 1"):
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#paper .note")).to_contain_text(left)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#paper .note span")).to_have_count(0)
    expect_glyphs(page, before)
    expect(page.locator("#said [data-copied]")).to_have_text("")  # it was about another picture


def test_the_dice_forgets_what_was_redrawn(page):
    page.locator(".digit").first.click()
    expect(page.locator("#paper .note")).to_contain_text("Redrawn: 1")
    page.get_by_role("button", name="Another hand").click()
    expect(page.locator("#paper .note span")).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_what_is_typed_before_the_page_is_ready_stays(chromium, demo, locale):
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    held = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    page.goto(demo.address)
    box = page.locator(".number textarea, .number input").first
    box.fill("997")
    page.wait_for_timeout(500)  # the page has asked by now, and waits
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    expect_number(page, "997")
    expect(box).to_have_value("997")
    context.close()


def test_copy_link_copies_the_picture_that_is_shown(page, demo):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    number(page).fill("none")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#said")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#digits=138+1234+5678&seed={Settings.seed}")


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
    page.get_by_role("tab", name="Styles").click()
    page.locator("[data-row='2'][data-class='5']").wait_for()
    page.get_by_label("Morph", exact=True).and_(page.locator("input")).check()
    page.locator("[data-row='2'][data-class='5']").click()
    expect(page.locator("#film")).to_contain_text("Hand 3 of this seed")
    expect(page.get_by_role("tab", name="Morph")).to_be_focused()
    page.get_by_role("tab", name="Write").click()
    assert glyphs(page) == before
    expect(number(page)).to_have_value("138 1234 5678")


def test_the_language_changes_also_while_the_number_is_refused(new_page):
    page = new_page
    number(page).fill("x")
    expect(page.get_by_role("alert")).to_be_visible()
    speak(page, "zh")
    expect(page.get_by_role("alert")).to_contain_text("没有可写的数字")
    expect(page.locator("#facts")).to_contain_text("内置权重")
    expect(page.locator(".digit").first).to_have_attribute("title", "第 1 位：1，重写")
    expect(page).to_have_title("手写号码")


def test_the_language_of_the_film_changes_also_while_a_number_is_refused(new_page):
    page = new_page
    page.get_by_role("tab", name="Morph").click()
    page.locator(".film").wait_for()
    page.get_by_label("To", exact=True).fill("12")
    page.get_by_role("button", name="Morph", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("they have 11 and 2")
    speak(page, "zh")
    expect(page.get_by_role("alert")).to_contain_text("现在是 11 位和 2 位")
    film = page.get_by_role("img", name="号码 13812345678 渐变为 02468024680")
    expect(film).to_be_visible()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()


def test_undoing_by_keyboard_continues_from_the_number(page):
    first = page.locator(".digit").first
    first.focus()
    first.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    undo.press("Enter")
    expect(page.locator("#paper .note span")).to_have_count(0)
    expect(first).to_be_focused()


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


def test_slow_work_shows_that_it_is_in_progress(new_page):
    page = new_page
    bar = "getComputedStyle(document.body, '::before').animationName"
    page.get_by_role("tab", name="Morph").click()
    page.locator(".film").wait_for()
    page.wait_for_function(f"{bar} === 'none'")
    held = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    with page.expect_download():
        page.get_by_role("button", name="GIF").click()
        page.wait_for_function(f"{bar} === 'on-its-way'")
        held[0].continue_()
    page.wait_for_function(f"{bar} === 'none'")


def test_a_cell_carries_the_seed_that_it_shows(new_page):
    page = new_page
    expect(page.locator(".other")).to_have_count(6)  # nothing else is asked for any more
    page.get_by_role("tab", name="Styles").click()
    cell = page.locator("[data-row='1'][data-class='4']")
    cell.wait_for()
    held = []
    page.route(EVENTS, lambda route: held.append(route), times=2)
    seed = page.get_by_role("spinbutton", name="Seed").locator("visible=true")
    seed.fill("99")  # neither this one's grid nor the number arrives
    for _ in range(100):
        if len(held) < 2:
            page.wait_for_timeout(100)
    assert len(held) == 2
    expect(cell).to_have_attribute("title", f"4 in hand 2, seed {Settings.seed}")
    cell.click()
    expect(page.get_by_role("tab", name="Write")).to_be_focused()
    expect(page.locator("#seed input[type=number]")).to_have_value(str(Settings.seed))
    for route in held:
        route.continue_()
    expect(page.locator("#paper .note")).to_contain_text("Hand 2 of this seed")


@pytest.mark.parametrize(
    ("locale", "said"), [("en-US", "the server is busy"), ("zh-CN", "访问的人太多")]
)
def test_a_busy_server_is_reported_in_the_pages_language(chromium, demo, locale, said):
    """The answers are those of a full queue and of a full line beside it."""
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    page.goto(demo.address)
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    full = dict.fromkeys(["detail", "error"], "Queue is full: try again in a moment.")
    page.route(EVENTS, lambda route: route.fulfill(status=503, json=full))
    box = page.locator(".number textarea, .number input").first
    box.fill("111")
    expect(page.locator("#trouble")).to_contain_text(said)
    assert page.get_by_text("Queue is full").locator("visible=true").count() == 0
    box.fill("112")
    page.unroute(EVENTS)
    expect_number(page, "112")  # it asks again by itself
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


def test_keyboards_and_screen_readers_get_what_gradio_lacks(page):
    show_details(page)
    choice = page.get_by_role("group", name="Spacing")
    choice.get_by_role("radio", name="As a hand writes").focus()
    page.keyboard.press("ArrowRight")
    expect(choice.get_by_role("radio", name="Even cells")).to_be_focused()
    expect(choice.get_by_role("radio", name="Even cells")).to_be_checked()

    page.get_by_role("tab", name="Write").focus()
    for key, name in (("ArrowRight", "My hand"), ("End", "About"), ("ArrowRight", "Write")):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=name, selected=True)).to_be_focused()
    expect(page.locator("[role=tab][tabindex='0']")).to_have_text(["Write"])

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
    expect(heard).to_contain_text("Redrawn: 1")


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


def ready(page):
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")


def test_all_settings_survive_a_reload_and_are_shared_by_the_tabs(new_page):
    page = new_page
    seeds = page.get_by_role("spinbutton", name="Seed")
    before = glyphs(page)
    number(page).fill("2468")
    page.locator("#seed input[type=number]").fill("5")
    expect_number(page, "2468")
    before = expect_other_glyphs(page, before[:4])
    page.locator(".digit").nth(1).click()
    expect(page.locator("#paper .note")).to_contain_text("Redrawn: 1")
    drawn = expect_other_glyphs(page, before)
    # The other tabs have the number and the seed.
    page.get_by_role("tab", name="Styles").click()
    expect(seeds.locator("visible=true")).to_have_value("5")
    page.locator("#rows input[type=number]").fill("3")
    expect(page.locator("[data-class='0']")).to_have_count(3)
    page.get_by_role("tab", name="Morph").click()
    expect(page.get_by_role("img", name="The number 2468 turning into 8642")).to_be_visible()
    page.get_by_label("To", exact=True).fill("1357")
    page.get_by_role("button", name="Morph", exact=True).click()
    expect(page.get_by_role("img", name="The number 2468 turning into 1357")).to_be_visible()

    page.reload()
    ready(page)
    expect(number(page)).to_have_value("2468")
    expect_glyphs(page, drawn)
    page.get_by_role("tab", name="Morph").click()
    expect(page.get_by_label("To", exact=True)).to_have_value("1357")
    page.get_by_role("tab", name="Styles").click()
    expect(page.locator("#rows input[type=number]")).to_have_value("3")
    seeds.locator("visible=true").fill("6")
    page.get_by_role("tab", name="Write").click()
    expect(page.locator("#seed input[type=number]")).to_have_value("6")


def test_without_a_connection_the_trouble_is_shown_and_nothing_is_lost(chromium, demo):
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(demo.address)
    ready(page)
    context.set_offline(True)
    for typed in ("135", "1357"):
        number(page).fill(typed)
        expect(page.locator("#trouble")).to_contain_text("you're offline")
        page.wait_for_timeout(300)
    page.get_by_role("button", name="Copy link").click()  # needs no server
    expect(page.locator("#said")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{demo.address}#digits=138+1234+5678&seed={Settings.seed}")
    expect(page.locator("#trouble")).to_contain_text("you're offline")
    context.set_offline(False)  # Gradio then loads the page again
    expect_number(page, "1357")
    expect(number(page)).to_have_value("1357")
    expect(page.locator("#trouble")).to_be_hidden()
    context.close()


def test_the_server_asked_nobody_kept_nothing_and_never_imported_jittor(demo, chromium):
    """Last, since it is about everything that the tests above did."""
    with visit(chromium, demo.address) as visited:
        number(visited.page).fill("13955554444")
        expect_number(visited.page, "13955554444")
        download(visited.page, "PNG")
    said = demo.network.read_text()
    elsewhere = [
        line
        for line in said.splitlines()
        if not re.match(r"(connect|look up) .*(127\.0\.0\.1|localhost|::1|0\.0\.0\.0)", line)
        and line != "look up None"
    ]
    assert elsewhere == []
    assert "import" not in said
    assert demo.output[0].startswith("Open ")
    assert not any("139" in line for line in demo.output), demo.output
    kept = [path.name for path in demo.temporary.rglob("*") if path.is_file()]
    assert kept == [".lock"]  # an empty file, which says whose folder it is
