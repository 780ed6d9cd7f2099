"""A Hugging Face Hub of our own: HTTP as huggingface_hub speaks it, and faults on demand.

Repositories are kept on disk: `blobs/SHA256` for every content, and for each repository
`repos/models/ann/x/repo.json` (branches, tags, who may read) and `commits/SHA.json`. Each file is
written whole or not at all: a restarted Hub, or another one on the folder, continues from there.

Large files are stored at a second origin, the "cdn", as on the real Hub, which refuses a request
that brings a token along. With Xet, bytes go through hf_xet's own test store, in a folder per
token (such a store serves one process at a time), not over HTTP; what arrives there is read out,
checked and kept as any other content.

Behaves as the real Hub where a client can tell, so a new repository has a first commit with
`.gitattributes` (and a Space a README.md). Not there: pull requests, pages of long lists,
multi-part uploads, lists of files and commits.
"""

import base64
import binascii
import contextlib
import hashlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

LFS_SIZE = 512 * 1024
LFS_SUFFIXES = (".safetensors", ".bin", ".npz", ".pt", ".ckpt", ".parquet")
GIT_ATTRIBUTES = "".join(f"*{s} filter=lfs diff=lfs merge=lfs -text\n" for s in LFS_SUFFIXES)
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
REPO = r"/(?P<kind>models|datasets|spaces)/(?P<repo>[^/]+/[^/]+)"
PAGE = r"/(?:(?P<kind>datasets|spaces)/)?(?P<repo>(?!api/)[^/]+/[^/]+)"
WAIT = 60
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

# Reads files out of a Xet store: a hash, a size and where to each.
XET_READ = """
import hf_xet, sys
files = [line.rstrip("\\n").split("\\t") for line in sys.stdin]
session = hf_xet.XetSession()
with session.new_file_download_group(
    endpoint="local://" + sys.argv[1], token="t", token_expiry_unix_secs=2**33
) as group:
    for name, size, target in files:
        group.start_download_file(hf_xet.XetFileInfo(name, int(size)), target)
"""
# Puts files into a Xet store, and prints their hashes.
XET_WRITE = """
import hf_xet, sys
session = hf_xet.XetSession()
with session.new_upload_commit(
    endpoint="local://" + sys.argv[1], token="t", token_expiry_unix_secs=2**33
) as commit:
    started = [commit.start_upload_file(line.rstrip("\\n")) for line in sys.stdin]
for file in started:
    print(file.result().xet_info.hash)
"""


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


class User(NamedTuple):
    """Whose a token is, and what they may do with it."""

    name: str
    role: str
    orgs: tuple[str, ...]


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status, message, code="", **more):
        super().__init__(message)
        self.status, self.code, self.more = status, code, more


class HubServer:
    """A Hub on 127.0.0.1, and its second origin for large files."""

    def __init__(self, folder, *, xet=True):
        self.folder = Path(folder).resolve()
        self.xet = xet and importlib.util.find_spec("hf_xet") is not None
        self.requests = []
        self.fault = None  # a Fault, or a list of them: the first that applies
        self.requests_left = None  # this many more are answered; every later connection is closed
        self.users = {}  # token -> User
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.signatures = {}
        self._servers = {}
        self._threads = []
        self._ports = {"main": 0, "cdn": 0}
        for name in ("repos", "blobs", "incoming", "xet"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._ports['main']}"

    @property
    def cdn(self):
        return f"http://127.0.0.1:{self._ports['cdn']}"

    def start(self):
        """Listen; after `stop`, at the same ports again."""
        self.stopping.clear()
        for origin in ("main", "cdn"):
            server = _Server(("127.0.0.1", self._ports[origin]), _Handler)
            server.hub, server.origin = self, origin
            self._ports[origin] = server.server_address[1]
            self._servers[origin] = server
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            self._threads.append(thread)

    def stop(self):
        """Close the ports and every open connection, in the middle of whatever they carry."""
        self.stopping.set()
        for server in self._servers.values():
            server.shutdown()
            server.break_connections()
            server.server_close()
        for thread in self._threads:
            thread.join(WAIT)
        self._servers.clear()
        self._threads.clear()

    def add_user(self, name, token, role="write", orgs=()):
        """Let `token` read as `name`, and write to that and the organisations' namespaces."""
        if role not in ("read", "write"):
            raise ValueError(role)
        self.users[token] = User(name, role, tuple(orgs))

    def add_repo(self, repo, files=None, *, kind="models", private=False, gated=False, allowed=()):
        """Make a repository if there is none, put files into its main branch; return its sha.

        `gated` lets the users named in `allowed` read files, and those who own it.
        """
        with self.lock:
            found = self._find(kind, repo)
            if found is None:
                found = self._create(kind, repo, private, sdk="gradio")
            found.update({"private": private, "gated": gated, "allowed": list(allowed)})
            self._save(found)
            tree = dict(self._tree(found, found["branches"]["main"]))
            for path, content in (files or {}).items():
                tree[path] = self._entry(self._keep(content), _is_lfs(path, len(content)))
            return self._commit(found, "main", tree, "Add files", "", "admin")

    def commits(self, repo, revision="main", kind="models"):
        """Return the shas of a revision's commits, newest first."""
        with self.lock:
            found = self._need(kind, repo)
            return [sha for sha, _ in self._history(found, self._resolve(found, revision))]

    def files(self, repo, revision="main", kind="models"):
        """Return the files of a revision by their paths."""
        with self.lock:
            found = self._need(kind, repo)
            tree = self._tree(found, self._resolve(found, revision))
            return {path: self._blob(entry["sha256"]).read_bytes() for path, entry in tree.items()}

    def repo(self, repo, kind="models"):
        """Return what is kept of a repository: branches, tags, private, gated; None without one."""
        with self.lock:
            return self._find(kind, repo)

    # Repositories on disk. All of these are called with the lock held.

    def _folder(self, kind, repo):
        if not re.fullmatch(r"[\w][\w.-]*/[\w][\w.-]*", repo):
            raise Refused(404, "Repository not found", "RepoNotFound")
        return self.folder / "repos" / kind / repo

    def _find(self, kind, repo):
        path = self._folder(kind, repo) / "repo.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def _need(self, kind, repo):
        found = self._find(kind, repo)
        if found is None:
            raise Refused(404, "Repository not found", "RepoNotFound")
        return found

    def _save(self, found):
        _replace(self._folder(found["kind"], found["repo"]) / "repo.json", _json(found))

    def _create(self, kind, repo, private, sdk=None, hardware=None):
        (self._folder(kind, repo) / "commits").mkdir(parents=True)
        found = {"kind": kind, "repo": repo, "private": private, "gated": False, "allowed": []}
        found |= {"branches": {}, "tags": {}, "sdk": sdk, "hardware": hardware}
        found["created"] = _now()
        content = {".gitattributes": GIT_ATTRIBUTES}
        if kind == "spaces":
            content["README.md"] = f"---\ntitle: {repo.partition('/')[2]}\nsdk: {sdk}\n---\n"
        tree = {path: self._entry(self._keep(text.encode())) for path, text in content.items()}
        self._commit(found, "main", tree, "initial commit", "", "system")
        return found

    def _commit(self, found, branch, tree, title, description, author):
        parent = found["branches"].get(branch)
        if parent is not None and tree == self._tree(found, parent):
            return parent  # nothing changed: no commit
        commit = {"parent": parent, "title": title, "message": description, "author": author}
        commit |= {"date": _now(), "tree": tree}
        content = _json(commit)
        sha = hashlib.sha1(b"commit " + content + secrets.token_bytes(8)).hexdigest()
        _replace(self._folder(found["kind"], found["repo"]) / "commits" / f"{sha}.json", content)
        found["branches"][branch] = sha
        self._save(found)
        return sha

    def _resolve(self, found, revision):
        name = re.sub("^refs/(heads|tags)/", "", revision)
        sha = found["branches"].get(name) or found["tags"].get(name)
        if sha is not None:
            return sha
        if re.fullmatch("[0-9a-f]{40}", revision):
            commits = self._folder(found["kind"], found["repo"]) / "commits"
            if (commits / f"{revision}.json").exists():
                return revision
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def _read_commit(self, found, sha):
        folder = self._folder(found["kind"], found["repo"])
        return json.loads((folder / "commits" / f"{sha}.json").read_text("utf-8"))

    def _tree(self, found, sha):
        return self._read_commit(found, sha)["tree"]

    def _history(self, found, sha):
        while sha is not None:
            commit = self._read_commit(found, sha)
            yield sha, commit
            sha = commit["parent"]

    def _blob(self, sha256):
        return self.folder / "blobs" / sha256

    def _keep(self, content):
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._blob(sha256).exists():
            _replace(self._blob(sha256), content)
        return sha256

    def _entry(self, sha256, lfs=False):
        content = self._blob(sha256).read_bytes()
        entry = {"sha256": sha256, "size": len(content), "lfs": lfs}
        if lfs:
            content = _pointer(sha256, len(content))
            entry["pointer"] = len(content)
            if self.xet:
                entry["xet"] = self._xet_hash(sha256)
        return entry | {"oid": _git_oid(content)}

    # Xet

    def _xet_hash(self, sha256):
        known = self.folder / "xet" / f"{sha256}.hash"
        if not known.exists():
            with tempfile.TemporaryDirectory(dir=self.folder / "incoming") as store:
                _replace(known, _xet(XET_WRITE, store, [self._blob(sha256)]).split()[0].encode())
        return known.read_text()

    def _xet_store(self, files):
        """Make a new store with these contents; return its address."""
        store = tempfile.mkdtemp(dir=self.folder / "xet")
        if files:
            _xet(XET_WRITE, store, [self._blob(sha256) for sha256 in files])
        return f"local://{store}"

    def _fetch_from_xet(self, sha256):
        """Keep a content that was sent by Xet, checked; nothing if there is none."""
        for shard in self.folder.glob("xet/write-*/xet/xorbs/shards/*.mdb"):
            found = _shard_files(shard.read_bytes()).get(sha256)
            if found is None:
                continue
            with tempfile.TemporaryDirectory(dir=self.folder / "incoming") as name:
                copy = Path(name, "store")  # the client still holds the lock of the store itself
                shutil.copytree(shard.parents[3], copy)
                target = Path(name, "file")
                _xet(XET_READ, copy, [f"{found[0]}\t{found[1]}\t{target}"])
                if hashlib.sha256(target.read_bytes()).hexdigest() != sha256:
                    raise Refused(400, f"The content sent for {sha256} is another")
                target.replace(self._blob(sha256))
                _replace(self.folder / "xet" / f"{sha256}.hash", found[0].encode())
            return

    # Who may do what

    def _user(self, headers):
        credentials = headers.get("authorization")
        if credentials is None:
            return None
        user = self.users.get(credentials.removeprefix("Bearer "))
        if user is None:
            raise Refused(401, "Invalid credentials in Authorization header")
        return user

    def _readable(self, kind, repo, user):
        found = self._find(kind, repo)
        if found is None or (found["private"] and not _owns(user, repo)):
            status = 404 if user else 401
            raise Refused(status, "Repository not found", "RepoNotFound")
        return found

    def _writable(self, kind, repo, user):
        found = self._readable(kind, repo, user)
        if user is None:
            raise Refused(401, "Invalid username or password.")
        if not _owns(user, repo) or user.role != "write":
            raise Refused(403, f"You don't have the rights to write to {repo} with this token")
        return found

    def _open(self, found, user):
        """Refuse the files of a gated repository to those not let in."""
        if found["gated"] and not _owns(user, found["repo"]):
            message = f"Access to model {found['repo']} is restricted"
            if user is None:
                raise Refused(401, message + ". You must have access to it and be authenticated")
            if user.name not in found["allowed"]:
                raise Refused(403, message + " and you are not in the authorized list")


class _Server(ThreadingHTTPServer):
    """One origin; knows its open connections, so that it can close them."""

    daemon_threads = False  # all are waited for
    request_queue_size = 64

    def __init__(self, *arguments):
        self._open = set()
        self._guard = threading.Lock()
        super().__init__(*arguments)

    def process_request(self, request, client_address):
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def break_connections(self):
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
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

    def _route(self, path, headers):
        for origin, method, pattern, name in ROUTES:
            if origin != self.server.origin or self.command not in method.split():
                continue
            if found := re.fullmatch(pattern, path):
                values = {key: unquote(value) for key, value in found.groupdict("").items()}
                if "kind" in values:
                    values["kind"] = values["kind"] or "models"
                if origin == "cdn":
                    if "authorization" in headers:
                        raise Refused(400, "Only one way to authenticate is allowed: no token here")
                    getattr(self, name)(**values)
                else:
                    getattr(self, name)(self.hub._user(headers), **values)
                return
        raise Refused(404, "Sorry, we can't find the page you are looking for.")

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

    # Accounts and repositories

    def whoami(self, user):
        if user is None:
            raise Refused(401, "Invalid username or password.")
        orgs = [{"type": "org", "name": name, "roleInOrg": user.role} for name in user.orgs]
        token = {"displayName": "test", "role": user.role, "createdAt": _now()}
        answer = {"type": "user", "id": user.name, "name": user.name, "fullname": user.name}
        answer |= {"isPro": False, "orgs": orgs}
        self._answer(200, answer | {"auth": {"type": "access_token", "accessToken": token}})

    def _named(self, user):
        """Return the kind and the full name of the repository that a request's body names."""
        asked = self._read_json()
        if user is None:
            raise Refused(401, "Invalid username or password.")
        kind = (asked.get("type") or "model") + "s"
        namespace = asked.get("organization") or user.name
        return asked, kind, f"{namespace}/{asked.get('name')}"

    def create(self, user):
        asked, kind, repo = self._named(user)
        namespace, _, name = repo.partition("/")
        if kind not in ("models", "datasets", "spaces"):
            raise Refused(400, "Invalid type of repository")
        if not re.fullmatch(r"[\w][\w.-]{0,95}", name) or ".." in name or name.endswith(".git"):
            raise Refused(400, "Invalid name of a repository")
        if kind == "spaces" and asked.get("sdk") not in ("gradio", "docker", "static"):
            raise Refused(400, "Invalid sdk")
        url = self.hub.endpoint + ("" if kind == "models" else f"/{kind}") + f"/{repo}"
        with self.hub.lock:
            known = {known for other in self.hub.users.values() for known in (other[0], *other[2])}
            if namespace not in known:
                raise Refused(404, f'There is no namespace "{namespace}"')
            if not _owns(user, repo) or user.role != "write":
                raise Refused(
                    403,
                    f"You don't have the rights to create a {kind[:-1]} under the namespace"
                    f' "{namespace}"',
                )
            if self.hub._find(kind, repo) is not None:
                raise Refused(409, f"You already created this {kind[:-1]} repo", url=url)
            private = asked.get("visibility") == "private" or asked.get("private") is True
            self.hub._create(kind, repo, private, asked.get("sdk"), asked.get("hardware"))
        self._answer(200, {"url": url, "name": repo, "id": repo, "private": private})

    def validate(self, user):
        asked = self._read_json()
        errors, warnings = _check_card(asked.get("content", ""), asked.get("repoType", "model"))
        answer = {"errors": errors, "warnings": warnings}
        if errors:
            answer["error"] = "Invalid metadata"
        self._answer(400 if errors else 200, answer)

    # Revisions

    def info(self, user, kind, repo, revision=""):
        with self.hub.lock:
            found = self.hub._readable(kind, repo, user)
            sha = self.hub._resolve(found, revision or "main")
            commit = self.hub._read_commit(found, sha)
        siblings = [{"rfilename": path} for path in sorted(commit["tree"])]
        if "blobs" in self.query:
            for file in siblings:
                entry = commit["tree"][file["rfilename"]]
                file |= {"blobId": entry["oid"], "size": entry["size"]}
                if entry["lfs"]:
                    lfs = {"sha256": entry["sha256"], "size": entry["size"]}
                    file["lfs"] = lfs | {"pointerSize": entry["pointer"]}
        answer = {"_id": hashlib.sha1(repo.encode()).hexdigest()[:24], "id": repo, "modelId": repo}
        answer |= {"author": repo.partition("/")[0], "sha": sha, "private": found["private"]}
        answer |= {"gated": "manual" if found["gated"] else False, "disabled": False, "tags": []}
        answer |= {"downloads": 0, "likes": 0, "siblings": siblings}
        answer |= {"createdAt": found["created"], "lastModified": commit["date"]}
        if kind == "spaces":
            answer["sdk"] = found["sdk"]
        self._answer(200, answer)

    def auth_check(self, user, kind, repo, what):
        with self.hub.lock:
            if what:
                self.hub._writable(kind, repo, user)
            else:
                self._let_in(self.hub._readable(kind, repo, user), user)
        self._answer(200, b"OK")

    def refs(self, user, kind, repo):
        with self.hub.lock:
            found = self.hub._readable(kind, repo, user)
        answer = {"converts": [], "pullRequests": []}
        for key, place in (("branches", "heads"), ("tags", "tags")):
            answer[key] = [
                {"name": name, "ref": f"refs/{place}/{name}", "targetCommit": sha}
                for name, sha in found[key].items()
            ]
        self._answer(200, answer)

    def make_tag(self, user, kind, repo, revision):
        asked = self._read_json()
        self._make_ref(user, kind, repo, "tags", asked.get("tag", ""), revision)

    def make_branch(self, user, kind, repo, revision):
        start = self._read_json().get("startingPoint") or "main"
        self._make_ref(user, kind, repo, "branches", revision, start)

    def _make_ref(self, user, kind, repo, key, name, start):
        with self.hub.lock:
            found = self.hub._writable(kind, repo, user)
            sha = self.hub._resolve(found, start)
            if not re.fullmatch(r"(?!.*\.\.)[\w][\w./-]*", name) or name.endswith((".lock", "/")):
                raise Refused(400, f"Invalid name of a reference: {name}")
            if name in found[key]:
                raise Refused(409, f"Reference already exists: {name}")
            found[key][name] = sha
            self.hub._save(found)
        self._answer(200, {})

    # Sending

    def preupload(self, user, kind, repo, revision):
        asked = self._read_json()
        with self.hub.lock:
            found = self.hub._writable(kind, repo, user)
            files = self.hub._tree(found, self.hub._resolve(found, revision))
        answer = []
        for file in asked["files"]:
            lfs = _is_lfs(file["path"], file["size"])
            told = {"path": file["path"], "uploadMode": "lfs" if lfs else "regular"}
            told["shouldIgnore"] = False
            there = files.get(file["path"])
            if there is not None and there["lfs"] == lfs:
                told["oid"] = there["sha256" if lfs else "oid"]
            answer.append(told)
        self._answer(200, {"files": answer})

    def lfs_batch(self, user, kind, repo):
        asked = self._read_json()
        answer = []
        with self.hub.lock:
            self.hub._writable(kind, repo, user)
            for wanted in asked["objects"]:
                oid, size = wanted.get("oid", ""), wanted.get("size")
                told = {"oid": oid, "size": size}
                if not re.fullmatch("[0-9a-f]{64}", oid) or not isinstance(size, int):
                    told["error"] = {"code": 422, "message": "not a sha256 and a size"}
                elif not self.hub._blob(oid).exists():
                    place = "" if kind == "models" else f"/{kind}"
                    url = f"{self.hub.endpoint}{place}/{repo}.git/info/lfs/objects/verify"
                    told["actions"] = {
                        "upload": {"href": self._signed("upload", oid, f"&size={size}")},
                        "verify": {"href": url},
                    }
                answer.append(told)
        self._answer(200, {"transfer": "basic", "objects": answer})

    def lfs_verify(self, user, kind, repo):
        asked = self._read_json()
        with self.hub.lock:
            self.hub._writable(kind, repo, user)
            self._check_there(asked.get("oid", ""), asked.get("size"))
        self._answer(200, {})

    def _check_there(self, oid, size):
        if not re.fullmatch("[0-9a-f]{64}", oid):
            raise Refused(422, "not a sha256")
        if not self.hub._blob(oid).exists() and self.hub.xet:
            self.hub._fetch_from_xet(oid)
        if not self.hub._blob(oid).exists():
            raise Refused(400, f"LFS pointer pointed to a file that does not exist: {oid}")
        if size is not None and size != self.hub._blob(oid).stat().st_size:
            raise Refused(400, f"Not the size of {oid}: {size}")

    def xet_token(self, user, kind, repo, what, revision):
        if not self.hub.xet:
            raise Refused(404, "Sorry, we can't find the page you are looking for.")
        with self.hub.lock:
            if what == "write":
                self.hub._writable(kind, repo, user)
                store = "local://" + tempfile.mkdtemp(prefix="write-", dir=self.hub.folder / "xet")
            else:
                found = self.hub._readable(kind, repo, user)
                self._let_in(found, user)
                files = self.hub._tree(found, self.hub._resolve(found, revision)).values()
                store = self.hub._xet_store({f["sha256"] for f in files if f["lfs"]})
                self._spoil(Path(store.removeprefix("local://")))
        expires = int(time.time()) + 3600
        token = "xet_" + secrets.token_hex(8)
        told = {"X-Xet-Cas-Url": store, "X-Xet-Access-Token": token}
        told["X-Xet-Token-Expiration"] = str(expires)
        self._answer(200, {"casUrl": store, "exp": expires, "accessToken": token}, **told)

    def _spoil(self, store):
        for path in store.glob("xet/xorbs/xorbs/default.*"):
            if path.suffix == ".tagset" or not (self.fault.cut or self.fault.flip):
                continue
            content = bytearray(path.read_bytes())
            if self.fault.flip:
                content[len(content) // 2] ^= 0xFF
            path.chmod(0o600)
            path.write_bytes(content[: len(content) // 2] if self.fault.cut else content)

    def commit(self, user, kind, repo, revision):
        try:
            lines = [json.loads(line) for line in self._read().splitlines() if line.strip()]
            header = next(line["value"] for line in lines if line["key"] == "header")
        except (ValueError, KeyError, StopIteration) as error:
            raise Refused(400, "Not the lines of a commit") from error
        if "create_pr" in self.query:
            raise Refused(400, "There are no pull requests here")
        with self.hub.lock:
            found = self.hub._writable(kind, repo, user)
            head = found["branches"].get(revision)
            if head is None:
                raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
            if header.get("parentCommit") not in (None, head):
                raise Refused(412, "A commit has happened since. Please refresh and try again.")
            tree = dict(self.hub._tree(found, head))
            for line in lines:
                self._apply(tree, line["key"], line["value"])
            sha = self.hub._commit(
                found, revision, tree, header["summary"], header.get("description", ""), user.name
            )
        place = "" if kind == "models" else f"/{kind}"
        url = f"{self.hub.endpoint}{place}/{repo}/commit/{sha}"
        self._answer(200, {"success": True, "commitOid": sha, "commitUrl": url, "hookOutput": ""})

    def _apply(self, tree, key, value):
        if key == "header":
            return
        path = value.get("path", "")
        parts = path.rstrip("/").split("/")
        if any(part in ("", ".", "..", ".git") for part in parts):
            raise Refused(400, f"Invalid path: {path}")
        if key == "deletedFile":
            if tree.pop(path, None) is None:
                message = f"A file with this name doesn't exist: {path}"
                raise Refused(404, message, "EntryNotFound")
        elif key == "file":
            if value.get("encoding") != "base64":
                raise Refused(400, f"Not base64: {path}")
            try:
                content = base64.b64decode(value["content"], validate=True)
            except (ValueError, binascii.Error) as error:
                raise Refused(400, f"Not base64: {path}") from error
            if content and _is_lfs(path, len(content)):
                raise Refused(400, f"{path} must be sent as a large file")
            tree[path] = self.hub._entry(self.hub._keep(content))
        elif key == "lfsFile":
            if value.get("algo") != "sha256":
                raise Refused(400, f"Not a sha256: {path}")
            self._check_there(value.get("oid", ""), value.get("size"))
            tree[path] = self.hub._entry(value["oid"], lfs=True)
        else:
            raise Refused(400, f"Unknown operation: {key}")

    # Files

    def _let_in(self, found, user):
        try:
            self.hub._open(found, user)
        except Refused as refused:
            raise Refused(refused.status, str(refused), "GatedRepo") from None

    def resolve(self, user, kind, repo, revision, path):
        with self.hub.lock:
            found = self.hub._readable(kind, repo, user)
            self._let_in(found, user)
            sha = self.hub._resolve(found, revision)
            entry = self.hub._tree(found, sha).get(path)
            if entry is None:
                raise Refused(404, "Entry not found", "EntryNotFound")
            content = b"" if entry["lfs"] else self.hub._blob(entry["sha256"]).read_bytes()
        etag = entry["sha256"] if entry["lfs"] else entry["oid"]
        if self.fault.wrong_etag:
            etag = etag[::-1]
        headers = {"X-Repo-Commit": sha, "ETag": f'"{etag}"'}
        if not entry["lfs"]:
            self._send_file(content, headers)
            return
        headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(entry["size"])}
        headers["Location"] = self._signed("lfs", entry["sha256"])
        if self.hub.xet and "xet" in entry:
            url = f"{self.hub.endpoint}/api/{kind}/{repo}/xet-read-token/{sha}"
            headers |= {"X-Xet-Hash": entry["xet"], "Link": f'<{url}>; rel="xet-auth"'}
        self._answer(302, b"Found. Redirecting", **headers)

    # The second origin

    def _signed(self, action, sha256, more=""):
        with self.hub.lock:
            key = self.hub.signatures.setdefault((action, sha256), secrets.token_hex(16))
        return f"{self.hub.cdn}/{action}/{sha256}?signature={key}{more}"

    def _check_signature(self, action, sha256):
        with self.hub.lock:
            key = self.hub.signatures.get((action, sha256))
        if key is None or self.query.get("signature") != [key]:
            raise Refused(403, "The signature is wrong")

    def cdn_get(self, sha256):
        self._check_signature("lfs", sha256)
        content = self.hub._blob(sha256).read_bytes()
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self._send_file(content, {"ETag": f'"{etag}"'})

    def cdn_put(self, sha256):
        self._check_signature("upload", sha256)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.hub.folder / "incoming")
        try:
            with open(handle, "wb") as file:
                for chunk in self._chunks():
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256 or self.query.get("size") != [str(size)]:
                raise Refused(400, "The content is not what was announced")
            Path(name).replace(self.hub._blob(sha256))
        finally:
            Path(name).unlink(missing_ok=True)
        self._answer(200, b"")


ROUTES = (
    ("main", "GET", r"/api/whoami-v2", "whoami"),
    ("main", "POST", r"/api/repos/create", "create"),
    ("main", "POST", r"/api/validate-yaml", "validate"),
    ("main", "GET", rf"/api{REPO}", "info"),
    ("main", "GET", rf"/api{REPO}/revision/(?P<revision>[^/]+)", "info"),
    ("main", "GET", rf"/api{REPO}/auth-check(?P<what>/write)?", "auth_check"),
    ("main", "GET", rf"/api{REPO}/refs", "refs"),
    ("main", "POST", rf"/api{REPO}/tag/(?P<revision>[^/]+)", "make_tag"),
    ("main", "POST", rf"/api{REPO}/branch/(?P<revision>[^/]+)", "make_branch"),
    ("main", "POST", rf"/api{REPO}/preupload/(?P<revision>[^/]+)", "preupload"),
    ("main", "POST", rf"/api{REPO}/commit/(?P<revision>[^/]+)", "commit"),
    (
        "main",
        "GET",
        rf"/api{REPO}/xet-(?P<what>read|write)-token/(?P<revision>[^/]+)",
        "xet_token",
    ),
    ("main", "POST", rf"{PAGE}\.git/info/lfs/objects/batch", "lfs_batch"),
    ("main", "POST", rf"{PAGE}\.git/info/lfs/objects/verify", "lfs_verify"),
    ("main", "GET HEAD", rf"{PAGE}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
    ("cdn", "GET HEAD", r"/lfs/(?P<sha256>[0-9a-f]{64})", "cdn_get"),
    ("cdn", "PUT", r"/upload/(?P<sha256>[0-9a-f]{64})", "cdn_put"),
)


def _owns(user, repo):
    return user is not None and repo.partition("/")[0] in (user.name, *user.orgs)


def _is_lfs(path, size):
    return size > 0 and (size >= LFS_SIZE or path.endswith(LFS_SUFFIXES))


def _git_oid(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _pointer(sha256, size):
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return text.encode()


def _json(value):
    return json.dumps(value, indent=1).encode()


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def _replace(path, content):
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_bytes(content)
    temporary.replace(path)


def _check_card(text, kind):
    """Return the Hub's complaints about a README.md: errors and warnings."""
    found = re.match(r"---\r?\n(.*?)\r?\n---\s*(\n|$)", text, re.DOTALL)
    if found is None:
        if text.startswith("---"):
            return [{"message": "The metadata has no end"}], []
        return [], [{"message": "empty or missing yaml metadata in repo card"}]
    errors = []
    values = dict(re.findall(r"(?m)^(\w+):[ ]*(.*?)\s*$", found[1]))
    if re.search(r"(^|\s)!!\w|\t", found[1]):
        errors.append("bad YAML: a tag or a tab")
    if kind == "space":
        if values.get("sdk") not in ("gradio", "docker", "static"):
            errors.append('"sdk" must be one of [gradio, docker, static]')
        for name in ("colorFrom", "colorTo"):
            if values.get(name, "red") not in COLOURS:
                errors.append(f'"{name}" must be one of [{", ".join(COLOURS)}]')
        if len(values.get("short_description", "").strip("'\"")) > 60:
            errors.append('"short_description" length must be at most 60 characters long')
    return [{"message": message} for message in errors], []


def _xet(program, store, lines):
    done = subprocess.run(
        [sys.executable, "-c", program, str(store)],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        | {"HF_HOME": str(Path(store).parent / "home"), "HF_HUB_DISABLE_TELEMETRY": "1"},
    )
    if done.returncode:
        raise Refused(500, f"Xet: {done.stderr[-500:]}")
    return done.stdout


def _shard_files(shard):
    """Return {sha256: (Xet hash, size)} of the files that a Xet shard lists.

    Its records have 48 bytes: after a header, for each file one with its hash, flags and number of
    segments; that many segments; as many checks of them if bit 31 is set; one with the sha256 if
    bit 30 is set. A hash of ones ends the list.
    """
    files = {}
    position = 48
    while (name := shard[position : position + 32]) != b"\xff" * 32 and len(name) == 32:
        flags = int.from_bytes(shard[position + 32 : position + 36], "little")
        count = int.from_bytes(shard[position + 36 : position + 40], "little")
        position += 48
        size = sum(
            int.from_bytes(shard[at + 36 : at + 40], "little")
            for at in range(position, position + 48 * count, 48)
        )
        position += 48 * count * (2 if flags >> 31 & 1 else 1)
        if flags >> 30 & 1:
            files[_hexadecimal(shard[position : position + 32])] = (_hexadecimal(name), size)
            position += 48
    return files


def _hexadecimal(name):
    """Write a hash as Xet does: as four numbers whose bytes are the other way round."""
    return b"".join(name[at : at + 8][::-1] for at in range(0, 32, 8)).hex()
