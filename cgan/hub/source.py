"""Where weights come from: with the package, from a folder, or from the Hugging Face Hub."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cgan.common.errors import BadValue, printable
from cgan.hub import compat
from cgan.hub.errors import HubError
from cgan.hub.pull import Pulled, naming, pull
from cgan.hub.repository import Repository, parse
from cgan.model.weights import Weights, load

HELP = "weights folder, or user/name[@revision] on the Hugging Face Hub"
"""What `read` takes as a reference, for the help of an option."""

BUNDLED = Path(__file__).parents[1] / "pretrained"


@dataclass(frozen=True)
class Source:
    """Where a generator's weights come from.

    Attributes:
        kind: "bundled", "folder", "hub", or "memory" for tensors that were not read from files.
        name: the folder's path, or the repository's id with the revision that was asked for.
        commit: sha of the Hub's commit, 40 hexadecimal digits; otherwise empty.
        problem: why these are an earlier copy and not what the Hub has now; otherwise empty.
        folder: where the files are on this machine; not compared. None for tensors that were not
            read.
    """

    kind: Literal["bundled", "folder", "hub", "memory"] = "memory"
    name: str = ""
    commit: str = ""
    problem: str = ""
    folder: Path | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """A name that means something elsewhere: user/name@commit, a folder's own name, or ""."""
        if self.kind == "hub":
            return f"{self.name.partition('@')[0]}@{self.commit}"
        return printable(Path(self.name).resolve().name) if self.kind == "folder" else ""


def read(
    reference: str | os.PathLike[str] | None, revision: str | None = None
) -> tuple[Weights, Source]:
    """Read weights from wherever a reference says.

    Args:
        reference: a folder, "user/name" or "user/name@revision" (`cgan.hub.repository.parse` tells
            them apart); None for the bundled weights.
        revision: branch, tag or commit of a repository.

    Raises:
        UserError: there are none, something is wrong with them, or huggingface_hub is needed and
            not installed.
    """
    if reference is None:
        if revision is not None:
            raise BadValue(
                "The bundled weights have no revision {revision!r}: name a repository.",
                text_id="hub.bundled_revision",
                revision=revision,
            )
        return load(BUNDLED), Source("bundled", folder=BUNDLED)
    found = parse(reference, revision)
    if isinstance(found, Path):
        return load(found), Source("folder", str(found), folder=found)
    use = f"Fetching {found} from the Hugging Face Hub needs"
    if found.revision is None:  # a folder may have been meant
        use = f"There is no folder {found} here, and fetching it from the Hugging Face Hub needs"
    compat.require(use)
    try:
        return read_pulled(found, pull(found))
    except HubError as error:
        if found.revision is not None:
            raise
        raise HubError(
            "{error} There is no folder {folder} here, either.",
            text_id="hub.no_folder_either",
            unavailable=error.unavailable,
            error=error,
            folder=found.id,
        ) from None


def read_pulled(repository: Repository, pulled: Pulled) -> tuple[Weights, Source]:
    """Read what `cgan.hub.pull` has fetched or found.

    Raises:
        UserError: something is wrong with it; names the repository instead of the cache.
    """
    with naming(repository, pulled.commit, pulled.folder):
        read = load(pulled.folder)
    problem = "" if pulled.problem is None else str(pulled.problem)
    return read, Source("hub", str(repository), pulled.commit, problem, pulled.folder)
