"""What a reference to weights means: a folder, or a repository on the Hugging Face Hub."""

from dataclasses import dataclass
from pathlib import Path

from cgan.errors import UserError


@dataclass(frozen=True)
class Repository:
    """A model repository on the Hub.

    Attributes:
        id: `user/name`.
        revision: branch, tag or commit; None for the branch "main".
    """

    id: str
    revision: str | None = None

    def __str__(self) -> str:
        """Return it as it is typed: `user/name` or `user/name@revision`."""
        return self.id if self.revision is None else f"{self.id}@{self.revision}"


def parse(reference: str) -> Repository | Path:
    """Tell a repository from a folder, by rule.

    What begins with `.`, `/` or `~` is a folder. Of the rest, what holds an `@` is a repository;
    `a/b` is the folder of that name where there is one, and else a repository; anything else is
    a folder.

    Raises:
        UserError: it is no name of a repository where it has to be one.
    """
    if reference.startswith((".", "/", "~")):
        return Path(reference).expanduser()
    if "://" in reference:
        raise UserError(
            f"{reference} is an address: give a repository as user/name or user/name@revision."
        )
    name, at, revision = reference.partition("@")
    if at:
        if not revision or not is_repository_name(name):
            raise UserError(
                f"{reference} is no repository: give it as user/name or "
                "user/name@revision, and a folder with an @ as ./folder."
            )
        return Repository(name, revision)
    if is_repository_name(reference) and not Path(reference).exists():
        return Repository(reference)
    return Path(reference)


def parse_repository(name: str) -> Repository:
    """Return the repository `user/name`, whatever folders there are.

    Raises:
        UserError: it is no such name.
    """
    if not is_repository_name(name):
        raise UserError(f"{name} is no repository: give it as user/name.")
    return Repository(name)


def is_repository_name(name: str) -> bool:
    """Return whether `name` is `user/name`, by the Hub's rules for both parts."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return name.count("/") == 1
