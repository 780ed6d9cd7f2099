"""onnxruntime-web, and pages that use it in a real browser."""

import contextlib
import functools
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

MODULES = Path(__file__).parent / "onnx_web" / "node_modules"


def link_modules(folder):
    """Let pages in a folder import onnxruntime-web.

    Without it, tests are skipped, but not in CI.
    """
    if not (MODULES / "onnxruntime-web").is_dir():
        reason = "onnxruntime-web is missing: npm ci --prefix tests/onnx_web"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    (folder / MODULES.name).symlink_to(MODULES)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def served(folder):
    """Yield the address of a folder's files, served as `python -m http.server` does."""
    handler = functools.partial(_Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
