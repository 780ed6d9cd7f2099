"""The head of Gradio's HTML: where the page is, and what is shown where its address is shared."""

import re
from collections.abc import Mapping
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.accepted import liked_best
from demo.serve import first_files
from demo.serve.compression import compress
from demo.serve.pictures import ICON, PREVIEW, PREVIEW_SIZE, TOUCH_ICON
from demo.serve.public_address import public_address

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


_ICONS = (
    f'<link rel="icon" href=".{ICON}" type="image/svg+xml">'
    '<link rel="icon" href="./favicon.ico" sizes="192x192" type="image/png">'
    f'<link rel="apple-touch-icon" href=".{TOUCH_ICON}">'
)


class PageHead:
    """ASGI middleware that changes the head of the page, and compresses it."""

    def __init__(
        self, app: ASGIApp, preview: Mapping[str, tuple[str, str]], script: str = ""
    ) -> None:
        """Take the application, what to say of the page, and what runs before Gradio's modules.

        Args:
            app: the application.
            preview: title and description by the language's tag, such as "zh-CN"; the first one is
                for those who ask for none of these languages.
            script: JavaScript.
        """
        self._app = app
        self._script = f"<script>{script}</script>".encode()
        self._preview = preview

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
                body = self._changed(body, scope)
                headers.add_vary_header("Accept-Language")
                if scope["method"] != "HEAD" and start["status"] == 200:
                    start["status"], body = compress(body, headers, Headers(scope=scope))
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, change)

    def _changed(self, page: bytes, scope: Scope) -> bytes:
        page = _ROOT.sub(_HERE, _GRADIOS.sub(b"", page))
        page = page.replace(_MANIFEST, _MANIFEST_HERE, 1)
        page = first_files.add(page)
        page = page.replace(b"<head>", b"<head>" + self._head(scope).encode(), 1)
        # After Gradio's configuration; modules run later.
        return page.replace(b"</head>", self._script + b"</head>", 1)

    def _head(self, scope: Scope) -> str:
        accepted = Headers(scope=scope).get("accept-language", "")
        tags = {tag.partition("-")[0]: tag for tag in self._preview}
        tag = tags[liked_best(accepted, list(tags))]
        title, description = self._preview[tag]
        texts = {
            "og:type": "website",
            "og:title": title,
            "og:description": description,
            "og:locale": tag.replace("-", "_"),
            "twitter:card": "summary",
            "description": description,
        }
        # Where the page is shared, only whole addresses count: better none than a wrong one.
        if address := public_address(scope):
            width, height = PREVIEW_SIZE
            texts |= {
                "og:url": address,
                "og:image": address + PREVIEW.lstrip("/"),
                "og:image:type": "image/png",
                "og:image:width": str(width),
                "og:image:height": str(height),
                "og:image:alt": title,
                "twitter:card": "summary_large_image",
            }
        metas = "".join(
            f'<meta {"property" if name.startswith("og:") else "name"}="{name}" '
            f'content="{escape(text)}">'
            for name, text in texts.items()
        )
        return f"{_SLASH}<title>{escape(title)}</title>{metas}{_ICONS}"


def _is_html(headers: Headers) -> bool:
    plain = "content-encoding" not in headers
    return plain and headers.get("content-type", "").startswith("text/html")
