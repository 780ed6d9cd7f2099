"""The contents of files on disk, each under its SHA-256."""

import hashlib
import secrets
from pathlib import Path


class Contents:
    """All contents in the Hub's folder."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        for name in ("repos", "blobs", "incoming", "xet"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def blob(self, sha256):
        return self.folder / "blobs" / sha256

    def keep(self, content):
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.blob(sha256).exists():
            replace(self.blob(sha256), content)
        return sha256


def replace(path, content):
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_bytes(content)
    temporary.replace(path)
