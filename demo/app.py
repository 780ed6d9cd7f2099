"""Serve the page: `python demo/app.py`, then open the address that it prints."""

import argparse
import atexit
import contextlib
import ctypes
import importlib.util
import io
import os
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    # Until all is imported, Ctrl-C just ends the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# Run as a file, Python looks for modules beside this one, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# Before NumPy is imported: many small requests are served fastest with one thread for each.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before Gradio is imported: no look-ups on other servers; and no statistics, for which it would go
# through the last ten thousand events after each one.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(sys.maxsize)

from cgan import UserError
from cgan.common.command_line import Parser, run
from demo.models import Models

FIRST_PORT, PORTS_TO_TRY = 7860, 100
# What to use where nobody says; `python -m cgan deploy` puts it beside this file.
_DEPLOYED_WEIGHTS = Path(__file__).with_name("weights.txt")
_MCP_PACKAGES = "gradio[mcp]==6.31.0"
_M_ARENA_MAX = -8  # in glibc's malloc.h


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line's values; where an option isn't given, the environment's."""
    environment = os.environ
    parser = Parser(prog="demo/app.py", description=__doc__.split("\n")[0])
    parser.add_option(
        "weights",
        default=environment.get("CGAN_WEIGHTS") or _deployed_weights(),
        help="weights folder, or user/name[@revision] on the Hugging Face Hub; several with "
        "commas (default: the bundled ones; environment: CGAN_WEIGHTS)",
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
        "share",
        action="store_true",
        default=_is_on("GRADIO_SHARE"),
        help="make a public link through Gradio's servers (GRADIO_SHARE)",
    )
    parser.add_option(
        "mcp",
        action="store_true",
        default=_is_on("GRADIO_MCP_SERVER"),
        help="serve the API as MCP tools, too (GRADIO_MCP_SERVER)",
    )
    return parser.parse_args(arguments)


def _split(weights: str | None) -> list[str]:
    """Return the references in a list with commas, each once."""
    return list(dict.fromkeys(filter(None, (part.strip() for part in (weights or "").split(",")))))


def _deployed_weights() -> str | None:
    if not _DEPLOYED_WEIGHTS.is_file():
        return None
    return _DEPLOYED_WEIGHTS.read_text(encoding="utf-8").strip() or None


def _is_on(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "true", "yes", "on")


def choose_port(host: str, wanted: str | None) -> int:
    """Return a port that is free: the wanted one, or else the first one.

    Raises:
        UserError: it is not a port, or not free, or the host is not this machine's.
    """
    if wanted is not None:
        if not wanted.isascii() or not wanted.isdecimal() or not 1 <= int(wanted) <= 65535:
            raise UserError(f"The port must be a number from 1 to 65535, not {wanted!r}.")
        reason = _why_not_free(host, int(wanted))
        if reason:
            said = f"Can't listen on {host}:{wanted}: {reason}."
            raise UserError(f"{said} Choose another --host or --port.")
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
    return None


def settle_proxies(host: str) -> None:
    """Let no proxy between Gradio and itself, and none into it that ends it when it is imported.

    Args:
        host: the address that is listened on.
    """
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [known for known in os.environ.get(name, "").split(",") if known]
        own = (host, "127.0.0.1", "localhost", "0.0.0.0", "::1")
        os.environ[name] = ",".join(dict.fromkeys([*hosts, *own]))
    able = ("socks5", "socks5h") if importlib.util.find_spec("socksio") is not None else ()
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        scheme = os.environ[name].partition("://")[0].lower()
        if scheme.startswith("socks") and scheme not in able:
            del os.environ[name]
            instead = "set one by http, or by socks5 with the package socksio"
            print(f"{name} is not used: {instead}.", file=sys.stderr)


def share_arenas() -> None:
    """Let all threads share two of glibc's memory pools: 16 MB less at 16 visitors at once."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc
        mallopt(_M_ARENA_MAX, 2)


def own_temporary_folder() -> None:
    """Let Gradio keep its files where none but this user can read them; delete them at the end.

    Raises:
        UserError: no folder can be made there.
    """
    where = os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()
    try:
        Path(where).mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="cgan-demo-", dir=where)
    except OSError as error:
        raise UserError(
            f"Can't make a folder for temporary files in {where}: {error.strerror}. Set "
            "GRADIO_TEMP_DIR to one that can be written."
        ) from error
    os.environ["GRADIO_TEMP_DIR"] = folder
    # When all threads have ended, one of which may still be writing.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def serve(arguments: list[str] | None) -> None:
    """Do what the command line says, until Ctrl-C."""
    values = parse(arguments)
    share_arenas()
    settle_proxies(values.host)
    models = Models(_split(values.weights))
    choose_port(values.host, values.port)  # what can't be is said before Gradio is imported
    if values.mcp and importlib.util.find_spec("mcp") is None:
        raise UserError(f"--mcp needs one more package: pip install '{_MCP_PACKAGES}'.")
    own_temporary_folder()

    from starlette.middleware import Middleware

    from demo import api
    from demo.page import page
    from demo.page.theme import theme
    from demo.serve import gate, sessions, zero_gpu

    zero_gpu.declare()
    models.start()
    script = f"<script>{(page.STATIC / 'page.js').read_text(encoding='utf-8')}</script>"
    if host := os.environ.get("SPACE_HOST"):
        script += f'<meta name="cgan-address" content="https://{host}/">'
    # With MCP, and where it can't share, Gradio prints lines of its own.
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            built = page.build(models)
            _, local, public = built.launch(
                server_name=f"[{values.host}]" if ":" in values.host else values.host,
                server_port=choose_port(values.host, values.port),
                share=values.share,
                mcp_server=values.mcp,
                theme=theme(),
                css_paths=page.STATIC / "style.css",
                head=script,
                footer_links=[],
                app_kwargs={
                    "exception_handlers": api.EXCEPTION_HANDLERS,
                    "middleware": [Middleware(gate.Gate)],
                },
                run_history=False,
                enable_monitoring=False,
                ssr_mode=False,
                quiet=True,
                prevent_thread_lock=True,
            )
        built.app.state_holder = sessions.NoSessions()  # type: ignore[no-untyped-call]
        built.app.state_holder.set_blocks(built)
    except OSError as error:
        models.stop()
        raise UserError(f"Could not start the page: {error}") from error
    try:
        if values.share and not public and "SPACE_ID" not in os.environ:
            reason = said.getvalue().strip().partition("\n")[0]
            raise UserError(f"Gradio gave no public link; leave out --share. {reason}")
        tools = f" (MCP: {local}gradio_api/mcp/)" if values.mcp else ""
        print(f"Open {public or local}{tools}", flush=True)
        built.block_thread()
    finally:
        models.stop()
        built.close(verbose=False)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    return run(lambda: serve(arguments))


if __name__ == "__main__":
    # However it is stopped, what is to be done at the end is done.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
