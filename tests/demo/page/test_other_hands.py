"""Six other hands of the number, the way back, and digits that appear one after the other."""

import re

import pytest
from playwright.sync_api import expect

from cgan.writing.curves import outlines
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from demo.actions import Settings
from demo.models import Models
from demo.page import other_hands
from tests.browser import visit

pytestmark = pytest.mark.slow
MODELS = Models()
SAMPLER = MODELS[""].sampler


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
        expect(page.get_by_role("group", name="The number in six other hands")).to_be_visible()
        expect(page.get_by_text("The number in six other hands")).to_be_visible()
        expect(page.locator("#hand-back")).not_to_be_visible()
        first, taken = paths(page), others.nth(2)
        seed, shown = taken.get_attribute("data-seed"), taken.locator("path")
        wanted = [shown.nth(at).get_attribute("d") for at in range(shown.count())]
        taken.click()
        expect(page.locator("#seed input[type=number]")).to_have_value(seed)
        # It is written before one's eyes, once; a click beside the digits skips the rest.
        expect(page.locator("#paper .writing")).to_have_count(1)
        page.locator("#paper .sheet").click(position={"x": 5, "y": 5})
        expect(page.locator("#paper .writing")).to_have_count(0)
        assert paths(page) == wanted
        page.locator("#hand-back").press("Enter")
        expect(page.locator("#dice")).to_be_focused()  # the way back is gone
        expect(page.locator("#seed input[type=number]")).not_to_have_value(seed)
        expect(page.locator("#paper .writing")).to_have_count(1)
        clock.send("Animation.setPlaybackRate", {"playbackRate": 10})
        expect(page.locator("#paper .writing")).to_have_count(0)
        assert paths(page) == first
        # A click on a digit skips it, too, and rewrites the digit. A long number takes 3 s.
        clock.send("Animation.setPlaybackRate", {"playbackRate": 0.01})
        page.get_by_label("Your number").fill("7" * 60)
        expect(page.locator("#paper .digit")).to_have_count(60)
        page.get_by_role("button", name="Another hand").click()
        expect(page.locator("#paper .writing")).to_have_count(1)
        times = "cgan.strokes.map((one) => one.effect.getComputedTiming().endTime)"
        ends = page.evaluate(times)
        assert len(set(ends)) == 60
        assert 2900 < max(ends) <= 3000
        page.locator("#paper .digit").first.click()
        expect(page.locator("#paper .writing")).to_have_count(0)
        expect(page.locator("#paper .note")).to_contain_text("Rewritten: 1")
        # While one types, nothing moves.
        page.get_by_label("Your number").fill("777")
        expect(page.locator("#paper .digit")).to_have_count(3)
        assert page.locator("#paper .writing").count() == 0


def test_the_way_back_has_no_place_on_a_phone_before_there_is_one(chromium, demo):
    with visit(chromium, demo.address, viewport={"width": 360, "height": 740}) as visited:
        page = visited.page
        others, slider = page.locator(".other"), page.locator("#variation")
        expect(others).to_have_count(6)

        def left(element):
            return element.bounding_box()["x"]

        assert left(slider) == pytest.approx(left(page.locator("#seed")), abs=1)
        others.first.click()
        expect(page.locator("#hand-back")).to_be_visible()


def holes(seed):
    """Return how many outlines each of 0, 6, 8 and 9 has in a seed's hand."""
    drawing = draw(SAMPLER, [0, 6, 8, 9], Hand(seed, variation=0.0))
    return [len(one.loops) for one in outlines(list(drawing.pixels))]


def test_a_thrown_hand_has_open_loops_and_a_typed_seed_is_the_seed(visited):
    page = visited.page
    seed = page.locator("#seed input[type=number]")
    closed = next(one for one in range(100) if min(holes(one)) < 2)
    page.locator("#others .other").first.wait_for()
    # Clicks that are quicker than the server.
    for _ in range(other_hands.MORE):
        before = seed.input_value()
        page.get_by_role("button", name="Another hand").click()
        expect(seed).not_to_have_value(before)
        found = holes(int(seed.input_value()))
        assert all(one > wanted for one, wanted in zip(found, (1, 1, 2, 1), strict=True))
    for _ in range(other_hands.MORE):
        page.locator("#hand-back").click()
    expect(seed).to_have_value(str(Settings.seed))
    seed.fill(str(closed))
    page.wait_for_url(re.compile(f"&seed={closed}&"))
    expect(seed).to_have_value(str(closed))


def test_other_hands_are_the_number_in_other_seeds():
    html = other_hands.html(MODELS[""], Settings(digits="42", seed=9999), "en")
    assert html.count("<button") == 6
    assert len(set(html.split("<svg")[1:])) == 6
    assert 'data-seed="9999"' not in html
