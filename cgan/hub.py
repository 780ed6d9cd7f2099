"""Getting a generator from the Hugging Face Hub, checked byte for byte.

huggingface_hub checks the size of what it downloads, but not what is in it; here every file is
compared with the hash that the Hub has of it, also when it is in the cache already.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cgan.hub_errors import HubError, explained
from cgan.repository import Repository
from cgan.weights import CONFIG_NAME, WEIGHTS_NAME

# Bytes; the largest generator that a config allows, in colour and 128 pixels high, has 210 MB.
_LIMITS = {CONFIG_NAME: 1 << 20, WEIGHTS_NAME: 1 << 28}
# Seconds for the one request that says what there is.
_TIMEOUT = 10.0
_TRIES = 3


@dataclass(frozen=True)
class Pulled:
    """A repository's files at a commit, in the cache of huggingface_hub.

    Attributes:
        folder: with `model.safetensors` and `config.json`; may hold other files.
        id: `user/name`.
        commit: 40 hexadecimal digits.
    """

    folder: Path
    id: str
    commit: str

    def __str__(self) -> str:
        """Return `user/name@commit`."""
        return f"{self.id}@{self.commit}"


def pull(repository: Repository) -> Pulled:
    """Fetch what is not in the cache yet; check all of it.

    Raises:
        HubError: the Hub can't be asked, refuses, has no generator there, or what comes is not
            what it says.
    """
    with explained(str(repository)):
        for _ in range(_TRIES):
            commit, digests = _list(repository)
            paths = [_fetch(repository, name, commit, digest) for name, digest in digests.items()]
            # A branch may have moved on between the requests.
            if all(path.parent.name == commit for path in paths):
                return Pulled(paths[0].parent, repository.id, commit)
    raise HubError("busy", f"{repository} is being changed just now: try again.")


def _list(repository: Repository) -> tuple[str, dict[str, str]]:
    """Return the commit of the revision, and the hash of each file that is needed."""
    from huggingface_hub import HfApi, constants

    info = HfApi(endpoint=constants.ENDPOINT).model_info(
        repository.id, revision=repository.revision, files_metadata=True, timeout=_TIMEOUT
    )
    listed = {file.rfilename: file for file in info.siblings or []}
    digests = {}
    for name, limit in _LIMITS.items():
        file = listed.get(name)
        if file is None:
            raise HubError("missing", f"{repository} has no {name}: it holds no generator.")
        if file.size is None or file.size > limit:
            raise HubError("damaged", f"{name} of {repository} is too large: {file.size} bytes.")
        digests[name] = str(file.blob_id if file.lfs is None else file.lfs.sha256)
    return str(info.sha), digests


def _fetch(repository: Repository, name: str, commit: str, digest: str) -> Path:
    """Return the file's path in the cache; one that is wrong is fetched once more."""
    from huggingface_hub import constants, hf_hub_download

    for _ in range(2):
        # By the revision's own name, which the cache then knows, too.
        path = Path(
            hf_hub_download(
                repository.id, name, revision=repository.revision, endpoint=constants.ENDPOINT
            )
        )
        if path.parent.name != commit or _digest(path, len(digest)) == digest:
            return path
        for part in _links(path):
            part.unlink()
    raise HubError(
        "damaged",
        f"{name} of {repository} arrives damaged from {constants.ENDPOINT}: try again later, or "
        "from another network.",
    )


def cached(repository: Repository) -> Pulled | None:
    """Return what is in the cache of a revision, without asking the Hub; None if not all is.

    A file that no longer is what the Hub said when it came counts as not there.
    """
    from huggingface_hub import try_to_load_from_cache

    folder = Path()
    for name in _LIMITS:
        found = try_to_load_from_cache(repository.id, name, revision=repository.revision or "main")
        if not isinstance(found, str):
            return None
        path = Path(found)
        # The cache links to a file that is named by the Hub's hash of it.
        digest = _links(path)[1].name if path.is_symlink() else ""
        is_hash = re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", digest)
        if is_hash and _digest(path, len(digest)) != digest:
            return None
        folder = path.parent
    return Pulled(folder, repository.id, folder.name)


def pull_or_cached(repository: Repository) -> Pulled:
    """Return what `pull` does or, where the Hub can't be asked now, what is in the cache.

    Raises:
        HubError: neither works.
    """
    try:
        return pull(repository)
    except HubError as error:
        found = cached(repository) if error.kind in ("offline", "busy") else None
        if found is None:
            raise
        return found


def _links(path: Path) -> list[Path]:
    """Return a link, what it leads to, and so on to the file."""
    parts = [path]
    while parts[-1].is_symlink():
        parts.append(parts[-1].parent / parts[-1].readlink())
    return parts


def _digest(path: Path, length: int) -> str:
    """Return a file's hash as the Hub gives it: SHA-256 if it has 64 digits, or git's blob id."""
    content = path.read_bytes()
    if length == 64:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
