"""What a first visit needs is asked for at once, and nothing else."""

import re

import pytest
from playwright.sync_api import expect

from demo import compat
from demo.serve import first_files

pytestmark = pytest.mark.slow


def test_a_first_visit_finds_no_more_files_step_by_step(visited):
    expect(visited.page.locator(".other")).to_have_count(6)
    asked = [re.fullmatch(r".*/assets/([^?]+)", one) for one in visited.requests]
    scripts = [one for one in first_files.names() if not one.endswith(".css")]
    # Gradio's style sheets are in the page.
    assert sorted(one[1] for one in asked if one) == sorted(scripts)
    # A style that only such a sheet has.
    assert (
        visited.page.eval_on_selector("#seed .head", "one => getComputedStyle(one).display")
        == "flex"
    )


def test_all_of_them_are_gradios():
    folder = compat.frontend() / "assets"
    assert [one for one in first_files.names() if not (folder / one).is_file()] == []
