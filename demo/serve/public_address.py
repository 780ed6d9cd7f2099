"""Where the page is on the web, for those who are told of it: known on some servers only."""

import os
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

_SCHEMES = ("http", "https")


def public_address(scope: Scope) -> str | None:
    """Return the address at which visitors open the page, with a slash at its end.

    A Space's host says its own, and --root-path may be one. A proxy tells its host and protocol in
    X-Forwarded-Host and X-Forwarded-Proto, whose first values are those that the visitor used; the
    guard has checked that they name hosts. Host alone may be the name that a proxy has for this
    server.

    Returns:
        The address; None if nobody has said it.
    """
    if host := os.environ.get("SPACE_HOST"):
        return f"https://{host}/"
    root = scope.get("root_path", "").rstrip("/")
    parts = urlsplit(root)
    if parts.scheme in _SCHEMES:
        return f"{root}/"
    headers = Headers(scope=scope)
    host, scheme = (_first(headers, f"x-forwarded-{name}") for name in ("host", "proto"))
    return f"{scheme}://{host}{parts.path}/" if host and scheme in _SCHEMES else None


def _first(headers: Headers, name: str) -> str:
    return headers.get(name, "").partition(",")[0].strip()
