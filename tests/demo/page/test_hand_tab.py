"""The tab "My hand" in Chromium: drawing with a mouse, photographs, the keyboard, and links."""

import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import ready, speak, visit
from tests.demo.page.acting import (
    EVENTS,
    busy,
    expect_glyphs,
    expect_other_glyphs,
    glyphs,
    held_back,
    open_tab,
)
from tests.writing.sheets import STROKES, sheet

pytestmark = pytest.mark.slow

# Where things are, from top to bottom.
PLACES = """() => [...document.querySelectorAll(".own :is(button, fieldset, h2, figure), .own-all")]
    .filter((one) => !one.closest(".own-list li"))
    .map((one) => JSON.stringify(one.getBoundingClientRect()))"""

# Drawings in the list that the server hasn't seen yet.
WAITING = ".own-list li:not(:has(select))"


@pytest.fixture(scope="module")
def shared(chromium, demo):
    with visit(chromium, demo.address) as visited:
        yield visited.page


@pytest.fixture
def page(shared):
    """The page that the tests share, on the tab "My hand", with nothing drawn."""
    open_tab(shared, "My hand")
    expect(shared.locator(WAITING)).to_have_count(0)
    while (left_out := shared.locator(".own-list li button")).count():
        left_out.first.click()
    if (clear := shared.locator(".own-clear")).is_enabled():
        clear.click()
    expect(shared.locator(".own-write")).to_be_disabled()
    return shared


def files_of(demo):
    """Return the names of the files that the demo keeps."""
    return {path.name for path in demo.temporary.rglob("*") if path.is_file()}


def draw(page, digit, strokes=slice(None)):
    """Draw a digit with the mouse, or some of its strokes."""
    board = page.locator(".board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    unit = 0.044 * box["width"]
    for stroke in STROKES[digit][strokes]:
        places = [(box["x"] + unit * (6 + x), box["y"] + unit * (3 + y)) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=5)
        page.mouse.up()


def paths(page, selector):
    return page.eval_on_selector_all(
        f"{selector} path", "all => all.map(one => one.getAttribute('d'))"
    )


def expect_hand(page):
    """Wait until all ten digits are shown."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.own-all path')]"
        ".every((one) => one.getAttribute('d'))"
    )
    expect(page.locator(".own-write")).to_be_enabled()
    return paths(page, ".own-all")


def expect_read(page, digit):
    expect(page.get_by_role("radio", name=str(digit), exact=True)).to_be_checked()


def write(page):
    """Go on to the first tab; return the digits that are written there in that hand."""
    before = glyphs(page)
    page.get_by_role("button", name="Write with this hand").click()
    expect(page.get_by_text("A person's own hand")).to_be_visible()
    expect_other_glyphs(page, before)
    return glyphs(page)


def leave(page):
    before = glyphs(page)
    page.get_by_role("button", name="Leave this hand").click()
    expect_other_glyphs(page, before)
    expect(page.get_by_text("A person's own hand")).to_be_hidden()


def test_a_drawn_digit_becomes_a_hand_that_writes_and_a_link_brings_it_to_a_friend(
    page, chromium, demo
):
    files, said = files_of(demo), len(demo.output)
    at_first, places = glyphs(page), page.evaluate(PLACES)
    draw(page, 3)
    expect_read(page, 3)
    expect(page.get_by_text("Read as 3.")).to_be_visible()
    one = expect_hand(page)
    assert all(paths(page, ".seen") + paths(page, ".again"))
    assert paths(page, ".again") == [one[3]]
    assert page.evaluate(PLACES) == places  # nothing moves
    page.get_by_role("button", name="Keep it and draw another").click()
    draw(page, 7)
    expect_read(page, 7)
    page.wait_for_function(
        "before => document.querySelectorAll('.own-all path')[0].getAttribute('d') !== before",
        arg=one[0],
    )
    written = write(page)
    assert written != at_first
    assert not re.search("NaN|undefined", str(written))
    fragment = page.evaluate("cgan.fragment")
    assert len(fragment) < 800
    with visit(chromium, f"{demo.address}{fragment}") as friend:
        expect_glyphs(friend.page, written)
        expect(friend.page.get_by_text("A person's own hand")).to_be_visible()
    leave(page)
    expect_glyphs(page, at_first)
    assert files_of(demo) <= {".lock", *files}
    assert demo.output[said:] == []  # nothing of what was drawn


def test_the_number_is_written_in_it_before_ones_eyes(chromium, demo):
    with visit(chromium, demo.address, reduced_motion="no-preference") as visited:
        page = visited.page
        clock = page.context.new_cdp_session(page)
        clock.send("Animation.enable")
        clock.send("Animation.setPlaybackRate", {"playbackRate": 0.01})  # on a busy machine, too
        open_tab(page, "My hand")
        draw(page, 3)
        expect_hand(page)
        write(page)
        expect(page.locator("#paper .writing")).to_have_count(1)


def test_strokes_can_be_taken_back_and_the_reader_can_be_corrected(page):
    draw(page, 5)  # two strokes
    expect_read(page, 5)
    before = expect_hand(page)
    page.get_by_role("radio", name="2", exact=True).check(force=True)
    expect(page.get_by_text("Taken for 2.")).to_be_visible()
    page.wait_for_function(
        "before => document.querySelectorAll('.own-all path')[2].getAttribute('d') !== before",
        arg=before[2],
    )
    assert page.locator(".own-all .mine").count() == 1
    page.get_by_role("button", name="Undo", exact=True).locator("visible=true").click()
    assert page.locator(".board line").count() > 0
    page.get_by_role("button", name="Undo", exact=True).locator("visible=true").click()
    assert page.locator(".board line").count() == 0
    expect(page.locator(".own-write")).to_be_disabled()
    assert page.locator(".own-digits :checked").count() == 0


def test_a_button_waits_for_the_answer_to_all_that_is_drawn(page):
    draw(page, 5, strokes=slice(1))
    expect_hand(page)
    part = paths(page, ".seen")
    draw(page, 5, strokes=slice(1, None))
    page.get_by_role("button", name="Keep it").click()
    kept = page.locator(".own-list select")
    expect(kept).to_have_count(1)
    assert paths(page, ".own-list .glyph") != part
    draw(page, 1)
    expect_read(page, 1)
    page.get_by_role("radio", name="7", exact=True).check(force=True)
    page.get_by_role("button", name="Keep it").click()
    expect(kept).to_have_count(2)
    assert [choice.input_value() for choice in kept.all()] == ["5", "7"]
    before = expect_hand(page)
    draw(page, 3)
    written = write(page)
    leave(page)
    open_tab(page, "My hand")
    assert expect_hand(page) != before
    assert write(page) == written
    leave(page)


def test_what_is_kept_leaves_the_board_at_once_however_long_the_answer_takes(page):
    with held_back(page):
        for digit in (5, 3):
            draw(page, digit)
            page.get_by_role("button", name="Keep it").click()
            expect(page.locator(".board line")).to_have_count(0)
        draw(page, 7)
        expect(page.locator(WAITING)).to_have_count(2)
        assert all(one.locator("line").count() for one in page.locator(WAITING).all())
    choices = page.locator(".own-list select")
    expect(choices).to_have_count(2)
    assert [choice.input_value() for choice in choices.all()] == ["5", "3"]
    expect_read(page, 7)
    expect(page.locator(".own-all .mine")).to_have_count(3)


def test_what_waits_survives_a_reload_and_is_written_with(page):
    before = glyphs(page)
    with held_back(page):
        draw(page, 5)
        page.get_by_role("button", name="Keep it").click()
        page.reload()
    ready(page)
    open_tab(page, "My hand")
    expect(page.locator(".own-list select")).to_have_value("5")
    with held_back(page):
        draw(page, 3)
        page.get_by_role("button", name="Keep it").click()
        page.get_by_role("button", name="Write with this hand").click()
    expect(page.get_by_text("A person's own hand")).to_be_visible()
    expect_other_glyphs(page, before)
    expect(page.locator(".own-list select")).to_have_count(2)
    leave(page)


def test_what_is_no_digit_comes_back_to_the_board_with_a_sentence(page):
    board = page.locator(".board")
    board.scroll_into_view_if_needed()
    with held_back(page):
        board.click()  # a dot
        page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".own-said")).to_have_class(re.compile("bad"))
    expect(board.locator("line")).to_have_count(1)
    expect(page.locator(".own-list li")).to_have_count(0)
    draw(page, 3)  # the dot belongs to it
    expect(page.locator(".own-said")).not_to_have_class(re.compile("bad"))
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".own-list select")).to_have_count(1)


def test_a_stroke_that_leaves_the_board_leaves_no_line_along_its_edge(page):
    board = page.locator(".board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + side / 2, y + side / 2)
    page.mouse.down()
    for place in ((1.2, 0.5), (1.2, 0.9), (0.5, 0.9)):  # out, along the edge, and in again
        page.mouse.move(x + place[0] * side, y + place[1] * side, steps=10)
    page.mouse.up()
    lines = page.eval_on_selector_all(
        ".board line",
        "all => all.map(one => [one.x1, one.y1, one.x2, one.y2]"
        ".map(length => length.baseVal.value))",
    )
    heights = {round(height) for line in lines for height in line[1::2]}
    assert {min(heights), max(heights)} == {500, 900}
    assert not any(510 < height < 890 for height in heights)
    assert all(abs(line[1] - line[3]) < 10 for line in lines)  # nor one from out to in
    lines, sent = board.locator("line").count(), page.evaluate("cgan.ownHand.question()")
    assert len(json.loads(sent)["strokes"]) == 2
    page.reload()
    ready(page)
    open_tab(page, "My hand")
    expect(board.locator("line")).to_have_count(lines)
    page.locator(".own-undo").click()  # one stroke, in two pieces
    expect(board.locator("line")).to_have_count(0)


@pytest.mark.parametrize("button", ["Clear", "Undo", "Keep it and draw another"])
def test_a_button_that_is_pressed_by_key_while_a_stroke_is_drawn_ends_it(new_page, button):
    page = new_page  # it is looked at for errors
    open_tab(page, "My hand")
    draw(page, 1)
    expect_read(page, 1)
    board = page.locator(".board")
    box = board.bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 50, steps=5)
    kept = board.locator("line").count()
    page.get_by_role("button", name=button, exact=True).locator("visible=true").focus()
    page.keyboard.press("Enter")
    left = board.locator("line").count()
    page.mouse.move(x + 60, y + 50, steps=5)
    page.mouse.up()
    assert left < kept
    expect(board.locator("line")).to_have_count(left)
    draw(page, 7)
    expect(board.locator("line")).not_to_have_count(left)


def test_what_is_drawn_survives_a_reload(page):
    draw(page, 5)
    page.get_by_role("button", name="Keep it").click()
    draw(page, 3)
    page.get_by_role("radio", name="8", exact=True).check(force=True)
    expect(page.locator(".own-all .glyph").nth(8)).to_have_class(re.compile("mine"))
    before, lines = expect_hand(page), page.locator(".board line").count()
    page.reload()
    ready(page)
    open_tab(page, "My hand")
    assert expect_hand(page) == before
    expect(page.get_by_text("Taken for 8.")).to_be_visible()
    assert page.locator(".board line").count() == lines
    expect(page.locator(".own-list select")).to_have_value("5")


def test_the_keyboard_alone_goes_from_a_photo_to_a_number(page, tmp_path):
    Image.fromarray(sheet(range(10), lines=2, noise=3, shadow=0.3)).save(tmp_path / "photo.png")
    # From the first listener on, the dialog is handed over; a key may be quicker than that.
    page.on("filechooser", lambda _: None)
    page.get_by_role("tab", name="My hand").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "file":
            break
    with page.expect_file_chooser() as waiting:
        page.keyboard.press("Enter")
    waiting.value.set_files(tmp_path / "photo.png")
    expect(page.get_by_text("10 digits were found")).to_be_visible()
    choices = page.locator(".own-list select")
    expect(choices).to_have_count(10)
    assert [choice.input_value() for choice in choices.all()] == list("0123456789")
    before = expect_hand(page)
    page.get_by_role("button", name="Leave out number 1", exact=True).focus()
    page.keyboard.press("Enter")
    expect(choices).to_have_count(9)
    expect(page.get_by_role("button", name="Leave out number 1", exact=True)).to_be_focused()
    page.get_by_label("Which digit number 1 is").focus()
    page.keyboard.press("7")
    page.wait_for_function(
        "before => document.querySelectorAll('.own-all path')[1].getAttribute('d') !== before",
        arg=before[1],
    )
    page.get_by_role("button", name="Write with this hand").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Write")).to_be_focused()
    expect(page.get_by_text("A person's own hand")).to_be_visible()
    leave(page)


def test_what_was_done_with_a_photo_is_said(page, tmp_path):
    turned = np.rot90(sheet(range(10), lines=2, noise=3))
    Image.fromarray(turned).save(tmp_path / "turned.png")
    Image.fromarray(sheet([*range(1, 10), 0], lines=2)).save(tmp_path / "keyboard.png")
    for name, said in (
        ("turned", "turned by 90° clockwise."),
        ("keyboard", "don't look like 0 to 9 in order"),
    ):
        page.locator(".own [type=file]").set_input_files(tmp_path / f"{name}.png")
        expect(page.locator(".photo-said")).to_contain_text(said)
    choices = page.locator(".own-list select").all()
    assert [choice.input_value() for choice in choices] == list("01234567891234567890")


def test_a_hand_that_other_weights_made_is_made_again(page):
    draw(page, 3)
    expect_read(page, 3)
    expect_hand(page)
    # As if the server had got other weights from the Hub since.
    page.evaluate("cgan.ownHand.text = cgan.ownHand.text.replace(/^1[.]\\w+/, '1.000000000000')")
    write(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    leave(page)


def test_another_picture_is_refused_in_a_sentence_in_both_languages(page, tmp_path):
    Image.new("L", (300, 200), 255).save(tmp_path / "empty.png")
    (tmp_path / "text.png").write_bytes(b"no picture")
    chosen = page.locator(".own [type=file]")
    draw(page, 1)
    before = expect_hand(page)
    for name, said in (("empty", "No digits were found"), ("text", "can't open this picture")):
        chosen.set_input_files(tmp_path / f"{name}.png")
        expect(page.locator(".photo-said")).to_contain_text(said)
    speak(page, "zh")
    expect(page.get_by_role("button", name="用这种笔迹书写")).to_be_enabled()
    assert paths(page, ".own-all") == before  # what was drawn is still there
    assert page.locator(".board line").count() > 0
    chosen.set_input_files(tmp_path / "empty.png")
    expect(page.locator(".photo-said")).to_contain_text("图片里没有找到数字")
    speak(page, "en")


def test_a_photo_is_said_to_be_read_until_the_answer(page, tmp_path):
    Image.fromarray(sheet([5])).save(tmp_path / "one.png")
    said = page.locator(".photo-said")
    with held_back(page):
        page.locator(".own [type=file]").set_input_files(tmp_path / "one.png")
        expect(said).to_have_text("Reading the photo…")
    expect(said).to_contain_text("One digit was found")


def test_photos_that_are_chosen_before_the_answer_are_all_read(page, tmp_path):
    with held_back(page):
        for digit in (1, 2, 3):
            Image.fromarray(sheet([digit])).save(tmp_path / f"{digit}.png")
            chosen = page.locator(".own [type=file]")
            chosen.set_input_files(tmp_path / f"{digit}.png")
            expect(chosen).to_have_value("")  # it waits to be sent
    kept = page.locator(".own-list select")
    expect(kept).to_have_count(3)
    assert [choice.input_value() for choice in kept.all()] == ["1", "2", "3"]


def test_a_question_without_an_answer_is_asked_again(chromium, demo):
    page = chromium.new_page()
    page.goto(demo.address)
    ready(page)
    expect(page.locator("#others .other")).to_have_count(6)  # asked for meanwhile
    open_tab(page, "My hand")
    busy(page)
    draw(page, 5, strokes=slice(None, 1))
    expect(page.locator("#trouble")).to_contain_text("the server is busy")
    page.unroute(EVENTS)
    expect(page.locator(".seen path")).to_have_attribute("d", re.compile("M"))
    expect(page.locator("#trouble")).to_be_hidden()
    draw(page, 5, strokes=slice(1, None))
    expect_read(page, 5)
    with held_back(page):
        page.get_by_role("button", name="Clear").click()
    busy(page)
    draw(page, 3)
    page.get_by_role("button", name="Write with this hand").click()
    expect(page.locator("#trouble")).to_contain_text("the server is busy")
    page.unroute(EVENTS)
    expect(page.get_by_text("A person's own hand")).to_be_visible()
    page.close()


def test_what_is_said_of_a_drawing_follows_the_language(page):
    page.locator(".board").click()  # a dot
    said = page.locator(".own-said")
    expect(said).to_contain_text("too small")
    speak(page, "zh")
    expect(said).to_contain_text("太小")
    with held_back(page):
        page.locator(".board").click()
        page.get_by_role("button", name="English").click()
    expect(said).to_contain_text("too small")


def test_a_large_photo_is_made_small_enough_in_the_browser(page, tmp_path):
    photo = Image.fromarray(sheet(range(10), lines=2, noise=6))
    photo.resize((3400, 1900)).save(tmp_path / "large.jpg", quality=95)
    assert (tmp_path / "large.jpg").stat().st_size > 300_000
    # Few bytes, but more pixels than the server reads.
    photo.resize((5200, 2900)).point(lambda grey: 255 * (grey > 128)).convert("1").save(
        tmp_path / "scan.png"
    )
    assert (tmp_path / "scan.png").stat().st_size < 190_000
    for name, count in (("large.jpg", 10), ("scan.png", 20)):
        page.locator(".own [type=file]").set_input_files(tmp_path / name)
        expect(page.locator(".own-list li")).to_have_count(count)


def test_a_full_hand_says_what_it_took_and_can_be_emptied(page, tmp_path):
    said = page.locator(".photo-said")
    Image.fromarray(sheet([*range(10)] * 2, lines=4, noise=3)).save(tmp_path / "twenty.png")
    Image.fromarray(sheet([5])).save(tmp_path / "one.png")
    kept = page.locator(".own-list li")
    for name, told, count in (
        ("one", "One digit was found", 1),
        ("twenty", "20 digits were found: see below", 21),
        ("twenty", "it took only 19 of them", 40),
        ("one", "no more fit", 40),
    ):
        page.locator(".own [type=file]").set_input_files(tmp_path / f"{name}.png")
        expect(said).to_contain_text(told)
        expect(kept).to_have_count(count)
    draw(page, 1)
    expect(page.locator(".own-said")).to_contain_text("no more fit")
    expect(page.get_by_role("button", name="Keep it")).to_be_disabled()
    page.get_by_role("button", name="Remove all").click()
    expect(kept).to_have_count(0)
    expect(page.locator(".own [type=file]")).to_be_focused()
    expect(page.get_by_role("button", name="Keep it")).to_be_enabled()


def test_fingers_draw_on_a_narrow_phone(chromium, demo):
    settings = {"viewport": {"width": 320, "height": 740}, "has_touch": True, "is_mobile": True}
    with visit(chromium, demo.address, **settings) as visited:
        page = visited.page
        open_tab(page, "My hand")
        # Nothing empty is between board and photo; it comes with the first stroke, and stays.
        empty = page.locator(".own-pair, .own-all, .own-write")
        assert not any(one.is_visible() for one in empty.all())
        box = page.locator(".board").bounding_box()
        devtools = page.context.new_cdp_session(page)

        def touch(kind, *place):
            points = [{"x": place[0], "y": place[1]}] if place else []
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        x, top = box["x"] + box["width"] / 2, box["y"]
        touch("touchStart", x, top + 0.2 * box["height"])
        for step in range(3, 9):
            touch("touchMove", x, top + step / 10 * box["height"])
        touch("touchEnd")  # while it moves; the next tap counts at once
        keep = page.get_by_role("button", name="Keep it").bounding_box()
        touch("touchStart", keep["x"] + 20, keep["y"] + 10)
        touch("touchEnd")
        expect(page.locator(".own-list select")).to_have_value("1")
        expect_hand(page)
        assert all(one.is_visible() for one in empty.all())
        assert page.locator(".board").bounding_box() == box
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
        assert page.evaluate("scrollY") == 0
        # A touch that the browser takes away is no stroke, nor is one of the hand with the pen.
        strokes = "JSON.parse(cgan.ownHand.question()).strokes?.length ?? 0"
        touch("touchStart", x, top + 50)
        touch("touchMove", x, top + 90)
        page.wait_for_function("document.querySelector('.board line')")
        touch("touchCancel")
        page.wait_for_function("!document.querySelector('.board line')")
        assert page.evaluate(strokes) == 0
        touch("touchStart", x, top + 50)
        touch("touchMove", x, top + 90)
        pen = {"button": "left", "buttons": 1, "pointerType": "pen", "clickCount": 1}
        for kind, down in (("mousePressed", 20), ("mouseMoved", 70), ("mouseReleased", 70)):
            place = {"x": x - 40, "y": top + down}
            devtools.send("Input.dispatchMouseEvent", {"type": kind, **place, **pen})
        touch("touchEnd")
        assert page.evaluate(strokes) == 1
        left = [line.get_attribute("x2") for line in page.locator(".board line").all()]
        assert max(map(int, left)) < 500
