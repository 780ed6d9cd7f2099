"""What stands before all of Gradio's server: the form of requests, and what it fails at."""

import re
import urllib.parse

import httpx
from fastapi import HTTPException
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.compat import report
from demo.serve.faults import failed

# File systems have such limits, and Gradio looks for a file of any name.
_LONGEST_PATH, _LONGEST_NAME = 3000, 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"([\w.~-]{1,255}|\[[0-9a-f:.]+\])(:\d{0,5})?", re.ASCII | re.IGNORECASE)
_RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{1,15})?|-\d{1,15})", re.ASCII)
# Only Gradio's own server in front of this one sends it, and there is none.
_IGNORED = "x-gradio-server"


class Guard:
    """ASGI middleware that refuses what Gradio can't read, and answers what it fails at."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def note_and_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            check(scope)
            await self._app(scope, receive, note_and_send)
        except HTTPException as refused:
            await refuse(refused)(scope, receive, send)
        except Exception as error:
            report(error)
            if not started:
                await failed()(scope, receive, send)


def refuse(refused: HTTPException) -> JSONResponse:
    """Return the answer of a refusal; what else was sent with the request isn't read."""
    return JSONResponse({"error": refused.detail}, refused.status_code, refused.headers)


def check(scope: Scope) -> None:
    """Refuse a request whose path or headers Gradio or Starlette can't read; mend others.

    Raises:
        HTTPException: with the status and the sentence.
    """
    path: str = scope["path"]
    if not path.startswith("/"):
        raise HTTPException(400, "The path must start with a slash.")
    too_long = any(len(name) > _LONGEST_NAME for name in path.encode().split(b"/"))
    if too_long or len(path.encode()) > _LONGEST_PATH or _CONTROL.search(path):
        raise HTTPException(404, "There is nothing at this address.")
    headers = MutableHeaders(scope=scope)
    del headers[_IGNORED]
    if not headers.get("host"):  # as in HTTP/1.0
        address, port = scope["server"] or ("localhost", None)
        host = f"[{address}]" if ":" in address else address
        headers["host"] = f"{host}:{port}" if port else host
    _check_hosts(headers)
    _mend_range(headers)
    scope["headers"] = headers.raw


def _check_hosts(headers: Headers) -> None:
    for name in ("host", "x-forwarded-host"):
        for value in headers.getlist(name):
            if not all(_is_host(part.strip()) for part in value.split(",") if part.strip()):
                raise HTTPException(400, f"The header {name.title()} must name a host.")
    for value in headers.getlist("origin"):
        try:
            urllib.parse.urlsplit(value)
        except ValueError as error:
            raise HTTPException(400, "The header Origin must be an address.") from error


def _is_host(text: str) -> bool:
    """Return whether a text is a host's name or address, with a port or without one."""
    if not _HOST.fullmatch(text):
        return False
    try:
        httpx.URL(f"http://{text}")  # as Gradio reads it
    except httpx.InvalidURL:
        return False
    return True


def _mend_range(headers: MutableHeaders) -> None:
    """Leave out a range of bytes that Gradio can't read: it is allowed to send the whole file."""
    asked = headers.get("range")
    if asked is None:
        return
    found = _RANGE.fullmatch(asked)
    if not found or (found[2] and int(found[1]) > int(found[2])):
        del headers["range"]
