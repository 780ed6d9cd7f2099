"""What a reference to weights means: a model repository on the Hugging Face Hub, or a folder."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cgan.common.errors import BadValue

# What git forbids in the name of a branch or tag (git-check-ref-format), besides empty parts.
_BAD_IN_REVISION = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-/.]|[/.]$")
_MAX_REVISION = 200
_NAME = re.compile(r"\w([\w.-]{0,94}\w)?", re.ASCII)
_COMMIT = re.compile("[0-9a-f]{40}")
# What is copied from a browser: a page of the Hub or of a mirror, perhaps at a revision.
_ADDRESS = re.compile(r"(\w+://[^/]*|(www\.)?(huggingface|hf)\.co)(/|$)", re.IGNORECASE)
_PAGE = re.compile(
    r"((models|spaces)/)?(?P<id>[\w.-]+/[\w.-]+)"
    r"((@|/(tree|blob|resolve|commit)/)(?P<revision>[^/?#]+))?([/?#].*)?"
)


@dataclass(frozen=True)
class Repository:
    """A model repository on the Hub, at a revision.

    Attributes:
        id: "user/name" or "organisation/name".
        revision: a branch, a tag or a commit; None for the main branch.
    """

    id: str
    revision: str | None = None

    def __post_init__(self) -> None:
        """Check both, without the network.

        Raises:
            BadValue: no repository or no revision can have this name.
        """
        check_name(self.id)
        if self.revision is not None:
            check_revision(self.revision)

    @classmethod
    def parse(cls, text: str, revision: str | None = None) -> "Repository":
        """Read "user/name" or "user/name@revision".

        Args:
            text: as typed.
            revision: one given separately.

        Raises:
            BadValue: it is neither, or it names a revision and so does `revision`.
        """
        _check_no_address(text)
        name, at, written = text.partition("@")
        if at and revision is not None:
            raise BadValue(f"{text} already names a revision: give only one.")
        return cls(name, written if at else revision)

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, which never changes."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return self.id if self.revision is None else f"{self.id}@{self.revision}"


def parse(reference: str | os.PathLike[str], revision: str | None = None) -> Repository | Path:
    """Tell a repository from a folder, by these rules in this order.

    A path object, or text that starts with ".", "/" or "~", is a folder. Text with an "@", or with
    a revision given separately, is a repository. "a/b" is a folder if that path exists here,
    otherwise a repository if one can have that name. Everything else is a folder.

    Raises:
        BadValue: it names nothing, no repository can have this name, or a folder was given a
            revision.
    """
    text = _text_of(reference)
    if not (revision is None or isinstance(revision, str)):
        raise BadValue(f"A revision is a text, not {revision!r}.")
    if "\0" in text:
        raise BadValue(f"{text!r} can't be the name of anything: it has a zero.")
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise BadValue(
            f"{text!r} can't be the name of anything here: {text[error.start]!r} can't be in one."
        ) from error
    if not isinstance(reference, str):
        return _folder(Path(reference), revision)
    if not reference.strip():  # as of an unset variable
        raise BadValue("The name of the weights is empty: name a folder or a repository.")
    if reference.startswith((".", "/", "~")) or Path(reference).is_absolute():
        return _folder(_from_home(reference), revision)
    if not os.path.lexists(reference):
        _check_no_address(reference)
    if revision is not None:
        return Repository.parse(reference, revision)
    if "@" in reference:
        try:
            return Repository.parse(reference)
        except BadValue as error:
            raise BadValue(
                f"{error} A folder whose name has an @ is written ./like@this."
            ) from error
    if reference.count("/") == 1 and not os.path.lexists(reference):
        try:
            return Repository(reference)
        except BadValue:  # no repository can have this name
            return Path(reference)
    return Path(reference)


def _text_of(reference: str | os.PathLike[str]) -> str:
    """Return a text as it is, and a path's; there are paths of bytes, too."""
    try:
        text = os.fspath(reference)
    except TypeError:
        text = None
    if not isinstance(text, str):
        raise BadValue(f"Weights are named by a text or a path, not {reference!r}.")
    return text


def check_name(name: str) -> None:
    """Check that a repository can have this name, "user/name", by the rules of huggingface_hub.

    Raises:
        BadValue: it can't.
    """
    _check_no_address(name)
    reason = _why_no_name(name)
    if reason is not None:
        raise BadValue(f"{name!r} is not the name of a repository, such as user/name. {reason}.")


def _check_no_address(text: str) -> None:
    """Refuse the address of a repository's page; it may hold a password, so it isn't quoted.

    Raises:
        BadValue: it is one.
    """
    host = _ADDRESS.match(text)
    if host is None:
        return
    name = "user/name"
    if page := _PAGE.fullmatch(text, host.end()):
        name = page["id"] + (f"@{page['revision']}" if page["revision"] else "")
    raise BadValue(f"This is the address of a repository, not its name: write {name} instead.")


def _why_no_name(name: str) -> str | None:
    user, slash, rest = name.partition("/")
    if not slash:
        return "The user's or organisation's name is missing"
    if "/" in rest:
        return "It has more than one slash"
    if not (_NAME.fullmatch(user) and _NAME.fullmatch(rest)):
        return (
            "Each part has 1 to 96 alphanumeric ASCII characters, '-', '_' or '.', and doesn't "
            "start or end with '-' or '.'"
        )
    if "--" in name or ".." in name:
        return "It contains -- or .."
    return "It ends with '.git'" if name.endswith(".git") else None


def check_revision(revision: str) -> None:
    """Check that a branch, a tag or a commit can have this name.

    Raises:
        BadValue: it can't.
    """
    if (
        not revision
        or len(revision) > _MAX_REVISION
        or _BAD_IN_REVISION.search(revision)
        or not revision.isprintable()
    ):
        raise BadValue(
            f"{revision!r} is not a revision: give a branch, a tag or a commit, such as main or "
            "v1.0."
        )


def _from_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise BadValue(f"{text} can't be found: there is no such home folder.") from error


def _folder(path: Path, revision: str | None) -> Path:
    if revision is not None:
        raise BadValue(f"{path} is a folder: only a repository, user/name, has revisions.")
    return path
