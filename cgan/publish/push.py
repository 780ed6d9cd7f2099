"""Publish a weights folder on the Hugging Face Hub, in one commit or not at all."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cgan.common.errors import UserError
from cgan.hub.errors import HubError, no_token, shown_endpoint
from cgan.hub.repository import Repository, check_revision
from cgan.hub.session import hub_session
from cgan.publish.publication import NOT_ALWAYS, publication
from cgan.publish.upload import changed, send_large

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, ModelInfo

_MESSAGE = "Publish weights"


@dataclass(frozen=True)
class Pushed:
    """What a push came to.

    Attributes:
        url: the repository's page, at the revision if there was one.
        commit: sha of the commit that has the files.
        changed: whether it is a new one; False if the same files were there already.
    """

    url: str
    commit: str
    changed: bool

    def describe(self, folder: Path) -> str:
        """Say what became of the weights in `folder`."""
        if self.changed:
            return f"Pushed {folder} to {self.url} (commit {self.commit[:7]})."
        return f"Nothing to push: {self.url} has the same already (commit {self.commit[:7]})."


def check_may_push(repository: Repository) -> None:
    """Check, changing nothing, that a push would be let in.

    Raises:
        HubError: no token, or not one that may write there; or the Hub can't be asked.
        UserError: the revision is no branch.
    """
    from huggingface_hub.errors import RepositoryNotFoundError

    _check_token(repository)
    with hub_session(repository, pushing=True) as api:
        who = api.whoami()
        role = who.get("auth", {}).get("accessToken", {}).get("role")
        namespace = repository.id.partition("/")[0]
        writable = [who["name"]]
        writable += [org["name"] for org in who.get("orgs", ()) if org.get("roleInOrg") != "read"]
        # What a fine-grained token may do is known only when it tries.
        if role == "read" or (role == "write" and namespace not in writable):
            raise HubError(
                f"Your token may not write to {repository.id}: it is {who['name']}'s and lets "
                f"you {role}. Give a name of your own, or make a token with write permission at "
                f"{shown_endpoint()}/settings/tokens."
            )
        with contextlib.suppress(RepositoryNotFoundError):  # then it will be made
            api.auth_check(repository.id, write=True)


def push(
    folder: Path,
    repository: Repository,
    *,
    private: bool = False,
    tag: str | None = None,
    message: str | None = None,
) -> Pushed:
    """Publish the weights in a folder, with pictures and a model card (`cgan.publish.publication`).

    The repository, and the branch if the revision names one, are made if they aren't there.
    Other files in it are kept, but for a `metrics.json` or `number.png` that these weights are
    published without. If it has the same files already, there is no commit.

    Args:
        folder: of a run, or any with `model.safetensors` and `config.json`.
        repository: where to; its revision is a branch.
        private: make a new repository private.
        tag: name that the commit gets.
        message: of the commit.

    Raises:
        HubError: why nothing was pushed, and what to do; or that all but the tag was.
        UserError: something in the folder is missing or wrong, or the options don't fit what is
            on the Hub.
    """
    _check_token(repository)
    if tag is not None:
        check_revision(tag)
    files = publication(folder, repository)
    with hub_session(repository, pushing=True) as api:
        api.create_repo(repository.id, private=private or None, exist_ok=True)
        refs = api.list_repo_refs(repository.id)
        tags = {ref.name: ref.target_commit for ref in refs.tags}
        branch = repository.revision or "main"
        if branch in tags:
            raise UserError(f"{branch} is a tag of {repository.id}: give a branch to push to.")
        is_new_branch = all(ref.name != branch for ref in refs.branches)
        head = _head(api, repository.id, "main" if is_new_branch else branch)
        if private and not head.private:
            raise UserError(
                f"{repository.id} is there already and public: leave out --private, make it "
                "private in its settings, or choose another name."
            )
        additions = changed(files, head.siblings)
        deletions = _deletions(files, head)
        is_changed = bool(additions or deletions)
        if tag in tags and (is_changed or tags[tag] != head.sha):
            raise UserError(
                f"{repository.id} has a tag {tag} of another commit already, and tags don't "
                "move: choose another --tag."
            )
        commit = head.sha or ""
        if is_changed or is_new_branch:
            changes = additions, deletions
            commit = _commit(api, repository.id, branch, head, is_new_branch, changes, message)
    if tag is not None and tag not in tags:
        _tag(repository, tag, commit)
    url = f"{shown_endpoint()}/{repository.id}"
    if repository.revision is not None:
        url += f"/tree/{repository.revision}"
    return Pushed(url, commit, is_changed)


def _check_token(repository: Repository) -> None:
    from huggingface_hub import get_token

    if get_token() is None:
        raise no_token()
    if repository.is_pinned:
        raise UserError(f"{repository.revision} is a commit: give a branch to push to.")


def _head(api: "HfApi", repository_id: str, branch: str) -> "ModelInfo":
    from huggingface_hub import constants

    return api.model_info(
        repository_id,
        revision=branch,
        files_metadata=True,
        timeout=constants.HF_HUB_ETAG_TIMEOUT,
    )


def _deletions(files: dict[str, bytes], head: "ModelInfo") -> "list[CommitOperationDelete]":
    """Return what deletes files that are there, and tell of other weights than these."""
    from huggingface_hub import CommitOperationDelete

    there = {file.rfilename for file in head.siblings or ()}
    return [CommitOperationDelete(n) for n in NOT_ALWAYS if n in there and n not in files]


def _commit(
    api: "HfApi",
    repository_id: str,
    branch: str,
    head: "ModelInfo",
    is_new_branch: bool,
    changes: "tuple[list[CommitOperationAdd], list[CommitOperationDelete]]",
    message: str | None,
) -> str:
    """Commit the files that changed; return the sha."""
    additions, deletions = changes
    # The large files first: until they are there, nothing is to be seen.
    send_large(api, repository_id, additions, revision="main" if is_new_branch else branch)
    if is_new_branch:
        api.create_branch(repository_id, branch=branch, revision=head.sha, exist_ok=True)
    if not (additions or deletions):
        return head.sha or ""
    title, _, description = (message or _MESSAGE).strip().partition("\n")
    made = api.create_commit(
        repository_id,
        [*additions, *deletions],
        revision=branch,
        # What others have pushed meanwhile was not compared with: the two must not be mixed.
        parent_commit=head.sha,
        commit_message=title or _MESSAGE,
        commit_description=description.strip(),
    )
    return str(made.oid)


def _tag(repository: Repository, tag: str, commit: str) -> None:
    try:
        with hub_session(repository, pushing=True) as api:
            api.create_tag(repository.id, tag=tag, revision=commit)
    except HubError as error:
        raise HubError(
            f"The files are pushed, as commit {commit}, but the tag {tag} is not: {error} Then "
            "push again.",
            unavailable=error.unavailable,
        ) from None
