"""What the page's events and the API's endpoints do: plain functions on a `Model`.

They check the settings that they are given and return numbers, grids, morphs and files. They must
not know HTML, languages or Gradio.
"""

import urllib.parse
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from cgan import UserError
from cgan.writing import export, formats, number
from cgan.writing.card import SHEETS
from cgan.writing.checks import one_of
from cgan.writing.drawing import Drawing, draw
from cgan.writing.export import File
from cgan.writing.formats import CARD, FILE, FORMATS
from cgan.writing.hand import NATURAL
from cgan.writing.memory import Memory
from cgan.writing.morph import Morph, animation, morph
from cgan.writing.setting import (
    NOT_GIVEN,
    Choice,
    Number,
    checked,
    setting_field,
    specified,
    unnamed,
)
from cgan.writing.settings import (
    FORMAT,
    LARGE,
    SCALE,
    SPACING,
    VARIATION,
    GridSettings,
    HandSettings,
    MorphSettings,
    WritingSettings,
    left_out_field,
)
from demo.models import BUNDLED_BEFORE, Model, Models

# Shared by all visitors.
_MEMORY = Memory()
# The order in which links name the settings; new ones follow.
_LINK_ORDER = (
    "digits", "seed", "style", "row", "truncation", "redrawn", "look", "ink", "size", "best_of",
    "weights", "variation", "spacing", "pen",
)  # fmt: skip
# What a link has of the sha256 of the weights that drew its number.
_SHA256, _SHA256_LENGTH = "sha256", 8


# The class grid's picture is this many times as large as the generator makes it.
GRID_SCALE = 4


# Of the hand with which a new page begins, chosen by looking at what the bundled weights write.
FIRST_SEED = 40


@dataclass(frozen=True)
class Settings(WritingSettings):
    """Everything that a link restores, named as in the link, with the page's defaults."""

    # A new page begins with a natural hand; what a link doesn't name is as it was without it.
    seed: int = setting_field(FIRST_SEED, specified(WritingSettings)["seed"])
    variation: float = setting_field(NATURAL, VARIATION)
    spacing: str = setting_field("ink", SPACING)
    size: int = setting_field(72, Number(low=24, high=160, strokes=False))
    weights: str = ""  # one of the `Models`
    # What the class grid's rows show: all classes, or the visitor's number.
    rows_show: str = setting_field(
        "digits", Choice(choices=("digits", "number"), prefix="rows_", strokes=False)
    )


@dataclass(frozen=True)
class Kinds:
    """The classes of settings, of which the page's tabs and the API's endpoints are made."""

    write: type[Settings] = Settings
    grid: type[GridSettings] = GridSettings
    morph: type[MorphSettings] = MorphSettings
    hand: type[HandSettings] = HandSettings


class Written(NamedTuple):
    """A number, and the checked settings that made it."""

    settings: Settings
    drawing: Drawing


class Grid(NamedTuple):
    """A class grid.

    Attributes:
        settings: what made it, checked.
        columns: how many classes it has.
        file: its picture.
    """

    settings: GridSettings
    columns: int
    file: File


class Morphed(NamedTuple):
    """A morph, and the checked settings that made it."""

    settings: MorphSettings
    morph: Morph


def write(model: Model, settings: Settings) -> Written:
    """Write the number.

    Raises:
        UserError: a setting is wrong.
    """
    right = checked(settings)
    hand = right.to_hand(model.own_hand(right.hand))
    return Written(right, draw(model.sampler, right.parts(), hand, _MEMORY))


# The page's files of pixels are this many times as large as the generator's: enough to be used as
# they are.
_SMALL = 4


def _file(model: Model, settings: Settings, kind: str, scale: int) -> File:
    written = write(model, settings)
    return formats.make(written.drawing, written.settings, kind, scale)


def number_file(model: Model, settings: Settings, kind: str) -> File:
    """Return the number as the page's buttons offer it.

    Args:
        model: what draws.
        settings: how the number looks; not checked.
        kind: one of `FORMATS` that isn't for cards alone, or "large", a large PNG.

    Raises:
        UserError: a setting is wrong.
    """
    if kind == "large":
        return _file(model, settings, "png", LARGE)
    return _file(model, settings, kind, _SMALL)


def number_png(model: Model, settings: Settings, scale: Any) -> File:
    """Return the number as PNG, `scale` times as large as the generator's output.

    Raises:
        UserError: a setting is wrong.
    """
    return _file(model, settings, "png", int(SCALE.check(scale)))


def write_file(
    model: Model,
    settings: Settings,
    scale: Any,
    format: Any,  # noqa: A002
    card: Any,
) -> File:
    """Return the number in any format, or a card with it.

    Args:
        model: what draws.
        settings: how the number looks; not checked.
        scale: of a picture of pixels, as `number_png` takes it.
        format: one of `FILE`, or "webp".
        card: one of `CARD`; a PDF without one is a card of the first size.

    Raises:
        UserError: a setting is wrong.
    """
    if format == "webp":
        return export.webp(write_file(model, settings, scale, "png", card))
    kind = FILE.check(format)
    if sheet := formats.sheet_of(kind, CARD.check(card)):
        return card_file(model, settings, sheet, kind)
    # Of other files, a scale isn't checked, since it changes nothing.
    factor = int(SCALE.check(scale)) if FORMATS[kind].has_pixels else 1
    return _file(model, settings, kind, factor)


def card_file(model: Model, settings: Settings, sheet: Any, kind: Any) -> File:
    """Return the number on a card, in a format that cards can have.

    Raises:
        UserError: a setting is wrong, or an unknown card or format.
    """
    one_of("card", sheet, SHEETS)
    one_of("format", kind, formats.OF_CARDS)
    written = write(model, settings)
    return formats.make_card(written.drawing, written.settings, sheet, kind)


def make_grid(model: Model, settings: GridSettings, scale: int = GRID_SCALE) -> Grid:
    """Return the class grid.

    Raises:
        UserError: a setting is wrong.
    """
    right, sampler = checked(settings), model.sampler
    picture = sampler.grid(right.rows, seed=right.seed)
    file = export.grid_png(picture, right, scale, sampler.fields)
    return Grid(right, sampler.config.n_classes, file)


def make_morph(model: Model, settings: MorphSettings) -> Morphed:
    """Return the frames between two numbers, both in the same style and row.

    Raises:
        UserError: a setting is wrong.
    """
    right = checked(settings)
    start, end = number.read(right.start).parts, number.read(right.end).parts
    hands = right.hands(model.own_hand(right.hand))
    made = morph(model.sampler, start, end, *hands, right.frames, _MEMORY)
    return Morphed(right, made)


def morph_file(morphed: Morphed, kind: Any) -> File:
    """Return a morph as "gif" or "webp".

    Raises:
        UserError: an unknown format.
    """
    made = morphed.morph
    name = f"{made.start}-to-{made.end}.{FORMAT.check(kind)}"
    settings = morphed.settings
    about = "".join(left_out_field(settings.start, settings.end).values())
    data = animation(made, settings.look, settings.ink, kind, about)
    return File(name, f"image/{kind}", data)


def names(settings: type[Settings]) -> list[str]:
    """Return the names of all settings, in the order of the links."""
    known = vars(settings())
    return [name for name in dict.fromkeys((*_LINK_ORDER, *known)) if name in known]


def fragment(settings: Settings, model: Model) -> str:
    """Return a link's fragment, without the "#", that `restore` and `weights_changed` read.

    Args:
        settings: of the number.
        model: what draws it.
    """
    values = {name: getattr(settings, name) for name in names(type(settings))}
    values[_SHA256] = model.sampler.sha256[:_SHA256_LENGTH]
    return urllib.parse.urlencode({name: text for name, text in values.items() if text != ""})


def weights_changed(fragment: Any, settings: Settings, models: Models) -> bool:
    """Return whether a link was made with other weights than those that draw its number now.

    Args:
        fragment: of the link.
        settings: what `restore` read in it.
        models: of the page.
    """
    values = _values(fragment)
    if not values.keys() & set(names(type(settings))):
        return False  # it names no picture
    model = models[settings.weights]
    # The page's links that don't say it were made with these, if with bundled ones. All of them
    # name an ink. Others were typed or cut by somebody.
    is_older = "ink" in values and model.sampler.source.kind == "bundled"
    before = BUNDLED_BEFORE if is_older else ""
    made_with = values.get(_SHA256, before)[:_SHA256_LENGTH]
    return not model.sampler.sha256.startswith(made_with)


def restore(
    fragment: Any, models: Models, kind: type[Settings] = Settings
) -> tuple[Settings, UserError | None]:
    """Read the settings in a link's fragment, such as "#digits=138&seed=7".

    A wrong setting keeps its default, and a missing one is as it was before links had it. Without
    any, they are those of a new page.

    Returns:
        The settings, and the error of the first wrong one.
    """
    values = _values(fragment)
    specification = specified(kind)
    restored: dict[str, Any] = {"weights": models.chosen}
    if values.keys() & set(names(kind)):
        restored |= unnamed(kind)
    wrong = None
    for name in names(kind):
        if name not in values:
            continue
        try:
            if name == "weights":
                restored[name] = values[name] and models.offered(values[name])
            elif name == "hand":
                text = specification[name].read(values[name])
                models[restored["weights"]].own_hand(text)  # raises if it isn't for these weights
                restored[name] = text
            else:
                restored[name] = specification[name].read(values[name])
        except UserError as error:
            wrong = wrong or error
    settings = kind(**restored)
    if settings.variation == NOT_GIVEN:  # the page has a slider in place of the styles
        settings = replace(settings, style="own", variation=settings.leaves_hand)
    return settings, wrong


def _values(fragment: Any) -> dict[str, str]:
    """Return what a link's fragment says, by name."""
    return dict(urllib.parse.parse_qsl(str(fragment or "").lstrip("#")))
