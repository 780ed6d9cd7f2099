"""Comparing content with the hash that the Hub gives for a file: its sha256, or its id in git."""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

SHA256_DIGITS, GIT_DIGITS = 64, 40


def content_hash(data: bytes, digits: int) -> str:
    """Return the sha256 of `data` (64 digits), or its blob id in git (40), in hexadecimal."""
    if digits == SHA256_DIGITS:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def is_same(data: bytes, file: "RepoSibling") -> bool:
    """Return whether a file on the Hub has this content, by the hash that the Hub gives."""
    if file.lfs is not None:
        return content_hash(data, SHA256_DIGITS) == file.lfs.sha256
    return content_hash(data, GIT_DIGITS) == file.blob_id
