"""What Gradio does for anyone who asks, and this page needs not: to keep things, and fetch them.

Its server would store what is uploaded, or what somebody has set, and ask other hosts for the
addresses that it is sent. It would also run any event of the page by its name, past the queue.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import gradio as gr
from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDPOINTS = ("write", "grid", "morph")
NO_ENDPOINT = "There is no such endpoint: there are /write, /grid and /morph."
# What is sent waits in the queue, and much is no number.
MAX_BODY_BYTES = 1 << 18

# What would be stored; addresses that the server would ask; what is for those who develop.
_CLOSED = re.compile(
    r"/gradio_api/(upload|process_recording|component_server|deep_link|custom_component|dev/"
    r"|proxy=|file[=/]\s*\w+:/)",
    re.IGNORECASE,
)
_BY_NAME = re.compile(r"/gradio_api/call/(?:v2/)?(?P<name>[^/]+)(?:/(?P<event>[^/]+))?")
_PAST_THE_QUEUE = re.compile(r"/gradio_api/(run|api)/")


class Gate:
    """ASGI middleware that refuses such requests with a status and a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            _check_path(request)
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


def _check_path(request: Request) -> None:
    """Refuse what nobody needs, and results that there are not.

    Raises:
        HTTPException: with the status and the sentence.
    """
    path: str = request.scope["path"]
    if _CLOSED.search(path):
        raise HTTPException(403, "Nothing is stored or fetched for anyone here.")
    if _PAST_THE_QUEUE.search(path):
        raise HTTPException(404, "Use /gradio_api/call/ with write, grid or morph instead.")
    if found := _BY_NAME.search(path):
        if found["name"] not in ENDPOINTS:
            raise HTTPException(404, NO_ENDPOINT)
        if found["event"] and not _is_awaited(request, found["event"]):
            raise HTTPException(404, "There is no such result, or it has been fetched already.")


def _is_awaited(request: Request, event: str) -> bool:
    # Gradio itself would wait for ever, or answer with two tracebacks in the log. A call without a
    # session is one of its own, named like its event.
    pending = request.app.get_blocks()._queue.pending_event_ids_session
    return event in pending.get(event, ()) or any(event in events for events in pending.values())


async def _read(request: Request) -> bytes:
    """Return a request's body.

    Raises:
        HTTPException: it is too large.
        ClientDisconnect: the rest will not come.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"Too much was sent: at most {MAX_BODY_BYTES:,} bytes.")
    return body


def _check_body(body: bytes) -> None:
    """Refuse what would stay in Gradio's queue for ever.

    Raises:
        HTTPException: with the status and the sentence.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):  # whoever reads it says so
        return
    if isinstance(sent, dict) and sent.get("session_hash") == "":
        raise HTTPException(422, "session_hash must not be empty: leave it out.")


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what receives a body that was read already, and then what follows."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return first.pop() if first else await receive()

    return receive_again


def check_values(values: Sequence[Any]) -> None:
    """Check what an event or a call of the API brings: Gradio fetches files that are named in it.

    Raises:
        gr.Error: one of them is a list or an object; none of ours is.
    """
    for position, value in enumerate(values, start=1):
        if isinstance(value, list | dict):
            raise gr.Error(
                f"Value {position} is a list or an object: send text or a number instead.",
                print_exception=False,
            )
