"""Publish a weights folder on the Hugging Face Hub, in one commit or not at all."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cgan.common.errors import BadValue
from cgan.hub import compat
from cgan.hub.errors import HubError, no_token, shown_endpoint
from cgan.hub.hashes import is_same
from cgan.hub.repository import Repository, check_revision
from cgan.hub.session import hub_session
from cgan.model.weights import CONFIG_NAME, WEIGHTS_NAME, is_config
from cgan.publish.card import CARD_NAME, is_edited
from cgan.publish.publication import NOT_ALWAYS, publication
from cgan.publish.upload import changed, content_of, outdated, send_large

if TYPE_CHECKING:
    from huggingface_hub import (
        CommitOperationAdd,
        CommitOperationDelete,
        GitRefs,
        HfApi,
        ModelInfo,
    )

_MESSAGE = "Publish weights"


@dataclass(frozen=True)
class Pushed:
    """The result of a push.

    Attributes:
        url: the repository's page, at the revision if one was given.
        commit: sha of the commit that has the files.
        changed: whether it is a new commit; False if the same files were there already.
        kept_card: whether the model card there stays, because somebody has edited it.
    """

    url: str
    commit: str
    changed: bool
    kept_card: bool = False

    def describe(self, folder: Path) -> str:
        """Say what happened to the weights in `folder`."""
        commit = self.commit[:7]
        if self.changed:
            said = f"Pushed {folder} to {self.url} (commit {commit})."
        else:
            said = f"Nothing to push: {self.url} already has the same files (commit {commit})."
        if self.kept_card:
            said += (
                f" {CARD_NAME} there has been edited, so it stays, and its figures may be of "
                "earlier weights: for a new one, delete it there and push again."
            )
        return said


def check_may_push(repository: Repository) -> None:
    """Check, changing nothing, that a push would be accepted.

    Raises:
        HubError: there is no token, or it may not write there; or the Hub can't be asked.
        UserError: the revision is not a branch, or huggingface_hub is not installed.
    """
    compat.require("Pushing needs")
    from huggingface_hub.errors import RepositoryNotFoundError

    _check_token(repository)
    with hub_session(repository, pushing=True) as api:
        who = compat.account(api.whoami())
        namespace = repository.id.partition("/")[0]
        # Only an attempt shows what a fine-grained token may do.
        if who.role == "read" or (who.role == "write" and namespace not in who.writable):
            raise HubError(
                f"Your token may not write to {repository.id}: it is {who.name}'s, with {who.role} "
                f"access. Use a name of your own, or create a token with write permission "
                f"at {shown_endpoint()}/settings/tokens."
            )
        with contextlib.suppress(RepositoryNotFoundError):  # then it will be created
            api.auth_check(repository.id, write=True)
            if repository.revision is not None:
                _branch_or_new(api, repository)


def push(
    folder: Path,
    repository: Repository,
    *,
    private: bool = False,
    tag: str | None = None,
    message: str | None = None,
    onnx: bool = False,
) -> Pushed:
    """Publish the weights in a folder, with pictures and a model card (`cgan.publish.publication`).

    The repository, and the branch if the revision names one, are created if they don't exist.
    Other files in it are kept, and so is a model card that somebody has edited. Only a
    `metrics.json` or `number.png` that these weights don't have is deleted, and ONNX files that
    were not asked for: they might be of other weights. If it has the same files already, there is
    no commit.

    Args:
        folder: a run folder, or any with `model.safetensors` and `config.json`.
        repository: where to; its revision is a branch.
        private: make a new repository private.
        tag: tag for the commit.
        message: commit message.
        onnx: publish the weights as ONNX files, too.

    Raises:
        HubError: why nothing was pushed, and what to do; or that everything except the tag was.
        UserError: something in the folder is missing or wrong, the options don't fit what is on
            the Hub, another model is there, or a package is not installed.
    """
    compat.require("Pushing needs")
    _check_token(repository)
    if tag is not None:
        check_revision(tag)
    files = publication(folder, repository, onnx=onnx)
    with hub_session(repository, pushing=True) as api:
        api.create_repo(repository.id, private=private or None, exist_ok=True)
        branch = _find_branch(api, repository)
        if private and not branch.head.private:
            raise BadValue(
                f"{repository.id} already exists and is public: leave out --private, make it "
                "private in its settings, or choose another name."
            )
        _check_replaceable(api, repository, branch.head)
        kept = _has_edited_card(api, repository, branch.head, files[CARD_NAME])
        if kept:
            del files[CARD_NAME]
        additions = changed(files, branch.head.siblings)
        deletions = outdated(files, branch.head.siblings, NOT_ALWAYS.__contains__)
        is_changed = bool(additions or deletions)
        if tag in branch.tags and (is_changed or branch.tags[tag] != branch.head.sha):
            raise BadValue(
                f"{repository.id} already has a tag {tag} on another commit, and tags don't move: "
                "choose another --tag."
            )
        commit = _commit(api, repository.id, branch, additions, deletions, message)
    if tag is not None and tag not in branch.tags:
        _tag(repository, tag, commit)
    url = f"{shown_endpoint()}/{repository.id}"
    if repository.revision is not None:
        url += f"/tree/{repository.revision}"
    return Pushed(url, commit, is_changed, kept)


@dataclass(frozen=True)
class _Branch:
    """A branch to push to, and what is on the Hub before the push.

    Attributes:
        name: name of the branch.
        is_new: whether it has to be made, from the main branch.
        head: the last commit of the branch, or of the main branch if it is new.
        tags: the repository's tags, and the commits that they name.
    """

    name: str
    is_new: bool
    head: "ModelInfo"
    tags: dict[str, str]


def _check_token(repository: Repository) -> None:
    from huggingface_hub import get_token

    if get_token() is None:
        raise no_token()
    if repository.is_pinned:
        raise BadValue(f"{repository.revision} is a commit: give a branch to push to.")


def _branch_or_new(api: "HfApi", repository: Repository) -> "tuple[str, GitRefs]":
    """Return the branch's name, and all refs of the repository; a tag is refused."""
    refs = api.list_repo_refs(repository.id)
    name = repository.revision or "main"
    if any(ref.name == name for ref in refs.tags):
        raise BadValue(f"{name} is a tag of {repository.id}: give a branch to push to.")
    return name, refs


def _find_branch(api: "HfApi", repository: Repository) -> _Branch:
    name, refs = _branch_or_new(api, repository)
    tags = {ref.name: ref.target_commit for ref in refs.tags}
    is_new = all(ref.name != name for ref in refs.branches)
    head = api.model_info(
        repository.id,
        revision="main" if is_new else name,
        files_metadata=True,
        timeout=compat.time_limit(),
    )
    return _Branch(name, is_new, head, tags)


def _check_replaceable(api: "HfApi", repository: Repository, head: "ModelInfo") -> None:
    """Check that what is there is ours to replace."""
    names = {file.rfilename for file in head.siblings or ()}
    ours = WEIGHTS_NAME not in names
    if CONFIG_NAME in names:
        ours = is_config(content_of(api, repository.id, CONFIG_NAME, head.sha))
    if not ours:
        raise BadValue(
            f"{repository.id} holds another model, which was not made with this package: choose "
            "another name."
        )


def _has_edited_card(api: "HfApi", repository: Repository, head: "ModelInfo", card: bytes) -> bool:
    """Return whether a card is there that somebody has written or changed."""
    there = next((file for file in head.siblings or () if file.rfilename == CARD_NAME), None)
    if there is None or is_same(card, there):
        return False
    text = content_of(api, repository.id, CARD_NAME, head.sha)
    return is_edited(text.decode("utf-8", "replace"))


def _commit(
    api: "HfApi",
    repository_id: str,
    branch: _Branch,
    additions: "list[CommitOperationAdd]",
    deletions: "list[CommitOperationDelete]",
    message: str | None,
) -> str:
    """Make the branch if it is new, commit what changed, and return the branch's last commit."""
    base = branch.head.sha
    # The large files first: until they are there, nobody sees a change.
    if additions:
        source = "main" if branch.is_new else branch.name
        send_large(api, repository_id, additions, revision=source)
    if branch.is_new:
        api.create_branch(repository_id, branch=branch.name, revision=base, exist_ok=True)
    if not (additions or deletions):
        return base or ""
    title, _, description = (message or _MESSAGE).strip().partition("\n")
    made = api.create_commit(
        repository_id,
        [*additions, *deletions],
        revision=branch.name,
        # What others pushed since then was not compared: the two must not be mixed.
        parent_commit=base,
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
            f"The files were pushed as commit {commit}, but the tag {tag} was not: {error} Then "
            "push again.",
            unavailable=error.unavailable,
        ) from None
