"""A request as it came, a refusal, and what goes wrong on demand."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

REASONS = {
    401: "Invalid credentials in Authorization header",
    402: "Payment required: this needs a paid plan",
    403: "Forbidden",
    404: "Not found",
    409: "Conflict",
    429: "Too many requests: you have reached your rate limit",
    500: "Internal error: we're working hard to fix this as soon as possible",
    503: "Service unavailable",
}


class Request(NamedTuple):
    """A request as it came: the path with its query, header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    origin: str


@dataclass
class Fault:
    """What goes wrong, in which requests, and how often (`times`; None: always)."""

    path: str = ""  # a regular expression searched in the path without query, unquoted
    method: str = ""  # one that must match the whole method, as in "GET|HEAD"; "" is any
    origin: str = ""  # "main", "cdn"; "" is either
    times: int | None = None
    skip: int = 0  # this many such requests succeed first
    status: int | None = None
    code: str = ""  # X-Error-Code of that status, such as "GatedRepo"
    headers: dict[str, str] = field(default_factory=dict)  # of that status, such as Retry-After
    delay: float = 0  # seconds before anything is done
    drop: bool = False  # the connection is closed without an answer, and nothing is done
    lose: bool = False  # the request is carried out, but the connection is closed without an answer
    # Of a file's body, or of all that the Xet store of a read token holds:
    cut: bool = False  # half of it comes, then the connection is closed
    flip: bool = False  # the byte in the middle has all its bits flipped
    wrong_etag: bool = False
    hits: int = 0  # how often it went wrong

    def applies(self, method, path, origin):
        """Tell whether this request goes wrong, and count it."""
        if (
            not re.search(self.path, path)
            or (self.method and not re.fullmatch(self.method, method))
            or self.origin not in ("", origin)
            or (self.times is not None and self.hits >= self.times)
        ):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status, message, code="", **more):
        super().__init__(message)
        self.status, self.code, self.more = status, code, more
