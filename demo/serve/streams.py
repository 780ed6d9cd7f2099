"""Sends the answers to events small: eleven digits are 12 kB of outlines, and 5 kB compressed."""

import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.serve import beside
from demo.serve.compression import takes_gzip

_PATHS = ("/gradio_api/queue/data", beside.PATH)
_KINDS = ("text/event-stream", "application/json")
# The lowest costs a tenth of the drawing's time, and higher ones win little.
_LEVEL = 1
_GZIP = 16 + zlib.MAX_WBITS


class EventStreams:
    """ASGI middleware that compresses events' answers, message by message."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; compress the answer to an event if the browser can read it so."""
        accepted = Headers(scope=scope).get("accept-encoding", "") if "headers" in scope else ""
        if scope["type"] != "http" or scope["path"] not in _PATHS or not takes_gzip(accepted):
            await self._app(scope, receive, send)
            return
        packer = None

        async def change(message: Message) -> None:
            nonlocal packer
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                if headers.get("content-type", "").startswith(_KINDS):
                    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
                    headers["content-encoding"] = "gzip"
                    del headers["content-length"]
                    headers.add_vary_header("Accept-Encoding")
                    message = {**message, "headers": headers.raw}
            elif packer is not None and message["type"] == "http.response.body":
                more = message.get("more_body", False)
                # Whatever has come can be read at once.
                body = packer.compress(message.get("body", b""))
                body += packer.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
                message = {**message, "body": body}
            await send(message)

        await self._app(scope, receive, change)
