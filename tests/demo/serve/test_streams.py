"""Streams of events are sent small, and each message can be read when it has come."""

import zlib

import anyio
import pytest

from demo.serve.streams import EventStreams

MESSAGES = [f'data: {{"number": {number}, "text": "{"138 " * 200}"}}\n\n' for number in range(3)]
PATH = "/gradio_api/queue/data"


def answered(accepted, path=PATH, kind="text/event-stream"):
    """Return the headers and the bodies of an answer, as the server sends them."""

    async def stream(scope, receive, send):
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for text in MESSAGES:
            body = text.encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body"})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": [(b"accept-encoding", accepted.encode())]}
    anyio.run(EventStreams(stream), scope, None, send)
    return dict(sent[0]["headers"]), [message.get("body", b"") for message in sent[1:]]


def test_each_message_can_be_read_when_it_has_come():
    headers, bodies = answered("gzip, br")
    assert headers[b"content-encoding"] == b"gzip"
    reader = zlib.decompressobj(wbits=31)
    assert [reader.decompress(body).decode() for body in bodies] == [*MESSAGES, ""]
    assert reader.eof
    assert sum(map(len, bodies)) < len("".join(MESSAGES)) / 5


@pytest.mark.parametrize(
    "asked",
    [{"accepted": ""}, {"accepted": "br"}, {"accepted": "gzip", "path": "/x"},
     {"accepted": "gzip", "kind": "text/plain"}],
)  # fmt: skip
def test_other_answers_are_as_they_are(asked):
    headers, bodies = answered(**asked)
    assert b"content-encoding" not in headers
    assert b"".join(bodies).decode() == "".join(MESSAGES)
