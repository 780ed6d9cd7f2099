"""`write` and `grid`: draw with a generator."""

import argparse
import os
from collections.abc import Iterator, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.common import files
from cgan.common.command_line import Commands, Parser, ending, named_path
from cgan.common.errors import BadValue
from cgan.common.terminal import note, warn
from cgan.hub.source import HELP
from cgan.sampler import Sampler
from cgan.writing import export, formats, number, picture
from cgan.writing.drawing import draw
from cgan.writing.formats import BY_ENDING, CARD, FILE, FORMATS, NO_CARD, either
from cgan.writing.hand import Hand, parse_redrawn
from cgan.writing.latents import check_seed
from cgan.writing.left_out import left_out
from cgan.writing.limits import MAX_ROWS, check_best_of, check_count
from cgan.writing.look import LOOKS
from cgan.writing.own_hand import OwnHand
from cgan.writing.setting import Setting, specified
from cgan.writing.settings import SCALE, WritingSettings, left_out_field

# The settings that choose latents.
_OF_LATENTS = {"style", "row", "truncation", "redrawn"}
# The settings that MNIST's look, the default, doesn't show.
_OF_PAPER = {"ink", "spacing", "pen"}
_DEFAULT_OUTPUT = Path("result.png")


def add(commands: Commands) -> None:
    """Add both commands."""
    writer = commands.add_parser(
        "write",
        help="write a number by hand",
        hint="a number with spaces is put in quotes, and one that begins with a hyphen comes "
        "last, after --",
    )
    writer.add_argument(
        "number",
        help="digits; spaces, -, ., / and brackets between them become gaps; what else isn't "
        "written is named",
    )
    writer.add_option(
        "best_of", type=int, default=1, help="latents per digit, of which the most legible is used"
    )
    writer.add_option("hand", type=named_path, help="hand.json that the command hand wrote")
    for name, setting in _settings().items():
        writer.add_option(name, help=f"{setting.describe()} (default {_default(setting)})")
    others = [one for one in BY_ENDING if one != FILE.default]
    names, endings = either(one.upper() for one in others), either(f".{one}" for one in others)
    _add_common(writer, _DEFAULT_OUTPUT, f"PNG to write, or {names} if it ends in {endings}")
    writer.set_defaults(do=write)
    drawer = commands.add_parser("grid", help="draw every class in several variations")
    drawer.add_option("rows", type=int, default=10, help="variations (default 10)")
    _add_common(drawer, Path("grid.png"), "PNG to write")
    drawer.set_defaults(do=grid)


def _settings() -> dict[str, Setting]:
    """Return the page's settings that `write` takes, with its defaults.

    Not among them are those with limits of their own, or none, outside the page, which `add` adds;
    and those without a description, which only the page has.
    """
    own = ("digits", "seed", "best_of", "hand")
    settings = {
        name: setting
        for name, setting in specified(WritingSettings).items()
        if setting.description and name not in own
    }
    settings["look"] = replace(settings["look"], default="mnist")
    settings["format"] = replace(FILE, default="what --output ends in")
    settings["card"] = CARD
    settings["scale"] = replace(SCALE, default=1, description=f"of a PNG: {SCALE.description}")
    return settings


def _default(setting: Setting) -> str:
    """Return a default as the help shows it."""
    if setting.name == "look":
        return f"{setting.default}, or paper with --ink, --spacing or --pen and on a card"
    if setting.name == "spacing":
        return f"{setting.default}, or ink on a card"
    return (
        f"{setting.default:g}"
        if isinstance(setting.default, float)
        else (str(setting.default) or "none")
    )


def _add_common(parser: Parser, output: Path, written: str) -> None:
    parser.add_option("seed", type=int, default=0, help="which variation (default 0)")
    parser.add_option(
        "weights",
        help=f"{HELP} (default: the bundled ones)",
    )
    parser.add_argument(
        "-o", "--output", type=named_path, default=output, help=f"{written} (default {output})"
    )


def write(values: argparse.Namespace) -> None:
    """Write a number: plain, or as the page does if one of the page's settings is given.

    A plain PNG has the generator's own pixels, and its seed and weights as text fields.
    """
    given = {name: text for name in _settings() if (text := getattr(values, name)) is not None}
    if values.hand is not None and (other := [*_OF_LATENTS & given.keys()]):
        name = min(other).replace("_", "-")
        raise BadValue(f"--hand can't take --{name}: the hand decides how digits look.")
    kind = _format(values, given.pop("format", None))
    if values.hand is not None and os.path.realpath(values.hand) == os.path.realpath(values.output):
        raise BadValue("--hand and --output must be different files.")
    if formats.sheet_of(kind, CARD.check(given.get("card", NO_CARD))):
        given = {"spacing": "ink"} | given
    parts = number.read(values.number).parts
    if sentence := left_out(values.number, marks=given.get("spacing") == "ink"):
        note(str(sentence))
    if given or kind != FILE.default:
        _write_as_the_page(values, kind, given)
        return
    seed, best_of = check_seed(values.seed), check_best_of(values.best_of)
    sampler = _load(values.weights)
    own = _hand(values, sampler)
    variation = 1.0 if own is None else 0.0
    drawing = draw(sampler, parts, Hand(seed, variation, best_of=best_of, own=own))
    about = left_out_field(values.number) | ({} if own is None else {"hand": "own"})
    _save(values, sampler, drawing.lines, about)


def _format(values: argparse.Namespace, given: str | None) -> str:
    """Return the format of the number's file, and see that its name ends accordingly.

    Raises:
        BadValue: the format or the name's ending is none that is written, or they don't match.
    """
    if given is None:
        _check_output(values.output, *(f".{one}" for one in BY_ENDING))
        return BY_ENDING.get(ending(values.output).removeprefix("."), str(FILE.default))
    kind = str(FILE.check(given))
    wanted = f".{FORMATS[kind].ending}"
    if values.output == _DEFAULT_OUTPUT:
        values.output = values.output.with_suffix(wanted)
    if ending(values.output) not in ("", wanted):
        raise BadValue(f"--output {values.output} must end in {wanted} with --format {kind}.")
    return kind


def _write_as_the_page(values: argparse.Namespace, kind: str, given: dict[str, str]) -> None:
    """Write a number with the page's settings; `given` maps their names to texts."""
    if not FORMATS[kind].has_pixels and "scale" in given:
        what = FORMATS[kind].ending.upper()
        raise BadValue(f"--scale is for pictures of pixels: leave it out, since {what} has none.")
    sheet = formats.sheet_of(kind, CARD.check(given.get("card", NO_CARD)))
    if sheet:
        if "scale" in given:
            raise BadValue("--card can't take --scale: cards have sizes of their own.")
        if not FORMATS[kind].card:
            of_cards = either(formats.OF_CARDS)
            raise BadValue(f"--card can't take --format {kind}: cards are {of_cards}.")
    if _OF_PAPER & given.keys():
        given = {"look": "paper"} | given
    checked: dict[str, Any] = {
        name: setting.read(given[name]) if name in given else setting.default
        for name, setting in _settings().items()
        if name != "format"
    }
    scale, _ = checked.pop("scale"), checked.pop("card")
    seed, best_of = check_seed(values.seed), check_best_of(values.best_of)
    sampler = _load(values.weights)
    own = _hand(values, sampler)
    text = "" if own is None else own.to_text()
    settings = WritingSettings(values.number, **checked, seed=seed, best_of=best_of, hand=text)
    for sentence in _without_effect(given.keys(), settings, "card" if sheet else kind):
        warn(sentence)
    drawing = draw(sampler, settings.parts(), settings.to_hand(own))
    if sheet:
        file = formats.make_card(drawing, settings, sheet, kind)
        files.write_bytes(values.output, file.data)
        note(f"Wrote {values.output} (a card, {sheet}).")
        return
    file = formats.make(drawing, settings, kind, scale)
    files.write_bytes(values.output, file.data)
    width, height = export.size_of(file)
    note(f"Wrote {values.output} ({width}x{height}).")


def _without_effect(given: Set[str], settings: WritingSettings, kind: str) -> Iterator[str]:
    """Yield a sentence for each option that is given and changes nothing."""
    look = LOOKS[settings.look]
    if "pen" in given and settings.spacing != "ink":
        yield "--pen makes strokes finer or bolder only with --spacing ink."
    elif "pen" in given and look.pixelated and kind != "card" and FORMATS[kind].has_pixels:
        yield f"--pen changes nothing with --look {settings.look}, the generator's own pixels."
    if "ink" in given and look.ink is not None and kind != "strokes":
        yield f"--ink changes nothing with --look {settings.look}, whose ink is always the same."
    if "style" in given and "variation" in given:
        yield "--style changes nothing with --variation, which says more."
    if "row" in given and settings.leaves_hand == 1:
        yield "--row changes nothing where each digit has a hand of its own: add --style one."
    count = len(number.digits_of(settings.parts()))
    if any(position >= count for position in parse_redrawn(settings.redrawn)):
        yield f"--redrawn counts digits from 0, and the last one is {count - 1}."


def _hand(values: argparse.Namespace, sampler: Sampler) -> OwnHand | None:
    """Return somebody's own hand, if one is given.

    Raises:
        UserError: it can't be read, or is for other weights.
    """
    if values.hand is None:
        return None
    if check_best_of(values.best_of) > 1:
        raise BadValue("--hand can't take --best-of: the hand decides how digits look.")
    return sampler.load_hand(values.hand)


def _check_output(path: Path, *endings: str) -> None:
    """Refuse a name whose ending stands for a format that isn't written.

    Raises:
        BadValue: it is not one of `endings`.
    """
    if ending(path) not in ("", *endings):
        raise BadValue(
            f"--output {path} must end in {' or '.join(endings)}: no other format is written."
        )


def grid(values: argparse.Namespace) -> None:
    """Draw a grid."""
    _check_output(values.output, ".png")
    rows = check_count("--rows", values.rows, MAX_ROWS)
    sampler = _load(values.weights)
    _save(values, sampler, sampler.grid(rows, seed=values.seed), {})


def _save(
    values: argparse.Namespace, sampler: Sampler, drawn: NDArray[np.uint8], about: dict[str, str]
) -> None:
    """Write the picture; the file says which seed and weights drew it, and what `about` has."""
    picture.save_png(values.output, drawn, {"seed": str(values.seed), **sampler.fields, **about})
    note(f"Wrote {values.output} ({drawn.shape[1]}x{drawn.shape[0]}).")


def _load(weights: str | None) -> Sampler:
    sampler = Sampler.from_pretrained(weights)
    source = sampler.source
    if source.problem:
        warn(f"drawn with {source.name} as it was at commit {source.commit[:7]}. {source.problem}")
    return sampler
