"""Telling a repository on the Hub from a folder, and what may be their names."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from cgan.common.errors import BadValue, UserError
from cgan.hub.repository import Repository, check_name, parse
from tests.conftest import message

COMMIT = "0123456789" * 4


class PathOf(NamedTuple):
    """A path object that is made of anything."""

    what: object

    def __fspath__(self):
        return self.what

    def __repr__(self):
        return f"PathOf({self.what!r})"


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """There are a folder runs/one and a file runs/two here."""
    (tmp_path / "runs/one").mkdir(parents=True)
    (tmp_path / "runs/two").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("user/name", Repository("user/name")),
        ("user/name@v1.0", Repository("user/name", "v1.0")),
        ("user/name@pr/1", Repository("user/name", "pr/1")),
        (f"user/name@{COMMIT}", Repository("user/name", COMMIT)),
        ("runs/one@main", Repository("runs/one", "main")),
        ("runs/three", Repository("runs/three")),
        ("runs/one", Path("runs/one")),
        ("runs/two", Path("runs/two")),
        ("./user/name", Path("user/name")),
        ("./user/name@main", Path("user/name@main")),
        ("../name", Path("../name")),
        ("/user/name", Path("/user/name")),
        ("runs/one/", Path("runs/one")),
        ("name", Path("name")),
        ("a/b/c", Path("a/b/c")),
        ("my runs/one", Path("my runs/one")),
        ("a--b/c", Path("a--b/c")),
        (Path("user/name"), Path("user/name")),
        (Path("user/name@main"), Path("user/name@main")),
    ],
)
def test_what_a_reference_means(reference, meant):
    assert parse(reference) == meant


def test_a_path_object_of_any_kind_is_a_folder():
    assert parse(PathOf("user/name")) == Path("user/name")


def test_a_name_that_is_no_utf8_is_a_folders():
    assert parse(os.fsdecode(b"a\xff")) == Path("a\udcff")


def test_home(tmp_path):
    assert parse("~/runs") == tmp_path / "home/runs"


def test_a_revision_apart():
    assert parse("user/name", "v1") == Repository("user/name", "v1")
    # There is such a folder, but only a repository has revisions.
    assert parse("runs/one", "v1") == Repository("runs/one", "v1")


@pytest.mark.parametrize(
    ("reference", "revision", "said"),
    [
        ("user/name@v1", "v2", "user/name@v1 already names a revision: give only one"),
        ("./user/name", "v1", "is a folder: only a repository, user/name, has revisions"),
        (Path("runs/one"), "v1", "is a folder"),
        ("name", "v1", "The user's or organisation's name is missing"),
        ("name@v1", None, "'name' is not the name of a repository, such as user/name"),
        ("a/b/c@v1", None, "'a/b/c' is not the name of a repository"),
        ("me@home/runs", None, "is written ./like@this"),
        ("a b/c@v1", None, "alphanumeric"),
        ("café/c@v1", None, "alphanumeric"),
        ("a--b/c@v1", None, "--"),
        ("a/b.git@v1", None, "'.git'"),
        ("a/" + "b" * 97 + "@v1", None, "96"),
        ("@v1", None, "'' is not the name"),
        ("a\nb/c@v1", None, "is not the name"),
        ("", None, "is empty: name a folder or a repository"),
        (" ", None, "is empty"),
        ("~nobody-has-this-name/x", None, "there is no such home folder"),
        ("a\0b", None, "it has a zero"),
        ("a\ud800b", None, r"'a\ud800b' can't be the name"),
        ("a/b\ud800", None, "can't be the name"),
        (Path("a\ud800b"), None, "can't be the name"),
        (7, None, "named by a text or a path, not 7"),
        (b"a/b", None, "named by a text or a path, not b'a/b'"),
        (PathOf(b"a/b"), None, "named by a text or a path, not PathOf(b'a/b')"),
        (PathOf(7), None, "named by a text or a path, not PathOf(7)"),
        ("user/name", 7, "A revision is a text, not 7"),
    ],
)
def test_what_can_be_neither(reference, revision, said):
    with pytest.raises(UserError) as caught:
        parse(reference, revision)
    assert said in message(caught)


@pytest.mark.parametrize("read", [parse, Repository.parse, check_name])
@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://huggingface.co/ann/digits", "ann/digits"),
        ("HTTPS://hf-mirror.com/ann/digits/", "ann/digits"),
        ("huggingface.co/ann/digits?library=cgan", "ann/digits"),
        ("hf.co/spaces/ann/digits", "ann/digits"),
        ("https://huggingface.co/ann/digits/tree/v1.0/samples", "ann/digits@v1.0"),
        ("https://huggingface.co/ann/digits@v1.0", "ann/digits@v1.0"),
        ("https://ann:secret@localhost:8000/ann/digits#files", "ann/digits"),
        ("https://huggingface.co/ann", "user/name"),
        ("https://huggingface.co", "user/name"),
    ],
)
def test_an_address_is_answered_with_the_name_in_it(read, address, name):
    with pytest.raises(BadValue) as caught:
        read(address)
    said = message(caught)
    assert f"write {name} instead" in said
    assert "secret" not in said
    assert "./like@this" not in said


def test_a_folder_may_be_called_as_the_hub_is(tmp_path):
    (tmp_path / "hf.co/ann/digits").mkdir(parents=True)
    assert parse("hf.co/ann/digits") == Path("hf.co/ann/digits")


@pytest.mark.parametrize("name", ["a b/c", "name", "spaces/a/b", "a/b@v1"])
def test_what_a_folder_may_be_called_is_not_said_where_none_is_asked_for(name):
    with pytest.raises(BadValue) as caught:
        check_name(name)
    assert "folder" not in message(caught)


@pytest.mark.parametrize("revision", ["main", "v1.0", "feature/ä-1", "refs/pr/3", "a@b", COMMIT])
def test_revisions(revision):
    assert str(Repository("user/name", revision)) == f"user/name@{revision}"
    assert Repository.parse(f"user/name@{revision}").revision == revision


@pytest.mark.parametrize(
    "revision",
    [
        "",
        " ",
        "a b",
        "-a",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a..b",
        "../../a",
        "a.",
        "a.lock",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[0]",
        "a\\b",
        "a@{0}",
        "a\n",
        "a\u202eb",
        "a" * 201,
    ],
)
def test_what_is_not_a_revision(revision):
    with pytest.raises(UserError) as caught:
        Repository("user/name", revision)
    assert "is not a revision: give a branch, a tag or a commit" in message(caught)


def test_only_a_commit_is_pinned():
    assert Repository("user/name", COMMIT).is_pinned
    for revision in (None, "main", COMMIT[:7], COMMIT.replace("a", "A") + "0"):
        assert not Repository("user/name", revision).is_pinned
