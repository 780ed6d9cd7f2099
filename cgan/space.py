"""A Hugging Face Space of the demo: a folder with all that it needs, and its upload.

Spaces reads the front matter of README.md, installs requirements.txt together with Gradio in the
version named there, copies the folder, and runs `app_file` as a plain user.
"""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, SpaceCardData, SpaceHardware

from cgan import demo_files, files
from cgan.errors import UserError
from cgan.weights import CONFIG_NAME, WEIGHTS_NAME

# Read by demo/app.py where neither the command line nor the environment says what to use.
WEIGHTS_FILE = "demo/weights.txt"
# One that ZeroGPU offers (3.10 or 3.12) and NumPy 1.26 has wheels for.
PYTHON_VERSION = "3.12"
CPU, ZERO_GPU = "cpu-basic", "zero-a10g"
HARDWARE = (CPU, ZERO_GPU)
# Modules that are no longer there go with the upload; what else is in the Space stays.
_REPLACED = ["cgan/*", "demo/*"]

_README = """\
# Numbers written by hand

Type a phone number and get it in handwriting. A conditional GAN trained on MNIST draws the
digits, with NumPy alone: the page needs no GPU. What you type is kept nowhere.

{weights}
"""
_BUNDLED = "The weights are those in `cgan/pretrained`."
_PINNED = """\
The weights are {weights}, or, where the Hub can't be reached, those in `cgan/pretrained`.
The variable `CGAN_WEIGHTS`, under Settings, names others."""


@dataclass(frozen=True)
class Pinned:
    """Weights on the Hub: a repository, `user/name`, at a commit, 40 hexadecimal digits."""

    repo: str
    commit: str
    public: bool = True

    def __str__(self) -> str:
        """Return it as the demo's --weights takes it."""
        return f"{self.repo}@{self.commit}"


def stage(folder: Path, weights: list[Pinned], hardware: str = CPU) -> None:
    """Write what the Space holds into `folder`.

    Args:
        folder: new or empty.
        weights: what the page uses, the first one at first; none for those in the package.
        hardware: one of `HARDWARE`.

    Raises:
        UserError: the folder is not empty or can't be written, or this is not a clone.
    """
    if not (demo_files.ROOT / demo_files.APP).is_file():
        raise UserError("There is no demo beside the package: deploy from a clone.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is not an empty folder: choose another name.")
    try:
        demo_files.stage(folder)
    except OSError as error:
        raise UserError(f"Could not write {folder}: {error.strerror or error}.") from error
    files.write_text(folder / "README.md", _card(weights, hardware))
    if weights:
        files.write_text(folder / WEIGHTS_FILE, ",".join(map(str, weights)) + "\n")


def _card(weights: list[Pinned], hardware: str) -> str:
    lock = (demo_files.ROOT / demo_files.REQUIREMENTS).read_text(encoding="utf-8")
    # Fetched when the Space is built, without a token: public ones only.
    preload = [
        f"{one.repo} {CONFIG_NAME},{WEIGHTS_NAME} {one.commit}" for one in weights if one.public
    ]
    data = SpaceCardData(
        title="Numbers written by hand",
        emoji="✍️",
        colorFrom="gray",
        colorTo="indigo",
        sdk="gradio",
        sdk_version=demo_files.read_pins(lock)["gradio"].version,
        python_version=PYTHON_VERSION,
        app_file=demo_files.APP,
        short_description="Type a number, get it in a GAN's handwriting",
        suggested_hardware=hardware,
        license="mit",
        models=list(dict.fromkeys(one.repo for one in weights)) or None,
        preload_from_hub=preload or None,
    )
    said = _PINNED.format(weights=", ".join(f"`{one}`" for one in weights)) if weights else _BUNDLED
    return f"---\n{data.to_yaml()}\n---\n\n{_README.format(weights=said)}"


def pin(weights: str, api: HfApi) -> list[Pinned]:
    """Look up the commits of `user/name` or `user/name@revision`, or several behind commas.

    Raises:
        UserError: a name is none, or there is no such repository, revision or generator in it,
            or the Hub can't be asked.
    """
    named = [_parse(part) for part in weights.split(",")]
    return [_pin(repo, revision, api) for repo, revision in named]


def _parse(weights: str) -> tuple[str, str | None]:
    found = re.fullmatch(r"\s*([\w.-]+/[\w.-]+)(?:@(\S+))?\s*", weights)
    if found is None:
        raise UserError(f"--weights must be user/name or user/name@revision, not {weights!r}.")
    return found[1], found[2]


def _pin(repo: str, revision: str | None, api: HfApi) -> Pinned:
    info = api.model_info(repo, revision=revision)
    names = {file.rfilename for file in info.siblings or []}
    if missing := {CONFIG_NAME, WEIGHTS_NAME} - names:
        raise UserError(f"{repo} has no {' and no '.join(sorted(missing))}: no generator.")
    assert info.sha is not None
    return Pinned(repo, info.sha, public=not (info.private or info.gated))


def deploy(
    space: str,
    weights: list[Pinned],
    api: HfApi,
    *,
    private: bool = False,
    hardware: str = CPU,
) -> str:
    """Upload the demo to a Space, created if need be, in one commit; return its address.

    Raises:
        UserError: what the Hub has against it, or why it can't be asked.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "space"
        stage(folder, weights, hardware)
        url = api.create_repo(
            space,
            repo_type="space",
            space_sdk="gradio",
            # Nothing is said for the usual kind, so that a Space keeps what it has.
            space_hardware=None if hardware == CPU else SpaceHardware(hardware),
            private=private or None,
            exist_ok=True,
        )
        api.upload_folder(
            repo_id=url.repo_id,
            repo_type="space",
            folder_path=folder,
            commit_message="Deploy the demo",
            delete_patterns=_REPLACED,
        )
    return str(url)
