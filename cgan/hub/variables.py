"""Environment variables that the libraries for the network would fail at, with a traceback.

Importing this module imports none of them.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cgan.common.packages import is_installed

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_TIMEOUTS = ("HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT")


def unusable() -> dict[str, str]:
    """Return the variables that are set to something unusable, each with the id of its sentence.

    The sentences are those of `cgan.hub.sentences`.
    """
    found = {
        "HF_ENDPOINT": _of_endpoint(os.environ.get("HF_ENDPOINT", "")),
        "SSL_CERT_FILE": _of_certificates(os.environ.get("SSL_CERT_FILE", "")),
        "SSL_CERT_DIR": _of_folder(os.environ.get("SSL_CERT_DIR", "")),
    }
    found |= {name: _of_timeout(os.environ[name]) for name in _TIMEOUTS if name in os.environ}
    for name in os.environ:
        if name.lower() in PROXIES:
            found[name] = _of_proxy(os.environ[name])
    return {name: problem for name, problem in found.items() if problem}


@contextlib.contextmanager
def left_out(names: Mapping[str, str]) -> Iterator[None]:
    """Hide variables, as while a library is imported that would fail at them."""
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ |= hidden


def _of_endpoint(value: str) -> str:
    try:
        _ = urlsplit(value).port
    except ValueError:
        return "hub.bad_endpoint"
    return ""


def _of_timeout(value: str) -> str:
    try:
        number = int(value)
    except ValueError:
        number = -1
    return "" if number >= 0 else "hub.bad_timeout"


def _of_certificates(value: str) -> str:
    if value:
        import ssl  # as heavy as what needs it

        try:
            ssl.create_default_context(cafile=value)
        except OSError:  # which ssl's errors are, too
            return "hub.bad_certificates"
    return ""


def _of_folder(value: str) -> str:
    if value and not any(Path(folder).is_dir() for folder in value.split(os.pathsep)):
        return "hub.bad_certificates"
    return ""


def _of_proxy(value: str) -> str:
    if not value:
        return ""
    try:
        address = urlsplit(value if "://" in value else f"http://{value}")
        scheme, is_complete = address.scheme, bool(address.hostname) and address.port != 0
    except ValueError:
        return "hub.bad_proxy"
    if scheme.startswith("socks"):
        able = scheme in ("socks5", "socks5h") and is_installed("socksio")
        return "" if able else "hub.socks_proxy"
    return "" if scheme in ("http", "https") and is_complete else "hub.bad_proxy"
