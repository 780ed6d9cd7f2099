"""Every private part of huggingface_hub that this project relies on, written for `VERSION`.

What the library documents is used where it is needed. The rest is here, each with the reason and
the test that fails when it changes. Before moving the pin in requirements.txt, run these tests;
`tests/hub/test_compat.py` reminds you by comparing the versions. Importing this module doesn't
import the library: call `require` before anything that does.
"""

import contextlib
import re
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cgan.common import files
from cgan.common.errors import UserError
from cgan.common.packages import is_installed, missing_package
from cgan.hub import variables
from cgan.hub.hashes import GIT_DIGITS, SHA256_DIGITS, content_hash

if TYPE_CHECKING:
    from httpx2 import Client

VERSION = "2.4.0"

# As in "HTTP status client error (403 Forbidden), domain: ...".
_XET_STATUS = re.compile(r"HTTP status \w+ error \((\d{3}) ")
# In the address that gives the library a token for Xet.
_XET_TOKEN = "/xet-read-token/"
_BLOB_NAME = re.compile(f"[0-9a-f]{{{GIT_DIGITS}}}|[0-9a-f]{{{SHA256_DIGITS}}}")

_xet_lock = threading.RLock()

_T = TypeVar("_T")


def require(use: str) -> None:
    """Check that the library is installed, and import its settings.

    Args:
        use: what needs it, the beginning of a sentence: "Publishing needs".

    Raises:
        UserError: it isn't; the message says how to install it.
    """
    if not is_installed("huggingface_hub"):
        raise missing_package(use, "huggingface-hub", "hub")
    # It reads its settings now and fails at some. Who asks the Hub is told (`session`); the cache
    # can be used.
    with variables.left_out(variables.unusable()):
        from huggingface_hub import constants  # noqa: F401


# The library's settings. Its documentation has the environment variables alone, which the library
# reads when it is imported. Test: test_compat.py, the settings.


def endpoint() -> str:
    """Return the Hub's address (HF_ENDPOINT)."""
    from huggingface_hub import constants

    return constants.ENDPOINT


def cache_folder() -> str:
    """Return the folder of what was fetched (HF_HUB_CACHE)."""
    from huggingface_hub import constants

    return constants.HF_HUB_CACHE


def time_limit() -> float:
    """Return the seconds that the Hub has for an answer (HF_HUB_ETAG_TIMEOUT)."""
    from huggingface_hub import constants

    return constants.HF_HUB_ETAG_TIMEOUT


def default_revision() -> str:
    """Return the name of the branch that counts where none is named."""
    from huggingface_hub import constants

    return constants.DEFAULT_REVISION


def user_decides_progress_bars() -> bool:
    """Return whether the user has switched progress bars on or off (..._DISABLE_PROGRESS_BARS)."""
    from huggingface_hub import constants

    return constants.HF_HUB_DISABLE_PROGRESS_BARS is not None


@contextlib.contextmanager
def adjusted_clients(adjust: Callable[["Client"], "Client"]) -> Iterator[None]:
    """Pass the library's HTTP client, and those that replace it, through `adjust`.

    After a failed connection the library makes a new client with a factory.
    `set_client_factory` can replace it, but no function returns the current one. Test:
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
        if _http._GLOBAL_CLIENT_FACTORY is adjusted:  # nobody has set another one meanwhile
            _http._GLOBAL_CLIENT_FACTORY = factory


@contextlib.contextmanager
def without_xet() -> Iterator[None]:
    """Let the library transfer files over plain HTTP.

    It has an environment variable for that, which it reads once, when it is imported. Tests:
    test_pull.py and tests/publish/test_push.py, where Xet fails and HTTP doesn't.
    """
    from huggingface_hub import constants

    with _xet_lock:  # the setting is process-wide
        before = constants.HF_HUB_DISABLE_XET
        constants.HF_HUB_DISABLE_XET = True
        try:
            yield
        finally:
            constants.HF_HUB_DISABLE_XET = before


def with_http_fallback(transfer: Callable[[], _T], failures: type[Exception]) -> _T:
    """Send or fetch by Xet, or over HTTP where that fails: mirrors and firewalls may lack it.

    The library doesn't say what hf_xet raises: any kind of error for a download, ConnectionError
    for an upload, where the rest raises httpx2's errors. Tests: test_compat.py, what falls back;
    test_pull.py and tests/publish/test_push.py, where Xet fails and HTTP doesn't.

    Args:
        transfer: called once, or twice.
        failures: what hf_xet raises.
    """
    from huggingface_hub import constants
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, OfflineModeIsEnabled

    try:
        return transfer()
    # Nothing that HTTP could do better: the file isn't there, or the Hub can't be asked.
    except (UserError, EntryNotFoundError, OfflineModeIsEnabled):
        raise
    except failures as error:
        of_http = isinstance(error, HfHubHTTPError) and _XET_TOKEN not in str(error.response.url)
        if constants.HF_HUB_DISABLE_XET or of_http:
            raise
        with without_xet():
            return transfer()


def transfer_errors() -> tuple[type[Exception], ...]:
    """Return what a download raises where the network, the Hub or this machine fails.

    The library documents its own errors, which are among them, but not those of the packages below
    it: httpx2's; ValueError for an answer that isn't JSON; RuntimeError for a client that another
    thread has closed. Test: test_compat.py, the errors of a download.
    """
    import httpx2

    return (OSError, ValueError, RuntimeError, httpx2.HTTPError)


def is_certificate_problem(error: Exception) -> bool:
    """Return whether a connection failed because of the server's certificate.

    httpx2 has no class for it, and its message is OpenSSL's. Test: test_compat.py, a certificate.
    """
    return "CERTIFICATE" in str(error)


def is_not_json(error: ValueError) -> bool:
    """Return whether an answer wasn't JSON.

    Several packages have a class of this name. Test: test_compat.py, an answer that isn't JSON.
    """
    return type(error).__name__ == "JSONDecodeError"


def is_of_the_library(error: Exception) -> bool:
    """Return whether it was raised in the library, or here, where an answer is read.

    The library reads answers without checking their shape, and fails with whatever Python raises
    then. Test: test_compat.py, an answer of another shape.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    module = frames[-1][0].f_globals.get("__name__", "") if frames else ""
    return module == __name__ or module.partition(".")[0] == "huggingface_hub"


@dataclass(frozen=True)
class Account:
    """Whose the token is, and what it may do.

    Attributes:
        name: the user's.
        role: "read", "write", or another for a token with permissions of its own; None if the Hub
            doesn't say.
        writable: the namespaces that a "write" token may write to.
    """

    name: str
    role: str | None
    writable: tuple[str, ...]


def account(who: Mapping[str, Any]) -> Account:
    """Read what `whoami` returns: the Hub's answer, which isn't documented.

    Tests: test_compat.py, an account; tests/publish/test_push.py, tokens that may not write.
    """
    role = who.get("auth", {}).get("accessToken", {}).get("role")
    orgs = [org["name"] for org in who.get("orgs", ()) if org.get("roleInOrg") != "read"]
    return Account(who["name"], role, (who["name"], *orgs))


def xet_status(error: ConnectionError) -> int | None:
    """Return the HTTP status that hf_xet writes into its errors, or None.

    Tests: tests/publish/test_push.py, refusals by Xet.
    """
    found = _XET_STATUS.search(str(error))
    return int(found[1]) if found else None


def seconds_of_rate_limit(headers: Mapping[str, str]) -> int | None:
    """Return the seconds until a used-up rate limit is reset, or None.

    The library reads the Hub's headers with an undocumented function.
    Test: test_pull.py, a Hub that asks to wait.
    """
    from huggingface_hub.utils import parse_ratelimit_headers

    limit = parse_ratelimit_headers(headers)
    return limit.reset_in_seconds if limit is not None and limit.remaining == 0 else None


# The cache's layout: `models--USER--NAME/snapshots/COMMIT/FILE`, a link to `blobs/HASH`, and
# `refs/REVISION` beside them. Test: test_compat.py, the cache's layout.


def count_models(cache: Path) -> int:
    """Return how many models are in the cache, without the library."""
    return len(list(cache.glob("models--*")))


def snapshot(path: Path) -> tuple[Path, str]:
    """Return the folder of the commit that a cached file belongs to, and the commit's sha."""
    return path.parent, path.parent.name


def matches_its_name(path: Path) -> bool:
    """Return whether a cached file has the hash that the cache named it after.

    A blob's hash is the file's sha256 or its id in git. A cache without symbolic links has no such
    names: then there is nothing to compare. Test: test_pull.py, damage in the cache.
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
    """Record which commit a branch or tag points to, for when there is no network.

    The library does so only where it resolves the revision itself; we ask for a commit. The
    cache keeps it in `refs/REVISION`. Test: test_pull.py, a Hub that is down.
    """
    if revision == snapshot.name:
        return
    note = snapshot.parent.parent / "refs" / revision
    with contextlib.suppress(UserError, OSError):  # a read-only cache is still of use
        note.parent.mkdir(parents=True, exist_ok=True)
        if not note.exists() or note.read_bytes() != snapshot.name.encode():
            files.write_text(note, snapshot.name)
