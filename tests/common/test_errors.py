"""The errors that a user can fix."""

import multiprocessing

import pytest

from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.writing import number


@pytest.mark.parametrize(("kind", "builtin"), [(BadValue, ValueError), (MissingFile, OSError)])
def test_python_callers_catch_what_they_expect(kind, builtin):
    with pytest.raises(builtin, match=r"^a 7 is wrong$") as caught:
        raise kind("a {x} is wrong", text_id="some.id", x=7)
    assert isinstance(caught.value, UserError)
    assert (caught.value.text_id, caught.value.values) == ("some.id", {"x": 7})


def test_control_characters_are_escaped():
    assert str(UserError("a\nb {x}", x="\x1b[1m")) == r"a\nb \x1b[1m"


def test_a_sentence_that_quotes_a_whole_file_is_cut_in_the_middle():
    text = str(UserError(f"It can't be {'x' * 1_000_000}: choose another."))
    assert len(text) < 3000
    assert text.startswith("It can't be xxx")
    assert text.endswith("xxx: choose another.")
    assert str(UserError("{why}: stop.", why="x" * 1_000_000)).endswith(": stop.")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BadValue("x"), BadValue),
        (MissingFile("x"), MissingFile),
        (UserError("x"), UserError),
        (FileNotFoundError(2, "No such file"), MissingFile),
        (PermissionError(13, "Permission denied"), UserError),
        (ValueError("x"), BadValue),
        (KeyError("x"), UserError),
    ],
)
def test_what_is_said_about_an_error_is_of_its_kind(error, kind):
    said = kind_of(error)("{path}: {error}.", path="a", error=error)
    assert type(said) is kind
    assert str(said) == f"a: {error}."


def test_a_class_of_its_own_becomes_one_of_the_three():
    class Own(BadValue):
        def __init__(self):
            super().__init__("own")

    assert kind_of(Own()) is BadValue


def test_an_error_comes_back_from_another_process():
    """Guards against a `Pool` that waits for ever for an error that can't be made anew."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        waiting = pool.apply_async(number.parse, ["1a"])
        with pytest.raises(number.BadCharacter) as caught:
            waiting.get(timeout=60)
    with pytest.raises(number.BadCharacter) as here:
        number.parse("1a")
    assert str(caught.value) == str(here.value)
    assert vars(caught.value) == vars(here.value)
