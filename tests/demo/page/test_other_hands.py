"""Six other hands of the number, the way back, and digits that appear one after the other."""

import pytest
from playwright.sync_api import expect

from demo.actions import Settings
from demo.models import Models
from demo.page import other_hands
from tests.browser import visit

pytestmark = pytest.mark.slow


def paths(page):
    """Return the outlines of the digits on the paper."""
    found = page.locator("#paper path")
    return [found.nth(at).get_attribute("d") for at in range(found.count())]


def test_a_click_takes_another_hand_and_back_returns(chromium, demo):
    with visit(chromium, demo.address, reduced_motion="no-preference") as visited:
        page = visited.page
        clock = page.context.new_cdp_session(page)
        clock.send("Animation.enable")
        clock.send("Animation.setPlaybackRate", {"playbackRate": 0.01})  # on a busy machine, too
        others = page.locator(".other")
        expect(others).to_have_count(6)
        expect(page.locator("#hand-back")).not_to_be_visible()
        first, taken = paths(page), others.nth(2)
        seed, shown = taken.get_attribute("data-seed"), taken.locator("path")
        wanted = [shown.nth(at).get_attribute("d") for at in range(shown.count())]
        taken.click()
        expect(page.locator("#seed input[type=number]")).to_have_value(seed)
        # It is written before one's eyes, once; a click skips the rest and redraws nothing.
        expect(page.locator("#paper .writing")).to_have_count(1)
        page.locator("#paper .digit").first.click()
        expect(page.locator("#paper .writing")).to_have_count(0)
        assert paths(page) == wanted
        page.locator("#hand-back").click()
        expect(page.locator("#seed input[type=number]")).not_to_have_value(seed)
        expect(page.locator("#paper .writing")).to_have_count(1)
        clock.send("Animation.setPlaybackRate", {"playbackRate": 10})
        expect(page.locator("#paper .writing")).to_have_count(0)
        assert paths(page) == first
        # While one types, nothing moves.
        page.get_by_label("Your number").fill("777")
        expect(page.locator("#paper .digit")).to_have_count(3)
        assert page.locator("#paper .writing").count() == 0


def test_other_hands_are_the_number_in_other_seeds():
    models = Models()
    html = other_hands.html(models[""], Settings(digits="42", seed=9999), "en")
    assert html.count("<button") == 6
    assert len(set(html.split("<svg")[1:])) == 6
    assert 'data-seed="9999"' not in html
