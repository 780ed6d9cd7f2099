"""What the demo that the tests here share asked for, printed and kept: last by its name."""

import re
from pathlib import Path

import pytest

from tests.browser import visit
from tests.demo.page.acting import download, expect_number, number

pytestmark = pytest.mark.slow


def test_the_server_asked_nobody_kept_nothing_and_never_imported_jittor(demo, chromium):
    """Last, since it is about everything that the tests of this folder did."""
    here = Path(__file__)
    assert here == max(here.parent.glob("test_*.py")), "a later file's tests would not be seen"
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
