"""Fetch weights from the Hugging Face Hub into its library's cache, and find them there again.

What is fetched, and what the cache holds, is compared with the hash that the Hub tells: the
library itself looks at the size alone.
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cgan.common import files
from cgan.common.errors import UserError
from cgan.hub.errors import HubError
from cgan.hub.hashes import GIT_DIGITS, SHA256_DIGITS, content_hash, is_same
from cgan.hub.repository import Repository
from cgan.hub.session import hub_session, without_xet
from cgan.model import weights
from cgan.model.metrics import METRICS_NAME

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoSibling


Check = Callable[[weights.Weights], None]


@dataclass(frozen=True)
class Pulled:
    """Weights of a repository, on this machine.

    Attributes:
        folder: holds `model.safetensors` and `config.json`; a snapshot in the library's cache.
        commit: the commit's sha, 40 hexadecimal digits.
        problem: why these are from before and not what the Hub has now; None if they are.
    """

    folder: Path
    commit: str
    problem: HubError | None = None


def pull(repository: Repository, check: Check | None = None) -> Pulled:
    """Fetch a repository's weights, unless they are here already.

    A commit that is here is taken without asking the Hub. If the Hub can't be asked, what it was
    last seen to have at that revision is taken, and `problem` says so.

    Args:
        repository: which.
        check: raises a `UserError` for weights that the caller has no use for. They are returned
            all the same, but don't take the place of what the revision was here.

    Raises:
        HubError: it can't be had: no such repository or revision, no permission, or not to be
            reached with nothing here.
        UserError: the repository holds no weights of ours, or they came wrong twice.
    """
    if repository.is_pinned and (found := cached(repository)):
        return found
    try:
        with hub_session(repository) as api:
            return _fetch(api, repository, check)
    except HubError as error:
        if not error.unavailable or (found := cached(repository)) is None:
            raise
        return replace(found, problem=error)


def cached(repository: Repository) -> Pulled | None:
    """Find weights that were fetched before, without the network.

    Returns:
        What the revision was last seen to be; None if it is not here, not all here, damaged, or
        not to be read.
    """
    try:
        config, tensors = (
            _find(repository.id, name, repository.revision)
            for name in (weights.CONFIG_NAME, weights.WEIGHTS_NAME)
        )
        if config is None or tensors is None or config.parent != tensors.parent:
            return None
        if not (_matches_its_name(config) and _matches_its_name(tensors)):
            return None
    except (OSError, ValueError):  # another user's, or a reference that is no text
        return None
    return Pulled(config.parent, config.parent.name)


def _fetch(api: "HfApi", repository: Repository, check: Check | None) -> Pulled:
    from huggingface_hub import constants

    info = api.model_info(
        repository.id,
        revision=repository.revision,
        files_metadata=True,
        timeout=constants.HF_HUB_ETAG_TIMEOUT,
    )
    commit = info.sha
    if commit is None:
        raise UserError(
            "The Hub does not tell the commit of {repository}: check HF_ENDPOINT.",
            repository=repository,
        )
    there = {file.rfilename: file for file in info.siblings or ()}
    missing = [name for name in (weights.WEIGHTS_NAME, weights.CONFIG_NAME) if name not in there]
    if missing:
        raise UserError(
            "{repository} holds no {file}: it is no weights repository of this program's.",
            repository=repository,
            file=missing[0],
        )
    pinned = Repository(repository.id, commit)
    config = _fetch_file(api, pinned, there[weights.CONFIG_NAME], weights.MAX_CONFIG_BYTES)
    limit = weights.max_weights_bytes(weights.load_generator_config(config.parent))
    _fetch_file(api, pinned, there[weights.WEIGHTS_NAME], limit)
    if METRICS_NAME in there:
        # One can draw without knowing how well. A commit that was asked for by its sha then goes
        # without, for as long as it is in the cache.
        with contextlib.suppress(Exception):
            _fetch_file(api, pinned, there[METRICS_NAME], weights.MAX_CONFIG_BYTES)
    # Only now that all is here, and right: a pull that was cut off, or has brought what is no
    # weights of ours, leaves the revision at what it was. Whoever loads it says what is wrong.
    with contextlib.suppress(UserError):
        loaded = weights.load(config.parent)
        if check is not None:
            check(loaded)
        _remember(config.parent, repository.revision or constants.DEFAULT_REVISION)
    return Pulled(config.parent, commit)


def _fetch_file(api: "HfApi", pinned: Repository, file: "RepoSibling", limit: int) -> Path:
    """Return where a file is in the cache, fetched if need be and compared with its hash."""
    name = file.rfilename
    if file.size is None:
        raise UserError(
            "The Hub does not tell how large {file} of {repository} is: check HF_ENDPOINT.",
            file=name,
            repository=pinned,
        )
    if file.size > limit:
        raise UserError(
            "{file} of {repository} is {size:,} bytes, and at most {limit:,} bytes are taken.",
            file=name,
            repository=pinned,
            size=file.size,
            limit=limit,
        )
    here = _find(pinned.id, name, pinned.revision)
    if here is not None and not is_same(here.read_bytes(), file):
        _forget(here)
    path = _download(api, pinned, name)
    if not is_same(path.read_bytes(), file):
        _forget(path)
        with without_xet():  # which would take the damaged parts from its cache
            path = _download(api, pinned, name)
    if is_same(path.read_bytes(), file):
        return path
    _forget(path)
    raise UserError(
        "{file} of {repository} came damaged twice: its content is not what the Hub says. Try "
        "again, or from another network or mirror.",
        file=name,
        repository=pinned,
    )


def _download(api: "HfApi", pinned: Repository, name: str) -> Path:
    """Fetch a file by Xet, or over HTTP where that fails: mirrors and firewalls may lack it."""
    from huggingface_hub import constants, errors

    def download() -> Path:
        timeout = constants.HF_HUB_ETAG_TIMEOUT
        return Path(
            api.hf_hub_download(pinned.id, name, revision=pinned.revision, etag_timeout=timeout)
        )

    try:
        return download()
    except errors.EntryNotFoundError:  # not there, or not even to be asked for
        raise
    except Exception:  # Xet's are of any kind
        if constants.HF_HUB_DISABLE_XET:
            raise
        with without_xet():
            return download()


def _find(repository_id: str, name: str, revision: str | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository_id, name, revision=revision)
    return Path(found) if isinstance(found, str) else None


def _matches_its_name(path: Path) -> bool:
    """Tell whether a cached file has the hash that the cache has named it by.

    A cache without symbolic links keeps no such names: then there is nothing to compare.
    """
    if not path.is_symlink():
        return True
    name = path.readlink().name
    if not re.fullmatch(f"[0-9a-f]{{{GIT_DIGITS}}}|[0-9a-f]{{{SHA256_DIGITS}}}", name):
        return True
    return content_hash(path.read_bytes(), len(name)) == name


def _forget(path: Path) -> None:
    """Delete a cached file, and what it is a symbolic link to."""
    while True:
        target = path.parent / path.readlink() if path.is_symlink() else None
        path.unlink(missing_ok=True)
        if target is None:
            return
        path = target


def _remember(snapshot: Path, revision: str) -> None:
    """Note which commit a branch or tag is, as the library does, for when there is no network."""
    if revision == snapshot.name:
        return
    note = snapshot.parent.parent / "refs" / revision
    with contextlib.suppress(UserError, OSError):  # a cache that can't be written still serves
        note.parent.mkdir(parents=True, exist_ok=True)
        if not note.exists() or note.read_bytes() != snapshot.name.encode():
            files.write_text(note, snapshot.name)
