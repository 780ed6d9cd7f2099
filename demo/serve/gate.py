"""Opens the routes of Gradio's server that this page needs, and refuses unknown results.

Through the others anyone could store uploads and settings on the server, make it ask other hosts,
keep connections open, or run any event of the page by its name without waiting in the queue.
The page's own events beside the queue are the only ones that need not wait there (`beside.py`).
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import gradio as gr
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo import compat
from demo.line import Line
from demo.serve import beside, bodies, faults
from demo.serve.guard import refuse
from demo.serve.pictures import PICTURES
from demo.turns import Client, client_of

# Routes that store something, fetch an address, or are for developers.
_CLOSED = re.compile(
    r"/gradio_api/(upload|process_recording|component_server|deep_link|custom_component|dev/"
    r"|proxy=|file[=/]\s*\w+:/)",
    re.IGNORECASE,
)
_BY_NAME = re.compile(r"/gradio_api/call/(?:v2/(?=[^/]))?(?P<name>[^/]+)(?:/(?P<event>[^/]+))?/?")
_PAST_THE_QUEUE = re.compile(r"/gradio_api/(run|api)/")
_OPEN = re.compile(
    r"/|/(assets|static|svelte)/.+|/config/?|/theme\.css|/favicon\.ico|/robots\.txt"
    rf"|{beside.PATH}|/manifest\.json|/pwa_icon(/\d{{1,4}})?|{'|'.join(map(re.escape, PICTURES))}"
    r"|/gradio_api/(info/?|openapi\.json|startup-events|theme\.css|app_id/?|user/?|token/?"
    r"|login_check/?|queue/(join|data|status)|cancel|reset/?|file[=/].+|mcp(/.*)?)"
)
# What describes the API names the server's address. Gradio keeps that of its first caller for all,
# who may have sent any address; but not for one page of several, and this is the only one.
_DESCRIBED = re.compile(r"/|/gradio_api/(info/?|openapi\.json)")
# Streams that wait for the same results; a browser that reconnects has two for a moment.
_STREAMS = 4
# Streams of MCP, which last as long as the client likes.
_MCP = re.compile(r"/gradio_api/mcp(/.*)?")
_MCP_STREAMS = 100
_NOTHING = (
    "There is nothing at this address. If a proxy serves the page under a path such as /numbers, "
    "set GRADIO_ROOT_PATH to that path where the page is started."
)


class _NothingToRead(Exception):
    """A session has read all its results.

    A page asks once too often where one stream brought the results of two events. That is no fault,
    but Gradio's own server lets it wait for ever.
    """


class Gate:
    """ASGI middleware that refuses such requests with a status and a message."""

    def __init__(
        self,
        app: ASGIApp,
        endpoints: Sequence[str],
        before: Callable[[], None],
        pictures: Collection[str] = (),
    ) -> None:
        """Take the application, and what it needs.

        Args:
            app: the application.
            endpoints: the names of its endpoints.
            before: what to do before each request.
            pictures: paths of pictures that are drawn when they are asked for.
        """
        self._app = app
        self._endpoints = endpoints
        self._pictures = pictures
        self._before = before
        self._streams: Counter[str] = Counter()
        self._line = Line()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        scope["path"] = path = _path_here(scope)
        self._before()
        if path in self._pictures:  # they look at requests themselves
            await self._app(scope, receive, send)
            return
        try:
            client = None
            waits_for = _check_path(request, path, self._endpoints)
            if request.method == "POST":
                body = await bodies.read(request)
                sent = bodies.parse(body, request.headers.get("content-type", ""))
                _check_event(sent, path, request.app.get_blocks(), self._endpoints)
                if path == beside.PATH:
                    host = request.client.host if request.client else ""
                    client = client_of(host, sent["session_hash"])
                del sent  # while it waits; as objects, JSON takes 20 times as much
                receive = _again(body, receive)
            if _DESCRIBED.fullmatch(path):
                scope["query_string"] = _of_the_only_page(scope["query_string"])
            if client:
                await self._answer_in_turn(request, client, receive, send)
                return
            with self._one_more_stream(waits_for):
                await self._app(scope, receive, send)
        except _NothingToRead:
            ended = PlainTextResponse(compat.END_OF_STREAM, media_type="text/event-stream")
            await ended(scope, receive, send)
        except HTTPException as refused:
            await refuse(refused)(scope, receive, send)
        except ClientDisconnect:
            pass

    async def _answer_in_turn(
        self, request: Request, client: Client, receive: Receive, send: Send
    ) -> None:
        """Answer an event beside the queue.

        Raises:
            HTTPException: too many are waiting.
        """
        turn = await self._line.join(client)
        try:
            if not await request.is_disconnected():
                await self._app(request.scope, receive, turn.until_answered(send))
        finally:
            turn.end()

    @contextmanager
    def _one_more_stream(self, waits_for: str) -> Iterator[None]:
        """Count those who wait for the results of a session or an event; "" for nobody.

        Raises:
            HTTPException: there are too many.
        """
        if not waits_for:
            yield
            return
        if self._streams[waits_for] >= (_MCP_STREAMS if _MCP.fullmatch(waits_for) else _STREAMS):
            raise HTTPException(429, "Too many wait for these results already.")
        self._streams[waits_for] += 1
        try:
            yield
        finally:
            self._streams[waits_for] -= 1
            if not self._streams[waits_for]:
                del self._streams[waits_for]


def _path_here(scope: Scope) -> str:
    """Return a request's path without that of a proxy, which may have kept or removed it."""
    # nginx's `location /numbers { proxy_pass http://host/; }` leaves one slash too many.
    path: str = "/" + scope["path"].lstrip("/")
    root = urlsplit(scope.get("root_path", "")).path.rstrip("/")
    if path == root or path.startswith(f"{root}/"):
        path = path[len(root) :]
    return path or "/"


def no_endpoint(endpoints: Sequence[str]) -> str:
    """Return the sentence that names the endpoints that there are."""
    return f"There is no such endpoint. The endpoints are {_list(endpoints, '/', 'and')}."


def _by_the_queue(endpoints: Sequence[str]) -> str:
    return f"Use /gradio_api/call/ with {_list(endpoints, '', 'or')} instead."


def _list(names: Sequence[str], mark: str, last: str) -> str:
    """Return names as a sentence lists them, each with a mark before it."""
    *others, final = (mark + name for name in names)
    return f"{', '.join(others)} {last} {final}" if others else final


def _check_path(request: Request, path: str, endpoints: Sequence[str]) -> str:
    """Refuse routes that this page doesn't need, and unknown results.

    Returns:
        The session or the event whose results are asked for, or MCP's path; "" if it is none.

    Raises:
        HTTPException: with the status and the sentence.
        _NothingToRead: the session that is asked for has read all its results.
    """
    if _CLOSED.search(path):
        raise HTTPException(403, "This server stores and fetches nothing for visitors.")
    if _PAST_THE_QUEUE.match(path) and (request.method, path) != ("POST", beside.PATH):
        raise HTTPException(404, _by_the_queue(endpoints))
    if found := _BY_NAME.fullmatch(path):
        return _check_call(request, found["name"], found["event"], endpoints)
    if not _OPEN.fullmatch(path):
        raise HTTPException(404, _NOTHING)
    if path == "/gradio_api/queue/data" and request.method == "GET":
        session = request.query_params.get("session_hash", "")
        page = request.app.get_blocks()
        if compat.has_pending(page, session):
            return session
        if compat.is_session(page, session):
            raise _NothingToRead
        raise HTTPException(404, "There are no results for this session_hash.")
    return "/gradio_api/mcp" if request.method == "GET" and _MCP.fullmatch(path) else ""


def _check_call(request: Request, name: str, event: str | None, endpoints: Sequence[str]) -> str:
    """Refuse a call of an unknown endpoint, and an unknown result; return the event's id."""
    if name not in endpoints:
        raise HTTPException(404, no_endpoint(endpoints))
    if request.method != ("GET" if event else "POST"):
        raise HTTPException(405, "POST a call; GET its result, with the event_id at the end.")
    if event and not compat.is_pending(request.app.get_blocks(), event):
        raise HTTPException(404, "There is no such result, or it has been fetched already.")
    return event or ""


def _check_event(sent: Any, path: str, page: gr.Blocks, endpoints: Sequence[str]) -> None:
    """Refuse a call of an event that this server has no function for, or that belongs in the queue.

    Raises:
        HTTPException: with the status and the sentence.
    """
    number = sent.get("fn_index") if isinstance(sent, dict) else None
    if number is None and path != beside.PATH:
        return
    if isinstance(number, bool) or not isinstance(number, int):
        raise HTTPException(422, "fn_index must be a whole number.")
    if not compat.has_function(page, number):
        raise HTTPException(404, no_endpoint(endpoints))
    if path != beside.PATH:
        return
    if not compat.is_beside_the_queue(page, number):
        raise HTTPException(404, _by_the_queue(endpoints))
    if not sent.get("session_hash"):  # Gradio would copy the whole page for it
        raise HTTPException(422, "session_hash is missing.")


def _of_the_only_page(query: bytes) -> bytes:
    """Return a query that names Gradio's only page, which has an empty name."""
    asked = parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    kept = [(name, value) for name, value in asked if name != "page"]
    return urlencode([*kept, ("page", "")], encoding="latin-1").encode()


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

    async def answer(request: Request, error: Exception) -> JSONResponse:
        if compat.is_unknown_endpoint(error):
            return JSONResponse({"error": no_endpoint(endpoints)}, status_code=404)
        if problem := compat.parameter_problem(error, request):
            return JSONResponse({"error": problem}, status_code=422)
        raise error

    return dict.fromkeys(compat.ERRORS, answer) | {
        RequestValidationError: bodies.say_what_is_wrong,
        Exception: faults.answer,
    }
