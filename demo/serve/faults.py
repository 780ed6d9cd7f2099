"""What visitors are told, and what is logged, where the server itself fails."""

import asyncio
import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TextIO

from fastapi import Request
from fastapi.responses import JSONResponse

from demo.compat import FAILED, report, warn_once_a_minute


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


def log_discreetly() -> None:
    """Have what Python and libraries print of faults say where it was, but not what was sent.

    With `--mcp`, for example, the package `mcp` logs each request that it can't read.
    """
    logging.getLogger().addHandler(_Discreet(logging.WARNING))
    warnings.showwarning = _show_warning
    threading.excepthook = _report_thread
    sys.unraisablehook = _report_unraisable


def _report_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and failed.exc_type is not SystemExit:
        report(failed.exc_value)


def _report_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    if failed.exc_value is not None:
        report(failed.exc_value)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    warn_once_a_minute(f"{category.__name__} at {filename}:{lineno}.")


class _Discreet(logging.Handler):
    """Prints what logged a record, and the line of code."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print it."""
        level = record.levelname.lower()
        place = f"{record.pathname}:{record.lineno}"
        warn_once_a_minute(f"{record.name} logged this {level}: {record.funcName} at {place}.")
