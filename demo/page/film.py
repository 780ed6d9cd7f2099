"""A morph as HTML: a film for each digit, and the controls that play it."""

from html import escape

from cgan.writing import look as looks
from cgan.writing.layout import lay_out
from cgan.writing.morph import Morph
from demo.page.paper import beneath, data_uri, grouped
from demo.text.texts import say


def html(
    morphed: Morph, look: str, ink: str, language: str, note: str = "", left_out: str = ""
) -> str:
    """Return a film for each digit, so that the digits wrap where the line ends.

    A film has all frames in one picture, one below the other; the page shows one at a time.

    Args:
        morphed: the frames.
        look: a key of `cgan.writing.look.LOOKS`.
        ink: a key of `cgan.writing.look.INKS`.
        language: of the labels.
        note: what else to say about it, with a button that undoes it.
        left_out: what to say about what isn't written.
    """
    count, height, _ = morphed.frames.shape
    width = height  # digits are square
    films = []
    for left in lay_out(morphed.parts, width).lefts:
        strip = morphed.frames[:, :, left : left + width].reshape(count * height, width)
        data = looks.png(looks.colour(strip, look, ink, morphed.scale), {})
        image = data_uri(data, "image/png")
        films.append(f'<span class="frame" style="background-image:url(\'{image}\')"></span>')
    label = escape(say(language, "morph_label", start=morphed.start, end=morphed.end))
    play, pause, frame = (escape(say(language, key)) for key in ("play", "pause", "frame"))
    return (
        f'<div class="film-frame {look}"><div class="film" role="img" aria-label="{label}" '
        f'data-frames="{count}">{grouped(morphed.parts, films)}</div></div>'
        f'<div class="film-controls"><button type="button" data-play="{play}" '
        f'data-pause="{pause}">{play}</button><label>{frame}<input type="range" min="0" '
        f'max="{count - 1}" step="1" value="0"></label></div>{beneath(language, note, left_out)}'
    )
