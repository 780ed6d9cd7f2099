"""What every commit to the Hub begins with: finding what has changed, and sending what is large."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cgan.hub.hashes import is_same
from cgan.hub.session import without_xet

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.hf_api import RepoSibling


def changed(
    files: Mapping[str, bytes], there: Sequence["RepoSibling"] | None
) -> "list[CommitOperationAdd]":
    """Return what adds those of `files` that are not there, or have another content."""
    from huggingface_hub import CommitOperationAdd

    known = {file.rfilename: file for file in there or ()}
    return [
        CommitOperationAdd(path, content)
        for path, content in files.items()
        if path not in known or not is_same(content, known[path])
    ]


def send_large(
    api: "HfApi", repository_id: str, additions: "list[CommitOperationAdd]", **where: Any
) -> None:
    """Send the large files, which are not to be seen until a commit names them.

    By Xet, or over HTTP where that fails: mirrors and firewalls may lack it. `where` is the
    library's `revision` and `repo_type`.
    """
    from huggingface_hub import constants
    from huggingface_hub.errors import OfflineModeIsEnabled

    def send() -> None:
        api.preupload_lfs_files(repository_id, additions, free_memory=False, **where)

    try:
        send()
    except OfflineModeIsEnabled:
        raise
    except ConnectionError:  # of hf_xet alone; the rest raises httpx2's errors
        if constants.HF_HUB_DISABLE_XET:
            raise
        with without_xet():
            send()
