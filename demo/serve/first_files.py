"""What a first visit needs of Gradio's files, told at once.

Browsers would find them step by step: each names the next ones, and each step takes as long as the
line's answer. Small style sheets would be two fifths of all requests.
"""

import re
from functools import cache
from html import escape
from pathlib import Path

from demo import compat

# The names of scripts and style sheets, for the version of Gradio that is pinned.
LIST = Path(__file__).parents[1] / "static/first_files.txt"
_SHEET = re.compile(rb'<link rel="stylesheet"( crossorigin href="\./assets/)')


def names() -> list[str]:
    """Return the names of the files."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def add(page: bytes) -> bytes:
    """Return Gradio's HTML with its style sheets in it, and with its scripts asked for at once.

    With another version of Gradio, it stays as it is.
    """
    head = _head()
    if not head:
        return page
    # What is disabled isn't fetched, and Gradio's scripts take it as there.
    page = _SHEET.sub(rb'<link rel="stylesheet" disabled\1', page)
    return page.replace(b"<head>", b"<head>" + head.encode(), 1)


@cache
def _head() -> str:
    folder = compat.frontend() / "assets"
    try:
        texts = {name: (folder / name).read_text(encoding="utf-8") for name in names()}
    except OSError:
        return ""
    head, sheets = "", ""
    for name, text in texts.items():
        address = f'href="./assets/{escape(name)}"'
        if name.endswith(".css"):
            head += f'<link rel="stylesheet" disabled crossorigin {address}>'
            sheets += text.replace("url(./", "url(./assets/")
        else:
            head += f'<link rel="modulepreload" crossorigin {address}>'
    return f"{head}<style>{sheets}</style>"
