"""Answers that change nothing: accounts, revisions, files."""

import hashlib
import re

from tests.hub_server.faults import Refused
from tests.hub_server.handler import Handler
from tests.hub_server.repositories import now

COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")


class Reading(Handler):
    """The routes of what is only read."""

    def whoami(self, user):
        if user is None:
            raise Refused(401, "Invalid username or password.")
        orgs = [{"type": "org", "name": name, "roleInOrg": user.role} for name in user.orgs]
        token = {"displayName": "test", "role": user.role, "createdAt": now()}
        answer = {"type": "user", "id": user.name, "name": user.name, "fullname": user.name}
        answer |= {"isPro": False, "orgs": orgs}
        self._answer(200, answer | {"auth": {"type": "access_token", "accessToken": token}})

    def validate(self, user):
        asked = self._read_json()
        errors, warnings = _check_card(asked.get("content", ""), asked.get("repoType", "model"))
        answer = {"errors": errors, "warnings": warnings}
        if errors:
            answer["error"] = "Invalid metadata"
        self._answer(400 if errors else 200, answer)

    def info(self, user, kind, repo, revision=""):
        with self.hub.lock:
            found = self.hub.readable(kind, repo, user)
            sha = self.hub.resolve(found, revision or "main")
            commit = self.hub.read_commit(found, sha)
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
                self.hub.writable(kind, repo, user)
            else:
                self.hub.let_in(self.hub.readable(kind, repo, user), user)
        self._answer(200, b"OK")

    def refs(self, user, kind, repo):
        with self.hub.lock:
            found = self.hub.readable(kind, repo, user)
        answer = {"converts": [], "pullRequests": []}
        for key, place in (("branches", "heads"), ("tags", "tags")):
            answer[key] = [
                {"name": name, "ref": f"refs/{place}/{name}", "targetCommit": sha}
                for name, sha in found[key].items()
            ]
        self._answer(200, answer)

    def resolve(self, user, kind, repo, revision, path):
        with self.hub.lock:
            found = self.hub.readable(kind, repo, user)
            self.hub.let_in(found, user)
            sha = self.hub.resolve(found, revision)
            entry = self.hub.tree(found, sha).get(path)
            if entry is None:
                raise Refused(404, "Entry not found", "EntryNotFound")
            content = b"" if entry["lfs"] else self.hub.blob(entry["sha256"]).read_bytes()
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

    def cdn_get(self, sha256):
        self._check_signature("lfs", sha256)
        content = self.hub.blob(sha256).read_bytes()
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self._send_file(content, {"ETag": f'"{etag}"'})


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
