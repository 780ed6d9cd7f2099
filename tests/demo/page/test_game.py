"""The game "Which one is real?": its rounds, its real digits, and how it is played."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from cgan import Sampler
from cgan.data.datasets import resize
from demo.page import game
from demo.text.texts import say
from tests.browser import speak, visit
from tests.demo.page.acting import held_back, open_tab

SAMPLER = Sampler.from_pretrained()


def test_rounds_have_one_real_digit_anywhere_and_come_back():
    places = set()
    for number in range(30):
        played = game.make_round(SAMPLER, number)
        assert played.inks.shape == (4, 32, 32)
        real = game.real_digits(32)[played.digit]
        found = [any(np.array_equal(ink, one) for one in real) for ink in played.inks]
        assert found == [place == played.real for place in range(4)]
        places.add(played.real)
        assert np.array_equal(game.make_round(SAMPLER, number).inks, played.inks)
    assert places == {0, 1, 2, 3}


def test_real_digits_are_prepared_as_those_that_generators_are_trained_on():
    sheet = np.asarray(Image.open(game.REAL_DIGITS))
    images = sheet.reshape(10, 28, 20, 28).swapaxes(1, 2).reshape(-1, 28, 28)
    for size in (28, 32):
        assert np.array_equal(game.real_digits(size).reshape(-1, size, size), resize(images, size))
    notice = game.REAL_DIGITS.with_suffix(".LICENSE").read_text()
    assert "Attribution-ShareAlike 3.0" in notice
    assert game.REAL_DIGITS.stat().st_size < 40_000


def test_nothing_tells_the_real_one_before_the_choice():
    played = game.make_round(SAMPLER, 5)
    shown = game.html(5, played, None, "en")
    buttons = re.findall(r"<button.*?</button>", shown)
    assert len(buttons) == 4
    # But for the strokes and the place they are alike.
    alike = {re.sub(r'd="[^"]*"|Number \d|data-place="\d"', "", button) for button in buttons}
    assert len(alike) == 1
    assert not re.search("real|chosen|right", shown)


def choices(page):
    return page.locator("button.choice")


@pytest.mark.slow
def test_a_game_by_keyboard_in_two_languages_on_a_narrow_phone(chromium, demo):
    settings = {"viewport": {"width": 320, "height": 640}, "reduced_motion": "reduce"}
    with visit(chromium, demo.address, **settings) as visited:
        page = visited.page
        open_tab(page, "Real?")
        expect(choices(page)).to_have_count(4)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
        verdict = page.locator("#game-result [role=status]")
        right = 0
        for played in (1, 2):
            choices(page).nth(1).press("Enter")
            expect(verdict).to_have_text(re.compile("^(Right|No): a person wrote number"))
            right += verdict.text_content().startswith("Right")
            expect(page.locator(".choice.real figcaption")).to_have_text("A person")
            expect(page.locator(".choice.chosen")).to_have_attribute(
                "aria-label", re.compile("^Number 2")
            )
            expect(page.locator(".score")).to_contain_text(f"{right} right of {played}.")
            following = page.get_by_role("button", name="Next")
            expect(following).to_be_focused()
            if played == 1:
                assert Axe().run(page).response["violations"] == []
                following.press("Enter")
                expect(choices(page).first).to_be_focused()
                expect(verdict).to_be_empty()
        speak(page, "zh")
        expect(verdict).to_contain_text("是人写的")
        expect(page.locator(".score")).to_contain_text(f"共 2 题，答对 {right} 题")
        # The round stays while another tab is open; the score is kept nowhere.
        strokes = page.locator(".choice path").first.get_attribute("d")
        open_tab(page, say("zh", "write"))
        open_tab(page, say("zh", "game"))
        expect(page.locator(".choice path").first).to_have_attribute("d", strokes)
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "score" not in stored


@pytest.mark.slow
def test_what_is_done_before_the_answer_changes_no_choice(new_page):
    page = new_page
    open_tab(page, "Real?")
    expect(choices(page)).to_have_count(4)
    answered = page.locator("figure.choice")
    chosen = page.locator(".choice.chosen")
    with held_back(page):  # pressed twice
        choices(page).nth(0).click()
        choices(page).nth(2).click()
    expect(chosen).to_have_attribute("aria-label", re.compile("^Number 1"))
    with held_back(page):  # the next round, too
        for _ in range(2):
            page.get_by_role("button", name="Next").click()
    expect(choices(page)).to_have_count(4)
    with held_back(page):  # to another tab and back
        choices(page).nth(3).click()
        open_tab(page, "About")
        open_tab(page, "Real?")
    expect(chosen).to_have_attribute("aria-label", re.compile("^Number 4"))
    expect(page.locator(".score")).to_contain_text("of 2.")
    page.get_by_role("button", name="Next").click()
    expect(choices(page)).to_have_count(4)
    with held_back(page):  # in another language
        choices(page).nth(1).click()
        page.get_by_role("button", name="中文").click()
        page.wait_for_timeout(300)
    expect(page.locator("html[lang=zh-CN]")).to_have_count(1)
    expect(answered).to_have_count(4)
    expect(page.locator(".score")).to_contain_text("共 3 题")
    expect(page.locator(".verdict")).to_contain_text("是人写的")
