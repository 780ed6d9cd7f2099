"""What this machine has for the Hugging Face Hub, found without its library or the network.

The variables and folders are those that huggingface_hub documents.
"""

import os
import re
from pathlib import Path

from cgan.common.finding import Finding, look, shown
from cgan.hub import compat

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def find_hub() -> list[Finding]:
    """Look for the cache, a token, and the settings of the connection."""
    finders = {
        "Hub cache": _cache,
        "Hub token": _token,
        "Hub address": _endpoint,
        "proxies": _proxies,
    }
    return [look(name, find) for name, find in finders.items()]


def without_credentials(address: str) -> str:
    """Return an address without a user, password, query or fragment, however it is written."""
    scheme, separator, rest = address.rpartition("://")
    return scheme + separator + re.split("[?#]", rest.rpartition("@")[2])[0]


def _place(variable: str, default: str | Path) -> Path:
    """Return the path in a variable, which may have ~ and other variables in it."""
    return Path(os.path.expandvars(Path(os.environ.get(variable) or default).expanduser()))


def _home() -> Path:
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return _place("HF_HOME", Path(caches) / "huggingface")


def _cache() -> Finding:
    # The second is the first one's old name.
    folder = _place("HF_HUB_CACHE", _place("HUGGINGFACE_HUB_CACHE", _home() / "hub"))
    if not folder.exists():
        return Finding("Hub cache", f"{shown(folder)}, doesn't exist yet")
    count = compat.count_models(folder)
    if not os.access(folder, os.W_OK):
        advice = "can't be written: set HF_HOME to a writable folder"
        return Finding("Hub cache", f"{shown(folder)} {advice}", "note")
    return Finding("Hub cache", f"{shown(folder)}, {count} model{'s' * (count != 1)}")


def _token() -> Finding:
    if (os.environ.get("HF_TOKEN") or "").strip():
        return Finding("Hub token", "present, in HF_TOKEN")
    path = _place("HF_TOKEN_PATH", _home() / "token")
    if path.is_file() and path.stat().st_size:
        return Finding("Hub token", f"present, in {shown(path)}")
    return Finding("Hub token", "none: to push or to use private models, run hf auth login")


def _endpoint() -> Finding:
    parts = [without_credentials(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")]
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_XET"):
        if value := os.environ.get(name):
            parts.append(f"{name}={value}")
    return Finding("Hub address", ", ".join(parts))


def _proxies() -> Finding:
    set_here = [
        f"{name}={without_credentials(value)}"
        for lower in _PROXIES
        for name in (lower, lower.upper())
        if (value := os.environ.get(name))
    ]
    return Finding("proxies", ", ".join(set_here) or "none")
