"""What a request's body may be: JSON that Gradio can read, and say what is wrong with.

Gradio and FastAPI quote the values that they refuse, and fail at writing some of them: NaN, half of
a surrogate pair, a thousand lists in one another.
"""

import json
import math
from typing import Any

import anyio
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

# Requests wait in the queue, and no number is this long.
MAX_BYTES = 1 << 18
# From the head of a request to the end of its body.
MAX_SECONDS = 15.0
_DEEPEST = 32
# Identifiers that visitors choose, which Gradio keeps; its own clients' have 36 characters at most.
_LONGEST_NAME = 64


async def read(request: Request) -> bytes:
    """Return a request's body.

    Raises:
        HTTPException: it is too large, or takes too long.
        ClientDisconnect: the visitor has left.
    """
    body = b""
    try:
        with anyio.fail_after(MAX_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise HTTPException(
                        413, f"The request is too large: at most {MAX_BYTES:,} bytes."
                    )
    except TimeoutError as error:
        raise HTTPException(
            408, f"The request took longer than {MAX_SECONDS:g} seconds."
        ) from error
    return body


def parse(body: bytes, kind: str) -> Any:
    """Return what a body says.

    Args:
        body: of any length.
        kind: the request's Content-Type.

    Raises:
        HTTPException: with the status and the sentence.
    """
    essence = kind.partition(";")[0].strip().lower()
    if essence != "application/json" and not essence.endswith("+json"):
        raise HTTPException(415, "Send JSON, with the header Content-Type: application/json.")
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, "The body is not JSON.") from error
    _check_values(sent)
    if isinstance(sent, dict):
        _check_names(sent)
    return sent


def _check_values(sent: Any) -> None:
    """Refuse what Python reads although it is not JSON, and values that are nested too deeply."""
    level = [sent]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, float) and not math.isfinite(value):
                raise HTTPException(422, "A number is not finite: NaN and Infinity are not JSON.")
            if isinstance(value, str) and not _is_unicode(value):
                raise HTTPException(422, "A text is not Unicode: half of a character is missing.")
            if isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
        level = inner
    if level:
        raise HTTPException(422, f"The values are nested too deeply: at most {_DEEPEST} levels.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_names(sent: dict[str, Any]) -> None:
    if sent.get("session_hash") == "":  # a call that would stay in Gradio's queue for ever
        raise HTTPException(422, "session_hash must not be empty: leave it out.")
    for name in ("session_hash", "event_id"):
        value = sent.get(name)
        if value is not None and not _is_name(value):
            raise HTTPException(
                422, f"{name} must be a text of at most {_LONGEST_NAME} printable characters."
            )
    if sent.get("batched"):
        raise HTTPException(422, "batched must be false: no endpoint takes several calls at once.")


def _is_name(value: object) -> bool:
    """Return whether a visitor may choose this name of a session or an event."""
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and value.isprintable()


async def say_what_is_wrong(_: Request, error: Exception) -> JSONResponse:
    """Answer FastAPI's error of a body without quoting any value."""
    assert isinstance(error, RequestValidationError)
    problems = [
        f"{'.'.join(str(part) for part in problem['loc'][1:]) or 'body'}: {problem['msg']}"
        for problem in error.errors()
    ]
    return JSONResponse({"error": "; ".join(problems[:3])}, status_code=422)
