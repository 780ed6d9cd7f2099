"""`python -m cgan hand` and `write --hand`."""

import json
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
