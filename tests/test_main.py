"""The command line: `python -m cgan write | grid | convert`; commands/test_push.py has `push`."""

import hashlib
import pickle
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from cgan import __version__
from cgan.__main__ import main
from cgan.common.command_line import run
from cgan.model import weights
from cgan.model.architectures.mlp import MlpConfig
from cgan.model.registry import generator_shapes
from cgan.sampler import Sampler
from cgan.writing.formats import BY_ENDING, FILE, FORMATS
from tests.conftest import random_tensors, run_python
from tests.formats import assert_is

# "weights" is the folder of `tiny_weights`; the tests run beside it.
USE = ("--weights", "weights")


@pytest.fixture
def folder(tiny_weights, monkeypatch):
    """The folder to work in, which holds a folder of weights."""
    monkeypatch.chdir(tiny_weights.parent)
    return tiny_weights.parent


def contents(folder):
    """Return every path in `folder` with a file's bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def exit_code(arguments):
    """Run the command line here; argparse exits where we return."""
    try:
        return main(arguments)
    except SystemExit as stopped:
        return stopped.code


def pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def checkpoint(path, tensors):
    """Write `tensors` as Jittor does."""
    data = pickle.dumps(tensors, 4)
    path.write_bytes(data + hashlib.sha1(data).digest() + b"HCAJSLHD")


def test_write(folder, tiny_sampler, capsys):
    assert main(["write", "+86 138", *USE, "--seed", "5", "-o", "a.png"]) == 0
    np.testing.assert_array_equal(pixels("a.png"), tiny_sampler.write("+86 138", seed=5))
    assert capsys.readouterr() == ("", "Wrote a.png (44x8).\n")


def test_grid(folder, tiny_sampler, capsys):
    assert main(["grid", "--rows", "2", "--seed", "5", *USE, "--output", "a.png"]) == 0
    np.testing.assert_array_equal(pixels("a.png"), tiny_sampler.grid(2, seed=5))
    assert capsys.readouterr() == ("", "Wrote a.png (80x16).\n")


def test_write_can_choose_the_most_legible(folder, reading_sampler):
    config, reading = reading_sampler.config, folder / "reading"
    reading.mkdir()
    weights.save_config(reading, config)
    weights.save_tensors(reading, config, random_tensors(config))
    command = ["write", "138", "--weights", "reading", "--best_of", "4", "-o", "a.png"]
    assert main(command) == 0
    np.testing.assert_array_equal(pixels("a.png"), reading_sampler.write("138", best_of=4))


@pytest.mark.parametrize("name", ["a.svg", "a.SVG"])
def test_write_an_svg(folder, name, capsys):
    assert main(["write", "+86 138", *USE, "--seed", "5", "-o", name]) == 0
    svg = ElementTree.parse(name).getroot()
    assert (svg.tag, svg.get("viewBox")) == ("{http://www.w3.org/2000/svg}svg", "0 0 44 8")
    assert "digits: 86138; seed: 5;" in "".join(svg.itertext())
    assert capsys.readouterr() == ("", f"Wrote {name} (352x64).\n")


def test_write_as_a_hand_spaces_it(folder, capsys):
    options = ["--spacing", "ink", "--variation", "0.22", "--pen", "0.3"]
    assert main(["write", "Tel. +86 138", *options, "-o", "x.svg"]) == 0
    svg = ElementTree.parse("x.svg").getroot()
    names = [group.get("data-name") for group in svg.iter() if group.get("data-name")]
    assert names == list("+86138")
    said = "".join(svg.itertext())
    assert "variation 0.22; " in said
    assert "spacing: ink; pen: 0.3;" in said
    assert "Not written: “Tel.”." in capsys.readouterr().err
    assert main(["write", "+86 138", *options, "--scale", "2", "-o", "x.png"]) == 0
    with Image.open("x.png") as image:
        assert image.height == 64
        assert image.text["spacing"] == "ink"
    assert exit_code(["write", "1", "--pen", "2", "-o", "y.png"]) == 2
    assert "Pen must be a number from -1 to 1" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["-o", "x.pdf"], ["--card", "a6", "-o", "x.png"]])
def test_a_card_has_the_marks(folder, capsys, options):
    assert main(["write", "1,3", *USE, *options]) == 0
    assert capsys.readouterr().err.startswith("Wrote x.")
    assert main(["write", "1,3", *USE, "--spacing", "grid", *options]) == 0
    assert capsys.readouterr().err.startswith("Not written: “,”.")


def test_a_card_of_even_cells_may_have_gaps_side_by_side(folder):
    assert main(["write", "1  3", *USE, "--spacing", "grid", "--card", "a6", "-o", "x.svg"]) == 0


@pytest.mark.parametrize(
    ("options", "option"),
    [
        (["--pen", "1"], "pen"),
        (["--pen", "1", "--spacing", "ink", "--look", "mnist"], "pen"),
        (["--ink", "red", "--look", "mnist"], "ink"),
        (["--row", "3"], "row"),
        (["--style", "one", "--variation", "1", "--look", "paper"], "style"),
        (["--redrawn", "3.1"], "redrawn"),
        (["--pen", "1", "--spacing", "ink"], None),
        (["--ink", "red", "--look", "mnist", "--format", "strokes", "-o", "x.svg"], None),
        (["--row", "3", "--style", "one", "--redrawn", "2.1"], None),
    ],
)
def test_an_option_that_changes_nothing_is_named(folder, capsys, options, option):
    assert main(["write", "138", *USE, "-o", "x.png", *options]) == 0
    warnings = [line for line in capsys.readouterr().err.splitlines() if "Warning" in line]
    assert [line.split()[1] for line in warnings] == ([] if option is None else [f"--{option}"])


@pytest.mark.parametrize("name", ["a.PNG", "a"])
def test_any_other_name_is_a_png(folder, tiny_sampler, name):
    assert main(["write", "138", *USE, "-o", name]) == 0
    np.testing.assert_array_equal(pixels(name), tiny_sampler.write("138"))


@pytest.mark.parametrize(
    ("options", "size", "colour"),
    [
        (["--look", "paper"], (24, 8), (253, 250, 243)),
        (["--ink", "blue", "--scale", "2"], (48, 16), (253, 250, 243)),
        (["--look", "mnist", "--ink", "blue", "--scale=3"], (72, 24), (0, 0, 0)),
        (["--scale", "8"], (192, 64), (0, 0, 0)),
    ],
)
def test_a_picture_may_look_as_on_the_page(folder, options, size, colour):
    assert main(["write", "138", *USE, *options, "-o", "a.png"]) == 0
    with Image.open("a.png") as image:
        assert image.size == size
        shades = image.convert("RGB").getcolors(maxcolors=1 << 16)
        assert colour in {shade for _, shade in shades}
        assert image.text["style"] == "each digit its own"


def test_a_hand_may_be_as_on_the_page(folder, tiny_sampler):
    options = ["--style", "one", "--row", "2", "--seed", str(2**40)]
    assert main(["write", "0123456789", *USE, *options, "-o", "a.png"]) == 0
    grid = tiny_sampler.grid(3, seed=2**40)
    np.testing.assert_array_equal(pixels("a.png"), grid[2 * 8 :])


def test_a_long_number_is_written_plain_and_as_an_svg(folder, tiny_sampler):
    assert main(["write", "1" * 70, *USE, "-o", "a.png"]) == 0
    assert main(["write", "1" * 70, *USE, "-o", "a.svg"]) == 0
    row = tiny_sampler.write("1" * 70)
    np.testing.assert_array_equal(pixels("a.png")[-8:], row[:, -24 * 8 :])
    assert pixels("a.png").shape == (3 * 8, 24 * 8)
    assert ElementTree.parse("a.svg").getroot().get("viewBox") == "0 0 192 24"


def test_outputs_and_seed_by_default(folder, tiny_sampler):
    before = set(contents(folder))
    assert main(["write", "12", *USE]) == 0
    assert main(["grid", *USE]) == 0
    assert set(contents(folder)) - before == {"result.png", "grid.png"}
    np.testing.assert_array_equal(pixels("result.png"), tiny_sampler.write("12", seed=0))
    np.testing.assert_array_equal(pixels("grid.png"), tiny_sampler.grid(10, seed=0))


def test_the_same_command_writes_the_same_bytes(folder):
    assert main(["write", "12", *USE, "-o", "a.png"]) == 0
    assert main(["write", "12", *USE, "-o", "b.png"]) == 0
    assert (folder / "a.png").read_bytes() == (folder / "b.png").read_bytes()


@pytest.mark.parametrize(
    "config",
    [
        MlpConfig(),
        MlpConfig(latent_dim=3, n_classes=4, img_size=8, channels=3),
        MlpConfig(latent_dim=5, img_size=6, conditional=False),
    ],
    ids=["article", "colour", "unconditional"],
)
def test_convert(folder, config, capsys):
    tensors = random_tensors(config)
    checkpoint(folder / "generator_last.pkl", tensors)
    assert main(["convert", "generator_last.pkl", "new/folder"]) == 0
    assert capsys.readouterr() == (
        "",
        f"Wrote new/folder: {config.n_classes} classes, latents of {config.latent_dim}, "
        f"images of {config.img_size}x{config.img_size}.\n",
    )
    loaded = weights.load(folder / "new/folder")
    assert loaded.config == config
    for name in generator_shapes(config):
        np.testing.assert_array_equal(loaded.tensors[name], tensors[name])
    assert sorted(path.name for path in (folder / "new/folder").iterdir()) == [
        "config.json",
        "model.safetensors",
    ]


def test_what_is_not_written_is_said(folder, tiny_sampler, capsys):
    assert main(["write", "Tel. 1-3", *USE]) == 0
    assert capsys.readouterr().err == "Not written: “Tel”.\nWrote result.png (20x8).\n"
    np.testing.assert_array_equal(pixels("result.png"), tiny_sampler.write("1-3"))
    with Image.open("result.png") as image:
        assert image.text["left_out"] == "Not written: “Tel”."


def test_cards_are_written_as_pdf_and_in_the_chosen_size(folder):
    assert main(["write", "+13", *USE, "-o", "a.pdf"]) == 0
    assert Path("a.pdf").read_bytes().startswith(b"%PDF-")
    assert main(["write", "+13", *USE, "--card", "business"]) == 0
    with Image.open("result.png") as image:
        assert image.size == (1004, 650)


@pytest.mark.parametrize("kind", FILE.choices)
def test_every_format_is_written(folder, kind):
    name = f"result.{FORMATS[kind].ending}"
    assert main(["write", "13", *USE, "--format", kind]) == 0
    assert_is(kind, Path(name).read_bytes())
    assert main(["write", "13", *USE, "-o", name]) == 0
    assert_is(BY_ENDING[FORMATS[kind].ending], Path(name).read_bytes())
    if FORMATS[kind].card:
        assert main(["write", "13", *USE, "--format", kind, "--card", "business"]) == 0
        assert_is(kind, Path(name).read_bytes())


def test_a_conversion_that_can_not_be_written_leaves_nothing(folder, tiny_tensors):
    checkpoint(folder / "a.pkl", tiny_tensors)
    code = (
        "import resource, sys\n"
        "from cgan.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "sys.exit(main(['convert', 'a.pkl', 'new']))\n"
    )
    before = contents(folder)
    result = run_python("-c", code, cwd=folder)
    assert result.returncode == 2
    assert "Could not write new/model.safetensors" in result.stderr
    assert contents(folder) == before


def test_what_was_converted_writes_the_same(folder, tiny_tensors, tiny_sampler):
    checkpoint(folder / "a.pkl", tiny_tensors)
    assert main(["convert", "a.pkl", "new"]) == 0
    converted = Sampler.from_pretrained("new")
    np.testing.assert_array_equal(converted.write("138"), tiny_sampler.write("138"))


USER_ERRORS = {
    "a letter": (["write", "a", *USE], "no digit"),
    "an unknown format": (["write", "1", *USE, "--format", "gif"], "format must be one of png"),
    "another ending": (["write", "1", *USE, "--format", "svg", "-o", "a.png"], "must end in .svg"),
    "no digit": (["write", "", *USE], "no digit"),
    "a negative seed": (["write", "1", *USE, "--seed", "-1"], "seed must be"),
    "a large seed": (["grid", *USE, "--seed", str(2**63)], "seed must be"),
    "no rows": (
        ["grid", *USE, "--rows", "0"],
        "--rows must be a whole number from 1 to 10,000, not 0",
    ),
    "many rows": (["grid", *USE, "--rows", "10001"], "--rows must be a whole number from 1"),
    "an unknown look": (["write", "1", *USE, "--look", "glass"], "look must be one of paper"),
    "an unknown ink": (["write", "1", *USE, "--ink", "pink"], "ink must be one of black"),
    "an unknown style": (["write", "1", *USE, "--style", "two"], "style must be one of own"),
    "a large row": (["write", "1", *USE, "--row", "20"], "Row must be a whole number from 0 to 19"),
    "a truncation that is no number": (
        ["write", "1", *USE, "--truncation", "x"],
        "Truncation must be a number from 0 to 1.5",
    ),
    "wrong pairs": (["write", "1", *USE, "--redrawn", "1"], "such as 2.1-5.3"),
    "a large scale": (["write", "1", *USE, "--scale", "9"], "Scale must be a whole number"),
    "a scale for a card": (
        ["write", "1", *USE, "--card", "a6", "--scale", "2"],
        "--card can't take --scale",
    ),
    "strokes on a card": (
        ["write", "1", *USE, "--card", "a6", "--format", "strokes"],
        "--card can't take --format strokes",
    ),
    "a scale for an SVG": (["write", "1", *USE, "--scale", "2", "-o", "a.svg"], "--scale is for"),
    "a letter in an SVG": (["write", "a", *USE, "-o", "a.svg"], "no digit"),
    "many candidates": (["write", "1", *USE, "--best-of", "65", "-o", "a.svg"], "from 1 to 64"),
    "no reader": (["write", "1", *USE, "--best-of", "2"], "have no reader"),
    "no weights": (["write", "1", "--weights", "nowhere"], "nowhere"),
    "weights in no folder": (["grid", "--weights", "weights/config.json"], "config.json"),
    "a long weights folder": (["write", "1", "--weights", "w" * 300], "w" * 300),
    "weights of two lines": (["write", "1", "--weights", "a\nb"], "is missing"),
    "another format": (["write", "1", *USE, "-o", "a.xyz"], "a.xyz must end in .png or .svg"),
    "an ending alone": (["write", "1", *USE, "-o", ".svg"], ".svg is an ending without a name"),
    "an SVG of the grid": (["grid", *USE, "-o", "a.svg"], "a.svg must end in .png"),
    "no output folder": (["write", "1", *USE, "-o", "nowhere/a.png"], "nowhere/a.png"),
    "an output folder": (["grid", *USE, "-o", "weights"], "Could not write weights"),
    "no checkpoint": (["convert", "nowhere.pkl", "new"], "Could not read nowhere.pkl"),
    "another checkpoint": (["convert", "weights/config.json", "new"], "not a Jittor checkpoint"),
    "a folder of weights": (["convert", "good.pkl", "weights"], "already holds weights"),
    "a file as folder": (["convert", "good.pkl", "good.pkl"], "folder good.pkl"),
    "a long folder": (["convert", "good.pkl", "f" * 300], "f" * 300),
}
USAGE_ERRORS = {
    "no command": [],
    "an unknown command": ["draw"],
    "no number": ["write", *USE],
    "an unknown option": ["write", "1", *USE, "--size", "3"],
    "an abbreviation": ["write", "1", *USE, "--se", "3"],
    "a seed that is no number": ["write", "1", *USE, "--seed", "x"],
    "a fraction of a seed": ["write", "1", *USE, "--seed", "1.5"],
    "rows that are no number": ["grid", *USE, "--rows", "1e9"],
    "rows for write": ["write", "1", *USE, "--rows", "3"],
    "two numbers": ["write", "1", "2", *USE],
    "no folder": ["convert", "good.pkl"],
    "no repository": ["push", "weights"],
    "a token": ["push", "weights", "ann/x", "--token", "x"],
}


@pytest.mark.parametrize("kind", [*USER_ERRORS, *USAGE_ERRORS])
def test_an_error_is_one_line_and_writes_nothing(folder, kind, tiny_tensors, capsys):
    checkpoint(folder / "good.pkl", tiny_tensors)
    (folder / "result.png").write_bytes(b"of an earlier day")
    before = contents(folder)
    if kind in USER_ERRORS:
        arguments, said = USER_ERRORS[kind]
        start = "Error: "
    else:
        arguments, said, start = USAGE_ERRORS[kind], "--help)\n", "python -m cgan"
    assert exit_code(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(start)
    assert said in output.err
    assert output.err.endswith("\n")
    assert output.err.count("\n") == 1
    assert contents(folder) == before


def without(name):
    return lambda tensors: {key: tensors[key] for key in tensors if key != name}


def replaced(name, change):
    return lambda tensors: tensors | {name: change(tensors[name])}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tensors: {}, "it has no matrix 'model.0.weight'"),
        (without("model.11.weight"), "it has no matrix 'model.11.weight'"),
        (without("model.5.bias"), "'model.5.bias' is missing"),
        (replaced("model.0.weight", np.ravel), "it has no matrix 'model.0.weight'"),
        (replaced("model.0.weight", np.transpose), "'model.0.weight' has shape"),
        (replaced("model.2.weight", np.transpose), "'model.2.weight' has shape"),
        (replaced("model.5.bias", np.float64), "'model.5.bias' is float64, not float32"),
        (replaced("model.5.bias", lambda bias: bias * np.nan), "'model.5.bias' .* not finite"),
        (replaced("model.9.running_var", np.negative), "'model.9.running_var' has a negative"),
        (replaced("label_emb.weight", lambda _: np.zeros((), np.float32)), "label_emb.weight"),
        (replaced("label_emb.weight", lambda _: np.zeros((0, 0), np.float32)), "n_classes"),
        (replaced("label_emb.weight", lambda _: np.zeros((13, 13), np.float32)), "latent_dim"),
        (replaced("model.11.weight", lambda matrix: matrix[:-1]), "'model.11.weight' has shape"),
        (replaced("model.11.weight", lambda matrix: matrix[:0]), "img_size"),
    ],
)
def test_what_is_not_the_articles_generator_is_not_converted(
    folder, tiny_tensors, change, said, capsys
):
    checkpoint(folder / "a.pkl", change(tiny_tensors))
    before = contents(folder)
    assert main(["convert", "a.pkl", "new"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: a.pkl")
    assert error.count("\n") == 1
    assert re.search(said, error)
    assert contents(folder) == before


@pytest.mark.parametrize("command", [[], ["write"], ["grid"], ["convert"], ["push"]])
def test_help(command, capsys):
    assert exit_code([*command, "--help"]) == 0
    output = capsys.readouterr()
    assert output.out.startswith(" ".join(["usage: python -m cgan", *command]))
    assert output.err == ""


def test_the_version(capsys):
    assert exit_code(["--version"]) == 0
    assert capsys.readouterr() == (f"cgan {__version__}\n", "")


@pytest.mark.parametrize("number", [["+86", "138"], ["-138-5"]])
def test_how_to_type_a_number_with_spaces_or_a_hyphen_is_said(folder, number, capsys):
    assert exit_code(["write", *number, *USE]) == 2
    said = capsys.readouterr().err
    assert said.startswith("python -m cgan write: ")
    assert "quotes" in said
    assert " -- " in said
    assert main(["write", *USE, "--", " ".join(number)]) == 0


def test_ctrl_c_gives_no_traceback(capsys):
    def interrupted():
        raise KeyboardInterrupt

    assert run(interrupted) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")


def test_a_real_process_writes(folder, tiny_sampler):
    result = run_python("-m", "cgan", "write", "１2-3", *USE, cwd=folder)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "Wrote result.png (28x8).\n"
    np.testing.assert_array_equal(pixels("result.png"), tiny_sampler.write("12-3"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["write", "a", *USE],
        ["write", "1", "--weights", "w" * 300],
        ["grid", *USE, "--rows", "many"],
        ["convert", "weights/config.json", "new"],
    ],
    ids=["number", "weights", "usage", "checkpoint"],
)
def test_a_real_process_fails_in_one_line(folder, arguments):
    before = contents(folder)
    result = run_python("-m", "cgan", *arguments, cwd=folder)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert contents(folder) == before
