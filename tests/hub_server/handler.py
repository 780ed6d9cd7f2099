"""How a request is read and an answer written, and where a fault comes between."""

import contextlib
import json
import re
import secrets
import socket
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote

from tests.hub_server.faults import REASONS, Fault, Refused, Request


class Handler(BaseHTTPRequestHandler):
    """HTTP without the routes: `_route` carries a request out."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    @property
    def hub(self):
        return self.server.hub

    def do_GET(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        self.query = parse_qs(query)
        plain = unquote(path)
        with self.hub.lock:
            self.hub.requests.append(Request(self.command, self.path, headers, self.server.origin))
            left = self.hub.requests_left
            if left is not None:
                self.hub.requests_left = max(0, left - 1)
            faults = self.hub.fault or []
            self.fault = next(
                (
                    fault
                    for fault in ([faults] if isinstance(faults, Fault) else faults)
                    if left != 0 and fault.applies(self.command, plain, self.server.origin)
                ),
                Fault(),
            )
        if self.fault.delay:
            self.hub.stopping.wait(self.fault.delay)
        if left == 0 or self.fault.drop or self.hub.stopping.is_set():
            self._hang_up()
            return
        try:
            if self.fault.status is not None:
                raise Refused(
                    self.fault.status, REASONS.get(self.fault.status, "Error"), self.fault.code
                )
            self._route(path, headers)
        except Refused as refused:
            body = {"error": str(refused)} | refused.more
            more = dict(self.fault.headers) if self.fault.status else {}
            # Only an ASCII line may be a header's value.
            more["X-Error-Message"] = str(refused).encode("ascii", "replace").decode()
            if refused.code:
                more["X-Error-Code"] = refused.code
            self._answer(refused.status, body, **more)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    # Reading requests and writing answers

    def _chunks(self):
        """Yield the body that was not read yet."""
        if getattr(self, "_body_of", None) is self.headers:
            return
        self._body_of = self.headers
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                yield self._exactly(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            yield self._exactly(min(left, 1 << 20))
            left -= min(left, 1 << 20)

    def _exactly(self, size):
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionError("the request was broken off")
        return content

    def _read(self):
        return b"".join(self._chunks())

    def _read_json(self):
        try:
            return json.loads(self._read() or b"{}")
        except ValueError as error:
            raise Refused(400, "Invalid JSON") from error

    def _hang_up(self):
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status, body=None, **headers):
        """Answer with JSON, or with bytes."""
        self._read()  # the next request comes after it
        if self.fault.lose:
            self._hang_up()
            return
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if not isinstance(body, bytes):
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_file(self, content, headers):
        """Answer with a file's bytes, or the range of them that is asked for."""
        size = len(content)
        start, stop, status = 0, size, 200
        headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"} | headers
        if asked := re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", "")):
            if asked[1]:
                start, stop = int(asked[1]), min(size, int(asked[2] or size) + 1)
            elif asked[2]:
                start = max(0, size - int(asked[2]))
            if start >= stop:
                self._answer(416, b"", **{"Content-Range": f"bytes */{size}"})
                return
            status = 206
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        if self.fault.flip and content:
            middle = size // 2
            content = content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]
        content = content[start:stop]
        if not self.fault.cut or self.command == "HEAD":
            self._answer(status, content, **headers)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self._hang_up()

    # Addresses of the second origin

    def _signed(self, action, sha256, more=""):
        with self.hub.lock:
            key = self.hub.signatures.setdefault((action, sha256), secrets.token_hex(16))
        return f"{self.hub.cdn}/{action}/{sha256}?signature={key}{more}"

    def _check_signature(self, action, sha256):
        with self.hub.lock:
            key = self.hub.signatures.get((action, sha256))
        if key is None or self.query.get("signature") != [key]:
            raise Refused(403, "The signature is wrong")
