"""What every commit to the Hub starts with: finding the changed files, sending the large ones."""

from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cgan.hub.compat import with_http_fallback
from cgan.hub.hashes import is_same

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.hf_api import RepoSibling


def changed(
    files: Mapping[str, bytes], there: Sequence["RepoSibling"] | None
) -> "list[CommitOperationAdd]":
    """Return operations that add those of `files` that are missing or different there."""
    from huggingface_hub import CommitOperationAdd

    known = {file.rfilename: file for file in there or ()}
    return [
        CommitOperationAdd(path, content)
        for path, content in files.items()
        if path not in known or not is_same(content, known[path])
    ]


def content_of(api: "HfApi", repository_id: str, name: str, commit: str | None) -> bytes:
    """Return a file that is there."""
    return Path(api.hf_hub_download(repository_id, name, revision=commit)).read_bytes()


def outdated(
    files: Container[str],
    there: Sequence["RepoSibling"] | None,
    is_ours: Callable[[str], bool],
) -> "list[CommitOperationDelete]":
    """Return operations that delete the files there that are ours by name and not in `files`."""
    from huggingface_hub import CommitOperationDelete

    names = [file.rfilename for file in there or ()]
    return [CommitOperationDelete(name) for name in names if is_ours(name) and name not in files]


def send_large(
    api: "HfApi", repository_id: str, additions: "list[CommitOperationAdd]", **where: Any
) -> None:
    """Send the large files, which nobody sees until a commit names them.

    `where` is the library's `revision` and `repo_type`.
    """

    def send() -> None:
        api.preupload_lfs_files(repository_id, additions, free_memory=False, **where)

    with_http_fallback(send, ConnectionError)
