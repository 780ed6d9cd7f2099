"""Requests that no browser sends, as bytes: each of Gradio's routes, and each part made odd."""

import itertools

# What a visitor has typed: it must never be in a log.
NUMBER = "13812345678"

# Every route of Gradio's server, with its placeholders filled in.
PATHS = [
    "/",
    "/config",
    "/config/",
    "/theme.css",
    "/robots.txt",
    "/favicon.ico",
    "/manifest.json",
    "/pwa_icon",
    "/pwa_icon/192",
    "/static/img/logo.svg",
    "/assets/x",
    "/svelte/x",
    "/login",
    "/logout",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/x",
    "/gradio_api/user",
    "/gradio_api/token",
    "/gradio_api/app_id",
    "/gradio_api/login_check",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/dev/reload",
    "/gradio_api/runs",
    "/gradio_api/run-history/buckets",
    "/gradio_api/custom_component/a/client/b/c",
    "/gradio_api/proxy=http://host.invalid/",
    "/gradio_api/file=x",
    "/gradio_api/file/x",
    "/gradio_api/stream/x",
    "/gradio_api/stream/x/close",
    "/gradio_api/stream/x/y/1/playlist.m3u8",
    "/gradio_api/stream/x/y/1/z.aac",
    "/gradio_api/stream/x/y/1/playlist-file",
    "/gradio_api/reset",
    "/gradio_api/heartbeat/x",
    "/gradio_api/run/write",
    "/gradio_api/api/write",
    "/gradio_api/call/write",
    "/gradio_api/call/v2/write",
    "/gradio_api/call/write/x",
    "/gradio_api/call/v2/write/x",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/queue/data?session_hash=x",
    "/gradio_api/queue/status",
    "/gradio_api/cancel",
    "/gradio_api/component_server",
    "/gradio_api/upload",
    "/gradio_api/upload_progress?upload_id=x",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
    "/gradio_api/deep_link?session_hash=x",
    "/gradio_api/process_recording",
    "/gradio_api/vibe-edit",
    "/gradio_api/undo-vibe-edit",
    "/gradio_api/vibe-code",
    "/gradio_api/vibe-starter-queries",
    "/gradio_api/mcp",
    "/gradio_api/mcp/sse",
    "/gradio_api/profiling/summary",
    "/nothing",
    "//",
]
METHODS = ("GET", "POST", "BREW")
LONG, LONGER, LONGEST = "x" * 300, "x" * 3000, "x" * 9000
ODD_PATHS = f"""
/assets/{LONG} /assets/{LONGER} /static/{LONG} /static/{LONGER} /static/{"x/" * 3000} /static/%00
/gradio_api/file={LONG} /gradio_api/file={LONGEST} /gradio_api/heartbeat/{LONGEST} /assets/x%0a
/assets/..%2f..%2f..%2fetc/passwd /static/..\\..\\x /assets/C:%5Cx /static/file:///etc/passwd
/assets/%ff%fe /gradio_api/file=%00 /gradio_api/file=/etc/passwd /gradio_api/heartbeat/%00
/gradio_api/heartbeat/%0d%0a /gradio_api/call/write/%00 /gradio_api/call/%ff/x
/gradio_api/call/write/%f0%9f%98%80 /gradio_api/queue/data?session_hash=%00
/gradio_api/queue/data?session_hash=%ed%a0%80 /gradio_api/queue/data?session_hash={LONGER}
/gradio_api/queue/data?session_hash=a&session_hash=b /%5B::1/x //[::1/x /[::1
/gradio_api/info?page=x /gradio_api/info?all_endpoints=x /config?page=x /config?deep_link=../x
/?page=x /?page=%00&page= /?deep_link=x /?deep_link={LONGER} /?__theme=x&__sign=x&view=x
/pwa_icon/x /pwa_icon/-1 /pwa_icon/999999999999 * http://host.invalid/config host.invalid:80 ? x
""".split()

ODD_HOSTS = [
    *("256.256.256.256", "[::1%]", "xn--\xfc", "a:", "a:99999"),
    *("", "[::1", "[::1]", "a b", "a/b", "x:y", "\xff", "x:999999", ",", "?", "a@b", LONGER),
]
ODD_HEADERS = {
    "X-Forwarded-Proto": ["https", "javascript", "\xff", ","],
    "X-Forwarded-For": ["[::1", "x", ",", "\xff", "1.2.3.4:x", "[::1]:x"],
    "X-Gradio-Server": ["http://[::1", "x", "http://evil.example/\xff", "http://x:y"],
    "Origin": ["null", "http://[::1", "x", "http://x:y", "\xff", "//"],
    "Referer": ["http://[::1", "\xff"],
    "Cookie": ["\xff", "=;=;", LONGEST],
    "Authorization": ["Bearer", "\xff", "Basic x"],
    "Accept-Encoding": ["br;q=x", "\xff", "br, gzip"],
    "Accept-Language": ["\xff", ",;q="],
    "Range": [
        *("bytes=1-2-3", "bytes=5-1", "bytes=\xb2-\xb3", "bytes=-", "bytes=0-0,2-3", "x=1-2"),
        *("bytes=-0", f"bytes=0-{'9' * 5000}", "bytes=99999-999999", "bytes=0-1"),
    ],
    "If-None-Match": ["\xff"],
    "If-Modified-Since": ["x", "\xff"],
    "Upgrade": ["websocket\r\nConnection: Upgrade", "h2c\r\nConnection: Upgrade"],
    "Content-Type": ["multipart/form-data", "x/y; boundary=\xff"],
    "Content-Length": ["x", "-1", "5\r\nContent-Length: 6"],
    "Transfer-Encoding": ["x", "gzip"],
    "Expect": ["x"],
}

FIELDS = (
    *("session_hash", "fn_index", "event_id", "trigger_id", "event_data", "simple_format"),
    *("batched", "oauth_token", "data", "x"),
)
ODD_VALUES = (
    *("NaN", "-Infinity", "1e999", "null", "true", "[]", "{}", '""', "-1", "1.5", "0"),
    *('"\\ud800"', '"\\u0000"', f'"{LONG}"', "9" * 25, "9" * 5000, "[" * 500 + "]" * 500),
    *('{"path":"/etc/passwd","meta":{"_type":"gradio.FileData"}}', '"/etc/passwd"'),
)
ODD_BODIES = (
    *("", "x", "[", "null", "1", '"x"', "[]", "{}", "[[1]]", "\ufeff{}", "[" * 100_000),
    *(f'{{"data":"{NUMBER}"', f'{{"data":["{NUMBER}"]}} x', f'{{"data":"\\ud800{NUMBER}"}}'),
    *('{"a":' * 30_000, f'{{"data":["{NUMBER}"],"data":NaN}}', f'{{"":"{NUMBER}"}}'),
)
ODD_BYTES = (b"\xff\xfe", b'{"data":["\xff"]}', b"\0", '{"data":["1"]}'.encode("utf-16"))
BODY_PATHS = (
    *("call/write", "call/v2/write", "queue/join", "run/predict", "cancel", "reset"),
    "call/write/x",
)
NOT_HTTP = (
    b"\0" * 100,
    b"\x16\x03\x01\x02\x00" * 20,
    b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"POST /gradio_api/cancel HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
)


def request(method, path, *headers, body=b"", host="127.0.0.1", version="1.1"):
    """Return a request's bytes; `headers` are lines."""
    lines = [f"{method} {path} HTTP/{version}", "Connection: close", *headers]
    if host is not None:
        lines.append(f"Host: {host}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    if body and not any(line.startswith("Content-Type") for line in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def post(path, body, *headers):
    return request("POST", f"/gradio_api/{path}", *headers, body=body)


def routes():
    for path, method in itertools.product(PATHS, METHODS):
        yield request(method, path, body=b"{}" if method == "POST" else b"")
    for path in ODD_PATHS:
        yield request("GET", path)


def headers():
    for name, values in ODD_HEADERS.items():
        for path, value in itertools.product(("/config", "/static/img/logo.svg"), values):
            yield request("GET", path, f"{name}: {value}")
    for host in ODD_HOSTS:
        yield request("GET", "/config", host=host)
        yield request("GET", "/config", "Origin: http://x", host=host)
        for path in ("/", "/gradio_api/openapi.json"):
            yield request("GET", path, f"X-Forwarded-Host: {host}")
    for version in ("1.0", "0.9", "1.2", "2"):
        yield request("GET", "/config", host=None, version=version)
        yield request("GET", "/config", "Origin: http://x", host=None, version=version)


def bodies():
    """Yield calls in which one part is odd."""
    good = {"data": f'["{NUMBER}"]', "session_hash": '"s"', "fn_index": "0"}
    for path, value in itertools.product(("call/write", "queue/join"), ODD_VALUES):
        calls = [good | {field: value} for field in FIELDS]
        calls.append(good | {"data": f'["{NUMBER}",{value}]'})
        for call in calls:
            body = ",".join(f'"{name}":{text}' for name, text in call.items())
            yield post(path, f"{{{body}}}".encode())
    for path, body in itertools.product(BODY_PATHS, ODD_BODIES):
        yield post(path, body.encode())
    for path, body in itertools.product(BODY_PATHS[:4], ODD_BYTES):
        yield post(path, body)
        yield post(path, body, "Content-Type: text/plain")
