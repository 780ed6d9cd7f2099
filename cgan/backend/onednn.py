"""Give Jittor the oneDNN library from pinned packages, so that it doesn't download it.

Jittor multiplies matrices on the CPU with oneDNN 2.x. At its first import it downloads a build
of it from one university server and runs it. It checks no certificate, and an md5, which can be
forged. It skips the download if its cache already holds a oneDNN. So we link one into that
place: from the wheels `onednn-cpu-gomp` and `onednn-devel-cpu-gomp`, or from Debian's
`libdnnl-dev`. Where there is neither, Jittor does without, unless the user asks for the download.
"""

import importlib.metadata
import os
import platform
from pathlib import Path

from cgan.backend.compat import (
    ONEDNN_HEADERS,
    ONEDNN_INCLUDE,
    ONEDNN_LIBRARY,
    ONEDNN_SONAME,
    USE_ONEDNN,
    onednn_folder,
)
from cgan.common.errors import UserError
from cgan.common.terminal import note, warn

ADVICE = (
    "On x86-64 Linux, pip install -r requirements.txt installs it; elsewhere, on Debian or Ubuntu, "
    "sudo apt-get install libdnnl-dev does."
)
DOWNLOAD_ADVICE = (
    f"With {USE_ONEDNN}=1 in the environment, Jittor downloads a build of it, without checking "
    "where it comes from."
)
_UNSUPPORTED = f"Jittor does without its matrix library oneDNN on a {platform.machine()}."


def provide_onednn(home: str) -> None:
    """Make sure that `import jittor` finds oneDNN or does without it, with a warning.

    A `use_mkl` that the user has set stays: with "1", Jittor may download oneDNN where there is
    none; with another value it does without.

    Args:
        home: the folder whose `.cache/jittor` is Jittor's cache.

    Raises:
        UserError: the cache holds part of one, which can't be completed.
    """
    wanted = os.environ.get(USE_ONEDNN)
    if wanted not in (None, "1"):
        return
    name = onednn_folder()
    if name is None:
        if wanted is None:
            os.environ[USE_ONEDNN] = "0"
            warn(f"training will be about 19 times slower: {_UNSUPPORTED}")
        return
    folder = Path(home) / name
    if _complete(folder):
        return
    source = _from_wheels() or _from_system()
    if source is not None:
        _link(folder, *source)
        if not _complete(folder):  # the user has a folder in place of a link
            raise UserError(f"{folder} is incomplete: delete it, and it will be created again.")
    elif wanted is None:
        os.environ[USE_ONEDNN] = "0"
        warn(
            "training will be about 19 times slower: Jittor's matrix library oneDNN is not "
            f"installed. {ADVICE} {DOWNLOAD_ADVICE}"
        )
    else:
        note("Jittor is downloading its matrix library oneDNN: about 20 MB, once.")


def find(home: Path) -> str | None:
    """Say where `provide_onednn` would find oneDNN, without changing anything; or None."""
    name = onednn_folder()
    if name is None:
        return None
    if _complete(home / name):
        return "in Jittor's cache"
    if _from_wheels() is not None:
        return "installed as Python packages"
    return "installed in the system" if _from_system() is not None else None


def _complete(folder: Path) -> bool:
    """Return whether everything that Jittor uses is in `folder`, without dangling links."""
    library = folder / ONEDNN_LIBRARY
    return (
        library.is_file()
        and any((folder / ONEDNN_INCLUDE / name).is_file() for name in ONEDNN_HEADERS)
        # Whatever its version: Jittor compiles its operators for the one that is there.
        and any(file.exists() for file in library.parent.glob("libdnnl.so.[0-9]*"))
    )


def _from_wheels() -> tuple[Path, Path] | None:
    """Return the wheels' (include folder, library), or None where they are not installed."""
    include = _file_of("onednn-devel-cpu-gomp", ONEDNN_HEADERS[0])
    library = _file_of("onednn-cpu-gomp", ONEDNN_SONAME)
    if include is None or library is None:
        return None
    return include.parent, library


def _file_of(package: str, name: str) -> Path | None:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        path = Path(str(file.locate()))
        if file.name == name and file.parent.name != "oneapi" and path.is_file():
            return path.resolve()
    return None


def _from_system() -> tuple[Path, Path] | None:
    """Return the (include folder, library) of Debian's libdnnl-dev 2.x, or None."""
    include = Path("/usr/include")
    if not (include / ONEDNN_HEADERS[0]).is_file():
        return None
    library = next(Path("/usr/lib").glob(f"*-linux-gnu/{ONEDNN_SONAME}"), None)
    return None if library is None else (include, library)


def _link(folder: Path, include: Path, library: Path) -> None:
    """Link `include` and `library` into `folder` under the names that Jittor looks for.

    Each link is renamed into place, and two processes make the same links, so they can't disturb
    each other. `ONEDNN_LIBRARY` comes last: Jittor takes it as the sign that all is there.
    """
    first = folder / ONEDNN_LIBRARY
    first.parent.mkdir(parents=True, exist_ok=True)
    for link, target in (
        (folder / ONEDNN_INCLUDE, include),
        (first.with_name(ONEDNN_SONAME), library),
        (first, library),
    ):
        if link.exists():
            continue
        temporary = link.with_name(f".{link.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)  # left by a killed process with the same number
        temporary.symlink_to(target)
        temporary.replace(link)
