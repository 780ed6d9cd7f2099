"""The rows of the class grid as the visitor's number: pictures, clicks, links."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cgan.writing.settings import GridSettings
from demo import actions
from demo.actions import Settings
from demo.models import Models
from demo.page import number_rows
from tests.browser import ready

MODEL = Models()[""]


def picture(data):
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(digits="+86 (138) 12", pen=0.5, redrawn="1.1"),
        Settings(digits="138 12", spacing="grid", variation=1.0),
    ],
    ids=["ink", "grid"],
)
def test_each_row_is_the_number_in_its_hand_as_write_has_it(settings):
    rows = number_rows.make(MODEL, settings, GridSettings(rows=3, seed=8, ink="blue"))
    whole = picture(rows.file.data)
    height = len(whole) // 3
    for row in range(3):
        hand = number_rows.hand_of(row, 8, settings.variation)
        with_hand = Settings(**{**vars(settings), **hand, "ink": "blue"})
        alone = picture(actions.number_png(MODEL, with_hand, 4).data)
        left = (whole.shape[1] - alone.shape[1]) // 2
        shown = whole[row * height : (row + 1) * height, left : left + alone.shape[1]]
        assert np.array_equal(shown, alone)
    texts = Image.open(io.BytesIO(rows.file.data)).text
    assert texts["style"] == "one hand, row 0 to 2, variation 0.22"  # also where each was its own


def test_a_long_number_is_shortened_and_that_is_said():
    number = Settings(digits="١٢٣-" * 20)
    rows = number_rows.make(MODEL, number, GridSettings(rows=1))
    assert rows.digits == "123" * 6
    assert "Only the first 18 digits are shown here." in number_rows.html(rows, "en")
    fitting = number_rows.make(MODEL, Settings(digits="12 " * 9), GridSettings(rows=1))
    assert "Only the first" not in number_rows.html(fitting, "en")


@pytest.mark.slow
def test_a_click_writes_the_number_as_the_row_shows_it_and_links_have_the_choice(chromium, demo):
    page = chromium.new_page()
    rows = page.locator(".cells[data-shows=number]")
    page.goto(f"{demo.address}#digits=2468&variation=0.1&spacing=grid&rows_show=number&tab=grid")
    rows.wait_for()
    expect(rows).to_have_attribute("aria-label", "The number 2468 in 10 hands, seed 27")
    expect(rows.locator("button")).to_have_count(10)
    ready(page)
    page.wait_for_function("!cgan.onItsWay")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG", exact=True).locator("visible=true").click()
    saved = waiting.value.path().read_bytes()
    # They are drawn once more if the number was, after them.
    shown = f"data:image/png;base64,{base64.b64encode(saved).decode()}"
    expect(rows.locator("img")).to_have_attribute("src", shown)
    first = rows.get_by_role("button", name="The number in hand 1, seed 27")
    first.focus()
    first.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#paper .note")).to_contain_text("Hand 2 of this seed")
    # Spacing and variation are still the visitor's.
    page.wait_for_url(re.compile("digits=2468&seed=27&.*row=1.*variation=0.1&spacing=grid"))
    page.go_back()
    expect(rows).to_be_visible()
    # Another number, while the tab is open.
    page.goto(f"{demo.address}#digits=77&rows_show=number&tab=grid")
    page.locator(".cells[aria-label*=' 77 ']").wait_for()
    page.get_by_label("All ten digits", exact=True).check()
    page.locator("[data-row='9'][data-class='9']").wait_for()
    page.wait_for_url(re.compile(r"rows_show=digits&sha256=\w+&tab=grid$"))
    page.close()
