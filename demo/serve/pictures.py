"""The page's icons, and the picture that is shown where its address is shared."""

from pathlib import Path

from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ICON, TOUCH_ICON, PREVIEW = "/icon.svg", "/apple-touch-icon.png", "/preview.png"
PREVIEW_SIZE = (1200, 630)  # width and height in pixels, as sites that show it recommend
_STATIC = Path(__file__).parents[1] / "static"
# docs/make_pictures.py makes the files.
PICTURES = {
    ICON: _STATIC / "icon.svg",
    TOUCH_ICON: _STATIC / "icon.png",
    PREVIEW: _STATIC / "preview.png",
}
_FOR_A_DAY = {"cache-control": "public, max-age=86400"}


class Pictures:
    """ASGI middleware that serves these files."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, or pass the request on."""
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        path = PICTURES.get(scope["path"]) if asked else None
        app = self._app if path is None else FileResponse(path, headers=_FOR_A_DAY)
        await app(scope, receive, send)
