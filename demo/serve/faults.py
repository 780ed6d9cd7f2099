"""What visitors are told, and what is logged, where the server itself fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from demo.compat import FAILED, report


def failed() -> JSONResponse:
    """Return the answer where no more is known."""
    return JSONResponse({"error": FAILED}, status_code=500)


async def answer(_: Request, error: Exception) -> JSONResponse:
    """Answer FastAPI's error; it raises it again, and `Guard` reports it."""
    return failed()


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """While the server runs, report what fails outside a request, such as accepting a connection.

    With no more files to open, asyncio would log thousands of tracebacks a second.
    """

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        report(context.get("exception") or RuntimeError())

    asyncio.get_running_loop().set_exception_handler(handle)
    yield
