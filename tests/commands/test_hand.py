"""`python -m cgan hand` and `write --hand`."""

import json
import shlex
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cgan.__main__ import main
from cgan.model import weights
from tests.conftest import TINY, random_tensors
from tests.writing.sheets import sheet

CONFIG = replace(TINY, encoder=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Weights with an encoder, a photo of 2 and 5, and the hand in it."""
    folder = tmp_path_factory.mktemp("hand")
    weights.save_config(folder, CONFIG)
    weights.save_tensors(folder, CONFIG, random_tensors(CONFIG))
    Image.fromarray(sheet([2, 5], noise=3)).save(folder / "photo.png")
    assert main(make(folder, "photo.png", "25")) == 0
    return folder


def make(folder, photo, digits, *more):
    arguments = [str(folder / photo), "--digits", digits, "--weights", str(folder)]
    return ["hand", *arguments, "-o", str(folder / "hand.json"), *more]


def write(folder, output, *more):
    hand = ["--hand", str(folder / "hand.json"), "--weights", str(folder)]
    return ["write", "253", *hand, "-o", str(output), *more]


def test_a_photo_becomes_a_hand_that_writes(folder, tmp_path):
    assert sorted(json.loads((folder / "hand.json").read_text())["digits"]) == ["2", "5"]
    assert main(write(folder, tmp_path / "plain.png")) == 0
    assert main(write(folder, tmp_path / "paper.png", "--look", "mnist")) == 0
    assert main(write(folder, tmp_path / "lines.svg")) == 0
    with Image.open(tmp_path / "plain.png") as plain, Image.open(tmp_path / "paper.png") as paper:
        np.testing.assert_array_equal(np.asarray(plain), np.asarray(paper))
        assert plain.text["hand"] == paper.text["hand"] == "own"
    assert (tmp_path / "lines.svg").read_bytes().count(b"<path") >= 1


def test_a_preview_has_what_was_found_and_all_digits(folder, tmp_path):
    preview = tmp_path / "preview.png"
    assert main(make(folder, "photo.png", "25", "--preview", str(preview))) == 0
    with Image.open(preview) as image:
        assert image.size == (80, 24)
        assert np.asarray(image)[:8, :16].any()
        assert not np.asarray(image)[:16, 16:].any()


def test_hand_and_preview_are_both_written_or_neither(folder, tmp_path, capsys):
    arguments = ["hand", str(folder / "photo.png"), "--digits", "25", "--weights", str(folder)]
    preview = tmp_path / "nowhere/preview.png"
    assert main([*arguments, "-o", str(tmp_path / "new.json"), "--preview", str(preview)]) == 2
    assert str(preview) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_that_is_named_at_the_end_works(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    photo = str(folder / "photo.png")
    assert main(["hand", photo, "--digits", "25", "--weights", str(folder), "-o=-my hand"]) == 0
    _, command = capsys.readouterr().err.strip(".\n").split("python -m cgan ")
    assert main([*shlex.split(command), "--weights", str(folder), "-o", "x.png"]) == 0


def refusals():
    """Yield a name, the files it needs, the arguments, and words of the sentence."""
    yield "too few", {}, lambda f: make(f, "photo.png", "253"), "instead of 3"
    yield "no photo", {}, lambda f: make(f, "other.png", "25"), "is missing"
    yield "not a photo", {"a.png": b"25"}, lambda f: make(f, "a.png", "25"), "JPEG, PNG or WebP"
    yield "no number", {}, lambda f: make(f, "photo.png", "ab"), "is not a digit"
    yield (
        "not a hand",
        {"b.json": b"{}"},
        lambda f: ["write", "1", "--hand", str(f / "b.json"), "--weights", str(f)],
        "is no hand that can be read",
    )
    yield "foreign", {}, lambda f: ["write", "1", "--hand", str(f / "hand.json")], "other weights"
    yield "best_of", {}, lambda f: write(f, f / "x.png", "--best-of", "2"), "--best-of"
    for name in ("hand.json", "photo.png"):  # which would take each other's place

        def same(f, name=name):
            return make(f, "photo.png", "25", "--preview", str(f / "." / name))

        yield f"preview in {name}", {}, same, "must be different files"
    yield (
        "hand in the photo",
        {},
        lambda f: make(f, "photo.png", "25", "-o", str(f / "photo.png")),
        "must be different files",
    )
    yield (
        "no PNG",
        {},
        lambda f: make(f, "photo.png", "25", "--preview", str(f / "preview.jpg")),
        "must end in .png",
    )
    for digits in ("", "-"):
        yield (
            f"no digit {digits}",
            {},
            lambda f, d=digits: make(f, "photo.png", d),
            "--digits names",
        )
    for name in ("hh", "./hh"):

        def over(f, name=name):
            use = ["--hand", str(f / "hh"), "--weights", str(f)]
            return ["write", "1", *use, "-o", f"{f}/{name}"]

        yield f"over the hand {name}", {"hh": b"{}"}, over, "must be different files"
    yield "style", {}, lambda f: write(f, f / "x.png", "--style", "one"), "--style"


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [pytest.param(*rest, id=name) for name, *rest in refusals()],
)
def test_what_is_wrong_is_said_in_one_sentence(folder, capsys, files, arguments, words):
    for name, content in files.items():
        (folder / name).write_bytes(content)
    before = (folder / "hand.json").read_bytes()
    assert main(arguments(folder)) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert error.count("\n") == 1
    assert words in error
    assert (folder / "hand.json").read_bytes() == before
    assert all((folder / name).read_bytes() == content for name, content in files.items())


@pytest.mark.parametrize("more", [["a"], ["no.png", "-o", "a"], ["no.png", "--preview", "a"]])
def test_a_circle_of_links_is_told_in_a_line(tmp_path, monkeypatch, capsys, more):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert main(["hand", *more]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_folder_that_is_gone_is_told_in_a_line(tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["hand", "a.png"]) == 2
    error = capsys.readouterr().err
    assert "the folder that you are in" in error
    assert error.count("\n") == 1


def said_of(folder, capsys, digits, named, *, turned=0, **seen):
    """Return what `hand` says of a photo, with the bundled weights, which have a reader."""
    photo = np.rot90(sheet(digits, noise=3, **seen), -turned // 90)
    Image.fromarray(photo).save(folder / "photo.png")
    arguments = [str(folder / "photo.png"), "--digits", named, "-o", str(folder / "hand.json")]
    status = main(["hand", *arguments])
    return status, capsys.readouterr().err


def test_a_photo_of_other_digits_than_were_named_is_warned_of(tmp_path, capsys):
    status, said = said_of(tmp_path, capsys, [7, 1, 4], "714")
    assert (status, said.count("\n")) == (0, 1)
    status, said = said_of(tmp_path, capsys, [7, 1, 4], "724")
    assert status == 0
    assert "Warning: A digit looks like another: number 2, a 2, like 1. Is --digits right" in said
    assert "number 2, an 8, like 1." in said_of(tmp_path, capsys, [7, 1, 4], "784")[1]
    status, said = said_of(tmp_path, capsys, [7, 1, 4], "174")
    assert "others: number 1, a 1, like 7; number 2, a 7, like 1. Is --digits right" in said


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_photo_that_is_not_upright_is_turned_and_that_is_said(tmp_path, capsys, turned):
    digits = list(range(10))
    status, said = said_of(tmp_path, capsys, digits, "0123456789", turned=turned, lines=2)
    assert status == 0
    assert f"The photo isn't upright: it was turned by {360 - turned} degrees clockwise." in said
    assert "Warning" not in said


@pytest.mark.parametrize(
    ("named", "advice"),
    [
        ("0123456789", "If only 3 are on it, name them line by line, such as --digits 314."),
        ("71", "If all 3 are digits, name them, such as --digits 314."),
    ],
)
def test_another_number_of_digits_is_told_with_the_option_to_use(tmp_path, capsys, named, advice):
    status, said = said_of(tmp_path, capsys, [7, 1, 4], named)
    assert (status, said.count("\n")) == (2, 1)
    assert said.endswith(f"{advice}\n")
