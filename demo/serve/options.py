"""The command line of `demo/app.py`, and the environment variables that stand for its options."""

import argparse
import os
from pathlib import Path

from cgan import UserError
from cgan.common.command_line import Parser
from cgan.common.errors import BadValue
from cgan.common.packages import is_installed
from cgan.hub.source import HELP
from demo.serve.network import FIRST_PORT

MCP_PACKAGES = "gradio[mcp]==6.31.0"
# What a variable says that stands for an option without a value.
_ON = ("1", "true", "yes", "on", "y", "t")
_OFF = ("", "0", "false", "no", "off", "n", "f")
# The weights to use if none are named; `python -m cgan deploy` writes this file.
_DEPLOYED_WEIGHTS = Path(__file__).parents[1] / "weights.txt"


def parse(arguments: list[str] | None, description: str) -> argparse.Namespace:
    """Return the command line's values; the environment's for options that aren't given.

    Args:
        arguments: the command line without the program's name; None for the process's own.
        description: the help's first sentence.

    Raises:
        BadValue: a variable is neither on nor off.
    """
    environment = os.environ
    parser = Parser(prog="demo/app.py", description=description)
    parser.add_option(
        "weights",
        default=environment.get("CGAN_WEIGHTS") or _deployed_weights(),
        help=f"{HELP}; several with commas (default: the bundled ones; environment: CGAN_WEIGHTS)",
    )
    parser.add_option(
        "host",
        default=environment.get("GRADIO_SERVER_NAME") or "127.0.0.1",
        help="address to listen on; 0.0.0.0 for all (GRADIO_SERVER_NAME)",
    )
    parser.add_option(
        "port",
        default=environment.get("GRADIO_SERVER_PORT") or environment.get("PORT") or None,
        help=f"port (default: the first free one from {FIRST_PORT}; GRADIO_SERVER_PORT or PORT)",
    )
    parser.add_option(
        "root_path",
        default=environment.get("GRADIO_ROOT_PATH") or "",
        help="path under which a proxy serves the page, such as /numbers (GRADIO_ROOT_PATH)",
    )
    parser.add_option(
        "share",
        action="store_true",
        default=_is_on("GRADIO_SHARE"),
        help="make a public link through Gradio's servers (GRADIO_SHARE)",
    )
    parser.add_option(
        "mcp",
        action="store_true",
        default=_is_on("GRADIO_MCP_SERVER"),
        help="also serve the API as MCP tools (GRADIO_MCP_SERVER)",
    )
    parser.add_option(
        "auth",
        action="store_true",
        help="ask for the user and the password in CGAN_USER and CGAN_PASSWORD",
    )
    return parser.parse_args(arguments)


def split(weights: str | None) -> list[str]:
    """Return the references in a comma-separated list, each once; [] if there is no list.

    Raises:
        BadValue: the list names nothing.
    """
    if weights is None:
        return []
    found = list(dict.fromkeys(filter(None, (part.strip() for part in weights.split(",")))))
    if not found:
        raise BadValue("--weights is empty: name a folder or a repository, or leave it out.")
    return found


def check_mcp(wanted: bool) -> None:
    """Check that MCP can be served if it is wanted.

    Raises:
        UserError: its package is missing, which Gradio would ignore.
    """
    if wanted and not is_installed("mcp"):
        raise UserError(f"--mcp needs one more package: pip install '{MCP_PACKAGES}'.")


def _deployed_weights() -> str | None:
    if not _DEPLOYED_WEIGHTS.is_file():
        return None
    return _DEPLOYED_WEIGHTS.read_text(encoding="utf-8").strip() or None


def _is_on(name: str) -> bool:
    value = os.environ.get(name, "")
    if value.lower() in _ON:
        return True
    if value.lower() in _OFF:
        return False
    raise BadValue(f"{name} must be 1 or 0, not {value!r}.")
