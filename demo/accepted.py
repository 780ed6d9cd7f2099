"""The header Accept-Language, by which browsers say what their visitors read."""

import re
from collections.abc import Sequence

# A language, and how well it is liked: from 0, not at all, to 1, which may be left out.
_PART = re.compile(r"\s*([a-z]+)(?:-[a-z0-9-]+)?\s*(?:;\s*q=\s*([01](?:\.\d{0,3})?)\s*)?")


def liked_best(header: str, codes: Sequence[str]) -> str:
    """Return the language that a browser likes best, or the first one if it likes none of them.

    Args:
        header: what the browser sends, such as "zh-CN, en;q=0.8"; parts that aren't like that are
            left out.
        codes: languages to choose from, such as "zh", of one at least.
    """
    found = (_PART.fullmatch(part) for part in header.lower().split(","))
    liked = [(float(part[2] or 1), part[1]) for part in found if part]
    # `sorted` keeps the order of equal ones.
    ranked = [code for share, code in sorted(liked, key=lambda one: -one[0]) if share > 0]
    return next((code for code in ranked if code in codes), codes[0])
