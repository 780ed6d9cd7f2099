"""The tab "My hand" as HTML; `static/hand.js` fills it with what a visitor draws."""

from html import escape

from cgan.writing.drawn import SIDE
from demo.hands import MAX_DIGITS
from demo.text.texts import say

# What the script says, by the names of the data attributes; it fills in the numbers.
_SENTENCES = (
    *("read", "chosen", "found", "found_one", "too_many", "full", "turned", "reordered"),
    *("which", "leave_out", "unreadable", "reading", "photo_lost"),
)
_LATER = {name: f"{{{name}}}" for name in ("digit", "count", "taken", "position", "degrees")}


def html(language: str) -> str:
    """Return the tab's content in a language: a board, what becomes of it, and a photo's place."""

    def text(key: str) -> str:
        return escape(say(language, f"hand_{key}", most=MAX_DIGITS, **_LATER))

    def button(name: str, kind: str = "") -> str:
        return f'<button type="button" class="own-{name} {kind}">{text(name)}</button>'

    def figure(name: str) -> str:
        return (
            f'<figure><span class="glyph {name}"></span><figcaption>{text(name)}</figcaption>'
            "</figure>"
        )

    sentences = " ".join(f'data-{name.replace("_", "-")}="{text(name)}"' for name in _SENTENCES)
    digits = "".join(
        f'<label><input type="radio" name="own-digit" value="{digit}">{digit}</label>'
        for digit in range(10)
    )
    places = "".join('<span class="glyph"></span>' for _ in range(10))
    return (
        f'<div class="own" {sentences}><div class="own-draw">'
        f'<div class="own-board"><svg class="board" viewBox="0 0 {SIDE} {SIDE}" role="img" '
        f'aria-label="{text("board")}"><path class="line" d="M120 170H880M120 830H880"/>'
        f'<g class="ink"></g></svg><p aria-hidden="true">{text("empty")}</p></div>'
        f'<div class="own-tools">{button("undo")}{button("clear")}</div>'
        f'<fieldset class="own-digits"><legend>{text("which_digit")}</legend>{digits}</fieldset>'
        f"{button('keep')}</div>"
        f'<div class="own-result"><div class="own-pair">{figure("seen")}{figure("again")}'
        f'<p class="own-said" role="status"></p></div>'
        f"<h2>{text('all')} <small>{text('blue')}</small></h2>"
        f'<div class="own-all" role="img" aria-label="{text("all")}">{places}</div>'
        f"{button('write', 'main')}"
        f"<h2>{text('photo_head')}</h2><p>{text('photo_hint')}</p>"
        f'<label class="own-choose">{text("photo")}<input type="file" accept="image/*"></label>'
        '<p class="photo-said" role="status"></p></div>'
        f'<div class="own-list"><h2>{text("kept")} {button("remove")}</h2>'
        f'<p class="none">{text("none")}</p>'
        f'<ul></ul></div><p class="own-privacy">{text("privacy")}</p></div>'
    )


def left(language: str) -> str:
    """Return what is said above a number in somebody's own hand, with the way back."""
    said, leave = (escape(say(language, key)) for key in ("own_hand", "leave_hand"))
    return f'<p><span>{said}</span> <button type="button">{leave}</button></p>'
