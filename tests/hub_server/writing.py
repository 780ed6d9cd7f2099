"""Answers that change something: repositories and references are made, files are sent."""

import base64
import binascii
import hashlib
import json
import re
import secrets
import tempfile
import time
from pathlib import Path

from tests.hub_server.faults import Refused
from tests.hub_server.handler import Handler
from tests.hub_server.repositories import is_lfs
from tests.hub_server.users import owns
from tests.hub_server.xet import spoil


class Writing(Handler):
    """The routes of what is written, and of the tokens for Xet."""

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
            if not owns(user, repo) or user.role != "write":
                raise Refused(
                    403,
                    f"You don't have the rights to create a {kind[:-1]} under the namespace"
                    f' "{namespace}"',
                )
            if self.hub.find(kind, repo) is not None:
                raise Refused(409, f"You already created this {kind[:-1]} repo", url=url)
            private = asked.get("visibility") == "private" or asked.get("private") is True
            self.hub.create(kind, repo, private, asked.get("sdk"), asked.get("hardware"))
        self._answer(200, {"url": url, "name": repo, "id": repo, "private": private})

    def make_tag(self, user, kind, repo, revision):
        asked = self._read_json()
        self._make_ref(user, kind, repo, "tags", asked.get("tag", ""), revision)

    def make_branch(self, user, kind, repo, revision):
        start = self._read_json().get("startingPoint") or "main"
        self._make_ref(user, kind, repo, "branches", revision, start)

    def _make_ref(self, user, kind, repo, key, name, start):
        with self.hub.lock:
            found = self.hub.writable(kind, repo, user)
            sha = self.hub.resolve(found, start)
            if not re.fullmatch(r"(?!.*\.\.)[\w][\w./-]*", name) or name.endswith((".lock", "/")):
                raise Refused(400, f"Invalid name of a reference: {name}")
            if name in found[key]:
                raise Refused(409, f"Reference already exists: {name}")
            found[key][name] = sha
            self.hub.save(found)
        self._answer(200, {})

    def preupload(self, user, kind, repo, revision):
        asked = self._read_json()
        with self.hub.lock:
            found = self.hub.writable(kind, repo, user)
            files = self.hub.tree(found, self.hub.resolve(found, revision))
        answer = []
        for file in asked["files"]:
            lfs = is_lfs(file["path"], file["size"])
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
            self.hub.writable(kind, repo, user)
            for wanted in asked["objects"]:
                oid, size = wanted.get("oid", ""), wanted.get("size")
                told = {"oid": oid, "size": size}
                if not re.fullmatch("[0-9a-f]{64}", oid) or not isinstance(size, int):
                    told["error"] = {"code": 422, "message": "not a sha256 and a size"}
                elif not self.hub.blob(oid).exists():
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
            self.hub.writable(kind, repo, user)
            self._check_there(asked.get("oid", ""), asked.get("size"))
        self._answer(200, {})

    def _check_there(self, oid, size):
        if not re.fullmatch("[0-9a-f]{64}", oid):
            raise Refused(422, "not a sha256")
        if not self.hub.blob(oid).exists() and self.hub.xet:
            self.hub.fetch_from_xet(oid)
        if not self.hub.blob(oid).exists():
            raise Refused(400, f"LFS pointer pointed to a file that does not exist: {oid}")
        if size is not None and size != self.hub.blob(oid).stat().st_size:
            raise Refused(400, f"Not the size of {oid}: {size}")

    def xet_token(self, user, kind, repo, what, revision):
        if not self.hub.xet:
            raise Refused(404, "Sorry, we can't find the page you are looking for.")
        with self.hub.lock:
            if what == "write":
                self.hub.writable(kind, repo, user)
                store = "local://" + tempfile.mkdtemp(prefix="write-", dir=self.hub.folder / "xet")
            else:
                found = self.hub.readable(kind, repo, user)
                self.hub.let_in(found, user)
                files = self.hub.tree(found, self.hub.resolve(found, revision)).values()
                store = self.hub.xet_store({f["sha256"] for f in files if f["lfs"]})
                spoil(Path(store.removeprefix("local://")), self.fault)
        expires = int(time.time()) + 3600
        token = "xet_" + secrets.token_hex(8)
        told = {"X-Xet-Cas-Url": store, "X-Xet-Access-Token": token}
        told["X-Xet-Token-Expiration"] = str(expires)
        self._answer(200, {"casUrl": store, "exp": expires, "accessToken": token}, **told)

    def commit(self, user, kind, repo, revision):
        try:
            lines = [json.loads(line) for line in self._read().splitlines() if line.strip()]
            header = next(line["value"] for line in lines if line["key"] == "header")
        except (ValueError, KeyError, StopIteration) as error:
            raise Refused(400, "Not the lines of a commit") from error
        if "create_pr" in self.query:
            raise Refused(400, "There are no pull requests here")
        with self.hub.lock:
            found = self.hub.writable(kind, repo, user)
            head = found["branches"].get(revision)
            if head is None:
                raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
            if header.get("parentCommit") not in (None, head):
                raise Refused(412, "A commit has happened since. Please refresh and try again.")
            tree = dict(self.hub.tree(found, head))
            for line in lines:
                self._apply(tree, line["key"], line["value"])
            sha = self.hub.commit(
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
            if content and is_lfs(path, len(content)):
                raise Refused(400, f"{path} must be sent as a large file")
            tree[path] = self.hub.entry(self.hub.keep(content))
        elif key == "lfsFile":
            if value.get("algo") != "sha256":
                raise Refused(400, f"Not a sha256: {path}")
            self._check_there(value.get("oid", ""), value.get("size"))
            tree[path] = self.hub.entry(value["oid"], lfs=True)
        else:
            raise Refused(400, f"Unknown operation: {key}")

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
            Path(name).replace(self.hub.blob(sha256))
        finally:
            Path(name).unlink(missing_ok=True)
        self._answer(200, b"")
