"""The head of Gradio's HTML: where the page is, and what is shown where its address is shared."""

import re
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio 6.31.0 writes its own name, an invitation, its banner and others' addresses.
_GRADIOS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
# It also writes where the server takes itself to be, twice. Behind a proxy that may be an address
# that browsers can't reach, so they get a relative one: they know where the page is.
_ROOT = re.compile(rb'("root":|const root = )"[^"]*"')
_HERE = rb'\1"./"'
# An address from the top of the host, which a browser asks for without a password.
_MANIFEST = b'<link rel="manifest" href="/manifest.json"'
_MANIFEST_HERE = b'<link rel="manifest" crossorigin="use-credentials" href="./manifest.json"'
# Relative addresses need the slash at the end of a proxy's path.
_SLASH = (
    "<script>if (!location.pathname.endsWith('/')) history.replaceState(null, '', "
    "location.pathname + '/' + location.search + location.hash)</script>"
)


class PageHead:
    """ASGI middleware that changes the head of the page."""

    def __init__(self, app: ASGIApp, title: str, description: str, script: str = "") -> None:
        """Take the application, what to say of the page, and what runs before Gradio's modules."""
        self._app = app
        self._script = f"<script>{script}</script>".encode()
        texts = {
            "og:type": "website",
            "og:title": title,
            "og:description": description,
            "twitter:card": "summary",
            "description": description,
        }
        self._head = (
            _SLASH
            + "".join(
                f'<meta {"property" if name.startswith("og:") else "name"}="{name}" '
                f'content="{escape(text)}">'
                for name, text in texts.items()
            )
            + '<link rel="icon" href="./favicon.ico">'
        ).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; change the answer if it is the page."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def change(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(raw=list(start.get("headers", ())))
            if _is_html(headers):
                body = self._changed(body)
                if scope["method"] != "HEAD":
                    headers["content-length"] = str(len(body))
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, change)

    def _changed(self, page: bytes) -> bytes:
        page = _ROOT.sub(_HERE, _GRADIOS.sub(b"", page))
        page = page.replace(_MANIFEST, _MANIFEST_HERE, 1)
        page = page.replace(b"<head>", b"<head>" + self._head, 1)
        # After Gradio's configuration; modules run later.
        return page.replace(b"</head>", self._script + b"</head>", 1)


def _is_html(headers: Headers) -> bool:
    plain = "content-encoding" not in headers
    return plain and headers.get("content-type", "").startswith("text/html")
