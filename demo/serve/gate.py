"""Closes the routes of Gradio's server that this page doesn't need, and refuses unknown results.

Through them anyone could store uploads and settings on the server, make it ask other hosts, or run
any event of the page by its name without waiting in the queue.
"""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import gradio as gr
from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.compat import ERRORS, is_pending, is_unknown_endpoint, parameter_problem

# Requests wait in the queue, and no number is this long.
MAX_BODY_BYTES = 1 << 18

# Routes that store something, fetch an address, or are for developers.
_CLOSED = re.compile(
    r"/gradio_api/(upload|process_recording|component_server|deep_link|custom_component|dev/"
    r"|proxy=|file[=/]\s*\w+:/)",
    re.IGNORECASE,
)
_BY_NAME = re.compile(r"/gradio_api/call/(?:v2/)?(?P<name>[^/]+)(?:/(?P<event>[^/]+))?")
_PAST_THE_QUEUE = re.compile(r"/gradio_api/(run|api)/")


class Gate:
    """ASGI middleware that refuses such requests with a status and a message."""

    def __init__(self, app: ASGIApp, endpoints: Sequence[str]) -> None:
        """Take the application to protect, and the names of its endpoints."""
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            _check_path(request, self._endpoints)
            if request.method == "POST":
                body = await _read(request)
                _check_body(body)
                receive = _again(body, receive)
        except HTTPException as refused:
            answer = JSONResponse({"error": refused.detail}, refused.status_code)
            await answer(scope, receive, send)
        except ClientDisconnect:
            pass
        else:
            await self._app(scope, receive, send)


def no_endpoint(endpoints: Sequence[str]) -> str:
    """Return the sentence that names the endpoints that there are."""
    return f"There is no such endpoint. The endpoints are {_list(endpoints, '/', 'and')}."


def _list(names: Sequence[str], mark: str, last: str) -> str:
    """Return names as a sentence lists them, each with a mark before it."""
    *others, final = (mark + name for name in names)
    return f"{', '.join(others)} {last} {final}" if others else final


def _check_path(request: Request, endpoints: Sequence[str]) -> None:
    """Refuse routes that this page doesn't need, and unknown results.

    Raises:
        HTTPException: with the status and the sentence.
    """
    path: str = request.scope["path"]
    if _CLOSED.search(path):
        raise HTTPException(403, "This server stores and fetches nothing for visitors.")
    if _PAST_THE_QUEUE.search(path):
        raise HTTPException(
            404, f"Use /gradio_api/call/ with {_list(endpoints, '', 'or')} instead."
        )
    if found := _BY_NAME.search(path):
        if found["name"] not in endpoints:
            raise HTTPException(404, no_endpoint(endpoints))
        if found["event"] and not is_pending(request.app.get_blocks(), found["event"]):
            raise HTTPException(404, "There is no such result, or it has been fetched already.")


async def _read(request: Request) -> bytes:
    """Return a request's body.

    Raises:
        HTTPException: it is too large.
        ClientDisconnect: the visitor has left.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request is too large: at most {MAX_BODY_BYTES:,} bytes.")
    return body


def _check_body(body: bytes) -> None:
    """Refuse a call that would stay in Gradio's queue for ever.

    Raises:
        HTTPException: with the status and the sentence.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):  # not JSON: Gradio refuses it
        return
    if isinstance(sent, dict) and sent.get("session_hash") == "":
        raise HTTPException(422, "session_hash must not be empty: leave it out.")


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that repeats a body that was read already, then goes on."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return first.pop() if first else await receive()

    return receive_again


def check_values(values: Sequence[Any]) -> None:
    """Check the values of an event or an API call: Gradio would fetch any file that a value names.

    Raises:
        gr.Error: a value is a list or an object; this page has no such inputs.
    """
    for position, value in enumerate(values, start=1):
        if isinstance(value, list | dict):
            raise gr.Error(
                f"Value {position} is a list or an object: send text or a number instead.",
                print_exception=False,
            )


def exception_handlers(
    endpoints: Sequence[str],
) -> dict[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]]:
    """Return FastAPI's handlers of the errors that Gradio raises, for an API with these endpoints.

    They say which endpoint or parameter is unknown, where Gradio would print a traceback.
    """

    async def refuse(request: Request, error: Exception) -> JSONResponse:
        if is_unknown_endpoint(error):
            return JSONResponse({"error": no_endpoint(endpoints)}, status_code=404)
        if problem := parameter_problem(error, request):
            return JSONResponse({"error": problem}, status_code=422)
        raise error

    return dict.fromkeys(ERRORS, refuse)
