"""Writing files so that a crash, a kill or a full disk never damages what was there."""

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from cgan.common.errors import BadValue, UserError, kind_of

TEMPORARY_SUFFIX = ".tmp"
# Of a name, in bytes, in the temporary one, which can't be longer than 255 either.
_START = 100
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_NAME = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP)

_DEVICES, _PROCESSES = Path("/dev"), Path("/proc")
_MAX_LINKS = 40  # as in Linux


def temporary_name(path: Path) -> Path:
    """Return a hidden name beside `path`, this thread's own, to write before renaming."""
    writer = f"{os.getpid()}-{threading.get_ident()}"
    name, full = path.name, os.fsencode(path.name)
    if len(full) > _START:  # the digest tells two long names apart
        start = full[:_START].decode(errors="ignore")
        name = f"{start}.{hashlib.sha256(full).hexdigest()[:16]}"
    return path.with_name(f".{name}.{writer}{TEMPORARY_SUFFIX}")


@contextlib.contextmanager
def replacing(path: Path, previous: Path | None = None) -> Iterator[Path]:
    """Yield a temporary path to write; at the end flush it to disk and rename it to `path`.

    At any moment `path` is either the old file or the complete new one. If the block raises, the
    temporary file is deleted and `path` is unchanged. A link stays, and the file behind it is
    replaced. The new file may be read and written by whom the old one might.

    Args:
        path: of the file.
        previous: where to keep the old file, in place of the one that is there.

    Raises:
        UserError: the file can't be written (disk full, no permission, no such folder), or
            `path` is a folder or a device.
    """
    try:
        if not path.name or (path.exists() and not path.is_file()):
            raise _not_a_file(path)
        # Where both are kept, they may be links themselves: the files could be on two disks.
        place = path if previous is not None else _behind_links(path)
        temporary = temporary_name(place)
        try:
            yield temporary
            with open(temporary, "rb") as file:
                os.fsync(file.fileno())
            if place.exists():
                with contextlib.suppress(OSError):  # a file system without modes
                    shutil.copymode(place, temporary)
                if previous is not None:
                    _keep(place, previous)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(place.parent)
    except UserError:  # MissingFile is also an OSError
        raise
    except OSError as error:
        raise kind_of(error)(
            f"Could not write {path}: {error.strerror or error}; "
            f"what was there before is unchanged. {_advice(error)}"
        ) from error


def _advice(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "Make the folder first, or choose another."
    if error.errno in _NO_SPACE:
        return "Free some disk space or choose another folder."
    return f"Choose another {'name' if error.errno in _NO_NAME else 'folder'}."


def _not_a_file(path: Path) -> BadValue:
    return BadValue(f"Could not write {path}: it is not a file. Choose another name.")


def _behind_links(path: Path) -> Path:
    """Return the file that a name leads to, which may not exist yet.

    Raises:
        BadValue: the links go in a circle, or lead to what a process has open, as /dev/stdout
            does: to replace that would put a file in a device's place.
    """
    place = path
    for _ in range(_MAX_LINKS):
        folder = Path(os.path.realpath(place.parent))
        if folder == _DEVICES or _PROCESSES in (folder, *folder.parents):
            break
        if not place.is_symlink():
            return place
        place = folder / place.readlink()
    raise _not_a_file(path)


def _keep(path: Path, previous: Path) -> None:
    """Give a file a second name."""
    temporary = temporary_name(previous)
    try:
        os.link(path, temporary)
    except OSError:  # a file system without hard links: for a moment, it has the new name only
        path.replace(previous)
        return
    temporary.replace(previous)
    temporary.unlink(missing_ok=True)  # stays where both names are the same file already


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` as `replacing` does."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` (UTF-8) to `path` as `replacing` does."""
    write_bytes(path, text.encode())


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files as `replacing` does: all of them, or none if one can't be written.

    They get their names in the order given, so whoever stops in between leaves the first ones.
    """
    with contextlib.ExitStack() as stack:
        for path, data in reversed(list(contents.items())):  # the last one entered leaves first
            stack.enter_context(replacing(path)).write_bytes(data)


def remove_stale_temporaries(folder: Path) -> None:
    """Delete the unfinished files that a killed process left in `folder`."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        with contextlib.suppress(OSError):  # a folder of that name is not ours
            path.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the platform supports that."""
    with contextlib.suppress(OSError):  # unreadable, or a file system that doesn't support it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
