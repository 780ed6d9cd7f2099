"""A health check: `python -m demo.serve.health` has the running server draw a digit.

Its exit code is 0 if that works. It asks at the port that `GRADIO_SERVER_PORT` or `PORT` names, or
else 7860, and at the address in `GRADIO_SERVER_NAME`, or else 127.0.0.1, with the user and the
password of `CGAN_USER` and `CGAN_PASSWORD`, if there are any. It imports the standard library
alone.
"""

import base64
import http.client
import json
import os
import sys
import uuid

_CALL = "/gradio_api/call/write"
_SECONDS = 10
# Who listens at all addresses of a machine is asked at its own.
_ALL = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


def problem(port: int) -> str:
    """Return what is wrong with the server at this port; "" if it draws."""
    try:
        # With a session of its own, it has a turn of its own.
        body = {"data": ["7"], "session_hash": uuid.uuid4().hex}
        status, said = _ask(port, "POST", _CALL, json.dumps(body))
        if status != 200:
            return f"The server refuses a drawing with status {status}: {said}"
        event = json.loads(said)["event_id"]
        _, said = _ask(port, "GET", f"{_CALL}/{event}")
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        return f"The server at port {port} doesn't draw: {type(error).__name__} {error}"
    return "" if said.startswith("event: complete") else f"The server doesn't draw: {said}"


def _ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    host = os.environ.get("GRADIO_SERVER_NAME", "")
    # `http.client` uses no proxy.
    connection = http.client.HTTPConnection(_ALL.get(host, host), port, timeout=_SECONDS)
    headers = {"Content-Type": "application/json"}
    if user := os.environ.get("CGAN_USER"):
        pair = f"{user}:{os.environ.get('CGAN_PASSWORD', '')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def main() -> int:
    """Check; print what is wrong, and return the exit code."""
    port = os.environ.get("GRADIO_SERVER_PORT") or os.environ.get("PORT") or "7860"
    if port.isascii() and port.isdecimal() and 1 <= int(port[:6]) <= 65535:
        found = problem(int(port))
    else:
        found = f"The port must be a number from 1 to 65535, not {port!r}."
    if found:
        sys.stderr.write(f"{found}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
