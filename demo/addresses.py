"""Pictures by address: `GET /write.png?digits=138&seed=7`, for documents, pages and caches.

Its parameters are those of the endpoint `/write`. With the sha256 of the weights, the same address
gives the same bytes for ever, so a cache in front serves any number of visitors; without it, it
leads to the address that has it. The page itself never uses such addresses for what is typed, since
servers log them.
"""

import hashlib
import uuid
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from anyio.to_thread import run_sync
from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cgan.common.errors import BadValue, UserError
from cgan.writing.export import File
from cgan.writing.formats import BY_ENDING, CARD, FILE, FORMATS, NO_CARD
from cgan.writing.setting import Setting, specified, unnamed
from cgan.writing.settings import SCALE
from demo import actions
from demo.accepted import liked_best
from demo.actions import Settings
from demo.line import Line
from demo.models import Model, Models
from demo.text.texts import explain, languages, tag_of
from demo.turns import Client, client_of

# The endings of the addresses. WebP, made from PNG, has no other name, as only pages want it.
ENDINGS = (*BY_ENDING, "webp")
PATHS = tuple(f"/write.{ending}" for ending in ENDINGS)

# How many may wait; a drawing takes some hundredths of a second.
_WAITING = 64
_FOR_EVER = "max-age=31536000, immutable"
# The weights that are drawn with may be replaced by newer ones.
_FOR_A_WHILE = "max-age=300"
# Pages of any origin may show the pictures, and read their pixels.
_FOR_ALL = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    # An SVG that is opened by itself is a page.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


class _Refused(Exception):
    """A request can't be answered with a picture."""

    def __init__(self, error: UserError, status: int, **headers: str) -> None:
        super().__init__(error)
        self.error, self.status, self.headers = error, status, headers


class _Asked(NamedTuple):
    """What an address asks for.

    Attributes:
        model: draws; its pictures name the weights by their sha256 alone.
        settings: checked.
        besides: scale, format and card.
        leads_to: the query of the address that has the weights' sha256; "" if it is this one.
    """

    model: Model
    settings: Settings
    besides: dict[str, Any]
    leads_to: str


class PicturesByAddress:
    """ASGI middleware that answers these addresses."""

    def __init__(self, app: ASGIApp, models: Models, kind: type[Settings] = Settings) -> None:
        """Take the application, the models that draw, and the class of the settings."""
        self._app = app
        self._models = models
        self._kind = kind
        self._line = Line(places=_WAITING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a picture, or pass the request on."""
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            response = await self._answer(request)
        except _Refused as refused:
            response = _explained(refused, request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise _Refused(_MethodNotOffered(), 405, allow="GET, HEAD")
        asked = self._read(request)
        # With a password, only the visitor's own browser may keep what it gets.
        public = "private" if "authorization" in request.headers else "public"
        if asked.leads_to:
            # Relative, as the address may have a proxy's path before it.
            location = f"{request.scope['path'].removeprefix('/')}?{asked.leads_to}"
            headers = {"location": location, "cache-control": f"{public}, {_FOR_A_WHILE}"}
            return Response(None, 307, headers | _FOR_ALL)
        file = await self._draw(asked, _client(request))
        tag = f'"{hashlib.sha256(file.data).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": f"{public}, {_FOR_EVER}"} | _FOR_ALL
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(None, 304, headers)
        return Response(file.data, 200, headers, file.mime)

    def _read(self, request: Request) -> _Asked:
        """Read an address.

        Raises:
            _Refused: a parameter is unknown, given twice or wrong, or the weights aren't here.
        """
        query = request.scope["query_string"].decode("latin-1")
        given = parse_qsl(query, keep_blank_values=True)
        parameters = parameters_of(self._kind)
        names = [name for name, _ in given]
        known = [*parameters, "weights"]
        for name in names:
            if name not in known:
                raise _Refused(_UnknownParameter(name, known), 400)
            if names.count(name) > 1:
                raise _Refused(_GivenTwice(name), 400)
        if "digits" not in names:
            raise _Refused(_NoDigits(), 400)
        texts = dict(given)
        weights = texts.pop("weights", "")
        try:
            file_format = _format(texts.pop(FILE.name, None), request.scope["path"])
            values = {name: parameters[name].read(text) for name, text in texts.items()}
            besides = {one.name: values.pop(one.name, one.default) for one in (SCALE, CARD)}
            besides["format"] = file_format
            if besides["format"] == "strokes" and besides["card"] != NO_CARD:
                raise _NoStrokesOnCards()
        except UserError as error:
            raise _Refused(error, 400) from error
        weights = weights.lower() if _is_sha256(weights.lower()) else weights
        named = self._models.by_sha256(weights)
        try:
            model = named or self._models[weights]
        except UserError as error:
            raise _Refused(_OtherWeights() if _is_sha256(weights) else error, 404) from error
        if file_format not in ENDINGS:
            texts[FILE.name] = file_format
        leads_to = "" if named else urlencode({**texts, "weights": model.sampler.sha256})
        return _Asked(
            model.unlabelled, self._kind(**unnamed(self._kind) | values), besides, leads_to
        )

    async def _draw(self, asked: _Asked, client: Client) -> File:
        """Draw in a thread, a few at a time.

        Raises:
            _Refused: the hand is for other weights, or too many are waiting.
        """
        try:
            turn = await self._line.join(client)
        except HTTPException as full:
            raise _Refused(_Busy(), 503, **{"retry-after": "1"}) from full
        draw = partial(actions.write_file, asked.model, asked.settings, **asked.besides)
        try:
            return await run_sync(draw)
        except UserError as error:
            raise _Refused(error, 400) from error
        finally:
            turn.end()


def parameters_of(kind: type[Settings]) -> dict[str, Setting]:
    """Return the settings that an address may name: those of the endpoint, and no weights."""
    settings = [*specified(kind).values(), SCALE, FILE, CARD]
    return {one.name: one for one in settings if one.description}


def _client(request: Request) -> Client:
    """Return who asks: each request for itself, as there are no sessions, from its address."""
    host = request.client.host if request.client else ""
    return client_of(host, uuid.uuid4().hex)


def _format(asked: str | None, path: str) -> str:
    """Return the format of a file; only single strokes aren't what the ending names.

    Args:
        asked: the parameter `format`, if it is given.
        path: of the address.

    Raises:
        BadValue: both are given and differ.
    """
    ending = path.rpartition(".")[2]
    if asked in (None, ending):
        return BY_ENDING.get(ending, ending)
    if asked in FORMATS and FORMATS[asked].ending == ending:
        return asked
    raise BadValue(
        "Leave out format: the address ends with it. Only .svg has another, format=strokes.",
        text_id="address.format",
    )


def _has(sent: str, tag: str) -> bool:
    """Return whether the header If-None-Match has a tag."""
    tags = [one.strip().removeprefix("W/") for one in sent.split(",")]
    return tag in tags or "*" in tags


def _is_sha256(text: str) -> bool:
    return len(text) == hashlib.sha256().digest_size * 2 and set(text) <= set("0123456789abcdef")


def _explained(refused: _Refused, request: Request) -> Response:
    """Return a refusal as text in the language that is asked for."""
    language = liked_best(request.headers.get("accept-language", ""), list(languages()))
    headers = {
        "cache-control": "no-store",
        "content-language": tag_of(language),
        "vary": "accept-language",
    }
    text = explain(refused.error, language) + "\n"
    return PlainTextResponse(text, refused.status, headers | _FOR_ALL | refused.headers)


class _UnknownParameter(BadValue):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            "There is no parameter {name!r}; there are {known}.",
            text_id="address.unknown",
            name=name,
            known=", ".join(known),
        )


class _GivenTwice(BadValue):
    def __init__(self, name: str) -> None:
        super().__init__(
            "The parameter {name!r} is given twice: give it once.",
            text_id="address.twice",
            name=name,
        )


class _NoDigits(BadValue):
    def __init__(self) -> None:
        super().__init__(
            "Say what to write, such as ?digits=13812345678.", text_id="address.no_digits"
        )


class _NoStrokesOnCards(BadValue):
    def __init__(self) -> None:
        super().__init__(
            "Leave out either card or format=strokes: on a card there are no single strokes.",
            text_id="address.strokes_on_card",
        )


class _OtherWeights(BadValue):
    def __init__(self) -> None:
        super().__init__(
            "The weights with this sha256 aren't here any more. Leave out weights to have the "
            "number written by those that are.",
            text_id="address.other_weights",
        )


class _MethodNotOffered(BadValue):
    def __init__(self) -> None:
        super().__init__("Only GET and HEAD work here.", text_id="address.method")


class _Busy(UserError):
    def __init__(self) -> None:
        super().__init__(
            "Too many pictures are being drawn: try again in a moment.", text_id="address.busy"
        )
