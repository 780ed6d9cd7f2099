"""What `python -m cgan doctor` finds: one line for each thing that it checks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from cgan.common.errors import UserError, last_line

Level: TypeAlias = Literal["ok", "note", "fault"]


@dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes:
        name: what it is, a word or two.
        text: what was found and, if necessary, what to do about it.
        level: "ok"; "note" where something is unusual, or missing that only some uses need;
            "fault" where what every use needs doesn't work.
    """

    name: str
    text: str
    level: Level = "ok"


def look(name: str, find: Callable[[], Finding]) -> Finding:
    """Call `find`; an error in it becomes a finding with this name."""
    try:
        return find()
    except (Exception, SystemExit) as error:  # a broken package may raise anything when imported
        return Finding(name, f"could not be checked ({describe(error)})", "note")


def describe(error: BaseException) -> str:
    """Return an error's kind and the last line of its message; a `UserError` as it is."""
    if isinstance(error, UserError):
        return str(error)
    kind = type(error).__name__
    return f"{kind}: {last_line(error)}" if str(error).strip() else kind


def shown(path: Path | str) -> str:
    """Return a path with the home folder as ~, fit for a bug report."""
    try:
        return f"~/{Path(path).relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere, or there is no home
        return str(path)
