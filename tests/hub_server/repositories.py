"""Repositories on disk, with their branches, tags and commits."""

import hashlib
import json
import re
import secrets
import threading
import time

from tests.hub_server.contents import replace
from tests.hub_server.faults import Refused
from tests.hub_server.xet import XetContents

LFS_SIZE = 512 * 1024
LFS_SUFFIXES = (".safetensors", ".bin", ".npz", ".pt", ".ckpt", ".parquet")
GIT_ATTRIBUTES = "".join(f"*{s} filter=lfs diff=lfs merge=lfs -text\n" for s in LFS_SUFFIXES)


class Repositories(XetContents):
    """All repositories in the Hub's folder."""

    def __init__(self, folder, xet):
        super().__init__(folder, xet)
        self.lock = threading.RLock()

    def add_repo(self, repo, files=None, *, kind="models", private=False, gated=False, allowed=()):
        """Make a repository if there is none, put files into its main branch; return its sha.

        `gated` lets the users named in `allowed` read files, and those who own it.
        """
        with self.lock:
            found = self.find(kind, repo)
            if found is None:
                found = self.create(kind, repo, private, sdk="gradio")
            found.update({"private": private, "gated": gated, "allowed": list(allowed)})
            self.save(found)
            tree = dict(self.tree(found, found["branches"]["main"]))
            for path, content in (files or {}).items():
                tree[path] = self.entry(self.keep(content), is_lfs(path, len(content)))
            return self.commit(found, "main", tree, "Add files", "", "admin")

    def commits(self, repo, revision="main", kind="models"):
        """Return the shas of a revision's commits, newest first."""
        with self.lock:
            found = self.need(kind, repo)
            return [sha for sha, _ in self.history(found, self.resolve(found, revision))]

    def files(self, repo, revision="main", kind="models"):
        """Return the files of a revision by their paths."""
        with self.lock:
            found = self.need(kind, repo)
            tree = self.tree(found, self.resolve(found, revision))
            return {path: self.blob(entry["sha256"]).read_bytes() for path, entry in tree.items()}

    def repo(self, repo, kind="models"):
        """Return what is kept of a repository: branches, tags, private, gated; None without one."""
        with self.lock:
            return self.find(kind, repo)

    # These, and those of the contents and the rights, are called with the lock held.

    def folder_of(self, kind, repo):
        if not re.fullmatch(r"[\w][\w.-]*/[\w][\w.-]*", repo):
            raise Refused(404, "Repository not found", "RepoNotFound")
        return self.folder / "repos" / kind / repo

    def find(self, kind, repo):
        path = self.folder_of(kind, repo) / "repo.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def need(self, kind, repo):
        found = self.find(kind, repo)
        if found is None:
            raise Refused(404, "Repository not found", "RepoNotFound")
        return found

    def save(self, found):
        replace(self.folder_of(found["kind"], found["repo"]) / "repo.json", _to_json(found))

    def create(self, kind, repo, private, sdk=None, hardware=None):
        (self.folder_of(kind, repo) / "commits").mkdir(parents=True)
        found = {"kind": kind, "repo": repo, "private": private, "gated": False, "allowed": []}
        found |= {"branches": {}, "tags": {}, "sdk": sdk, "hardware": hardware}
        found["created"] = now()
        content = {".gitattributes": GIT_ATTRIBUTES}
        if kind == "spaces":
            content["README.md"] = f"---\ntitle: {repo.partition('/')[2]}\nsdk: {sdk}\n---\n"
        tree = {path: self.entry(self.keep(text.encode())) for path, text in content.items()}
        self.commit(found, "main", tree, "initial commit", "", "system")
        return found

    def commit(self, found, branch, tree, title, description, author):
        parent = found["branches"].get(branch)
        if parent is not None and tree == self.tree(found, parent):
            return parent  # nothing changed: no commit
        commit = {"parent": parent, "title": title, "message": description, "author": author}
        commit |= {"date": now(), "tree": tree}
        content = _to_json(commit)
        sha = hashlib.sha1(b"commit " + content + secrets.token_bytes(8)).hexdigest()
        replace(self.folder_of(found["kind"], found["repo"]) / "commits" / f"{sha}.json", content)
        found["branches"][branch] = sha
        self.save(found)
        return sha

    def resolve(self, found, revision):
        name = re.sub("^refs/(heads|tags)/", "", revision)
        sha = found["branches"].get(name) or found["tags"].get(name)
        if sha is not None:
            return sha
        if re.fullmatch("[0-9a-f]{40}", revision):
            commits = self.folder_of(found["kind"], found["repo"]) / "commits"
            if (commits / f"{revision}.json").exists():
                return revision
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def read_commit(self, found, sha):
        folder = self.folder_of(found["kind"], found["repo"])
        return json.loads((folder / "commits" / f"{sha}.json").read_text("utf-8"))

    def tree(self, found, sha):
        return self.read_commit(found, sha)["tree"]

    def history(self, found, sha):
        while sha is not None:
            commit = self.read_commit(found, sha)
            yield sha, commit
            sha = commit["parent"]

    def entry(self, sha256, lfs=False):
        content = self.blob(sha256).read_bytes()
        entry = {"sha256": sha256, "size": len(content), "lfs": lfs}
        if lfs:
            content = _pointer(sha256, len(content))
            entry["pointer"] = len(content)
            if self.xet:
                entry["xet"] = self.xet_hash(sha256)
        return entry | {"oid": _git_oid(content)}


def is_lfs(path, size):
    return size > 0 and (size >= LFS_SIZE or path.endswith(LFS_SUFFIXES))


def _git_oid(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _pointer(sha256, size):
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return text.encode()


def _to_json(value):
    return json.dumps(value, indent=1).encode()


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
