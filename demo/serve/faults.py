"""What is said and logged when this server itself fails: nothing of what a visitor sent.

The text of an exception may quote a value, and a traceback always has the text. So the log gets an
exception's type and the line of code that raised it.
"""

import asyncio
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from cgan.common import terminal

SORRY = "Something went wrong on the server. Try again, or with other values."
# A visitor who causes a fault may do so many times a second.
_SECONDS_BETWEEN_REPORTS = 60.0
_next_report: dict[str, float] = {}


def report(error: BaseException) -> None:
    """Say on standard error which fault it was, at most once a minute for each line of code."""
    frames = traceback.extract_tb(error.__traceback__)
    fault = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        fault += f" ({error.strerror})"  # of the system, without the file's name
    place = ""
    if frames:
        path = Path(frames[-1].filename)
        place = f" at {path.parent.name}/{path.name}:{frames[-1].lineno}"
    now = time.monotonic()
    if now >= _next_report.get(fault + place, 0):
        _next_report[fault + place] = now + _SECONDS_BETWEEN_REPORTS
        terminal.note(f"The server failed: {fault}{place}. (Said once a minute.)")


def tell(error: Exception) -> str:
    """Report the fault of an event; return what the visitor is told."""
    report(error)
    if isinstance(error, OSError) and error.strerror:
        return f"The server could not save a file: {error.strerror}. Try again later."
    return SORRY


async def answer(_: Request, error: Exception) -> JSONResponse:
    """Return what a visitor is told where no more is known; `Guard` reports it."""
    return JSONResponse({"error": SORRY}, status_code=500)


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """While the server runs, report what fails outside a request, such as accepting a connection.

    With no more files to open, asyncio would log thousands of tracebacks a second.
    """

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        report(context.get("exception") or RuntimeError())

    asyncio.get_running_loop().set_exception_handler(handle)
    yield
