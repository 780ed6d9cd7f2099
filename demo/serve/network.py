"""The port to listen on, and the variables that say how other hosts are reached."""

import ipaddress
import os
import re
import socket

import httpx

from cgan import UserError
from cgan.common import terminal
from cgan.common.errors import BadValue
from cgan.hub import compat, variables
from cgan.hub.sentences import SENTENCES

FIRST_PORT, PORTS_TO_TRY = 7860, 100
_ROOT_PATH = re.compile(r"(https?://[\w.-]+(:\d{1,5})?)?(/[\w.~-]+)*/?", re.ASCII)


def choose_port(host: str, wanted: str | None) -> int:
    """Return a free port: the wanted one, or else the first one from `FIRST_PORT` on.

    Raises:
        BadValue: the wanted port is invalid.
        UserError: it is not free, or the host is not this machine's.
    """
    if wanted is not None:
        if not re.fullmatch("[0-9]{1,9}", wanted) or not 1 <= int(wanted) <= 65535:
            raise BadValue(f"The port must be a number from 1 to 65535, not {wanted!r}.")
        reason = _why_not_free(host, int(wanted))
        if reason:
            problem = f"Can't listen on {host}:{wanted}: {reason}."
            raise UserError(f"{problem} Choose another --host or --port.")
        return int(wanted)
    reason = None
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY):
        reason = _why_not_free(host, port)
        if reason is None:
            return port
    raise UserError(f"Can't listen on {host}: {reason}. Choose another --host or --port.")


def _why_not_free(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    except (TypeError, ValueError):  # it can't be encoded
        return "that is no host's name"
    return None


def check_root_path(wanted: str) -> str:
    """Return the path under which a proxy serves the page, without a slash at its end.

    Args:
        wanted: a path, a whole address, which Gradio takes as well, or "" for none.

    Raises:
        BadValue: it is none of these.
    """
    if not _ROOT_PATH.fullmatch(wanted):
        raise BadValue(
            f"The root path must be a path like /numbers or an address like "
            f"https://example.org/numbers, not {wanted!r}: see --root-path and GRADIO_ROOT_PATH."
        )
    return wanted.rstrip("/")


def bypass_proxies(host: str) -> None:
    """Keep proxies from breaking Gradio, which asks its own server whether it has started.

    Args:
        host: the address to listen on; like this machine's others, it is reached without a proxy.
    """
    for name in ("NO_PROXY", "no_proxy"):
        given = os.environ.get(name, "").split(",")
        hosts = [known for known in given if known and _is_readable(known.strip())]
        for known in given:
            if known and known not in hosts:
                terminal.note(f"{name}: {known} is not used: it must be a name or an address.")
        own = (host, "127.0.0.1", "localhost", "0.0.0.0", "::1")
        os.environ[name] = ",".join(dict.fromkeys([*hosts, *own]))


def _is_readable(entry: str) -> bool:
    """Return whether httpx, by which Gradio asks, can read what should have no proxy.

    It reads no ranges of IPv6 addresses, for one.
    """
    try:
        ipaddress.IPv6Address(entry.partition("/")[0])
    except ValueError:
        pattern = entry if "://" in entry else f"all://*{entry}"
    else:
        pattern = f"all://[{entry}]"
    try:
        httpx.URL(pattern)
    except (httpx.InvalidURL, ValueError):
        return False
    return True


def leave_out_unusable() -> None:
    """Remove the variables that httpx would fail at while Gradio is imported, and say so.

    The Hub's own stay: its library has been imported without them, and who asks the Hub is told.
    """
    compat.require("Gradio needs")
    for name, text_id in variables.unusable().items():
        if not name.startswith("HF_"):
            del os.environ[name]
            terminal.note(f"{name} is not used. {SENTENCES[text_id].format(variable=name)}")
