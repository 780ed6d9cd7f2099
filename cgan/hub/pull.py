"""Fetch weights from the Hugging Face Hub into its library's cache, and find them there later.

What is fetched, and what the cache holds, is compared with the hash that the Hub gives: the
library itself compares only the size.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgan.common.errors import BadValue, MissingFile, UserError, kind_of
from cgan.hub import compat
from cgan.hub.errors import HubError
from cgan.hub.hashes import is_same
from cgan.hub.repository import Repository
from cgan.hub.session import hub_session
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
        problem: why these are an earlier copy and not what the Hub has now; None if they are.
    """

    folder: Path
    commit: str
    problem: HubError | None = None


def pull(repository: Repository, check: Check | None = None) -> Pulled:
    """Fetch a repository's weights, unless they are on this machine already.

    A commit that is cached is used without asking the Hub. If the Hub can't be asked, what was
    last fetched for that revision is used, and `problem` says so.

    Args:
        repository: which one.
        check: raises a `UserError` for weights that the caller can't use. They are returned all
            the same, but what is cached for the revision stays in use.

    Raises:
        HubError: no such repository or revision, no permission, or the Hub can't be reached and
            nothing is cached.
        UserError: huggingface_hub is not installed, the repository has no weights for this
            package, or they arrived damaged twice.
    """
    compat.require(f"Fetching {repository} from the Hugging Face Hub needs")
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
        What was last fetched for the revision; None if it is missing, incomplete, damaged or
        unreadable.
    """
    compat.require(f"Looking for {repository} in the cache of the Hugging Face Hub needs")
    try:
        config, tensors = (
            _find(repository.id, name, repository.revision)
            for name in (weights.CONFIG_NAME, weights.WEIGHTS_NAME)
        )
        if config is None or tensors is None:
            return None
        folder, commit = compat.snapshot(config)
        if compat.snapshot(tensors) != (folder, commit):
            return None
        if not (compat.matches_its_name(config) and compat.matches_its_name(tensors)):
            return None
    except (OSError, ValueError):  # another user's file, or a ref that isn't text
        return None
    return Pulled(folder, commit)


@contextlib.contextmanager
def naming(repository: Repository, commit: str, folder: Path) -> Iterator[None]:
    """Let errors in fetched files name the repository instead of the cache.

    Args:
        repository: which one.
        commit: sha of the files' commit.
        folder: where the files are.
    """
    try:
        yield
    except UserError as error:
        values: dict[str, Any] = {
            name: value.name if isinstance(value, Path) and value.parent == folder else value
            for name, value in error.values.items()
        }
        raise kind_of(error)(
            "{repository}@{commit}: {error}",
            text_id="hub.at_commit",
            repository=repository.id,
            commit=commit,
            error=kind_of(error)(error.template, text_id=error.text_id, **values),
        ) from error


def _fetch(api: "HfApi", repository: Repository, check: Check | None) -> Pulled:
    info = api.model_info(
        repository.id,
        revision=repository.revision,
        files_metadata=True,
        timeout=compat.time_limit(),
    )
    commit = info.sha
    if commit is None:
        raise UserError(
            "The Hub did not report the commit of {repository}: check HF_ENDPOINT.",
            text_id="hub.no_commit",
            repository=repository,
        )
    there = {file.rfilename: file for file in info.siblings or ()}
    missing = [name for name in (weights.WEIGHTS_NAME, weights.CONFIG_NAME) if name not in there]
    if missing:
        raise MissingFile(
            "{repository} has no {file}: it is not a cgan weights repository.",
            text_id="hub.not_weights",
            repository=repository,
            file=missing[0],
        )
    pinned = Repository(repository.id, commit)
    config = _fetch_file(api, pinned, there[weights.CONFIG_NAME], weights.MAX_CONFIG_BYTES)
    folder, _ = compat.snapshot(config)
    with naming(repository, commit, folder):
        limit = weights.max_weights_bytes(weights.load_generator_config(folder))
    _fetch_file(api, pinned, there[weights.WEIGHTS_NAME], limit)
    if METRICS_NAME in there:
        # Drawing doesn't need it. A commit that was asked for by its sha then stays without it for
        # as long as it is in the cache.
        with contextlib.suppress(UserError, *compat.transfer_errors()):
            _fetch_file(api, pinned, there[METRICS_NAME], weights.MAX_CONFIG_BYTES)
    # Only now that everything is here and valid: after a pull that was cut off, or that fetched
    # unusable files, the revision stays what it was. Loading them says what is wrong.
    with contextlib.suppress(UserError):
        loaded = weights.load(folder)
        if check is not None:
            check(loaded)
        compat.remember(folder, repository.revision or compat.default_revision())
    return Pulled(folder, commit)


def _fetch_file(api: "HfApi", pinned: Repository, file: "RepoSibling", limit: int) -> Path:
    """Return where a file is in the cache, fetched if needed and compared with its hash."""
    name = file.rfilename
    if file.size is None:
        raise UserError(
            "The Hub did not report the size of {file} in {repository}: check HF_ENDPOINT.",
            text_id="hub.no_size",
            file=name,
            repository=pinned,
        )
    if file.size > limit:
        raise BadValue(
            "{file} of {repository} is {size:,} bytes; the limit is {limit:,} bytes.",
            text_id="hub.file_too_large",
            file=name,
            repository=pinned,
            size=file.size,
            limit=limit,
        )
    here = _find(pinned.id, name, pinned.revision)
    if here is not None and not is_same(here.read_bytes(), file):
        compat.forget(here)
    path = _download(api, pinned, name)
    if not is_same(path.read_bytes(), file):
        compat.forget(path)
        with compat.without_xet():  # which would take the damaged parts from its cache
            path = _download(api, pinned, name)
    if is_same(path.read_bytes(), file):
        return path
    compat.forget(path)
    raise UserError(
        "{file} of {repository} arrived damaged twice: its hash is not the one that the Hub gives. "
        "Try again, or use another network or mirror.",
        text_id="hub.file_damaged",
        file=name,
        repository=pinned,
    )


def _download(api: "HfApi", pinned: Repository, name: str) -> Path:
    """Fetch a file, whichever way works."""

    def download() -> Path:
        timeout = compat.time_limit()
        return Path(
            api.hf_hub_download(pinned.id, name, revision=pinned.revision, etag_timeout=timeout)
        )

    return compat.with_http_fallback(download, Exception)


def _find(repository_id: str, name: str, revision: str | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository_id, name, revision=revision)
    return Path(found) if isinstance(found, str) else None
