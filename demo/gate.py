"""What Gradio does for anyone who asks, and this page needs not: to keep things, and fetch them.

Its server would store what is uploaded, or what somebody has set, and ask other hosts for the
addresses that it is sent.
"""

import re
from collections.abc import Sequence
from typing import Any

import gradio as gr
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# What would be stored; and addresses that the server would ask.
_CLOSED = re.compile(
    r"/gradio_api/(upload|process_recording|component_server|deep_link|proxy=|file[=/]\s*\w+:/)",
    re.IGNORECASE,
)
_REFUSED = "Nothing is stored or fetched for anyone here."


class Gate:
    """ASGI middleware that refuses these requests with status 403 and a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        closed = scope["type"] == "http" and _CLOSED.search(scope["path"])
        answer = JSONResponse({"error": _REFUSED}, status_code=403) if closed else self._app
        await answer(scope, receive, send)


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
