"""A user and a password for everything that the server has: page, files, API and MCP.

This is HTTP's own way (Basic), not Gradio's login: that leaves MCP and the styles open, keeps every
login for ever, and takes any number of guesses.
"""

import base64
import hashlib
import os
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from cgan.common.errors import BadValue
from demo.turns import network_of

USER, PASSWORD = "CGAN_USER", "CGAN_PASSWORD"
# Gradio asks its own server for this when it starts. It says nothing but whether it has started.
_OPEN = "/gradio_api/startup-events"
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="cgan", charset="UTF-8"'}
# Wrong guesses from a network address in a minute, and for how many addresses they are counted.
_GUESSES, _SECONDS, _MOST = 20, 60.0, 10_000


@dataclass(frozen=True)
class Credentials:
    """Who may see the page.

    Attributes:
        user: without a colon.
        password: never shown or logged.
    """

    user: str
    password: str

    def __repr__(self) -> str:
        """Hide the password."""
        return f"Credentials({self.user!r}, ...)"


def read(wanted: bool) -> Credentials | None:
    """Return the user and the password in the environment; None if the page is for everyone.

    Args:
        wanted: whether they were asked for. Setting one of the variables asks for them, too: a host
            who forgets the option mustn't open the page.

    Raises:
        BadValue: one is missing, or can't be sent by a browser.
    """
    found = {name: os.environ.get(name, "") for name in (USER, PASSWORD)}
    if not wanted and not any(found.values()):
        return None
    for name, value in found.items():
        if not value:
            raise BadValue(f"{name} is not set: --auth needs {USER} and {PASSWORD}.")
        if not value.isprintable():  # half of a character isn't, either
            raise BadValue(f"{name} has a character that can't be typed: choose another.")
    if ":" in found[USER]:
        raise BadValue(f"{USER} must not have a colon: browsers send it before one.")
    return Credentials(found[USER], found[PASSWORD])


class Auth:
    """ASGI middleware that lets in who knows the user and the password."""

    def __init__(self, app: ASGIApp, credentials: Credentials, told: str, root: str = "") -> None:
        """Take the application, who is let in, and what a browser shows to others.

        Args:
            app: the application.
            credentials: of who is let in.
            told: what a browser shows to others.
            root: the path under which a proxy serves the page, which it may keep or remove.
        """
        self._app = app
        self._open = (_OPEN, urlsplit(root).path.rstrip("/") + _OPEN)
        self._right = _digest(f"{credentials.user}:{credentials.password}".encode())
        self._told = told
        self._guesses: dict[str, tuple[float, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        app = self._app
        if scope["type"] == "http" and scope["path"] not in self._open:
            app = self._refusal(Headers(scope=scope), scope.get("client")) or app
        await app(scope, receive, send)

    def _refusal(self, headers: Headers, client: tuple[str, int] | None) -> Response | None:
        """Return the answer to who isn't let in; None for who is."""
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and (
            headers.get("sec-fetch-mode") != "navigate"
        ):
            # A browser sends the password with what other sites' scripts ask, too.
            return JSONResponse({"error": "Other sites may not use this page."}, 403)
        sent = _sent(headers.get("authorization", ""))
        if sent is None:
            return self._challenge(headers)
        address = network_of(client[0] if client else "")
        now = time.monotonic()
        since, guesses = self._guesses.get(address, (now, 0))
        if now - since >= _SECONDS:
            since, guesses = now, 0
        if guesses >= _GUESSES:
            wait = {"Retry-After": str(int(_SECONDS))}
            return JSONResponse({"error": "Too many wrong passwords: wait a minute."}, 429, wait)
        if secrets.compare_digest(_digest(sent), self._right):
            return None
        if len(self._guesses) >= _MOST:
            self._guesses.clear()
        self._guesses[address] = since, guesses + 1
        return self._challenge(headers)

    def _challenge(self, headers: Headers) -> Response:
        if "text/html" in headers.get("accept", ""):
            return PlainTextResponse(self._told, 401, _CHALLENGE)
        return JSONResponse({"error": "Send the user and the password."}, 401, _CHALLENGE)


def _sent(authorization: str) -> bytes | None:
    """Return what a header says, as "user:password"; None if it says nothing."""
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(text.strip(), validate=True)
    except ValueError:
        return b""


def _digest(pair: bytes) -> bytes:
    """Return a hash: comparing those takes equally long, whatever their length was."""
    return hashlib.sha256(pair).digest()
