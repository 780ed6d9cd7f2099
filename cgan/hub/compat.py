"""Every private part of huggingface_hub that this project leans on, written for `VERSION`.

What the library documents is used where it is needed. The rest is here, each with the reason and
the test that fails when it changes. Before moving the pin in requirements.txt, run these tests;
`tests/hub/test_compat.py` reminds you by comparing the versions. Importing this module doesn't
import the library: call `require` before anything that does.
"""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cgan.common import files
from cgan.common.errors import UserError
from cgan.common.packages import is_installed, missing_package
from cgan.hub.hashes import GIT_DIGITS, SHA256_DIGITS, content_hash

if TYPE_CHECKING:
    from httpx2 import Client

VERSION = "2.4.0"

# As in "HTTP status client error (403 Forbidden), domain: ...".
_XET_STATUS = re.compile(r"HTTP status \w+ error \((\d{3}) ")
_BLOB_NAME = re.compile(f"[0-9a-f]{{{GIT_DIGITS}}}|[0-9a-f]{{{SHA256_DIGITS}}}")

_xet_lock = threading.RLock()


def require(use: str) -> None:
    """Check that the library is installed.

    Args:
        use: what needs it, the beginning of a sentence: "Publishing needs".

    Raises:
        UserError: it isn't; says how to install it.
    """
    if not is_installed("huggingface_hub"):
        raise missing_package(use, "huggingface-hub", "hub")


@contextlib.contextmanager
def adjusted_clients(adjust: Callable[["Client"], "Client"]) -> Iterator[None]:
    """Pass the library's HTTP client, and those that replace it, through `adjust`.

    After a failed connection the library makes a new client, by a factory of which
    `set_client_factory` can set another, but no function returns the present one. Test:
    test_session.py, the time limit outlives a connection that failed.
    """
    from huggingface_hub import get_session
    from huggingface_hub.utils import _http

    factory = _http._GLOBAL_CLIENT_FACTORY
    adjust(get_session())

    def adjusted() -> "Client":
        return adjust(factory())

    _http._GLOBAL_CLIENT_FACTORY = adjusted
    try:
        yield
    finally:
        if _http._GLOBAL_CLIENT_FACTORY is adjusted:  # nobody has set another meanwhile
            _http._GLOBAL_CLIENT_FACTORY = factory


@contextlib.contextmanager
def without_xet() -> Iterator[None]:
    """Let the library transfer files over plain HTTP.

    It has an environment variable for that, which it reads once, when it is imported. Tests:
    test_pull.py and tests/publish/test_push.py, where Xet fails and HTTP doesn't.
    """
    from huggingface_hub import constants

    with _xet_lock:  # it is the whole process's setting
        before = constants.HF_HUB_DISABLE_XET
        constants.HF_HUB_DISABLE_XET = True
        try:
            yield
        finally:
            constants.HF_HUB_DISABLE_XET = before


def xet_status(error: ConnectionError) -> int | None:
    """Return the HTTP status that hf_xet writes into its errors, or None.

    Tests: tests/publish/test_push.py, refusals by Xet.
    """
    found = _XET_STATUS.search(str(error))
    return int(found[1]) if found else None


def seconds_of_rate_limit(headers: Mapping[str, str]) -> int | None:
    """Return the seconds until a used-up rate limit is reset, or None.

    The library reads the Hub's headers by a function that its documentation doesn't mention.
    Test: test_pull.py, a Hub that asks to wait.
    """
    from huggingface_hub.utils import parse_ratelimit_headers

    limit = parse_ratelimit_headers(headers)
    return limit.reset_in_seconds if limit is not None and limit.remaining == 0 else None


def matches_its_name(path: Path) -> bool:
    """Return whether a cached file has the hash that the cache has named it by.

    The cache's layout: `snapshots/COMMIT/FILE` links to `blobs/HASH`, where the hash is the
    file's sha256 or its id in git. A cache without symbolic links has no such names: then there
    is nothing to compare. Test: test_pull.py, damage in the cache.
    """
    if not path.is_symlink():
        return True
    name = path.readlink().name
    return not _BLOB_NAME.fullmatch(name) or content_hash(path.read_bytes(), len(name)) == name


def forget(path: Path) -> None:
    """Delete a cached file and its blob. Test: test_pull.py, damage in the cache."""
    while True:
        target = path.parent / path.readlink() if path.is_symlink() else None
        path.unlink(missing_ok=True)
        if target is None:
            return
        path = target


def remember(snapshot: Path, revision: str) -> None:
    """Write down which commit a branch or tag is, for when there is no network.

    The library does so only where it resolves the revision itself; we ask for a commit. The
    cache keeps it in `refs/REVISION`. Test: test_pull.py, a Hub that is down.
    """
    if revision == snapshot.name:
        return
    note = snapshot.parent.parent / "refs" / revision
    with contextlib.suppress(UserError, OSError):  # a cache that can't be written still serves
        note.parent.mkdir(parents=True, exist_ok=True)
        if not note.exists() or note.read_bytes() != snapshot.name.encode():
            files.write_text(note, snapshot.name)
