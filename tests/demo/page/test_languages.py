"""English and Chinese."""

import re

import pytest
from playwright.sync_api import expect

from demo.text.texts import say
from tests.browser import ready, speak, visit
from tests.demo.page.acting import number, open_tab, refuse_a_morph

pytestmark = pytest.mark.slow


def test_the_first_texts_are_in_the_visitors_language(chromium, demo):
    """They are there before any event has run: none gets through here."""
    context = chromium.new_context(locale="zh-CN")
    context.route("**/gradio_api/queue/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(demo.address)
    expect(page.locator("h1")).to_have_text("手写号码")
    expect(page.get_by_role("tab", name="渐变")).to_be_visible()
    expect(page.get_by_role("slider", name="笔迹差异")).to_be_visible()
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
        for name in ("更多笔迹", "渐变", "书写"):
            open_tab(page, name)
            expect(page.get_by_label("种子").locator("visible=true").first).to_be_visible()
            for _ in range(300):  # a tab that is opened first gets its words a moment later
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
        ready(again)
        expect(again.locator("h1")).to_have_text("Numbers by hand")


def test_an_english_browser_may_switch_to_chinese(new_page):
    page = new_page
    speak(page, "zh")
    expect(page.get_by_role("tab", name="更多笔迹", exact=True)).to_be_visible()
    open_tab(page, "关于")
    expect(page.locator(".about")).to_contain_text("判别器")


def test_a_screen_reader_hears_chinese_sentences(new_page):
    speak(new_page, "zh")
    new_page.get_by_label("你的号码").fill("4711")
    heard = new_page.locator("[role=status][data-announced]")
    expect(heard).to_have_text(re.compile("^手写的号码 4711。种子 [0-9]+。$"))


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
    refuse_a_morph(page)
    speak(page, "zh")
    expect(page.get_by_role("alert")).to_contain_text("现在是 11 位和 2 位")
    film = page.get_by_role("img", name="号码 13812345678 渐变为 02468024680")
    expect(film).to_be_visible()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()


def test_the_about_page_knows_its_address(new_page, demo):
    page = new_page
    open_tab(page, "About")
    expect(page.locator(".about .address")).to_have_text(demo.address)
    speak(page, "zh")
    expect(page.locator(".about")).to_contain_text("判别器")
    expect(page.locator(".about .address")).to_have_text(demo.address)
