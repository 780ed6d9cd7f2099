"""A Hugging Face Space of the demo: a folder with everything that it needs, and its upload.

Spaces reads the front matter of README.md, installs requirements.txt together with the version of
Gradio named there, copies the folder, and runs `app_file` as an ordinary user. Importing this
module imports huggingface_hub.
"""

import contextlib
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, SpaceCardData, SpaceHardware
from huggingface_hub.errors import HfHubHTTPError

from cgan.common import files
from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.common.packages import read_pins, without_hashes
from cgan.hub import compat
from cgan.hub.pull import pull
from cgan.hub.repository import Repository, parse
from cgan.hub.session import hub_session
from cgan.hub.source import read_pulled
from cgan.model.metrics import METRICS_NAME
from cgan.model.page_weights import check_writes_digits
from cgan.model.weights import CONFIG_NAME, LICENSE, WEIGHTS_NAME
from cgan.publish import demo_files
from cgan.publish.upload import changed, outdated, send_large

# Read by demo/app.py where neither the command line nor the environment names weights.
WEIGHTS_FILE = "demo/weights.txt"
# ZeroGPU offers 3.10 and 3.12; NumPy 1.26 has wheels for both.
PYTHON_VERSION = "3.12"
CPU, ZERO_GPU = "cpu-basic", "zero-a10g"
# Files in these folders that the demo no longer has are deleted; others in the Space are kept.
_OURS = ("cgan/", "demo/")
# What the Hub puts into one.
_OF_A_NEW_SPACE = {".gitattributes", "README.md"}

_README = """\
# Numbers written by hand

Type a phone number and get it in handwriting. A conditional GAN trained on MNIST draws the
digits, with NumPy alone: the page needs no GPU. The server keeps nothing of what you type. It
stays in your browser's history.

{weights}
"""
_BUNDLED = "The weights are those in `cgan/pretrained`."
_PINNED = """\
The weights are {weights}, or, where the Hub can't be reached, those in `cgan/pretrained`.
To use others, set the variable `CGAN_WEIGHTS` under Settings."""


@dataclass(frozen=True)
class Pinned:
    """Weights on the Hub at a commit.

    Attributes:
        repository: with the commit as its revision.
        public: whether anybody may fetch them.
        measured: whether the repository has a `metrics.json`.
    """

    repository: Repository
    public: bool = True
    measured: bool = False

    @property
    def files(self) -> list[str]:
        """The files that the page reads."""
        return [CONFIG_NAME, WEIGHTS_NAME, *([METRICS_NAME] if self.measured else [])]


def stage(folder: Path, weights: list[Pinned], hardware: str = CPU) -> None:
    """Write the Space's files into `folder`.

    Args:
        folder: new or empty.
        weights: what the page offers, the default one first; empty for those in
            the package.
        hardware: `CPU` or `ZERO_GPU`.

    Raises:
        UserError: the folder is not empty or can't be written, or this is not a clone.
    """
    if not (demo_files.ROOT / demo_files.APP).is_file():
        raise MissingFile("There is no demo beside the package: deploy from a clone.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadValue(f"{folder} is not an empty folder: choose another name.")
    new = not folder.exists()
    try:
        _write(folder, weights, hardware)
    except BaseException as error:  # also Ctrl-C
        _empty(folder, remove=new)  # so that a second try finds it as this one did
        if not isinstance(error, OSError) or isinstance(error, UserError):
            raise
        raise kind_of(error)(f"Could not write {folder}: {error.strerror or error}.") from error


def _empty(folder: Path, remove: bool) -> None:
    """Delete what is in a folder, which may be a link or a disk's root, and perhaps itself."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        if remove:
            folder.rmdir()


def _write(folder: Path, weights: list[Pinned], hardware: str) -> None:
    demo_files.stage(folder)
    # Spaces adds packages of its own to the same command, and has no hashes for them.
    lock = (demo_files.ROOT / demo_files.LOCK).read_text(encoding="utf-8")
    files.write_text(folder / demo_files.REQUIREMENTS, without_hashes(lock))
    files.write_text(folder / "README.md", _card(weights, hardware))
    if weights:
        files.write_text(folder / WEIGHTS_FILE, _list(weights) + "\n")


def _card(weights: list[Pinned], hardware: str) -> str:
    lock = (demo_files.ROOT / demo_files.LOCK).read_text(encoding="utf-8")
    names = list(dict.fromkeys(one.repository.id for one in weights))
    # Fetched when the Space is built, without a token: public ones only.
    preload = [
        f"{one.repository.id} {','.join(one.files)} {one.repository.revision}"
        for one in weights
        if one.public
    ]
    data = SpaceCardData(
        title="Numbers written by hand",
        emoji="✍️",
        colorFrom="gray",
        colorTo="indigo",
        sdk="gradio",
        sdk_version=read_pins(lock)["gradio"],
        python_version=PYTHON_VERSION,
        app_file=demo_files.APP,
        short_description="Type a number, get it in a GAN's handwriting",
        suggested_hardware=hardware,
        license=LICENSE,
        models=names or None,
        preload_from_hub=preload or None,
    )
    said = _BUNDLED
    if weights:
        said = _PINNED.format(weights=", ".join(f"`{one.repository}`" for one in weights))
    return f"---\n{data.to_yaml()}\n---\n\n{_README.format(weights=said)}"


def _list(weights: list[Pinned]) -> str:
    return ",".join(str(one.repository) for one in weights)


def pin(references: str) -> list[Pinned]:
    """Look up the commits of `user/name` or `user/name@revision`, or several separated by commas.

    Raises:
        UserError: a name is invalid, or a folder's; there is no such repository or revision, or it
            has no weights that the page can use; or the Hub can't be asked.
    """
    named = [_named(part.strip()) for part in references.split(",")]
    return [_pin(repository) for repository in named]


def _named(text: str) -> Repository:
    if not text:  # as of an unset variable
        raise BadValue(
            "--weights, or a part of it between commas, is empty: name a repository, such as "
            "user/name, or leave it out."
        )
    if "@" not in text and isinstance(place := parse(text), Path) and place.exists():
        raise BadValue(
            f"{text} is on this machine, where a Space can't fetch it: push it first, by python -m "
            f"cgan push {shlex.quote(str(place))} user/name, and name that."
        )
    return Repository.parse(text)


def _pin(repository: Repository) -> Pinned:
    with hub_session(repository) as api:
        info = api.model_info(repository.id, revision=repository.revision)
    names = {file.rfilename for file in info.siblings or []}
    if missing := sorted({CONFIG_NAME, WEIGHTS_NAME} - names):
        raise MissingFile(
            f"{repository} has no {' and no '.join(missing)}: push a run there first, or choose "
            "another."
        )
    pinned = Repository(repository.id, info.sha)
    loaded, _ = read_pulled(pinned, pull(pinned))
    check_writes_digits(loaded)
    return Pinned(pinned, public=not (info.private or info.gated), measured=METRICS_NAME in names)


def deploy(name: str, weights: list[Pinned], *, private: bool = False, hardware: str = CPU) -> str:
    """Upload the demo to a Space in one commit; return the Space's address.

    Args:
        name: "user/name"; created if it doesn't exist.
        weights: as for `stage`.
        private: make a new Space private.
        hardware: `CPU` or `ZERO_GPU`, for a new Space.

    Raises:
        UserError: why the Hub refused, or why it can't be asked; or the Space is public or holds
            something else.
    """
    space = Repository(name)
    with tempfile.TemporaryDirectory() as made, hub_session(space, pushing=True) as api:
        folder = Path(made) / "space"
        stage(folder, weights, hardware)
        try:
            url = api.create_repo(
                space.id,
                repo_type="space",
                space_sdk="gradio",
                # The usual kind is left for the Hub to choose.
                space_hardware=None if hardware == CPU else SpaceHardware(hardware),
                private=private or None,
                exist_ok=True,
            )
        except HfHubHTTPError as error:
            # Where the free kind was asked for, the Hub's own reason is shown, such as its limit.
            if error.response.status_code != 402 or hardware == ZERO_GPU:
                raise
            raise UserError(
                f"A new Space on a CPU, such as {space}, needs a paid plan. Free accounts may have "
                "two Spaces on ZeroGPU, which runs the page as well: add --zero-gpu."
            ) from None
        _upload(api, space.id, folder, private)
    return str(url)


def _upload(api: HfApi, space_id: str, folder: Path, private: bool) -> None:
    """Make the Space match the folder, in one commit, or none if nothing changed.

    The library's `upload_folder` retries its commit for minutes if an answer was lost, and can't
    fall back from Xet to HTTP.
    """
    content = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    head = api.space_info(space_id, files_metadata=True, timeout=compat.time_limit())
    if private and not head.private:
        raise BadValue(
            f"{space_id} already exists and is public: leave out --private, make it private in its "
            "settings, or choose another name."
        )
    names = {file.rfilename for file in head.siblings or ()}
    if names - _OF_A_NEW_SPACE and demo_files.APP not in names:
        raise BadValue(f"{space_id} holds something else than this demo: choose another name.")
    additions = changed(content, head.siblings)
    deletions = outdated(content, head.siblings, lambda name: name.startswith(_OURS))
    if not additions and not deletions:
        return
    send_large(api, space_id, additions, repo_type="space")
    api.create_commit(
        space_id,
        [*additions, *deletions],
        repo_type="space",
        commit_message="Deploy the demo",
        parent_commit=head.sha,
    )
