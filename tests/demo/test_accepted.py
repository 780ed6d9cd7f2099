"""Which language a browser asks for."""

import pytest

from demo.accepted import liked_best


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("ZH-Hant-TW", "zh"),
        ("en-GB, zh;q=0.9", "en"),
        ("en;q=0.5, zh-TW", "zh"),
        ("en ; q=0.5 , zh; q=0.75", "zh"),
        ("fr, zh-CN;q=0.9, en;q=0.8", "zh"),
        ("zh;q=0", "en"),
        ("fr, *;q=0.1", "en"),
        ("zh;q=x, zh;q=nan, zh;q=2, en", "en"),
        (";;,,=", "en"),
    ],
)
def test_the_language_that_is_liked_best(header, language):
    assert liked_best(header, ["en", "zh"]) == language
