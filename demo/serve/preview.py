"""What is shown where the page's address is shared: its title and a sentence, not Gradio's."""

import re
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio 6.31.0 writes its own name, an invitation, its banner and others' addresses.
_GRADIOS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')


class Preview:
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
        self._head = "".join(
            f'<meta {"property" if name.startswith("og:") else "name"}="{name}" '
            f'content="{escape(text)}">'
            for name, text in texts.items()
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
                body = _GRADIOS.sub(b"", body).replace(b"<head>", b"<head>" + self._head, 1)
                # After Gradio's configuration; modules run later.
                body = body.replace(b"</head>", self._script + b"</head>", 1)
                if scope["method"] != "HEAD":
                    headers["content-length"] = str(len(body))
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, change)


def _is_html(headers: Headers) -> bool:
    plain = "content-encoding" not in headers
    return plain and headers.get("content-type", "").startswith("text/html")
